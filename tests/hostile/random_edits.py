"""Random edits of a healthy pack, over all kinds of content: what a slip, a merge or a careless script leaves."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.checks.example_pack import SETTINGS, TRUSTED_CSV, base

Files = dict[str, Any]
KeyPath = tuple[str | int, ...]

_WORDS = """
$user$ $usr$ `exf_cloud` `exf_nothing` |stats é ' " %original_detection_search% 2026-02-30 2026-11-19 -99y -1h@h
61 1.2 user exf_trusted csv production experimental deprecated TTP Anomaly Hunting Correlation T1537 T9999 cloud
"""
_SCALARS: list[Any] = [
    *(None, "", " ", 0, -1, 10**12, 1.5, True, [], {}, ["a", "a"], {"a": 1}, "NaN", "a\nb", "ends\\", "[s]", "x" * 400),
    *("| stats count", "*/5 * * * *", "61 * * * *", "a\u2028b"),
    *_WORDS.split(),
]
_KEYS = ["name", "search", "filter", "notes", "tests", "type", "fields", "entity", "macros", "lookups", "default_match"]
_TOKENS = r"""
|
(
)
[
]
"
'
`
,
=
!=
>
\
$
%
*
NOT
OR
AND
IN
as
by
user
src
account
usr
count
name
size
5
"5"
'user'
_time
span=1h
earliest=-1h
stats
eval
where
table
rename
lookup
inputlookup
rex
spath
dedup
sort
mvexpand
exf_trusted
exf_trusted.csv
exf_nets
exf_normal
exf_trustd
identity_lookup_expanded
`exf_cloud`
| stats count by user
| eval x=user.src
| where count>1
| lookup exf_trusted account OUTPUT owner
| table user
| rename user as u
| head 5
| fillnull value=0
| bin _time span=1h
| search user=a*
len(user)
lower(user)
strftime(_time, "%F")
mvcount(user)
if(user="a", 1, 0)
nosuch(user)
""".strip().split("\n")
# Stages as people write them, most of them right at most places.
_STAGES = r"""
stats count by user
stats dc(src) as srcs values(name) as names by user
stats list(size) as size
table user
eval x=user.src
eval x=len(user)+size, y=x*2
eval x=if(isnull(size), "none", size)
eval x=mvindex(names, 0)
eval x=case(size>5, "big", true(), "small")
eval x=strftime(_time, "%F")
eval x=split(user, "@")
eval x=user
where size>5
where like(user, "k%")
where isnotnull(src) AND size<100
where match(user, "^k")
where x=y
search user="k*"
search NOT user=lee
search user IN (kim, lee)
search size>5 OR account=9
search *
rename user as who
rename src as src_ip, size as bytes
rename s* as t*
fields user src
fields - src
dedup user
sort - size
sort 0 user
head 5
tail 2
reverse
fillnull value=0 size
fillnull
uniq
bin _time span=1h
bin size bins=5
eventstats avg(size) as mean by user
streamstats count as n by user
rex field=user "(?<first>.)"
rex field=src mode=sed "s/[.]/-/g"
spath
spath input=_raw path=user output=who
lookup exf_trusted account OUTPUT owner
lookup exf_nets net AS src OUTPUTNEW owner
lookup exf_normal user
lookup identity_lookup_expanded identity as user OUTPUT priority
inputlookup append=t exf_trusted
mvexpand user
append [| inputlookup exf_trusted]
join type=left user [search index=* | stats count by user]
makemv delim=. src
timechart span=1h count by user
chart count over user by src
top user
rare limit=3 src by user
addtotals
transaction user maxspan=1h
iplocation src
mvcombine user
nomv user
strcat user src both
xyseries user src size
eval a=tonumber(size), b=round(a/3, 2)
eval o=lookup("exf_trusted", json_object("account", account), json_array("owner"))
foreach s* [eval <<FIELD>>=1]
eval j=json_extract(_raw, "user")
convert ctime(_time) as when
regex user=k.*
tstats count from datamodel=Web by Web.user
makeresults
from datamodel:Web
appendpipe [stats sum(size) as size]
eval x=relative_time(now(), "-1d@d")
eval x=cidrmatch("192.0.2.0/24", src)
untable user a b
transpose 3
delta size
accum size
autoregress size p=1
trendline sma2(size)
outlier size
predict size
anomalies size
outputlookup exf_normal
collect index=summary
map search="search index=* user=$user$"
sendemail to=a@example.com
""".strip().split("\n")
_CSV = [
    b"",
    b"\n",
    b"account\n",
    b"account,owner\n1\n",
    b"account,owner,x\n1,2,3\n",
    b"a,b\n1,2\n",
    b"account,owner\n1,\xff\n",
]
_APP = {
    "app/default/app.conf.j2": [b"[ui]\nlabel = {{ title }}\n", b"[ui\n", b"{{ nothing }}", b"{% if %}", b"[ui]\nx\n"],
    "app/README.md.j2": [b"# {{ title }}\n", b"{{ 1 / 0 }}", b"{% for s in stories %}{{ s.story.name }}{% endfor %}"],
    "app/dashboards/one.json": [b'{"title": "@title@"}', b"[]", b"{", b'{"title": NaN}', b'{"title": "@nothing@"}'],
    "app/default/macros.conf.j2": [
        b"[exf_more]\ndefinition = index=a\n",
        b"[default]\na = b\n",
        b"[exf_cloud]\nx = y\\\n",
    ],
}


def pack() -> Files:
    """The example pack, with events in which its tests have something to look at."""
    files = base()
    files[SETTINGS]["app_id"] = "DA-ESS-Sample"
    files["tests/data/hot.jsonl"] = b"".join(_event(second, "share") for second in range(4))
    files["tests/data/cold.jsonl"] = _event(1, "list")
    return files


def _event(second: int, name: str) -> bytes:
    fields = {"name": name, "user": "kim", "src": "192.0.2.9", "account": "9", "size": 7}
    return json.dumps({"time": f"2026-11-20T12:00:{second:02}Z", **fields}).encode() + b"\n"


def edited(seed: int) -> tuple[Files, list[str]]:
    """The pack after one to three random edits, and what they were."""
    chosen = random.Random(seed)
    files = pack()
    return files, [edit(files, chosen) for _ in range(chosen.choice((1, 1, 1, 2, 3)))]


def edit(files: Files, chosen: random.Random) -> str:
    """One edit of these files; what it was."""
    return chosen.choices(list(_EDITS), list(_EDITS.values()))[0](files, chosen)


def _yaml(files: Files) -> list[str]:
    return sorted(path for path, data in files.items() if isinstance(data, dict))


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _leaves(item, (*path, key))


def _somewhere(files: Files, chosen: random.Random) -> tuple[str, KeyPath, Any]:
    """A file, a key in it, and what holds the key."""
    path = chosen.choice(_yaml(files))
    keys = chosen.choice(list(_leaves(files[path])) or [("name",)])
    holder = files[path]
    for part in keys[:-1]:
        holder = holder[part]
    return path, keys, holder


def _value(files: Files, chosen: random.Random) -> str:
    path, keys, holder = _somewhere(files, chosen)
    alike = [each for each in _SCALARS if type(each) is type(holder[keys[-1]])]
    holder[keys[-1]] = copy.deepcopy(chosen.choice(alike if alike and chosen.randrange(4) else _SCALARS))
    return f"{path}: {keys} = {holder[keys[-1]]!r}"


def _moved(files: Files, chosen: random.Random) -> str:
    """A value that belongs elsewhere."""
    _, _, source = here = _somewhere(files, chosen)
    path, keys, holder = _somewhere(files, chosen)
    holder[keys[-1]] = copy.deepcopy(source[here[1][-1]])
    return f"{path}: {keys} as in {here[0]}: {here[1]}"


def _removed(files: Files, chosen: random.Random) -> str:
    path, keys, holder = _somewhere(files, chosen)
    del holder[keys[-1]]
    return f"{path}: without {keys}"


def _added(files: Files, chosen: random.Random) -> str:
    path, keys, holder = _somewhere(files, chosen)
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[0]))
        return f"{path}: {keys[:-1]} has its first item twice"
    key = chosen.choice(_KEYS)
    holder.setdefault(key, copy.deepcopy(chosen.choice(_SCALARS)))
    return f"{path}: {(*keys[:-1], key)} = {holder[key]!r}"


def _search(files: Files, chosen: random.Random) -> str:
    """A slip in a search or a macro."""
    holder, key, place = _spl(files, chosen)
    if holder is None:
        return "no search is left"
    tokens = re.findall(r"\s+|\w+|.", holder[key], re.DOTALL)
    for _ in range(chosen.choice((1, 1, 2))):
        at = chosen.randrange(len(tokens) or 1)
        match chosen.randrange(4):
            case 0:
                del tokens[at : at + 1]
            case 1:
                tokens[at:at] = [" ", chosen.choice(_TOKENS), " "]
            case 2:
                tokens[at : at + 1] = [chosen.choice(_TOKENS)]
            case _:
                tokens[at : at + 3] = reversed(tokens[at : at + 3])
    holder[key] = "".join(tokens)
    return f"{place} = {holder[key]!r}"


def _stage(files: Files, chosen: random.Random) -> str:
    """One more stage somewhere in a search."""
    holder, key, place = _spl(files, chosen)
    if holder is None:
        return "no search is left"
    stages = re.split(r"\n?\|", holder[key])
    stages.insert(chosen.randint(1, len(stages)), f" {chosen.choice(_STAGES)} ")
    holder[key] = "|".join(stages)
    return f"{place} = {holder[key]!r}"


def _spl(files: Files, chosen: random.Random) -> tuple[Any, Any, str]:
    """A search or macro: what holds it, its key, and where that is; None where no text is left."""
    places = [
        (path, keys) for path in _yaml(files) for keys in _leaves(files[path]) if keys[-1] in ("search", "definition")
    ]
    for path, keys in chosen.sample(places, len(places)):
        holder = files[path]
        for part in keys[:-1]:
            holder = holder[part]
        if isinstance(holder[keys[-1]], str):
            return holder, keys[-1], f"{path}: {keys}"
    return None, "", ""


def _file(files: Files, chosen: random.Random) -> str:
    path = chosen.choice(sorted(set(files) - {SETTINGS}))
    if chosen.randrange(3):
        del files[path]
        return f"without {path}"
    twin = path.replace("/", "/again_", 1) if chosen.randrange(2) else path.rpartition("/")[0] + "/other.yml"
    files[twin] = copy.deepcopy(files[path])
    return f"{twin} as {path}"


def _csv(files: Files, chosen: random.Random) -> str:
    files[TRUSTED_CSV] = chosen.choice(_CSV)
    return f"{TRUSTED_CSV} = {files[TRUSTED_CSV]!r}"


def _app(files: Files, chosen: random.Random) -> str:
    path = chosen.choice(sorted(_APP))
    files[path] = chosen.choice(_APP[path])
    return f"{path} = {files[path]!r}"


_EDITS: dict[Callable[[Files, random.Random], str], int] = {
    _stage: 8,
    _value: 4,
    _search: 3,
    _moved: 2,
    _removed: 2,
    _added: 1,
    _file: 1,
    _csv: 1,
    _app: 1,
}
"""Each kind of edit, and how often it comes compared with the others."""
