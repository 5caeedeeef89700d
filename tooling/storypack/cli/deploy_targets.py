"""`storypack deploy apply` with a whole package: to a folder, from a server's disk, or to Splunk Cloud."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from storypack.cli import exit_codes
from storypack.cli.deploy_session import CA_VARIABLE, ask, built_app, session

_CLOUD_URLS = {  # for FedRAMP and the like, whose services have other addresses
    "login_url": "STORYPACK_SPLUNK_LOGIN_URL",
    "inspect_url": "STORYPACK_SPLUNK_APPINSPECT_URL",
    "acs_url": "STORYPACK_SPLUNK_ACS_URL",
}


def to_folder(pack: Path, folder: Path) -> int:
    """Write the app below a folder, as for a deployer, and say what to run there."""
    from storypack.deploy.folder_target import commands, write_app
    from storypack.splunkd.errors import DeployError

    app, tree = built_app(pack)
    try:
        target, kept = write_app(app, tree, folder)
    except DeployError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{target}: {len(tree)} files" + (f", and {len(kept)} of the site's kept" if kept else ""))
    click.echo(
        "On the deployer, as the user that runs Splunk:\n" + "\n".join(f"  {line}" for line in commands(app, target))
    )
    return exit_codes.OK


def install(pack: Path, path: str, yes: bool, where: Mapping[str, Any]) -> int:
    """Have the instance install a package that lies on its own disk."""
    from storypack.deploy.package_target import install_from_path

    with session(pack, where, None) as (connection, _, instance, desired):
        if not yes:
            click.confirm(f"Install {path} as {desired.app} {desired.version} on {instance}?", abort=True)
        then = install_from_path(connection, desired.app, desired.version, path)
    click.echo(f"{desired.app} {desired.version} is installed on {instance}" + (f". {then}" if then else ""))
    return exit_codes.OK


def _check_https(url: str) -> None:
    """A usage error for an address that would carry secrets in clear text; this machine itself may."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")):
        raise click.UsageError(f"{url}: secrets are sent to https:// only")


def to_cloud(pack: Path, stack: str, classic: bool, yes: bool, where: Mapping[str, Any]) -> int:
    """Have the package vetted and installed on a Splunk Cloud stack (Admin Config Service Manual)."""
    from storypack.app_build.pipeline import build_pack
    from storypack.deploy.package_target import Cloud, CloudClient
    from storypack.opening import folder_of
    from storypack.pack.load import load_pack
    from storypack.splunkd.credentials import PREFIX, PROMPT, find_secret, read_variables
    from storypack.splunkd.errors import DeployError

    app, _ = built_app(pack)
    loaded = load_pack(pack).pack
    built = build_pack(loaded, folder_of(pack, "dist"))
    if not yes:
        click.confirm(f"Have {built.path.name} vetted by AppInspect and installed on {stack}?", abort=True)
    asking = ask if sys.stdin.isatty() else None
    try:
        variables = read_variables(os.environ, pack)
        urls: dict[str, Any] = {name: variables.get(key) for name, key in _CLOUD_URLS.items() if variables.get(key)}
        for name in ("ACS_TOKEN", "COM_PASSWORD"):
            source = variables.source_of(PREFIX + name) or PROMPT
            variables.check_places([*_CLOUD_URLS.values(), *([] if where["ca"] else [CA_VARIABLE])], source, asking)
        for url in urls.values():
            _check_https(url)
        cloud = Cloud(
            stack,
            find_secret("ACS_TOKEN", os.environ, pack, asking),
            find_secret("COM_USERNAME", os.environ, pack, asking).reveal(),
            find_secret("COM_PASSWORD", os.environ, pack, asking),
            classic=classic,
            ca=where["ca"] or variables.get(CA_VARIABLE) or None,
            timeout=where["timeout"],
            **urls,
        )
        version = CloudClient(cloud, lambda text: click.echo(text, err=True)).deploy(
            app, built.path.read_bytes(), built.path.name, loaded.settings.version
        )
    except DeployError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{app} {version} is installed on {stack}")
    return exit_codes.OK
