"""Who we are on the instance: from the environment, a `.env` file, the system keyring, or a question.

Never from an argument of the command line, which every process of the machine can read.

Sources in this order; the first that has something usable wins:

    STORYPACK_SPLUNK_TOKEN                                   an authentication token (JWT)
    STORYPACK_SPLUNK_SESSION_KEY                             a session key
    STORYPACK_SPLUNK_USERNAME, STORYPACK_SPLUNK_PASSWORD     a login
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storypack.splunkd.errors import DeployError
from storypack.splunkd.secret import Secret

PREFIX = "STORYPACK_SPLUNK_"
NOTHING = Secret("")
SERVICE = "storypack"
PROMPT = "prompt"
Ask = Callable[[str, bool], str]  # (question, hidden) -> answer


@dataclass(frozen=True, slots=True)
class Credentials:
    """One way to be let in: a token, a session key, or user and password. `source` says where they came from."""

    token: Secret = NOTHING
    session_key: Secret = NOTHING
    username: str = ""
    password: Secret = NOTHING
    source: str = ""


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables `STORYPACK_SPLUNK_*` of the process's environment and of a pack's `.env`; the environment wins.

    A pack may be somebody else's: what its `.env` says of where to go (host, port, authorities, addresses) must not
    receive credentials that it did not bring.
    """

    environment: Mapping[str, str]
    file: Mapping[str, str]

    def get(self, variable: str) -> str:
        """The value; empty where neither has one."""
        return self.environment.get(variable) or self.file.get(variable) or ""

    def source_of(self, variable: str) -> str:
        """`environment`, `.env`, or empty."""
        return "environment" if self.environment.get(variable) else ".env" if self.file.get(variable) else ""

    def check_places(self, places: Sequence[str], source: str, ask: Ask | None) -> None:
        """`DeployError` if credentials of `source` would go where only the pack's `.env` says, unless somebody who is
        asked agrees. `places` are the variables that were used for want of an option."""
        foreign = [f"{name}={self.file[name]}" for name in places if self.source_of(name) == ".env"]
        if not foreign or source in (".env", PROMPT):
            return
        message = f"the pack's .env says {', '.join(foreign)}, and the credentials are not from there ({source})"
        if ask is None:
            raise DeployError(message, "set both in the environment, both in .env, or give the place as an option")
        if ask(f"{message}. Send them there? Type yes", False).strip().casefold() != "yes":
            raise DeployError(f"{message}: nothing was sent")


def read_variables(environment: Mapping[str, str], folder: Path) -> Variables:
    """The variables of the environment and of `folder`'s `.env`. `DeployError` for a file that cannot be read."""
    return Variables(environment, read_env_file(folder / ".env"))


def find_credentials(environment: Mapping[str, str], folder: Path, host: str, ask: Ask | None = None) -> Credentials:
    """The credentials for a host. `ask` is None where nobody can answer (then `DeployError` names the variables)."""
    for values, source in ((environment, "environment"), (read_env_file(folder / ".env"), ".env")):
        if credentials := _from_variables(values, source):
            return credentials
    username = environment.get(f"{PREFIX}USERNAME", "") or read_env_file(folder / ".env").get(f"{PREFIX}USERNAME", "")
    if credentials := _from_keyring(host, username):
        return credentials
    if ask is None:
        raise DeployError(
            f"no credentials for {host}",
            f"set {PREFIX}TOKEN, or {PREFIX}USERNAME and {PREFIX}PASSWORD, in the environment or in .env",
        )
    username = username or ask(f"User on {host}", False)
    return Credentials(
        username=username, password=Secret(ask(f"Password of {username} on {host}", True)), source=PROMPT
    )


def find_secret(name: str, environment: Mapping[str, str], folder: Path, ask: Ask | None = None) -> Secret:
    """Another secret (an ACS, AppInspect or HEC token) by its variable, `STORYPACK_SPLUNK_<name>`."""
    variable = PREFIX + name
    value = environment.get(variable) or read_env_file(folder / ".env").get(variable)
    if not value and ask is not None:
        value = ask(variable, True)
    if not value:
        raise DeployError(f"{variable} is not set", "set it in the environment or in .env")
    return header_secret(variable, value) if name.endswith("TOKEN") else Secret(value)


def header_secret(name: str, value: str) -> Secret:
    """A token for a header. White space around it (a file's last line break) is none of it; DeployError for what no
    header can carry: http.client would say so with the token in its message."""
    text = value.strip()
    if not text or not all("!" <= character <= "~" for character in text):
        raise DeployError(f"{name} is no token: it has line breaks, blanks or characters beyond ASCII", "copy it anew")
    return Secret(text)


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a `.env` file; none when there is no file. The process's own environment stays as it is."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        variables = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"cannot read {path}: {getattr(error, 'strerror', '') or 'it is no UTF-8'}") from None
    return {key: value for key, value in variables.items() if value is not None}


def _from_variables(values: Mapping[str, str], source: str) -> Credentials | None:
    if token := values.get(f"{PREFIX}TOKEN"):
        return Credentials(token=header_secret(f"{PREFIX}TOKEN", token), source=source)
    if key := values.get(f"{PREFIX}SESSION_KEY"):
        return Credentials(session_key=header_secret(f"{PREFIX}SESSION_KEY", key), source=source)
    username, password = values.get(f"{PREFIX}USERNAME"), values.get(f"{PREFIX}PASSWORD")
    if username and password:
        return Credentials(username=username, password=Secret(password), source=source)
    return None


def _from_keyring(host: str, username: str) -> Credentials | None:
    """Entries of the service `storypack`: `token@<host>` for a token, `<user>@<host>` for a password."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        if token := keyring.get_password(SERVICE, f"token@{host}"):
            return Credentials(token=header_secret(f"the keyring's token@{host}", token), source="keyring")
        if username and (password := keyring.get_password(SERVICE, f"{username}@{host}")):
            return Credentials(username=username, password=Secret(password), source="keyring")
    except (KeyringError, RuntimeError):  # no backend on this machine, or a locked one
        return None
    return None
