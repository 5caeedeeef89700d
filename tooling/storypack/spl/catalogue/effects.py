"""Commands that write, send, or steer the search itself; and commands of apps that public content uses."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options

_S, _C, _D, _O = Kind.STREAMING, Kind.CENTRALIZED, Kind.DATASET, Kind.ORCHESTRATING
_COLLECT = (
    "index:string addtime:bool addinfo:bool file:string host:string marker:string output_format:raw|hec "
    "run_in_preview:bool "
    "spool:bool source:string sourcetype:string testmode:bool uselb:bool"
)
_MCOLLECT = (
    "index:string file:string split:string spool:bool prefix_field:field host:string source:string sourcetype:string "
    "marker:string run_in_preview:bool"
)
_MLTK = "Machine Learning Toolkit"
_EXTREME = "Extreme Search"

COMMANDS = (
    # write
    CommandFacts("collect", _D, "", options(_COLLECT), aliases=("stash",), risky=True),
    CommandFacts("delete", _S, "", flow=Flow.ONLY, yields=("splunk_server", "index", "deleted", "errors"), risky=True),
    CommandFacts(
        "dump",
        _D,
        "",
        options("basefilename:string rollsize:int maxlocal:int compress:int format:raw|csv|tsv|json|xml fields:string"),
        Flow.NOTHING,
        risky=True,
    ),
    CommandFacts("mcollect", _D, "[dimensions]", options(_MCOLLECT), risky=True),
    CommandFacts("meventcollect", _S, "[dimensions]", options(_MCOLLECT), risky=True),
    CommandFacts(
        "outputcsv",
        _D,
        "[file]",
        options("append:bool create_empty:bool override_if_empty:bool dispatch:bool usexml:bool singlefile:bool"),
        risky=True,
    ),
    CommandFacts(
        "outputlookup",
        _D,
        "table",
        options(
            "append:bool create_empty:bool override_if_empty:bool max:int key_field:field allow_updates:bool "
            "createinapp:bool create_context:app|user|system output_format:splunk_sv_csv|splunk_mv_csv"
        ),
        risky=True,
    ),
    CommandFacts("outputtext", _D, "", options("usexml:bool"), Flow.ADDS, ("_xml",)),
    CommandFacts("tscollect", _D, "", options("namespace:string squashcase:bool keepresults:bool"), risky=True),
    CommandFacts("cefout", _D, "", flow=Flow.OPEN, internal=True, any_option=True),
    CommandFacts(
        "createrss",
        _D,
        "",
        options("path:field name:field link:field descr:field count:int graceful:bool"),
        internal=True,
    ),
    # send and run
    CommandFacts(
        "sendemail",
        _D,
        "",
        options(
            "to:string from:string cc:string bcc:string subject:string format:csv|table|raw inline:bool sendcsv:bool "
            "sendpdf:bool sendpng:bool sendresults:bool sendtestemail:bool paperorientation:portrait|landscape "
            "papersize:string priority:string server:string graceful:bool content_type:html|plain "
            "width_sort_columns:bool "
            "use_ssl:bool use_tls:bool pdfview:string footer:string message:string maxinputs:int "
            "allow_empty_attachment:bool"
        ),
        risky=True,
    ),
    CommandFacts(
        "sendalert", _D, "action", options("results_link:string results_path:string"), risky=True, any_option=True
    ),
    CommandFacts(
        "script",
        _S,
        "[python|perl] name arguments",
        options("maxinputs:int"),
        Flow.OPEN,
        aliases=("run",),
        risky=True,
        any_option=True,
    ),
    CommandFacts("runshellscript", _D, "arguments", flow=Flow.OPEN, risky=True, internal=True, any_option=True),
    # steer
    CommandFacts(
        "localize", _D, "", options("maxpause:span timeafter:span timebefore:span"), Flow.ONLY, ("starttime", "endtime")
    ),
    CommandFacts("localop", _O, ""),
    CommandFacts("noop", _O, "", internal=True, any_option=True),
    CommandFacts("redistribute", _O, "[BY fields]", options("num_of_reducers:int")),
    CommandFacts("require", _O, ""),
    CommandFacts(
        "return", _D, "[N] field | name=field | $field ...", flow=Flow.ONLY, yields=("search",), needs="fields"
    ),
    CommandFacts("rtorder", _C, "", options("discard:bool buffer_span:span max_buffer_size:int")),
    # Extreme Search, which Enterprise Security brings
    CommandFacts("xsdisplayconcept", _S, "concept", flow=Flow.OPEN, origin=_EXTREME, any_option=True),
    CommandFacts("xsfindbestconcept", _S, "field FROM context", flow=Flow.OPEN, origin=_EXTREME, any_option=True),
    CommandFacts("xslistconcepts", Kind.GENERATING, "context", flow=Flow.OPEN, origin=_EXTREME, any_option=True),
    CommandFacts("xslistcontexts", Kind.GENERATING, "", flow=Flow.OPEN, origin=_EXTREME, any_option=True),
    CommandFacts("xsupdateddcontext", _D, "arguments", flow=Flow.OPEN, origin=_EXTREME, any_option=True),
    CommandFacts(
        "xswhere",
        _S,
        "field FROM context IS concept",
        flow=Flow.ADDS,
        yields=("WhereCIX",),
        origin=_EXTREME,
        any_option=True,
    ),
    # apps
    CommandFacts("apply", _C, "model", flow=Flow.OPEN, origin=_MLTK, any_option=True),
    CommandFacts(
        "fit",
        _D,
        "algorithm fields FROM fields [BY fields] [INTO model]",
        flow=Flow.OPEN,
        risky=True,
        origin=_MLTK,
        any_option=True,
    ),
    CommandFacts("deletemodel", _D, "model", flow=Flow.NOTHING, risky=True, origin=_MLTK),
    CommandFacts("sample", _D, "[N]", flow=Flow.SAME, origin=_MLTK, any_option=True),
    CommandFacts("score", _D, "method fields AGAINST fields", flow=Flow.ONLY, origin=_MLTK, any_option=True),
    CommandFacts(
        "cyberchef",
        _S,
        "",
        options("infield:field outfield:field operation:string jsonrecipe:string b64recipe:string"),
        Flow.ADDS,
        origin="CyberChef for Splunk",
        any_option=True,
    ),
    CommandFacts(
        "ut_shannon",
        _S,
        "field",
        flow=Flow.ADDS,
        yields=("ut_shannon",),
        needs="field",
        origin="URL Toolbox",
        any_option=True,
    ),
    CommandFacts("entitymerge", _D, "", flow=Flow.OPEN, origin="Splunk Enterprise Security", any_option=True),
    CommandFacts("expandtoken", _S, "[fields]", flow=Flow.OPEN, origin="Splunk Enterprise Security", any_option=True),
)
