"""Trials with servers that answer oddly, with a pack's `.env`, and with searches for an instance."""

from __future__ import annotations

import contextlib
import random
import socket
import threading

from odd_answers import ODD, http, server
from storypack.remote.harmless import MayChange, check_reads_only
from storypack.spl.source import SplError
from storypack.splunkd import transport
from storypack.splunkd.errors import DeployError
from tests.hostile.hostile_pack import write
from tests.hostile.trials import SECRET, Place, hold, trial

CHANGING = (
    "delete",
    "outputlookup x.csv",
    "collect index=x",
    "sendemail to=a@example.com",
    "outputcsv x",
    "script python x",
    "runshellscript x",
    "mcollect index=x",
    "sendalert x",
    "dump basefilename=x",
    "tscollect namespace=x",
    "meventcollect index=x",
    "crawl",
    "somethingcustom",
    "summaryindex",
    "outputtext x",
    "fit LinearRegression a from b into c",
    "ldapsearch x",
    "curl uri=x",
)
WRAPS = (
    "{}",
    "search * | {}",
    "search * [ | {} ]",
    "search * | append [ search x | {} ]",
    "search * | foreach a* [ {} ]",
    'search * | map search="search x | {}"',
    "search * | appendpipe [ {} ]",
    "search * | join a [ | {} ]",
    "| multisearch [ search x | {} ]",
    "| union [ search x | {} ]",
    "search * | eval y=[ | {} ]",
    "search * | appendcols [ | {} ]",
    "| makeresults | foreach a [ foreach b [ {} ] ]",
    'search `m("x")` | {}',
    "search * | where a IN ([ | {} ])",
    "| set union [ search a | {} ] [ search b ]",
)


@trial(5, 6)
def searches_that_change(draw: random.Random, place: Place) -> None:
    search = draw.choice(CHANGING)
    if draw.random() < 0.5:
        search = search.replace(search.split()[0], search.split()[0].upper(), 1)
    for _ in range(draw.randint(1, 3)):
        search = draw.choice(WRAPS).replace("{}", search.replace('"', '\\"') if "map" in search else search)
    if not search.lstrip().startswith(("search", "|")):
        search = f"| {search}"
    place.log.append(search)
    try:
        check_reads_only(search)
    except (MayChange, SplError):
        return
    hold(False, "it may run on an instance")


@trial(3, 5)
def env_of_a_pack(draw: random.Random, place: Place) -> None:
    requests: list[bytes] = []

    def record(client: socket.socket, ended: threading.Event, request: bytes) -> None:
        requests.append(request)
        client.sendall(http("401 No", request[:2000]))

    with server(record) as port:
        values = {
            "HOST": draw.choice(("127.0.0.1", "localhost", "127.0.0.1 ", '"127.0.0.1"', "'localhost'")),
            "PORT": str(port),
            "SCHEME": "http",
            "HEC_URL": f"http://127.0.0.1:{port}",
            "ACS_URL": f"http://127.0.0.1:{port}",
            "LOGIN_URL": f"http://127.0.0.1:{port}",
            "CA": "/dev/zero",
            "USERNAME": "kim",
            "APPINSPECT_URL": f"http://localhost:{port}",
        }
        keys = draw.sample(sorted(values), draw.randint(2, len(values)))
        prefix = draw.choice(("", "export ", " ", "\ufeff"))
        write(place.pack, ".env", "".join(f"{prefix}STORYPACK_SPLUNK_{key}={values[key]}\n" for key in keys))
        name = draw.choice(("TOKEN", "PASSWORD", "SESSION_KEY"))
        given = {f"STORYPACK_SPLUNK_{each}": SECRET for each in (name, "HEC_TOKEN", "ACS_TOKEN", "COM_PASSWORD")}
        given |= {"STORYPACK_SPLUNK_COM_USERNAME": "kim@example.com", "STORYPACK_SPLUNK_USERNAME": "kim"}
        words = draw.choice(
            (
                ("deploy", "plan", "--pack", str(place.pack), "--timeout", "1"),
                ("deploy", "status", "--pack", str(place.pack), "--timeout", "1"),
                ("deploy", "apply", "--yes", "--pack", str(place.pack), "--timeout", "1", "--cloud", "stack"),
                ("search", "search *", "--splunk", "--pack", str(place.pack), "--timeout", "1"),
            )
        )
        place.run(*words, **given)
    sent = b"".join(requests)
    hold(SECRET.encode() not in sent, f"{words[:2]} sent the secret to the address of the pack's .env: {keys}")


@trial(14, 10)
def odd_servers(draw: random.Random, place: Place) -> None:
    from remote.test_odd_answers import CLIENTS, check

    name, client = draw.choice(sorted(ODD)), draw.choice(sorted(CLIENTS))
    place.log.append(f"{client}: {name}")
    usual = transport.TIMEOUTS, transport.LARGEST
    transport.TIMEOUTS, transport.LARGEST = 2, 300_000
    try:
        with server(ODD[name]) as port, contextlib.suppress(KeyError):
            CLIENTS[client](port)
            hold(False, "it is taken for a success")
    except DeployError as error:
        check(error)
    finally:
        transport.TIMEOUTS, transport.LARGEST = usual


@trial(14, 3)
def command_and_odd_server(draw: random.Random, place: Place) -> None:
    name = draw.choice(sorted(set(ODD) - {"drips", "endless length", "endless chunks", "endless continue", "silence"}))
    place.log.append(name)
    with server(ODD[name]) as port:
        given = {
            "STORYPACK_SPLUNK_TOKEN": SECRET,
            "STORYPACK_SPLUNK_HOST": "127.0.0.1",
            "STORYPACK_SPLUNK_PORT": str(port),
        }
        options = ("--scheme", "http", "--timeout", "1", "--pack", str(place.pack))
        code, _, _ = place.run("deploy", draw.choice(("plan", "status")), *options, **given)
        hold(code != 0, "it is taken for an instance")
