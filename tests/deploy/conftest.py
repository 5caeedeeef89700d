"""The instance that deploy's tests talk to, and a watch over all of them: no secret of it may show up anywhere."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest

from deploy.site import Site
from splunkd import Splunkd
from splunkd.fixtures import splunkd

__all__ = ["splunkd"]


@pytest.fixture
def site(splunkd: Splunkd, tmp_path: Path) -> Site:
    """An instance without the app, and an empty folder for what we know of it."""
    return Site(splunkd, tmp_path)


@pytest.fixture(autouse=True)
def no_secret_in_files_and_logs(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Everything is logged, splunk-sdk's own lines included; afterwards logs and files are searched."""
    caplog.set_level(logging.DEBUG)
    seen: set[str] = set()
    if "splunkd" not in request.fixturenames:
        yield
        return
    instance: Splunkd = request.getfixturevalue("splunkd")
    seen.update(instance.secrets)
    yield
    seen.update(instance.secrets)
    texts = (path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    assert not leaked(seen, [caplog.text, *texts])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The same for what a test printed and for the text of its failure."""
    report = yield
    instance = getattr(item, "funcargs", {}).get("splunkd")
    if isinstance(instance, Splunkd) and call.when == "call":
        shown = [report.capstdout, report.capstderr, report.caplog, report.longreprtext]
        if leaked(instance.secrets, shown):
            report.outcome = "failed"
            report.longrepr = "a secret of the instance was printed, logged or shown in a failure"
    return report


def leaked(secrets: Iterable[str], texts: Iterable[str]) -> list[str]:
    """The secrets that are in one of the texts, by their first two characters alone."""
    held = [text for text in texts if text]
    return [f"{secret[:2]}..." for secret in secrets if any(secret in text for text in held)]
