"""Answers as Atom, the way splunkd writes it: every scalar is text, booleans are 0 and 1."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from splunkd.shapes import Acl, Entry, Feed, Value

VERSION, BUILD = "9.4.2", "c9e8d0a7b1f2"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(value: Value) -> str:
    """A scalar as Atom has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return escape(_NOT_XML.sub("", str(value)))


def error(kind: str, message: str, code: str = "") -> bytes:
    """The body of a refusal."""
    words = f"<msg type={quoteattr(kind)}{f' code={quoteattr(code)}' if code else ''}>{text(message)}</msg>"
    return f"{_HEAD}<response>\n  <messages>\n    {words}\n  </messages>\n</response>\n".encode()


def response(**parts: str) -> bytes:
    """A short answer outside Atom: `<response><sessionKey>...</sessionKey></response>`."""
    inner = "".join(f"  <{name}>{text(value)}</{name}>\n" for name, value in parts.items())
    return (_HEAD + f"<response>\n{inner}</response>\n").encode()


def feed(given: Feed) -> bytes:
    """A feed of entries."""
    total = len(given.entries) if given.total is None else given.total
    messages = "".join(f"    <s:msg type={quoteattr(kind)}>{text(words)}</s:msg>\n" for kind, words in given.messages)
    parts = [
        _HEAD,
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">\n',
        f"  <title>{text(given.title)}</title>\n  <id>https://127.0.0.1{escape(given.path)}</id>\n",
        f'  <updated>2026-01-01T00:00:00+00:00</updated>\n  <generator build="{BUILD}" version="{VERSION}"/>\n',
        "  <author>\n    <name>Splunk</name>\n  </author>\n",
        f'  <link href={quoteattr(given.path + "/_new")} rel="create"/>\n',
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n",
        f"  <opensearch:itemsPerPage>{given.per_page}</opensearch:itemsPerPage>\n",
        f"  <opensearch:startIndex>{given.offset}</opensearch:startIndex>\n",
        f"  <s:messages>\n{messages}  </s:messages>\n" if messages else "  <s:messages/>\n",
        *(entry(one) for one in given.entries),
        "</feed>\n",
    ]
    return "".join(parts).encode()


def entry(given: Entry) -> str:
    """One entry. Its `eai:acl` is a key of the content here, beside it in JSON."""
    content: dict[str, Value] = dict(given.content)
    content["eai:acl"] = acl(given.acl)
    if given.required or given.optional or given.wildcards:
        content["eai:attributes"] = {
            "optionalFields": given.optional,
            "requiredFields": given.required,
            "wildcardFields": given.wildcards,
        }
    links = [("alternate", given.path)]
    links += [
        (action, given.path + ("" if action in ("list", "edit", "remove") else f"/{action}"))
        for action in given.actions
    ]
    if given.acl.removable:
        links.append(("remove", given.path))
    return (
        f"  <entry>\n    <title>{text(given.name)}</title>\n    <id>https://127.0.0.1{escape(given.path)}</id>\n"
        f"    <updated>{given.updated}</updated>\n"
        + "".join(f"    <link href={quoteattr(href)} rel={quoteattr(rel)}/>\n" for rel, href in links)
        + f"    <author>\n      <name>{text(given.acl.owner)}</name>\n    </author>\n"
        + f'    <content type="text/xml">\n{_element(content)}    </content>\n  </entry>\n'
    )


def bare_entry(given: Entry) -> bytes:
    """An entry as a document of its own."""
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest"'
    return (_HEAD + entry(given).replace("<entry>", f"<entry {names}>", 1)).encode()


def acl(given: Acl) -> dict[str, Value]:
    """An ACL as a mapping; JSON uses it as well."""
    private = given.sharing == "user"
    return {
        "app": given.app,
        "can_change_perms": given.can_write,
        "can_list": True,
        "can_share_app": given.can_write,
        "can_share_global": given.can_write,
        "can_share_user": given.can_write and private,
        "can_write": given.can_write,
        "modifiable": given.can_write,
        "owner": given.owner,
        "perms": None if private else {"read": given.read, "write": given.write},
        "removable": given.removable,
        "sharing": given.sharing,
    }


def _element(value: Value) -> str:
    if isinstance(value, Mapping):
        inner = "".join(f"<s:key name={_key(key)}>{_element(one)}</s:key>\n" for key, one in sorted(value.items()))
        return f"<s:dict>\n{inner}</s:dict>\n"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "<s:list>" + "".join(f"<s:item>{_element(one)}</s:item>" for one in value) + "</s:list>"
    return text(value)


def _key(name: str) -> str:
    return quoteattr(_NOT_XML.sub("", name))


def entity_path(owner: str, app: str, collection: str, name: str) -> str:
    """The URL path of an entity as answers show it: a slash in its name is encoded twice, the rest once."""
    shown = quote(name, safe="").replace("%2F", "%252F")
    return f"/servicesNS/{quote(owner, safe='')}/{quote(app, safe='')}/{collection}/{shown}"
