"""What a search may use of the machine."""

from __future__ import annotations

import os
import threading

import duckdb
import pytest

from storypack.engine import run_search
from storypack.engine.memory import DictSource
from storypack.engine.run import open_session


def test_the_connection_reads_no_files_and_is_bounded() -> None:
    with open_session(DictSource([])) as session:
        with pytest.raises(duckdb.Error, match="disabled"):
            session.connection.execute("SELECT * FROM read_text('/etc/hostname')").fetchall()
        with pytest.raises(duckdb.Error, match=r"locked|disabled|Cannot"):
            session.connection.execute("SET enable_external_access = true").fetchall()
        limit = session.connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
        size, unit = limit.split()
        assert unit in ("MiB", "GiB")
        assert float(size) * {"MiB": 1, "GiB": 1024}[unit] * 2**20 < os.sysconf("SC_PAGE_SIZE") * os.sysconf(
            "SC_PHYS_PAGES"
        )


def test_a_run_leaves_nothing_behind() -> None:
    run_search("stats count by x | outputlookup t", [{"x": 1}])
    with open_session(DictSource([])) as session:
        tables = session.connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert tables == []


def test_searches_of_several_threads_do_not_meet() -> None:
    """From the first one on, when the shared connection has not been opened and no function is defined on it."""
    from storypack.engine.run import close

    found: dict[int, object] = {}
    close()

    def run(number: int) -> None:
        events = [{"x": number}] * (number + 1)
        found[number] = run_search("eventstats count by x | stats max(count) as n by x", events)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [{"x": number, "n": number + 1}] for number in range(6)}


def test_a_closed_engine_opens_again() -> None:
    from storypack.engine.run import close

    assert run_search("stats count", [{}]) == [{"count": 1}]
    close()
    assert run_search("stats count", [{}, {}]) == [{"count": 2}]
