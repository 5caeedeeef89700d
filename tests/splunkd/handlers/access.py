"""Logging in, and who one is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from http.cookies import CookieError, SimpleCookie

from marked_secrets import new_secret
from splunkd import atom, json_form, listing
from splunkd.instance import Instance
from splunkd.shapes import Acl, Answer, Entry, Refused, Request, Value, missing_arguments
from splunkd.state import State


def not_authenticated() -> Refused:
    """A session key or token that nobody knows."""
    return Refused(401, "call not properly authenticated", "WARN")


def unauthorized() -> Refused:
    """A wrong password, or none."""
    return Refused(401, "Unauthorized", headers={"WWW-Authenticate": 'Basic realm="/splunk"'})


def login(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """POST /services/auth/login -> a session key, as a cookie too when asked."""
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed")
    lacking = [name for name in ("username", "password") if not request.has(name)]
    if lacking:
        raise missing_arguments(lacking)
    user = instance.state.users.get(request.arg("username"))
    if user is None or not secrets.compare_digest(user.password.encode(), request.arg("password").encode()):
        raise Refused(401, "Login failed", "WARN", code="incorrect_username_or_password")
    key = new_secret(96)
    instance.state.sessions[key] = user.name
    headers = {}
    if request.arg("cookie") == "1":
        headers["Set-Cookie"] = f"splunkd_{instance.port}={key}; Path=/; Secure; HttpOnly; Max-Age=3600"
    if request.output_mode == "json":
        body = json_form.dumps({"sessionKey": key, "message": "", "code": ""})
        return Answer(body=body, content_type="application/json; charset=UTF-8", headers=headers)
    return Answer(body=atom.response(sessionKey=key), headers=headers)


def authenticate(state: State, headers: dict[str, str], port: int) -> str:
    """The user of a request: by cookie, session key, bearer token or password. 401 for none or a wrong one."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(f"splunkd_{port}")
    except CookieError:
        cookie = None
    if cookie is not None and cookie.value in state.sessions:
        return state.sessions[cookie.value]
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() in ("splunk", "bearer") and secret in state.sessions:
        return state.sessions[secret]
    if scheme.lower() == "bearer" and secret in state.tokens:
        return state.tokens[secret]
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise unauthorized() from None
        user = state.users.get(name)
        if user is not None and secrets.compare_digest(user.password.encode(), password.encode()):
            return user.name
    if scheme.lower() in ("", "basic"):
        raise unauthorized()
    raise not_authenticated()


def tokens(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/authorization/tokens: GET lists whose there are, POST (name, audience) makes one and shows it this once."""
    path, held = "/services/authorization/tokens", instance.state.tokens
    acl = Acl("", "system", "system")

    def entry(token: str) -> Entry:
        claims: dict[str, Value] = {"sub": held[token], "aud": "tests", "exp": 0}
        content: dict[str, Value] = {"claims": claims, "status": "enabled"}
        if request.method == "POST":
            content["token"] = token
        name = hashlib.sha256(token.encode()).hexdigest()
        return Entry(name, f"{path}/{name}", content, acl)

    if request.method == "GET":
        return Answer(feed=listing.feed("tokens", path, sorted(held), entry, request))
    instance.need(request, "edit_tokens_all")
    lacking = [name for name in ("name", "audience") if not request.arg(name)]
    if lacking:
        raise missing_arguments(lacking)
    if request.arg("name") not in instance.state.users:
        raise Refused(400, f"User '{request.arg('name')}' does not exist.")
    made = instance.state.add_token(request.arg("name"))
    plain = Request("GET", request.path, request.owner, request.app, (), {}, {})
    return Answer(201, listing.feed("tokens", path, [made], entry, plain))


def current_context(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """GET /services/authentication/current-context: the caller, with roles and capabilities."""
    user = instance.caller(request)
    capabilities = sorted(user.capabilities)
    content = {
        "username": user.name, "realname": "", "roles": list(user.roles), "capabilities": capabilities,
        "defaultApp": user.default_app, "type": "Splunk", "email": "", "tz": "",
    }  # fmt: skip
    path = "/services/authentication/current-context"
    entry = Entry("context", f"{path}/context", content, Acl("", "system", "system", removable=False))
    return Answer(feed=listing.feed("current-context", path, [entry], lambda one: one, request))
