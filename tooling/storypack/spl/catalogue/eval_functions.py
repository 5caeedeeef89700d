"""Functions of eval and where. Search Reference: "Evaluation functions" (9.4 to 10.4).

One line per function: name, least and most arguments (`-` = no limit, `/2` = in pairs), result, and `re=N` where the
N-th argument is a regular expression."""

from __future__ import annotations

from typing import cast

from storypack.spl.catalogue.model import FunctionFacts, Result

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
        cidrmatch 2 2 bool
        coalesce 1 - any
        false 0 0 bool
        if 3 3 any
        in 2 - bool
        like 2 2 bool
        lookup 3 3 string
        match 2 2 bool re=2
        null 0 0 null
        nullif 2 2 any
        searchmatch 1 1 bool
        true 0 0 bool
        validate 2 -/2 any
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
        tostring 1 2 string
    """,
    "cryptographic": """
        md5 1 1 string
        sha1 1 1 string
        sha256 1 1 string
        sha512 1 1 string
    """,
    "date and time": """
        now 0 0 number
        relative_time 2 2 number
        strftime 2 2 string
        strptime 2 2 number
        time 0 0 number
    """,
    "informational": """
        isarray 1 1 bool
        isbool 1 1 bool
        isdouble 1 1 bool
        isint 1 1 bool
        ismv 1 1 bool
        isnotnull 1 1 bool
        isnull 1 1 bool
        isnum 1 1 bool
        isobject 1 1 bool
        isstr 1 1 bool
        typeof 1 1 string
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
        abs 1 1 number
        ceil 1 1 number
        ceiling 1 1 number
        exact 1 1 number
        exp 1 1 number
        floor 1 1 number
        ln 1 1 number
        log 1 2 number
        pi 0 0 number
        pow 2 2 number
        round 1 2 number
        sigfig 1 1 number
        sqrt 1 1 number
        sum 1 - number
    """,
    "multivalue": """
        commands 1 1 multi
        mvappend 1 - multi
        mvcount 1 1 number
        mvdedup 1 1 multi
        mvfilter 1 1 multi
        mvfind 2 2 number re=2
        mvindex 2 3 multi
        mvjoin 2 2 string
        mvmap 2 2 multi
        mvrange 2 3 multi
        mvreverse 1 1 multi
        mvsort 1 1 multi
        mvzip 2 3 multi
        split 2 2 multi
    """,
    "statistical": """
        avg 1 - number
        max 1 - any
        min 1 - any
        random 0 0 number
    """,
    "text": """
        len 1 1 number
        length 1 1 number
        lower 1 1 string
        ltrim 1 2 string
        replace 3 3 string re=2
        rtrim 1 2 string
        spath 2 2 any
        substr 2 3 string
        trim 1 2 string
        upper 1 1 string
        urldecode 1 1 string
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
    name, least, most, result, *regex = line.split()
    limit, _, step = most.partition("/")
    return FunctionFacts(
        name,
        family,
        int(least),
        None if limit == "-" else int(limit),
        cast(Result, result),
        int(step or 1),
        int(regex[0].removeprefix("re=")) - 1 if regex else None,
    )


FUNCTIONS: dict[str, FunctionFacts] = {
    facts.name: facts
    for family, lines in _TABLE.items()
    for facts in (_read(family, line) for line in lines.strip().splitlines())
}
