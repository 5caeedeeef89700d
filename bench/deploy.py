"""How many requests and how long plan, apply and rollback take for 1,700 saved searches.

    python bench/deploy.py [--searches 1700]

The instance is the stand-in of tests/splunkd, in this process: real HTTPS on the loopback interface. Its time is part
of what is shown, so each line has a limit beside it: the same number of smallest requests (GET server/info), one after
the other over one kept connection. Our own work is the processor time of the thread that deploys. A search is a stanza
of the pack's size (about 5 kB, 40 settings).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from deploy.site import APP, Site, tree  # noqa: E402
from splunkd import Splunkd  # noqa: E402

EXTRA = "".join(f"action.notable.param.note{number} = {'text ' * 15}\n" for number in range(25))


def stanzas(number: int, word: str) -> str:
    """A savedsearches.conf of so many detections."""
    one = tree()["default/savedsearches.conf"].decode().replace("method=POST", f"method={word}")
    body = one[one.index("]") + 1 :] + EXTRA
    filler = '\\\n| eval note="a search of the usual length has some such stages"' * 30
    body = body.replace("| lookup", f"| eval a=1{filler}\\\n| lookup")
    return "".join(
        f"[EXF - Search {count} - Rule]" + body.replace("6f1c5a0e-2f0e", f"{count:08x}-2f0e") for count in range(number)
    )


def measured(splunkd: Splunkd, what: str, run: Callable[[], object]) -> None:
    """One line: requests, seconds, and the seconds of as many smallest requests."""
    since, start, mine = len(splunkd.log), time.perf_counter(), time.thread_time()
    run()
    seconds, own, requests = time.perf_counter() - start, time.thread_time() - mine, len(splunkd.log) - since
    lists = splunkd.log.count("GET", "saved/searches", since=since)
    limit = smallest(splunkd, min(requests, 400)) * max(requests / 400, 1)
    print(
        f"{what:34} {requests:7,} requests ({lists} of lists of searches) {seconds:6.1f} s, "
        f"{own:5.1f} s of it our own work   limit {limit:5.1f} s"
    )


def smallest(splunkd: Splunkd, number: int) -> float:
    connection = Site(splunkd, Path()).connection()
    connection.get("/services/server/info")
    start = time.perf_counter()
    for _ in range(number):
        connection.get("/services/server/info")
    connection.close()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=1700)
    number = parser.parse_args().searches
    old, new = tree(savedsearches=stanzas(number, "POST")), tree(savedsearches=stanzas(number, "PUT"))
    size = len(old["default/savedsearches.conf"]) // number
    print(f"{number:,} saved searches of {size:,} bytes, and {len(tree())} other files")
    with tempfile.TemporaryDirectory() as folder, Splunkd(max_requests=1_000_000) as splunkd:
        site = Site(splunkd, Path(folder), {"timeout": 60.0})
        measured(splunkd, "plan, nothing there", lambda: site.plan(old))
        measured(splunkd, "apply, everything new", lambda: site.apply(old))
        measured(splunkd, "plan, nothing to do", lambda: site.plan(old))
        one = next(iter(splunkd.state.app(APP).local["savedsearches"]))
        splunkd.state.app(APP).put("savedsearches", one, {"search": "index=other"})
        measured(splunkd, "plan, one has drifted", lambda: site.plan(old))
        measured(splunkd, "apply, one has drifted", lambda: site.apply(old))
        measured(splunkd, "apply, every search updated", lambda: site.apply(new))
        measured(splunkd, "rollback of that", site.roll_back)
        measured(splunkd, "rollback of the first apply", lambda: site.roll_back("1"))


if __name__ == "__main__":
    main()
