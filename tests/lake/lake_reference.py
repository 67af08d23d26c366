# SPDX-License-Identifier: Apache-2.0
"""What the expected answers of the corpus are made of: the records of both stores as Python reads them, what a
column of the Lake holds of them, and values as AWS prints them.

Nothing here knows SQL: an expected answer is worked out from the meaning of its question.
"""
import collections
import datetime
import inspect
import json
import pathlib

MADE = pathlib.Path(__file__).parent / "made_records.ndjson"


class Number:
    """A number of JSON that is no integer, with its text: the Lake keeps 1.50 as it came."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Number) and self.text == other.text

    def __hash__(self):
        return hash(self.text)


def read(text):
    return json.loads(text, parse_float=Number)


def made_records():
    return [read(line) for line in MADE.read_text(encoding="utf-8").splitlines()]


# What a column holds

def compact(value):
    """JSON without blanks, members in their order."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(key)}:{compact(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return value.text if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def text_of(value):
    """A member as a text column, or a map, has it: a string's text, of anything else its JSON."""
    return value if value is None or isinstance(value, str) else compact(value)


def field(record, path):
    """field(record, "userIdentity.sessionContext.sourceIdentity"); None where a part is missing."""
    for part in path.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record


def mapping(record, path):
    """A column of type map: texts by key, or None."""
    value = field(record, path)
    return None if value is None else {key: text_of(member) for key, member in value.items()}


def entry(record, path, key):
    """What element_at() finds in a map."""
    return (mapping(record, path) or {}).get(key)


def user(record):
    return field(record, "userIdentity.userName")


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def time(record):
    return moment(record["eventTime"])


def counted(values):
    """[value, how often] of each; where values are tuples, their parts come first."""
    counts = collections.Counter(values)
    return [[*(value if isinstance(value, tuple) else (value,)), count] for value, count in counts.items()]


def grouped(records, key):
    groups = collections.defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups


# What AWS prints

class AnyOrder(list):
    """A list in an answer whose order says nothing."""


def double_text(value):
    """As Java prints a double: 0.5, 12.0, 1.0E7, 1.5E-4."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if str(value).startswith("-") else ""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return sign + repr(size)
    digits = repr(size).partition("e")[0].replace(".", "").strip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{int(f'{size:.17e}'.partition('e')[2])}"


def printed(value, nested=False):
    """A value as its text in an answer, where a null is empty, but in a list or a map."""
    if value is None:
        return "null" if nested else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
        return text if value.tzinfo is None else text + " UTC"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(printed(item, nested=True) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{printed(key, True)}={printed(item, True)}" for key, item in value.items()) + "}"
    return str(value)


# Queries

class Query:
    """One question: its SQL ($real and $made stand for the stores) and the function that knows the answer."""

    def __init__(self, sql, answer, ordered, columns):
        self.name = answer.__name__
        self.sql = inspect.cleandoc(sql)
        self.answer = answer
        self.ordered = ordered
        self.columns = columns

    def statement(self, real, made):
        return self.sql.replace("$real", real).replace("$made", made)

    def expected(self, stores):
        """The rows, worked out from {"real": records, "made": records}."""
        return self.answer(**{name: stores[name] for name in inspect.signature(self.answer).parameters})


class Corpus(list):
    """Questions of one kind."""

    def query(self, sql, ordered=False, columns=None):
        """Decorates the function that gives the rows: @corpus.query("SELECT ..."). Its parameters name the stores that
        it needs. `columns`: the names that the answer's columns must have."""
        def keep(answer):
            self.append(Query(sql, answer, ordered, columns))
            return answer
        return keep
