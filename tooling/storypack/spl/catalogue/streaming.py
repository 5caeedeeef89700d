"""Commands that take one result at a time. Search Reference, the page of each command."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options

_S, _C = Kind.STREAMING, Kind.CENTRALIZED

COMMANDS = (
    CommandFacts("abstract", _S, "[maxterms=N] [maxlines=N]", options("maxterms:int maxlines:int"), needs="_raw"),
    CommandFacts("accum", _C, "field [AS name]", flow=Flow.ADDS, needs="field"),
    CommandFacts(
        "addinfo",
        _S,
        "",
        flow=Flow.ADDS,
        yields=("info_min_time", "info_max_time", "info_sid", "info_search_time"),
    ),
    CommandFacts(
        "addtotals",
        _S,
        "[fields]",
        options("row:bool col:bool labelfield:field label:string fieldname:field"),
        Flow.ADDS,
        ("Total",),
        "numeric fields",
    ),
    CommandFacts("arules", _C, "fields", options("sup:int conf:num"), Flow.ONLY, needs="fields"),
    CommandFacts("autoregress", _C, "field [AS name]", options("p:string"), Flow.ADDS, needs="field"),
    CommandFacts(
        "bin",
        _S,
        "field [AS name]",
        options("span:span bins:int minspan:span start:num end:num aligntime:time"),
        Flow.ADDS,
        needs="field",
        aliases=("bucket", "discretize"),
    ),
    CommandFacts(
        "bucketdir",
        _S,
        "",
        options("pathfield:field sizefield:field maxcount:int countfield:field sep:string"),
        Flow.ADDS,
        needs="pathfield sizefield",
    ),
    CommandFacts(
        "convert", _S, "function(field) [AS name] ...", options("timeformat:string"), Flow.ADDS, needs="fields"
    ),
    CommandFacts("delta", _C, "field [AS name]", options("p:int"), Flow.ADDS, needs="field"),
    CommandFacts("eval", _S, "field=expression, ...", flow=Flow.ADDS, needs="fields of the expressions"),
    CommandFacts(
        "extract",
        _S,
        "[stanza of transforms.conf]",
        options(
            "clean_keys:bool kvdelim:string limit:int maxchars:int mv_add:bool pairdelim:string auto:bool "
            "reload:bool segment:bool"
        ),
        Flow.OPEN,
        needs="_raw",
        aliases=("kv",),
    ),
    CommandFacts("fieldformat", _S, "field=expression", needs="fields of the expression"),
    CommandFacts("fields", _S, "[+|-] fields", flow=Flow.REMOVES, needs="fields"),
    CommandFacts("filldown", _C, "[fields]"),
    CommandFacts("fillnull", _S, "[fields]", options("value:string"), Flow.ADDS),
    CommandFacts(
        "foreach",
        _S,
        "fields [ pipeline of streaming commands ]",
        options(
            "mode:multifield|multivalue|json_array|auto_collections fieldstr:string matchstr:string matchseg1:string "
            "matchseg2:string matchseg3:string itemstr:string iterstr:string"
        ),
        Flow.OPEN,
    ),
    CommandFacts("fromjson", _S, "field", options("prefix:string"), Flow.OPEN, needs="field"),
    CommandFacts("head", _C, "[N | (condition)]", options("limit:int null:bool keeplast:bool")),
    CommandFacts("highlight", _S, "words"),
    CommandFacts("iconify", _S, "fields", needs="fields"),
    CommandFacts(
        "iplocation",
        _S,
        "field",
        options("prefix:string allfields:bool lang:string"),
        Flow.ADDS,
        ("City", "Country", "Region", "lat", "lon"),
        "field",
    ),
    CommandFacts("kvform", _S, "", options("form:string field:field"), Flow.OPEN, internal=True),
    CommandFacts(
        "lookup",
        _S,
        "table field [AS event_field] ... [OUTPUT|OUTPUTNEW field [AS event_field] ...]",
        options("local:bool update:bool event_time_field:field"),
        Flow.ADDS,
        needs="event fields",
    ),
    CommandFacts(
        "makemv", _S, "field", options("delim:string tokenizer:string allowempty:bool setsv:bool"), needs="field"
    ),
    CommandFacts(
        "multikv",
        _S,
        "[fields names] [filter terms]",
        options("conf:string copyattrs:bool forceheader:int multitable:bool noheader:bool rmorig:bool"),
        Flow.OPEN,
        needs="_raw",
    ),
    CommandFacts("mvexpand", _S, "field", options("limit:int"), needs="field"),
    CommandFacts("nomv", _S, "field", needs="field"),
    CommandFacts(
        "rangemap",
        _S,
        "field=name label=low-high ...",
        options("field:field default:string"),
        Flow.ADDS,
        ("range",),
        "field",
        any_option=True,
    ),
    CommandFacts("regex", _S, '[field(=|!=)]"expression"', needs="field, or _raw"),
    CommandFacts("relevancy", _S, "", flow=Flow.ADDS, yields=("relevancy",), needs="_raw"),
    CommandFacts("reltime", _S, "", options("timefield:field prefix:string"), Flow.ADDS, ("reltime",), "_time"),
    CommandFacts("rename", _S, "field AS name, ...", flow=Flow.ADDS, needs="fields"),
    CommandFacts("replace", _S, "old WITH new, ... [IN fields]", needs="fields"),
    CommandFacts(
        "rex",
        _S,
        '"expression"',
        options("field:field max_match:int mode:sed offset_field:field"),
        Flow.ADDS,
        needs="field, or _raw",
    ),
    CommandFacts(
        "scrub",
        _S,
        "",
        options(
            "public-terms:string private-terms:string name-terms:string dictionary:string timeconfig:string "
            "namespace:string"
        ),
        needs="_raw",
    ),
    CommandFacts("search", _S, "terms", needs="fields of the terms"),
    CommandFacts("setfields", _S, "field=value, ...", flow=Flow.ADDS, any_option=True),
    CommandFacts(
        "spath", _S, "[path]", options("input:field output:field path:string"), Flow.ADDS, needs="input, or _raw"
    ),
    CommandFacts("strcat", _S, "sources name", options("allrequired:bool"), Flow.ADDS, needs="source fields"),
    CommandFacts(
        "streamstats",
        _C,
        "aggregations [BY fields]",
        options(
            "current:bool window:int global:bool allnum:bool reset_on_change:bool reset_before:string "
            "reset_after:string time_window:span"
        ),
        Flow.ADDS,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "tags",
        _S,
        "[fields]",
        options("outputfield:field inclname:bool inclvalue:bool allowed_tags:string"),
        Flow.ADDS,
        ("tag",),
    ),
    CommandFacts(
        "tojson",
        _S,
        "[type(field) ...]",
        options("default_type:auto|bool|json|none|num|str fill_null:bool include_internal:bool output_field:field"),
        Flow.ADDS,
        ("_raw",),
    ),
    CommandFacts(
        "transaction",
        _C,
        "[fields]",
        options(
            "name:string maxspan:span maxpause:span maxevents:int startswith:string endswith:string connected:bool "
            "unifyends:bool keeporphans:bool maxopentxn:int maxopenevents:int keepevicted:bool mvlist:string "
            "delim:string nullstr:string mvraw:bool"
        ),
        Flow.ADDS,
        ("duration", "eventcount", "closed_txn", "field_match_sum", "linecount"),
        "fields",
    ),
    CommandFacts("typer", _S, "", options("eventtypes:string maxlen:int"), Flow.ADDS, ("eventtype",)),
    CommandFacts("untable", _S, "x_field name_field value_field", flow=Flow.ONLY, needs="x_field"),
    CommandFacts("where", _S, "condition", needs="fields of the condition"),
    CommandFacts("xmlkv", _S, "[field]", options("maxinputs:int"), Flow.OPEN, needs="_raw"),
    CommandFacts("xmlunescape", _S, "", options("maxinputs:int"), needs="_raw"),
    CommandFacts(
        "xpath",
        _S,
        '"expression"',
        options("field:field outfield:field default:string"),
        Flow.ADDS,
        ("xpath",),
        "field, or _raw",
    ),
)
