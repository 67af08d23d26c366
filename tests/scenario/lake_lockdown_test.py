# SPDX-License-Identifier: Apache-2.0
"""Nothing that a user writes in a query reads a file, another store or the network, writes anything, or outlives its
limits of time and memory; and the daemon goes on taking events meanwhile.

tests/lake/attacks.py has the statements. They are sent several at a time to a daemon whose limits are small, over a
store that also holds hostile records, beside a store of another account and a file, both with a secret text.
"""
import concurrent.futures
import gzip
import json
import os
import pathlib
import re
import threading

import botocore.exceptions
import pytest

import attacks
import lake
import records
from cairn_daemon import ACCOUNT, ROOT, daemons, eventually

OTHER = "210987654321"
NOBODY = "00000000-0000-4000-8000-000000000000"
FILE_SECRET, STORE_SECRET = "secret-of-the-file-7f3c", "secret-of-the-store-91ab"
TIMEOUT_S, MEMORY_MIB = 1, 256
WORKER_MIB = MEMORY_MIB + 768  # what a worker may take besides
AT_ONCE = 8
CONCURRENCY = 2
PROCESSORS_MAX = 4  # that a query uses
SLACK_S = 2  # of work until a worker is killed
HANG_S = 180
ORDINARY = 40
KEPT = re.compile(r"(journal|history|seen|insights|digest|catalog|lake/results|lake/[0-9a-f-]{36})\b.*")
TRACE = "cairn-attack"  # what statements write to, if they write


def hostile_records():
    """Records that are taken, whose values are what parsers and printers stumble over."""
    deep = json.loads("[" * 60 + "]" * 60)
    values = {"deep": deep, "long": "x" * 150000, "many": {f"k{number}": number for number in range(2000)}, "quotes": "'; DROP TABLE x; --\"\\",
              "control": "".join(map(chr, range(1, 32))), "wide": "\U0010ffff\ufffe\u202e", "empty": "", "null": None,
              "json": "{\"a\":" * 500, "path": "../../../../etc/passwd", "number": 10 ** 400, "tiny": 1e-320, "nul": "a\0b"}
    return [records.record("Hostile", requestParameters={name: value}) for name, value in values.items()]


def read(path):
    try:
        return pathlib.Path(path).read_text("utf-8", errors="replace")
    except OSError:  # ended meanwhile
        return ""


def answered(client, statement):
    """The rows of an honest query, which may need some tries: the limit of time is small, and the machine may be busy."""
    def ask():
        try:
            return [lake.answer(client, statement)]
        except (botocore.exceptions.ClientError, AssertionError):
            return None
    return eventually(ask)[0]


class Watch:
    """Looks at the daemon's worker processes all the time: how many there were, how large, and how long they worked."""

    def __init__(self, daemon):
        self.parent = daemon.process.pid
        self.largest_mib, self.most, self.is_limited = 0, 0, False
        self.worked_s = {}  # processor time of each worker, by (process id, start, name)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def workers(self):
        """All but the one that waits for a query: it has heard of none yet."""
        children = pathlib.Path(f"/proc/{self.parent}/task").glob("*/children")
        return [pid for path in children for pid in read(path).split()
                if "\0worker" in read(f"/proc/{pid}/cmdline") and "cairn-standby" not in read(f"/proc/{pid}/comm")]

    def run(self):
        while not self.is_over.wait(0.05):
            workers = self.workers()
            self.most = max(self.most, len(workers))
            for pid in workers:
                self.look_at(pid)

    def look_at(self, pid):
        found = re.match(r"\d+ \((.*)\) (.*)", read(f"/proc/{pid}/stat"))
        if found:
            numbers = found.group(2).split()
            worked = int(numbers[11]) + int(numbers[12])
            self.worked_s[pid, numbers[19], found.group(1)] = worked / os.sysconf("SC_CLK_TCK")
        size = re.search(r"VmHWM:\s+(\d+) kB", read(f"/proc/{pid}/status"))
        self.largest_mib = max(self.largest_mib, int(size.group(1)) // 1024 if size else 0)
        self.is_limited |= re.search(r"Max address space\s+\d", read(f"/proc/{pid}/limits")) is not None

    def queries_s(self):
        """What each worker of a query worked; writers and mergers take as long as they need."""
        return [worked_s for (_, _, name), worked_s in self.worked_s.items() if name == "cairn-query"]

    def stop(self):
        self.is_over.set()
        self.thread.join()


class Besieged:
    """A daemon under attack."""

    def __init__(self, daemon, canary):
        self.daemon, self.canary, self.ends, self.turned_away = daemon, canary, set(), []
        self.client = daemon.client("cloudtrail", max_pool_connections=2 * AT_ONCE)
        self.store = self.make_store(None)
        self.other_key = self.key_of_another_account()
        self.other = self.make_store(self.other_key)
        sent = [*hostile_records(), *(records.record("DescribeInstances") for _ in range(ORDINARY))]
        answer = daemon.send(sent).json()
        assert answer["Accepted"] == len(sent), answer
        assert daemon.send([records.record(account=OTHER, requestParameters={"note": STORE_SECRET})]).json()["Accepted"] == 1
        theirs = daemon.client("cloudtrail", key=self.other_key)
        eventually(lambda: self.count(theirs, self.other, "CreateBucket") == 1)
        eventually(lambda: self.count(self.client, self.store, "DescribeInstances") == ORDINARY)
        self.files = self.data_files()

    @staticmethod
    def count(client, store, name):
        return int(answered(client, f"SELECT count(*) AS n FROM {store} WHERE eventName = '{name}'")[0]["n"])

    def make_store(self, key):
        client = self.daemon.client("cloudtrail", key=key)
        return client.create_event_data_store(Name="besieged", TerminationProtectionEnabled=False)["EventDataStoreArn"].rpartition("/")[2]

    def key_of_another_account(self):
        key = self.daemon.cairn("CreateKey", {"AccountId": OTHER, "UserName": "olga", "Role": "admin"}).json()["Key"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def data_files(self):
        return {str(path.relative_to(self.daemon.data)) for path in self.daemon.data.rglob("*") if path.is_file()}

    def filled(self, statement):
        for word, meaning in (("$store", self.store), ("$other", self.other), ("$nobody", NOBODY), ("$canary", str(self.canary)),
                              ("$folder", str(self.daemon.data))):
            statement = statement.replace(word, meaning)
        return statement

    def started(self, statement):
        """(None, id of the query), or (error, message) where StartQuery refuses."""
        try:
            return None, self.client.start_query(QueryStatement=self.filled(statement))["QueryId"]
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
        except botocore.exceptions.ParamValidationError as error:  # an SDK refuses an empty statement itself
            return "InvalidQueryStatementException", str(error)

    def refused(self, statement, codes):
        """None, or what is wrong."""
        code, told = self.started(statement)
        is_right = code in codes and FILE_SECRET not in told and STORE_SECRET not in told
        return None if is_right else f"{statement[:150]!r}: {code} {told}"

    def confined(self, statement):
        """None, or what is wrong with how the statement ended."""
        code, told = self.started(statement)
        if code is not None:
            if not told.startswith("planning: "):  # limits hold there too
                self.turned_away.append(told)
            return None if code == "InvalidQueryStatementException" else f"{statement[:150]!r}: {code} {told}"
        end = lake.ended(self.client, told, timeout_s=HANG_S)
        self.ends.add(end["QueryStatus"])
        page = self.client.get_query_results(QueryId=told, MaxQueryResults=100)
        text = json.dumps(page["QueryResultRows"]) + end.get("ErrorMessage", "")
        return f"{statement[:150]!r}: a secret is told: {text[:500]}" if FILE_SECRET in text or STORE_SECRET in text else None


@pytest.fixture(scope="module")
def besieged(tmp_path_factory):
    lake.needs_engine()
    folder = tmp_path_factory.mktemp("lockdown")
    canary = folder / "canary.txt"
    canary.write_text(FILE_SECRET + "\n")
    with daemons(folder) as start:
        yield Besieged(start("--query-timeout", f"{TIMEOUT_S}s", "--query-memory", f"{MEMORY_MIB}m", "--query-concurrency", str(CONCURRENCY)), canary)


@pytest.fixture(scope="module")
def watch(besieged):
    watch = Watch(besieged.daemon)
    yield watch
    watch.stop()


@pytest.fixture(scope="module", autouse=True)
def events_meanwhile(besieged, watch):
    """The ids of events sent while the attacks are under way."""
    sent, is_over = [], threading.Event()

    def send():
        while not is_over.wait(0.2):
            record = records.record("SentUnderAttack")
            if besieged.daemon.send([record]).status == 200:
                sent.append(record["eventID"])
    thread = threading.Thread(target=send)
    thread.start()
    yield sent
    is_over.set()
    thread.join()


def problems(function, calls):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return [problem for problem in pool.map(lambda arguments: function(*arguments), calls) if problem]


REFUSED = {name.lower(): getattr(attacks, name) for name in
           ("FILES", "STORES", "STRANGERS", "NETWORK", "WRITES", "SETTINGS", "SHAPES", "TRICKS", "DEPTHS")}
CONFINED = {name.lower(): getattr(attacks, name) for name in ("WORDS", "MEMORY", "TIME", "PLANNER")}


@pytest.mark.parametrize("kind", REFUSED)
def test_statements_that_reach_for_more_are_refused(besieged, kind):
    codes = ["EventDataStoreNotFoundException"] if kind == "strangers" else ["InvalidQueryStatementException"]
    assert problems(besieged.refused, [(statement, codes) for statement in REFUSED[kind]]) == []


@pytest.mark.parametrize("kind", CONFINED)
def test_statements_that_want_too_much_end_in_time_and_tell_nothing(besieged, kind):
    attacks_of_kind = [(statement,) for statement in CONFINED[kind]]
    besieged.turned_away.clear()
    assert problems(besieged.confined, attacks_of_kind) == []
    assert len(besieged.turned_away) < len(CONFINED[kind]) / 3, "so many are no statements, and attack nothing"
    expected = {"words": {"FINISHED"}, "time": {"TIMED_OUT"}}.get(kind, set())
    eventually(lambda: besieged.ends >= expected or problems(besieged.confined, attacks_of_kind[:AT_ONCE]))  # a busy machine may want some tries
    assert besieged.ends >= expected


def test_there_are_enough_attacks():
    statements = [statement for group in (*REFUSED.values(), *CONFINED.values()) for statement in group]
    assert len(statements) == len(set(statements)) >= 300


def test_hostile_records_are_rows_like_others(besieged):
    rows = answered(besieged.client, f"""SELECT key, length(value) AS size, json_extract(value, '$[0]') AS first FROM {besieged.store}
                                         CROSS JOIN UNNEST(requestParameters) AS p (key, value) WHERE eventName = 'Hostile'""")
    sizes = {row["key"]: row["size"] for row in rows}
    assert set(sizes) == {key for record in hostile_records() for key in record["requestParameters"]}
    assert (sizes["long"], sizes["number"], sizes["null"], sizes["empty"]) == ("150000", "401", "", "0")


def test_another_accounts_queries_are_out_of_reach(besieged):
    theirs = besieged.daemon.client("cloudtrail", key=besieged.other_key)
    assert STORE_SECRET in json.dumps(answered(theirs, f"SELECT requestParameters FROM {besieged.other}"))
    query_id = theirs.list_queries(EventDataStore=besieged.other)["Queries"][0]["QueryId"]
    for call in (besieged.client.get_query_results, besieged.client.describe_query, besieged.client.cancel_query):
        with pytest.raises(botocore.exceptions.ClientError, match="QueryIdNotFoundException"):
            call(QueryId=query_id)


def test_workers_kept_to_their_limits_and_none_is_left(watch):
    """Processor time, not time: what a busy machine makes slow is no offence, and a worker that is not ended goes on working."""
    eventually(lambda: not watch.workers(), timeout_s=HANG_S)
    assert len(watch.queries_s()) > 50
    assert max(watch.queries_s()) < TIMEOUT_S * min(os.cpu_count(), PROCESSORS_MAX) + SLACK_S
    assert watch.most <= 2 * CONCURRENCY + 4, "queries, checks of statements, a writer, a merger, a look whether the engine works, one that begins to wait"
    assert watch.largest_mib < WORKER_MIB or not watch.is_limited, "only workers with sanitizers go without"


def test_a_release_build_bounds_the_memory_of_its_workers(tmp_path, monkeypatch):
    """Sanitizers take all of the address space, so the daemon of the other tests goes without that limit."""
    release = ROOT / "build/cairn"
    if not release.exists():
        pytest.skip("there is no release build: make")
    monkeypatch.setenv("CAIRN_BINARY", str(release))
    with daemons(tmp_path) as start:
        daemon = start("--query-memory", f"{MEMORY_MIB}m")
        client = daemon.client("cloudtrail")
        table = client.create_event_data_store(Name="bounded")["EventDataStoreArn"].rpartition("/")[2]
        watch = Watch(daemon)

        def is_seen():
            """Such a worker does not live long: now and then it is gone before it was looked at."""
            statement = f"SELECT count(*) AS n FROM {table} RIGHT JOIN UNNEST(sequence(1, 100000000)) AS a (n) ON true"
            assert lake.ended(client, client.start_query(QueryStatement=statement)["QueryId"])["QueryStatus"] == "FAILED"
            return watch.is_limited

        try:
            eventually(is_seen)
        finally:
            watch.stop()
        assert 0 < watch.largest_mib < WORKER_MIB


def test_nothing_was_written(besieged):
    new = besieged.data_files() - besieged.files
    assert [name for name in sorted(new) if not KEPT.fullmatch(name)] == []
    assert [name for name in new if name.endswith((".csv", ".db", ".wal")) or TRACE in name or "stolen" in name] == []
    assert [name for name in os.listdir("/tmp") if TRACE in name] == []
    results = [path for path in (besieged.daemon.data / "lake/results").iterdir() if path.stat().st_size < 1 << 20]
    assert results and not any(FILE_SECRET.encode() in path.read_bytes() for path in results)


def test_the_daemon_took_events_all_the_while(besieged, events_meanwhile):
    eventually(lambda: len(events_meanwhile) >= 10)
    expected = set(events_meanwhile)
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "SentUnderAttack"}]
    pages = besieged.client.get_paginator("lookup_events").paginate(LookupAttributes=by_name)
    assert expected <= {event["EventId"] for page in pages for event in page["Events"]}
    assert answered(besieged.client, f"SELECT count(*) AS n FROM {besieged.store} WHERE recipientAccountId <> '{ACCOUNT}'") == [{"n": "0"}]


def hostile_lines():
    """Records as bytes, each with something that a parser, a column or a printer may stumble over."""
    def plain(value):
        return json.dumps(records.record("HostileBytes", userAgent="hostile", requestParameters="HERE")).encode().replace(b"\"HERE\"", value)
    values = ["{\"a\":" * 500 + "1" + "}" * 500, "{\"a\":\"" + "y" * 200000 + "\"}", "{\"" + "k" * 100000 + "\":1}", "{\"a\":1,\"a\":2,\"\\u0061\":3}",
              "{\"a\":1e999999,\"b\":-0.0,\"c\":1E-400,\"d\":" + "9" * 5000 + "}", "{\"\\u0000\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}",
              "[]", "[{}]", "\"text\"", "7", "true", "{\"\":{\"\":{\"\":[[[null]]]}}}", "{\"a\":\"\\\"}', (SELECT 1), '\"}", "{\"a\":" + "[" * 100000 + "}"]
    lines = [plain(value.encode()) for value in values]
    shapes = {"userIdentity": ["x", [], {"sessionContext": "x"}, {"sessionContext": {"attributes": {"creationDate": "yesterday"}}}], "resources": [{}, [7, "x", None, []], "x"],
              "tlsDetails": [[], "x", {"tlsVersion": {}}], "readOnly": ["maybe", 1, None], "eventTime": ["0000-00-00T00:00:00Z", "9999-12-31T23:59:60Z", 7, None],
              "eventID": ["x" * 5000, "../../x", None, {}], "additionalEventData": [[1], "x"], "eventName": ["\u202egnp.exe\0", ""], "errorCode": [{"a": 1}, 7]}
    lines += [json.dumps(records.record("HostileBytes", **{"userAgent": "hostile", name: value})).encode() for name, choices in shapes.items() for value in choices]
    broken = [b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"]
    return lines + [plain(b"{\"a\":\"" + octets + b"\"}") for octets in broken]


def test_hostile_bytes_are_refused_or_become_rows(besieged):
    """By the door of events and by an import, whose checks are not the same."""
    lines, daemon = hostile_lines(), besieged.daemon
    accepted = sum(answer.json().get("Accepted", 0) for answer in (daemon.send(line + b"\n", lines=True) for line in lines) if answer.status == 200)
    assert len(lines) / 3 < accepted < len(lines)
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="hostile")
    for number, line in enumerate(lines):
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/01/01/{ACCOUNT}_CloudTrail_us-east-1_20260101T0000Z_{number:016}.json.gz"
        s3.put_object(Bucket="hostile", Key=key, Body=gzip.compress(b"{\"Records\":[" + line.replace(b"HostileBytes", b"HostileFile") + b"]}"))
    store = besieged.client.create_event_data_store(Name="imported", TerminationProtectionEnabled=False)["EventDataStoreArn"]
    source = {"S3": {"S3LocationUri": "s3://hostile/", "S3BucketRegion": "us-east-1", "S3BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/import"}}
    import_id = besieged.client.start_import(Destinations=[store], ImportSource=source)["ImportId"]
    ends = ("COMPLETED", "FAILED")
    done = eventually(lambda: (found := besieged.client.get_import(ImportId=import_id))["ImportStatus"] in ends and found)["ImportStatistics"]
    assert done["EventsCompleted"] >= accepted and done["FailedEntries"] == len(lines) - done["EventsCompleted"]
    for table, count in ((besieged.store, accepted), (store.rpartition("/")[2], done["EventsCompleted"])):
        statement = f"SELECT * FROM {table} WHERE userAgent = 'hostile'"
        eventually(lambda statement=statement, count=count: len(answered(besieged.client, statement)) == count)
