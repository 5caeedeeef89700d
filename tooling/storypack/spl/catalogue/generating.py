"""Commands that make results, or read them from elsewhere."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options

_G = Kind.GENERATING
_TSTATS = (
    "prestats:bool local:bool append:bool summariesonly:bool include_reduced_buckets:bool allow_old_summaries:bool "
    "chunk_size:int fillnull_value:string use_summary_index_values:bool sid:string from:string span:span"
)
_MSTATS = (
    "prestats:bool append:bool backfill:bool update_period:int fillnull_value:string chart:bool span:span every:span "
    "chunk_size:int agg:string limit:string useother:bool usenull:bool otherstr:string nullstr:string bins:int"
)

COMMANDS = (
    CommandFacts("audit", _G, "", flow=Flow.OPEN),
    CommandFacts(
        "datamodel",
        _G,
        "[model] [dataset] [search|flat|acceleration_search]",
        options("strict_fields:bool allow_old_summaries:bool summariesonly:bool"),
        Flow.OPEN,
    ),
    CommandFacts(
        "dbinspect",
        _G,
        "",
        options("index:string span:span timeformat:string corruptonly:bool cached:bool"),
        Flow.ONLY,
        (
            "bucketId",
            "corruptReason",
            "endEpoch",
            "eventCount",
            "guId",
            "hostCount",
            "id",
            "index",
            "modTime",
            "path",
            "rawSize",
            "sizeOnDiskMB",
            "sourceCount",
            "sourceTypeCount",
            "splunk_server",
            "startEpoch",
            "state",
            "tsidxState",
        ),
    ),
    CommandFacts(
        "eventcount",
        _G,
        "",
        options("index:string summarize:bool report_size:bool list_vix:bool list_federated_remote:bool"),
        Flow.ONLY,
        ("count", "index", "server", "size_bytes", "provider", "type"),
    ),
    CommandFacts("from", _G, "kind:name", flow=Flow.OPEN),
    CommandFacts(
        "gentimes",
        _G,
        "",
        options("start:time end:time increment:string"),
        Flow.ONLY,
        ("starttime", "endtime", "starthuman", "endhuman"),
    ),
    CommandFacts(
        "history",
        _G,
        "",
        options("events:bool"),
        Flow.ONLY,
        (
            "_time",
            "api_et",
            "api_lt",
            "event_count",
            "exec_time",
            "is_realtime",
            "result_count",
            "scan_count",
            "search",
            "search_et",
            "search_lt",
            "sid",
            "splunk_server",
            "status",
            "total_run_time",
        ),
    ),
    CommandFacts(
        "inputcsv",
        _G,
        "file [WHERE terms]",
        options("dispatch:bool append:bool strict:bool start:int max:int events:bool"),
        Flow.OPEN,
    ),
    CommandFacts("inputintelligence", _G, "name", flow=Flow.OPEN, origin="Splunk Enterprise Security", any_option=True),
    CommandFacts(
        "inputlookup", _G, "table [WHERE terms]", options("append:bool strict:bool start:int max:int"), Flow.OPEN
    ),
    CommandFacts(
        "loadjob",
        _G,
        "sid | savedsearch=...",
        options(
            "savedsearch:string job_delegate:string events:bool artifact_offset:int ignore_running:bool delegate:string"
        ),
        Flow.OPEN,
    ),
    CommandFacts(
        "makeresults",
        _G,
        "",
        options("count:int annotate:bool splunk_server:string splunk_server_group:string format:csv|json data:string"),
        Flow.OPEN,
        ("_time",),
    ),
    CommandFacts(
        "mcatalog", _G, "values(field) [WHERE terms] [BY fields]", options("prestats:bool append:bool"), Flow.ONLY
    ),
    CommandFacts(
        "metadata",
        _G,
        "",
        options(
            "type:hosts|sources|sourcetypes index:string splunk_server:string splunk_server_group:string "
            "datatype:all|event|metric"
        ),
        Flow.ONLY,
        ("firstTime", "lastTime", "recentTime", "totalCount", "type", "host", "source", "sourcetype"),
    ),
    CommandFacts(
        "metasearch",
        _G,
        "terms",
        options("savedsearch:string"),
        Flow.ONLY,
        ("host", "source", "sourcetype", "index", "splunk_server", "_time"),
        any_option=True,
    ),
    CommandFacts(
        "mpreview",
        _G,
        "",
        options(
            "filter:string index:string splunk_server:string splunk_server_group:string earliest:time latest:time "
            "chunk_size:int target_per_timeseries:int"
        ),
        Flow.OPEN,
        aliases=("msearch",),
    ),
    CommandFacts("mstats", _G, "aggregations [WHERE terms] [BY fields]", options(_MSTATS), Flow.ONLY),
    CommandFacts("multisearch", _G, "[ search ] [ search ] ...", flow=Flow.OPEN),
    CommandFacts("pivot", _G, "model dataset elements", flow=Flow.OPEN, any_option=True),
    CommandFacts(
        "rest",
        _G,
        "uri",
        options(
            "splunk_server:string splunk_server_group:string timeout:int count:int f:field search:string strict:bool"
        ),
        Flow.OPEN,
        any_option=True,
    ),
    CommandFacts("savedsearch", _G, "name", options("nosubstitution:bool"), Flow.OPEN, any_option=True),
    CommandFacts(
        "searchtxn",
        _G,
        "type terms",
        options("max_terms:int use_disjunct:bool eventsonly:bool"),
        Flow.OPEN,
        any_option=True,
    ),
    CommandFacts("set", _G, "union|diff|intersect [ search ] [ search ]", options("maxresults:int"), Flow.OPEN),
    CommandFacts("snoweventstream", _G, "", flow=Flow.OPEN, origin="Splunk Add-on for ServiceNow", any_option=True),
    CommandFacts(
        "tstats",
        _G,
        "aggregations [FROM datamodel=model.dataset] [WHERE terms] [BY fields]",
        options(_TSTATS),
        Flow.ONLY,
        needs="fields of the data model, or indexed fields",
    ),
    CommandFacts(
        "typeahead",
        _G,
        "",
        options(
            "prefix:string count:int max_time:int index:string starttimeu:int endtimeu:int collapse:bool "
            "use_fast_path:bool"
        ),
        Flow.ONLY,
        ("content", "count", "operator"),
    ),
    CommandFacts(
        "walklex",
        _G,
        "",
        options(
            "type:all|field|fieldvalue|term prefix:string pattern:string index:string splunk_server:string "
            "splunk_server_group:string"
        ),
        Flow.ONLY,
        ("field", "term", "distinct_values", "count"),
    ),
    CommandFacts("crawl", _G, "", flow=Flow.OPEN, internal=True, any_option=True),
    CommandFacts(
        "dbxquery",
        _G,
        "",
        options(
            "query:string connection:string maxrows:int fetchsize:int shortnames:bool timeout:int params:string "
            "procedure:string wrap:bool output:string"
        ),
        Flow.OPEN,
        origin="Splunk DB Connect",
        any_option=True,
    ),
    CommandFacts("listmodels", _G, "", flow=Flow.OPEN, origin="Machine Learning Toolkit"),
    CommandFacts("summary", _G, "model", flow=Flow.OPEN, origin="Machine Learning Toolkit"),
)
