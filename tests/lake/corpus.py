# SPDX-License-Identifier: Apache-2.0
"""All questions, and whether an answer is the right one."""
import collections
import math

import corpus_collections
import corpus_columns
import corpus_sets
import corpus_texts
import corpus_times
from lake_reference import AnyOrder, double_text, printed

QUERIES = [query for part in (corpus_columns, corpus_texts, corpus_times, corpus_collections, corpus_sets) for query in part.corpus]
TOLERANCE = 1e-12  # of doubles: their sums depend on the order of the rows


def sorting_key(value):
    """Doubles that differ in their last digits sort alike."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.9e}"
    return list_text(value) if isinstance(value, AnyOrder) else printed(value)


def list_text(value):
    items = value if isinstance(value, list) else value[1:-1].split(", ") if value not in ("", "[]") else []
    return "[" + ", ".join(sorted(printed(item, nested=True) for item in items)) + "]"


def got_key(text, kind):
    if kind is AnyOrder:
        return list_text(text)
    try:
        return f"{float(text):.9e}" if kind is float else text
    except ValueError:
        return text


def is_right(want, got):
    if isinstance(want, float):
        try:
            number = float(got)
        except ValueError:
            return False
        close = number == want or math.isclose(number, want, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (want != want and number != number)
        return close and got == double_text(number)
    if isinstance(want, AnyOrder):
        return list_text(want) == list_text(got)
    return printed(want) == got


def difference(query, stores, rows, columns=None):
    """None where rows, lists of texts, are the answer; else what is wrong, in a few lines."""
    want = query.expected(stores)
    if columns is not None and query.columns is not None and columns != query.columns:
        return f"columns {columns}, expected {query.columns}"
    if len(want) != len(rows):
        missing, extra = parted([[printed(value) for value in row] for row in want], rows)
        return f"{len(rows)} rows, expected {len(want)}\nmissing: {missing[:3]}\nsurplus: {extra[:3]}"
    if not query.ordered:
        kinds = [next((type(row[at]) for row in want if row[at] is not None), str) for at in range(len(want[0]))] if want else []
        want = sorted(want, key=lambda row: [sorting_key(value) for value in row])
        rows = sorted(rows, key=lambda row: [got_key(text, kind) for text, kind in zip(row, kinds)])
    for wanted, got in zip(want, rows):
        if len(wanted) != len(got) or not all(map(is_right, wanted, got)):
            return f"expected {[printed(value) for value in wanted]}\n     got {got}"
    return None


def parted(want, rows):
    there, here = collections.Counter(map(tuple, rows)), collections.Counter(map(tuple, want))
    return list((here - there).elements()), list((there - here).elements())
