"""Why a request failed, and what to do about it, for the person in front of the terminal."""

from __future__ import annotations

import html
import http.client
import re
import socket
import ssl
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

from storypack.splunkd.answers import decoded
from storypack.splunkd.errors import DeployError, Refused
from storypack.splunkd.secret import one_line

PORT_CURE = "is this splunkd's management port, usually 8089, and no proxy or login page in between?"
_DATES = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_NAMES = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_CURES = {
    401: "the credentials are wrong or have expired",
    409: "somebody made it meanwhile: look at the plan again",
    402: "the licence does not cover it",
    403: "the role needs write permission on the app and the capability for it",
    407: "a proxy wants a login: give the instance's own address",
}
_UNKNOWN_ARGUMENT = re.compile(r'Argument "([^"]+)" is not supported by this handler')
_BEGINNING = 1 << 16  # bytes of an answer in which a page shows that it is one


def failure_reason(error: Exception) -> str:
    """Why no answer came, in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "there is no host of this name"
    if isinstance(error, ParseError):
        return "the answer to the login is not splunkd's"
    if is_no_tls(error):
        return "what answers there speaks no TLS"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return one_line(str(error)) or type(error).__name__


def failure_cure(error: Exception, scheme: str) -> str:
    """What may help when no answer came; "" where nothing is known."""
    if isinstance(error, socket.gaierror):
        return "look at --host"
    if isinstance(error, ConnectionRefusedError):
        return "is it running, and is this its management port, usually 8089?"
    if isinstance(error, ParseError) or is_no_tls(error):
        return PORT_CURE
    if scheme == "http" and isinstance(error, ConnectionError | http.client.HTTPException):
        return "does it speak https? Then leave --scheme http out"
    return ""


def unknown_argument(message: str) -> str:
    """The argument that a refusal says its handler does not know; "" when it says something else."""
    match = _UNKNOWN_ARGUMENT.search(message)
    return match[1] if match else ""


def is_no_tls(error: Exception) -> bool:
    """Whether the other side does not know TLS at all: asking again is of no use."""
    return isinstance(error, ssl.SSLError) and error.reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL")


def bad_certificate(url: str, error: ssl.SSLCertVerificationError) -> DeployError:
    """The refusal of a certificate, with the cure for its kind of fault."""
    cure = "name the authority that signed it with --ca FILE"
    if error.verify_code in _DATES:
        cure = "look at the clocks of both machines, and have the certificate renewed"
    elif error.verify_code in _NAMES:
        cure = "use a name of the instance that the certificate has"
    return DeployError(f"{url}: its certificate cannot be verified: {error.verify_message}", cure)


def refused(status: int, body: bytes, reason: str, path: str) -> Refused:
    """What splunkd said, with a hint for the refusals that people meet."""
    return Refused(status, f"HTTP {status} for {path}: {_message(body) or one_line(reason)}", _CURES.get(status, ""))


def is_page(body: bytes) -> bool:
    """Whether an answer is a web page: a proxy's or a login's, for splunkd sends none."""
    return b"<html" in body[:_BEGINNING].lower()


def no_json(path: str, body: bytes) -> str:
    """What to say of an answer that is none of splunkd's. Its text is not shown, but for the title of a page."""
    title = _title(body)
    shown = f', titled "{title}"' if title else ""
    return f"a web page answers {path}{shown}" if is_page(body) else f"the answer to {path} is no JSON"


def _message(body: bytes) -> str:
    """The first message of an error answer, JSON or XML, or the title of a page."""
    answer = decoded(body)
    if answer is not None:
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        return one_line(str(first.get("text", ""))) if isinstance(first, dict) else ""
    if title := _title(body):
        return f"a page titled '{title}'"
    try:
        return one_line(ElementTree.fromstring(body).findtext("./messages/msg") or "")
    except ParseError:
        return ""


def _title(body: bytes) -> str:
    """The title of a page, as far as its beginning has it; "" without one."""
    page = body[:_BEGINNING]
    small = page.lower()
    begin = small.find(b">", small.find(b"<title")) + 1
    end = small.find(b"</title", begin)
    if b"<title" not in small or not 0 < begin < end:
        return ""
    return one_line(html.unescape(page[begin:end].decode("utf-8", "replace")), 80)
