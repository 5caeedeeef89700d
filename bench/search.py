"""`storypack search` over CloudTrail-shaped JSON lines, beside hand-written DuckDB queries for the same answers.

    python bench/search.py [--megabytes 500] [--large] [--only NAME] [--repeat 1] [--keep DIR]

The events are made by this script, the same ones every time. Each search, and each hand-written query, runs as a
process of its own, by turns; both find their modules compiled, as after an installation. Shown are wall seconds and
their ratio, processor seconds (all threads) and theirs, which say more on a busy machine, and the peak memory of the
search. The answers are compared. `--large` adds a file of four times the size, to show that time grows with the data
and memory does not. Aims: at most three times the hand-written query's time, and less than 1 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAMES = (
    ("s3.amazonaws.com", "GetObject", 40),
    ("s3.amazonaws.com", "PutObject", 12),
    ("ec2.amazonaws.com", "DescribeInstances", 20),
    ("ec2.amazonaws.com", "CreateSnapshot", 3),
    ("ec2.amazonaws.com", "ModifySnapshotAttribute", 1),
    ("ec2.amazonaws.com", "DeleteSnapshot", 2),
    ("iam.amazonaws.com", "CreateUser", 1),
    ("sts.amazonaws.com", "AssumeRole", 21),
)
AGENTS = (
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.0",
    "Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0",
    "aws-sdk-go/1.50.3 (go1.21; linux; amd64)",
    "console.amazonaws.com",
)
START = datetime(2026, 11, 20, tzinfo=UTC)
NEEDLE = "snap-0feedfacefeedface"

# What anybody would write who knows DuckDB: the columns that the question needs, read as what they are.
READ = "read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})"


@dataclass(frozen=True)
class Question:
    """A search, and the DuckDB query that answers the same. The query's columns are named as the search's."""

    name: str
    spl: str
    columns: str
    query: str


ITEMS = "requestParameters.createVolumePermission.add.items{}.userId"
QUESTIONS = (
    Question(
        "needle",
        f"eventName=ModifySnapshotAttribute requestParameters.snapshotId={NEEDLE} | table eventID",
        "eventID: 'VARCHAR', eventName: 'VARCHAR', requestParameters: 'JSON'",
        "SELECT eventID FROM {read} WHERE eventName = 'ModifySnapshotAttribute' "
        f"AND requestParameters->>'$.snapshotId' = '{NEEDLE}'",
    ),
    Question(
        "stats by",
        "stats count dc(sourceIPAddress) as sources by eventSource eventName",
        "eventSource: 'VARCHAR', eventName: 'VARCHAR', sourceIPAddress: 'VARCHAR'",
        "SELECT eventSource, eventName, count(*) AS count, count(DISTINCT sourceIPAddress) AS sources "
        "FROM {read} GROUP BY 1, 2",
    ),
    Question(
        "multivalue path",
        f"eventName=ModifySnapshotAttribute | stats count by {ITEMS}",
        "eventName: 'VARCHAR', requestParameters: 'JSON'",
        "SELECT unnest(json_extract_string(requestParameters, '$.createVolumePermission.add.items[*].userId')) AS \""
        f"{ITEMS}\", count(*) AS count FROM {{read}} WHERE eventName = 'ModifySnapshotAttribute' GROUP BY 1",
    ),
    Question(
        "rex",
        r'rex field=userAgent "^(?<tool>[A-Za-z0-9-]+)/(?<version>\d+\.\d+)" | stats count by tool version',
        "userAgent: 'VARCHAR'",
        "SELECT s.tool AS tool, s.version AS version, count(*) AS count FROM (SELECT regexp_extract(userAgent, "
        r"'^([A-Za-z0-9-]+)/(\d+\.\d+)', ['tool', 'version']) AS s FROM {read}) WHERE s.tool <> '' GROUP BY 1, 2",
    ),
    Question(
        "tstats",
        "| tstats count from datamodel=Change.All_Changes where All_Changes.action=deleted "
        "by All_Changes.user All_Changes.command",
        "eventName: 'VARCHAR', userIdentity: 'STRUCT(userName VARCHAR)'",
        'SELECT userIdentity.userName AS "All_Changes.user", eventName AS "All_Changes.command", count(*) AS count '
        "FROM {read} WHERE eventName LIKE 'Delete%' GROUP BY 1, 2",
    ),
)


def write_events(path: Path, megabytes: int) -> int:
    """Events up to a size; how many there are."""
    chance = random.Random(7)
    names = [(source, name) for source, name, weight in NAMES for _ in range(weight)]
    wanted, written, number = megabytes * 1_000_000, 0, 0
    with path.open("w", encoding="utf-8") as file:
        while written < wanted:
            written += file.write(json.dumps(event(number, chance, *chance.choice(names))) + "\n")
            number += 1
    return number


def event(number: int, chance: random.Random, source: str, name: str) -> dict[str, object]:
    """One record, of some 1,100 bytes."""
    user = f"user{chance.randrange(200):03}"
    second = number // 10
    parameters: dict[str, object] = {
        "bucketName": f"bucket-{chance.randrange(50)}",
        "key": f"data/{number}/part.parquet",
    }
    if "Snapshot" in name:
        parameters = {"snapshotId": NEEDLE if number % 90_000 == 89_999 else f"snap-0{chance.getrandbits(64):016x}"}
    if name == "ModifySnapshotAttribute":
        accounts = [{"userId": f"{chance.randrange(30):012}"} for _ in range(chance.randrange(1, 4))]
        parameters |= {
            "attributeType": "CREATE_VOLUME_PERMISSION",
            "createVolumePermission": {"add": {"items": accounts}},
        }
    if number % 90_000 == 89_999:
        source, name, parameters = "ec2.amazonaws.com", "ModifySnapshotAttribute", {"snapshotId": NEEDLE}
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{chance.getrandbits(64):016X}",
            "arn": f"arn:aws:iam::123456789012:user/{user}",
            "accountId": "123456789012",
            "accessKeyId": f"AKIA{chance.getrandbits(64):016X}",
            "userName": user,
            "sessionContext": {"attributes": {"creationDate": "2026-11-20T08:00:00Z", "mfaAuthenticated": "false"}},
        },
        "eventTime": (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": chance.choice(("eu-west-1", "us-east-1", "ap-southeast-2")),
        "sourceIPAddress": f"198.51.100.{chance.randrange(256)}",
        "userAgent": chance.choice(AGENTS),
        "requestParameters": parameters,
        "responseElements": {"requestId": f"{chance.getrandbits(128):032x}", "_return": True},
        "additionalEventData": {
            "bytesTransferredIn": 0,
            "bytesTransferredOut": chance.randrange(10**7),
            "x-amz-id-2": "x" * 60,
        },
        "requestID": f"{chance.getrandbits(64):016X}",
        "eventID": f"{number:08x}-0000-4000-8000-{chance.getrandbits(48):012x}",
        "readOnly": name.startswith(("Get", "Describe")),
        "eventType": "AwsApiCall",
        "managementEvent": source != "s3.amazonaws.com",
        "recipientAccountId": "123456789012",
        "eventCategory": "Data" if source == "s3.amazonaws.com" else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": source,
        },
    }


@dataclass(frozen=True)
class Measured:
    seconds: float
    busy: float
    megabytes: float
    output: str


def measure(command: list[str], compiled: Path) -> Measured:
    """A command's wall and processor seconds, peak memory and output; it must succeed. Bytecode goes to `compiled`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        if status:
            raise SystemExit(f"failed: {' '.join(command)}")
        output.seek(0)
        return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read())


PEER = """
import sys, json, duckdb
con = duckdb.connect()
con.execute("SET threads = 2; SET enable_progress_bar = false")
result = con.execute(sys.argv[1])
names = [column[0] for column in result.description]
for row in result.fetchall():
    print(json.dumps(dict(zip(names, row))))
"""


def ours(question: Question, file: Path) -> list[str]:
    fixed = ["--data", str(file), "--sourcetype", "aws:cloudtrail", "--format", "json", "--pack", str(file.parent)]
    return [sys.executable, "-m", "storypack.cli", "search", question.spl, *fixed]


def theirs(question: Question, file: Path) -> list[str]:
    read = READ.format(file=file, columns=question.columns)
    return [sys.executable, "-c", PEER, question.query.replace("{read}", read)]


def rows(text: str) -> list[str]:
    """The rows as comparable text, in any order: whole numbers without a point."""
    found = [json.loads(line) for line in text.splitlines()]
    return sorted(json.dumps(row, sort_keys=True) for row in found)


def run(file: Path, events: int, only: str, repeat: int, compiled: Path) -> bool:
    print(f"\n{file.stat().st_size / 1e6:,.0f} MB, {events:,} events")
    print(f"{'search':<16} {'storypack':>10} {'DuckDB':>8} {'ratio':>6} {'busy':>15} {'ratio':>6} {'peak MB':>8}  rows")
    good = True
    for question in QUESTIONS:
        if only and only != question.name:
            continue
        pairs = [
            (measure(ours(question, file), compiled), measure(theirs(question, file), compiled)) for _ in range(repeat)
        ]
        mine, peer = (min(each, key=lambda one: one.seconds) for each in zip(*pairs, strict=True))
        busy, peer_busy = (min(one.busy for one in each) for each in zip(*pairs, strict=True))
        peak = max(one.megabytes for one, _ in pairs)
        same = rows(mine.output) == rows(peer.output)
        ratio = mine.seconds / peer.seconds
        good = good and same and ratio <= 3 and peak < 1000
        print(
            f"{question.name:<16} {mine.seconds:>9.1f}s {peer.seconds:>7.1f}s {ratio:>6.2f} "
            f"{busy:>6.1f}s /{peer_busy:>5.1f}s {busy / peer_busy:>6.2f} {peak:>8.0f}  "
            f"{len(mine.output.splitlines()):,}{'' if same else '  DIFFERENT ANSWERS'}"
        )
    return good


def warm(folder: Path, compiled: Path) -> None:
    """Have every module compiled that the searches need."""
    file = folder / "warm.jsonl"
    write_events(file, 1)
    for question in QUESTIONS:
        measure(ours(question, file), compiled)
        measure(theirs(question, file), compiled)
    file.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--large", action="store_true", help="also a file of four times the size")
    parser.add_argument("--only", default="", choices=["", *(question.name for question in QUESTIONS)])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the events, which are then left there")
    given = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        compiled = Path(scratch) / "compiled"
        warm(folder, compiled)
        for megabytes in (given.megabytes, 4 * given.megabytes) if given.large else (given.megabytes,):
            file = folder / f"cloudtrail_{megabytes}.jsonl"
            events = write_events(file, megabytes) if not file.exists() else sum(1 for _ in file.open("rb"))
            good = run(file, events, given.only, given.repeat, compiled) and good
            if given.keep is None:
                file.unlink()
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
