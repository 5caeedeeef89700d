"""A package on its way through AppInspect and ACS, with what may happen on the way."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from deploy.site import APP, edited, tree
from splunkd import Fault, Splunkd
from splunkd.faults import Kind, Seen
from storypack.app_build.package import package
from storypack.deploy.package_target import Cloud, CloudClient
from storypack.splunkd.errors import DeployError, Refused, Unreachable
from storypack.splunkd.secret import Secret

OLD = package(tree(), APP, dt.date(2026, 11, 22))
NEW = package(edited("app", "version = 1.0.0", "version = 1.1.0"), APP, dt.date(2026, 11, 22))


def client(splunkd: Splunkd, said: list[str] | None = None, **options: object) -> CloudClient:
    acs, url = splunkd.acs, splunkd.acs_url
    given = {
        "login_url": url,
        "inspect_url": url,
        "acs_url": url,
        "ca": str(splunkd.ca_file),
        "timeout": 2.0,
        **options,
    }
    cloud = Cloud(acs.stack, Secret(acs.token), acs.username, Secret(acs.password), **given)  # type: ignore[arg-type]
    return CloudClient(cloud, (said if said is not None else []).append, lambda seconds: None)


def version(splunkd: Splunkd) -> str:
    return splunkd.state.merged(APP, "app", "launcher")["version"]


@pytest.mark.parametrize("kind", ["busy", "throttle"])
def test_each_request_may_be_refused_for_a_while(kind: Kind) -> None:
    for nth in itertools.count(1):
        with Splunkd() as splunkd:
            splunkd.faults.add(Fault(kind, nth=nth, matches=of_the_cloud, retry_after=1))
            assert client(splunkd).deploy(APP, OLD, "app.tar.gz", "1.0.0") == "1.0.0"
            if splunkd.faults.waiting:
                break
    assert nth > 6


def of_the_cloud(seen: Seen) -> bool:
    return seen.port == "acs"


@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_answer_is_asked_for_again_where_nothing_is_changed(effect: bool) -> None:
    """A lost login, look or report is repeated. A lost upload is not: the stack is asked what it has."""
    outcomes = []
    for nth in itertools.count(1):
        with Splunkd() as splunkd:
            splunkd.faults.add(Fault("cut", nth=nth, matches=of_the_cloud, effect=effect))
            try:
                outcomes.append(client(splunkd).deploy(APP, OLD, "app.tar.gz", "1.0.0"))
            except Unreachable:
                outcomes.append("unreachable")
            uploads = [one for one in splunkd.log if one.method == "POST" and one.path.endswith("/apps/victoria")]
            assert len(uploads) <= 1
            if splunkd.faults.waiting:
                break
    # login, validate, two looks, upload, a look; the last run met no fault
    assert outcomes == [
        "1.0.0",
        "unreachable",
        "1.0.0",
        "1.0.0",
        "1.0.0" if effect else "unreachable",
        "1.0.0",
        "1.0.0",
    ]


def test_an_upgrade_waits_for_the_new_version(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    one = client(splunkd)
    one.deploy(APP, OLD, "app.tar.gz", "1.0.0")
    real, looks = splunkd.acs._describe, []

    def describe(name: str, look: bool = False) -> dict[str, object]:
        looks.append(look)
        stale = {"appID": name, "status": "installed", "version": "1.0.0"}
        return stale if look and sum(looks) == 1 else real(name, look)

    monkeypatch.setattr(splunkd.acs, "_describe", describe)
    assert one.deploy(APP, NEW, "app.tar.gz", "1.1.0") == "1.1.0"
    assert version(splunkd) == "1.1.0"


def test_a_stack_that_does_not_list_it_at_once(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    one = client(splunkd, said)
    real, calls = one._call, itertools.count()

    def call(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> dict[str, object]:
        if method == "GET" and url.endswith(APP) and next(calls) < 2:
            raise Refused(404, "not found")
        return real(method, url, headers, body)

    monkeypatch.setattr(CloudClient, "_call", lambda self, *given: call(*given))
    assert one.deploy(APP, OLD, "app.tar.gz", "1.0.0") == "1.0.0"
    assert sum("waiting" in line for line in said) == 2


def test_answers_that_say_nothing(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CloudClient, "_call", lambda self, *given: {})
    with pytest.raises(DeployError, match="no token"):
        client(splunkd).deploy(APP, OLD, "app.tar.gz")
    monkeypatch.setattr(CloudClient, "_login", lambda self: Secret("t"))
    with pytest.raises(DeployError, match="no request_id"):
        client(splunkd).deploy(APP, OLD, "app.tar.gz")


def test_certificates(splunkd: Splunkd) -> None:
    with pytest.raises(DeployError, match=r"certificate cannot be verified.*--ca"):
        client(splunkd, ca=None).deploy(APP, OLD, "app.tar.gz")
    with pytest.raises(DeployError, match="cannot read the certificates"):
        client(splunkd, ca="/nowhere.pem")


def test_no_secret_in_what_is_told() -> None:
    """Each request refused in turn: neither progress nor error tells a secret."""
    for nth in range(1, 8):
        with Splunkd() as splunkd:
            said: list[str] = []
            splunkd.faults.add(Fault("expire", nth=nth, matches=of_the_cloud))
            try:
                client(splunkd, said).deploy(APP, OLD, "app.tar.gz")
            except DeployError as error:
                said += [str(error), repr(error), repr(error.__cause__)]
            said.append(repr(client(splunkd)))
            assert not [secret for secret in splunkd.secrets for line in said if secret in line]
