"""How fast searches are read: `python bench/parse.py`.

The workload is made here from templates: 1,700 searches of about 600 characters, of the kinds that detections use.
The yardstick is a plain regular-expression tokenisation of the same text, which is the least that any reader in
Python has to do. One core, best of several runs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from storypack.spl import MacroDefinition, expand, parse, print_search
from storypack.spl.memory import forget

TEMPLATES = (
    """| tstats `exf_summariesonly` count min(_time) as first_seen max(_time) as last_seen
    values(Processes.process) as process values(Processes.parent_process_name) as parent
    from datamodel=Endpoint.Processes
    where (Processes.process_name="rclone{n}.exe" OR Processes.original_file_name=rclone{n}.exe)
    Processes.process IN ("*copy*", "*sync*", "* --config *") NOT Processes.user IN ("svc_backup", "svc_{n}")
    by Processes.dest Processes.user Processes.process_id _time span=5m
    | `drop_dm_object_name(Processes)`
    | eval target=mvindex(split(process, " "), -1), hour=strftime(first_seen, "%H")
    | where NOT like(target, "%corp{n}.example.com%") AND (hour < 6 OR hour > 20)
    | `exf_ctime(first_seen)` | `exf_rclone_{n}_filter`""",
    """`exf_cloudtrail` eventName IN (PutBucketPolicy, PutBucketAcl, ModifySnapshotAttribute{n}) errorCode=success
    NOT userIdentity.arn="arn:aws:sts::123456789012:assumed-role/deploy-{n}/*"
    | rename requestParameters.bucketName as bucket, userIdentity.principalId as user_id
    | spath input=requestParameters path=createVolumePermission.add.items{{}}.userId output=shared_with
    | eval outside=if(isnotnull(shared_with) AND shared_with!="123456789012", "yes", "no"),
      user=coalesce(user, mvindex(split(user_id, ":"), 1))
    | stats count min(_time) as first_seen max(_time) as last_seen values(bucket) as bucket dc(shared_with) as accounts
      by user, src_ip, aws_region, outside
    | where outside="yes" AND accounts >= {n}
    | lookup known_accounts account_id AS shared_with OUTPUTNEW owner, purpose
    | search owner!=* | fields - purpose | `exf_bucket_{n}_filter`""",
    r"""`exf_zeek_conn` dest_port!=443 (bytes_out>{n}000000 OR duration>3600) NOT dest_ip=10.0.0.0/8
    | bin _time span=1h
    | eventstats avg(bytes_out) as mean stdev(bytes_out) as spread by src_ip
    | eval score=round((bytes_out - mean) / spread, 2), size=tostring(bytes_out / 1024 / 1024, "commas") . " MB"
    | where score > 3 AND isnotnull(score)
    | rex field=uri "(?i)/upload/(?<token>[0-9a-f]{{32}})\.(?<extension>zip|7z|rar)$"
    | stats sum(bytes_out) as bytes count(eval(extension="zip")) as archives values(dest_ip) as dest_ip
      earliest(_time) as
      first_seen by src_ip token
    | join type=left src_ip [ | inputlookup assets where owner=* | rename ip as src_ip | fields src_ip owner ]
    | fillnull value=unknown owner | sort 0 - bytes | table first_seen src_ip owner dest_ip bytes archives""",
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\w+|[^\w\s]', re.DOTALL)


def workload(count: int = 1700) -> list[str]:
    return [TEMPLATES[n % len(TEMPLATES)].format(n=n) for n in range(count)]


def best(run: Callable[[], object], times: int = 5) -> float:
    """Processor seconds of the fastest of several runs."""
    found = []
    for _ in range(times):
        forget()
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def each(run: Callable[[Any], object], inputs: Iterable[Any]) -> None:
    """Keeps no result: what it costs Python's collector to look through 1,700 trees is not the reader's doing."""
    for one in inputs:
        run(one)


def main() -> None:
    searches = workload()
    characters = sum(map(len, searches))
    trees = [parse(search) for search in searches[:100]] * (len(searches) // 100)
    known = {
        f"{name}(1)" if args else name: MacroDefinition(name, ("x",) if args else (), "search *")
        for search in searches
        for name, args in re.findall(r"`(\w+)(\([^`]*\))?`", search)
    }
    print(f"{len(searches)} searches, {characters / len(searches):.0f} characters each")
    plain = best(lambda: [_TOKEN.findall(search) for search in searches])
    rows = {
        "plain tokenisation": plain,
        "parse": best(lambda: each(parse, searches)),
        "print": best(lambda: each(print_search, trees)),
        "expand macros": best(lambda: each(lambda search: expand(search, known), searches)),
    }
    for name, seconds in rows.items():
        per_search = seconds / len(searches) * 1e6
        print(f"{name:20} {seconds:7.3f} s  {per_search:6.0f} µs each  {seconds / plain:5.1f} x plain")


if __name__ == "__main__":
    main()
