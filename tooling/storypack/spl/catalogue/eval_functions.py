"""Functions of eval and where. Search Reference: "Evaluation functions" (9.4 to 10.4).

One line per function: name, least and most arguments (`-` = no limit, `/2` = in pairs), result, and of some:

    re=N          its N-th argument is a regular expression
    null=never    its result is never null
    null=strict   its result is null only where an argument is
    forgiving     it is made for fields that may be missing
"""

from __future__ import annotations

from typing import cast

from storypack.spl.catalogue.model import FunctionFacts, Null, Result

_TABLE = {
    "bitwise": """
        bit_and 2 - number
        bit_or 2 - number
        bit_xor 2 - number
        bit_not 1 2 number
        bit_shift_left 2 2 number
        bit_shift_right 2 2 number
    """,
    "comparison and conditional": """
        case 2 -/2 any
        cidrmatch 2 2 bool null=strict
        coalesce 1 - any forgiving
        false 0 0 bool null=never
        if 3 3 any
        in 2 - bool null=strict
        like 2 2 bool null=strict
        lookup 3 3 string
        match 2 2 bool re=2 null=strict
        null 0 0 null forgiving
        nullif 2 2 any
        searchmatch 1 1 bool null=never
        true 0 0 bool null=never
        validate 2 -/2 any forgiving
    """,
    "conversion": """
        ipmask 2 2 string
        printf 1 - string
        toarray 1 1 any
        tobool 1 1 bool
        todouble 1 2 number
        toint 1 2 number
        tomv 1 1 multi
        tonumber 1 2 number
        toobject 1 1 any
        tostring 1 2 string null=strict
    """,
    "cryptographic": """
        md5 1 1 string null=strict
        sha1 1 1 string null=strict
        sha256 1 1 string null=strict
        sha512 1 1 string null=strict
    """,
    "date and time": """
        now 0 0 number null=never
        relative_time 2 2 number null=strict
        strftime 2 2 string null=strict
        strptime 2 2 number
        time 0 0 number null=never
    """,
    "informational": """
        isarray 1 1 bool null=never
        isbool 1 1 bool null=never
        isdouble 1 1 bool null=never
        isint 1 1 bool null=never
        ismv 1 1 bool null=never
        isnotnull 1 1 bool null=never forgiving
        isnull 1 1 bool null=never forgiving
        isnum 1 1 bool null=never
        isobject 1 1 bool null=never
        isstr 1 1 bool null=never
        typeof 1 1 string null=never forgiving
    """,
    "json": """
        json 1 1 string
        json_append 3 -/2 string
        json_array 0 - string
        json_array_to_mv 1 2 multi
        json_delete 2 - string
        json_entries 1 1 string
        json_extend 3 -/2 string
        json_extract 1 - any
        json_extract_exact 1 - any
        json_has_key_exact 2 2 bool
        json_keys 1 1 string
        json_object 0 -/2 string
        json_set 3 -/2 string
        json_set_exact 3 -/2 string
        json_valid 1 1 bool
        mv_to_json_array 1 2 string
    """,
    "mathematical": """
        abs 1 1 number null=strict
        ceil 1 1 number null=strict
        ceiling 1 1 number null=strict
        exact 1 1 number
        exp 1 1 number
        floor 1 1 number null=strict
        ln 1 1 number
        log 1 2 number
        pi 0 0 number null=never
        pow 2 2 number
        round 1 2 number null=strict
        sigfig 1 1 number
        sqrt 1 1 number
        sum 1 - number
    """,
    "multivalue": """
        commands 1 1 multi
        mvappend 1 - multi
        mvcount 1 1 number null=strict
        mvdedup 1 1 multi null=strict
        mvfilter 1 1 multi
        mvfind 2 2 number re=2
        mvindex 2 3 multi
        mvjoin 2 2 string null=strict
        mvmap 2 2 multi
        mvrange 2 3 multi
        mvreverse 1 1 multi
        mvsort 1 1 multi null=strict
        mvzip 2 3 multi
        split 2 2 multi null=strict
    """,
    "statistical": """
        avg 1 - number
        max 1 - any
        min 1 - any
        random 0 0 number null=never
    """,
    "text": """
        len 1 1 number null=strict
        length 1 1 number
        lower 1 1 string null=strict
        ltrim 1 2 string null=strict
        replace 3 3 string re=2 null=strict
        rtrim 1 2 string null=strict
        spath 2 2 any
        substr 2 3 string null=strict
        trim 1 2 string null=strict
        upper 1 1 string null=strict
        urldecode 1 1 string null=strict
    """,
    "trigonometric and hyperbolic": """
        acos 1 1 number
        acosh 1 1 number
        asin 1 1 number
        asinh 1 1 number
        atan 1 1 number
        atan2 2 2 number
        atanh 1 1 number
        cos 1 1 number
        cosh 1 1 number
        hypot 2 2 number
        sin 1 1 number
        sinh 1 1 number
        tan 1 1 number
        tanh 1 1 number
    """,
}


def _read(family: str, line: str) -> FunctionFacts:
    name, least, most, result, *others = line.split()
    limit, _, step = most.partition("/")
    more = dict(each.partition("=")[::2] for each in others)
    return FunctionFacts(
        name,
        family,
        int(least),
        None if limit == "-" else int(limit),
        cast(Result, result),
        int(step or 1),
        int(more["re"]) - 1 if "re" in more else None,
        cast(Null, more.get("null", "")),
        "forgiving" in more,
    )


FUNCTIONS: dict[str, FunctionFacts] = {
    facts.name: facts
    for family, lines in _TABLE.items()
    for facts in (_read(family, line) for line in lines.strip().splitlines())
}
