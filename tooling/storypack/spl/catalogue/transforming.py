"""Commands that turn results into a table, and those that need all results before they begin."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options

_T, _D = Kind.TRANSFORMING, Kind.DATASET

_CHART = (
    "cont:bool limit:string agg:string useother:bool usenull:bool nullstr:string otherstr:string "
    "sep:string format:string "
    "bins:int span:span start:num end:num minspan:span aligntime:time dedup_splitvals:bool"
)
_STATS = "allnum:bool delim:string partitions:int dedup_splitvals:bool"
_TOP = "limit:int countfield:field percentfield:field showcount:bool showperc:bool useother:bool otherstr:string"
_SI = "summary fields"

COMMANDS = (
    CommandFacts("addcoltotals", _D, "[fields]", options("labelfield:field label:string"), Flow.ADDS),
    CommandFacts(
        "analyzefields",
        _D,
        "",
        options("classfield:field"),
        Flow.ONLY,
        ("field", "count", "cocur", "acc", "balacc"),
        "classfield",
        aliases=("af",),
    ),
    CommandFacts(
        "anomalies",
        _D,
        "[BY fields]",
        options(
            "threshold:num labelonly:bool normalize:bool maxvalues:int field:field denylist:string "
            "denylistthreshold:num blacklist:string blacklistthreshold:num"
        ),
        Flow.ADDS,
        ("unexpectedness",),
    ),
    CommandFacts(
        "anomalousvalue",
        _D,
        "[action] [fields]",
        options(
            "maxanofreq:num minsupcount:int minsupfreq:num minnormfreq:num pthresh:num action:annotate|filter|summary"
        ),
        Flow.OPEN,
    ),
    CommandFacts(
        "anomalydetection",
        _D,
        "[fields]",
        options(
            "method:histogram|zscore|iqr action:filter|annotate|summary|remove|transform|rm|tf pthresh:num "
            "cutoff:bool param:num mark:bool uselower:bool"
        ),
        Flow.OPEN,
    ),
    CommandFacts(
        "append", _D, "[ subsearch ]", options("extendtimerange:bool maxtime:int maxout:int timeout:int"), Flow.OPEN
    ),
    CommandFacts(
        "appendcols", _D, "[ subsearch ]", options("override:bool maxtime:int maxout:int timeout:int"), Flow.OPEN
    ),
    CommandFacts("appendpipe", _D, "[ pipeline ]", options("run_in_preview:bool"), Flow.OPEN),
    CommandFacts(
        "associate",
        _D,
        "[fields]",
        options("supcnt:num supfreq:num improv:num"),
        Flow.ONLY,
        (
            "Reference_Key",
            "Reference_Value",
            "Target_Key",
            "Unconditional_Entropy",
            "Conditional_Entropy",
            "Entropy_Improvement",
            "Description",
            "Support",
        ),
    ),
    CommandFacts(
        "chart",
        _T,
        "aggregations [OVER field] [BY field] [WHERE condition]",
        options(_CHART),
        Flow.OPEN,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "cluster",
        _D,
        "",
        options(
            "t:num delims:string showcount:bool countfield:field labelfield:field field:field labelonly:bool "
            "match:termlist|termset|ngramset"
        ),
        Flow.ADDS,
        ("cluster_label",),
        "field, or _raw",
    ),
    CommandFacts(
        "cofilter",
        _T,
        "field1 field2",
        flow=Flow.ONLY,
        yields=("Item 1", "Item 1 user count", "Item 2", "Item 2 user count", "Pair count"),
        needs="fields",
    ),
    CommandFacts(
        "concurrency",
        _D,
        "",
        options("duration:field start:field output:field"),
        Flow.ADDS,
        ("concurrency",),
        "duration",
    ),
    CommandFacts(
        "contingency",
        _T,
        "field1 field2",
        options("maxopts:int maxrows:int maxcols:int mincolcover:num minrowcover:num usetotal:bool totalstr:string"),
        Flow.OPEN,
        needs="fields",
        aliases=("counttable", "ctable"),
    ),
    CommandFacts("correlate", _T, "", flow=Flow.OPEN),
    CommandFacts(
        "dedup",
        _D,
        "[N] fields [SORTBY keys]",
        options("keepevents:bool keepempty:bool consecutive:bool"),
        needs="fields",
    ),
    CommandFacts(
        "diff",
        _D,
        "",
        options("position1:int position2:int attribute:field diffheader:bool context:bool maxlen:int"),
        Flow.ONLY,
        ("_raw",),
    ),
    CommandFacts(
        "erex",
        _D,
        "field",
        options("examples:string counterexamples:string fromfield:field maxtrainers:int"),
        Flow.ADDS,
    ),
    CommandFacts(
        "eventstats",
        _D,
        "aggregations [BY fields]",
        options("allnum:bool"),
        Flow.ADDS,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "fieldsummary",
        _D,
        "[fields]",
        options("maxvals:int"),
        Flow.ONLY,
        ("field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values"),
    ),
    CommandFacts("findtypes", _D, "", options("max:int notcovered:bool useraw:bool"), Flow.ONLY, needs="_raw"),
    CommandFacts(
        "folderize",
        _D,
        "",
        options("attr:field sep:string size:string minfolders:int maxfolders:int"),
        Flow.OPEN,
        needs="attr",
    ),
    CommandFacts(
        "format", _D, "[six texts]", options("mvsep:string maxresults:int emptystr:string"), Flow.ONLY, ("search",)
    ),
    CommandFacts("gauge", _T, "value [bounds]", flow=Flow.ONLY, yields=("x", "y1", "y2"), needs="value"),
    CommandFacts(
        "geom",
        _D,
        "[lookup]",
        options(
            "allFeatures:bool featureIdField:field gen:num min_x:num min_y:num max_x:num max_y:num "
            "allfeatures:bool featureidfield:field"
        ),
        Flow.ADDS,
        ("geom",),
    ),
    CommandFacts("geomfilter", _D, "", options("min_x:num min_y:num max_x:num max_y:num"), needs="geom"),
    CommandFacts(
        "geostats",
        _T,
        "aggregations [BY field]",
        options(
            "translatetoxy:bool latfield:field longfield:field outputlatfield:field outputlongfield:field "
            "globallimit:int locallimit:int binspanlat:num binspanlong:num maxzoomlevel:int"
        ),
        Flow.OPEN,
        ("geobin", "latitude", "longitude"),
        "lat lon",
    ),
    CommandFacts(
        "join",
        _D,
        "[fields] [ subsearch ]",
        options(
            "type:inner|outer|left usetime:bool earlier:bool overwrite:bool max:int left:string right:string "
            "where:string"
        ),
        Flow.OPEN,
        needs="fields",
    ),
    CommandFacts(
        "kmeans",
        _D,
        "[fields]",
        options("reps:int maxiters:int t:num k:string cnumfield:field distype:string showcentroid:bool"),
        Flow.ADDS,
        ("CLUSTERNUM",),
    ),
    CommandFacts(
        "makecontinuous",
        _T,
        "[field]",
        options("span:span bins:int start:num end:num aligntime:time minspan:span"),
        needs="field",
    ),
    CommandFacts(
        "map",
        _D,
        'search="template" | name | [ template ]',
        options("search:string maxsearches:int"),
        Flow.OPEN,
        needs="fields of the template",
        risky=True,
    ),
    CommandFacts("mvcombine", _T, "field", options("delim:string"), needs="field"),
    CommandFacts(
        "outlier", _D, "[fields]", options("action:remove|transform|rm|tf mark:bool param:num uselower:bool type:iqr")
    ),
    CommandFacts("overlap", _D, "", flow=Flow.OPEN, internal=True),
    CommandFacts(
        "predict",
        _D,
        "field [AS name] ...",
        options(
            "algorithm:ll|llt|llp|llp5|llb|bill|bilap correlate:field future_timespan:int holdback:int period:int "
            "suppress:field"
        ),
        Flow.OPEN,
        needs="fields",
        any_option=True,
    ),
    CommandFacts("rare", _T, "fields [BY fields]", options(_TOP), Flow.ONLY, ("count", "percent"), "fields"),
    CommandFacts("reverse", _D, ""),
    CommandFacts(
        "selfjoin", _D, "fields", options("overwrite:bool max:int keepsingle:bool"), Flow.OPEN, needs="fields"
    ),
    CommandFacts("sichart", _T, "aggregations [OVER field] [BY field]", options(_CHART), Flow.OPEN, needs=_SI),
    CommandFacts("sigeostats", _T, "aggregations [BY field]", flow=Flow.OPEN, any_option=True, internal=True),
    CommandFacts("sirare", _T, "fields [BY fields]", options(_TOP), Flow.OPEN, needs="fields"),
    CommandFacts(
        "sistats", _T, "aggregations [BY fields]", options(_STATS), Flow.OPEN, needs="fields of the aggregations"
    ),
    CommandFacts(
        "sitimechart", _T, "aggregations [BY field]", options(_CHART + " partial:bool fixedrange:bool"), Flow.OPEN
    ),
    CommandFacts("sitop", _T, "fields [BY fields]", options(_TOP), Flow.OPEN, needs="fields"),
    CommandFacts("sort", _D, "[N] [+|-] fields [desc]", options("limit:int"), needs="fields"),
    CommandFacts(
        "stats",
        _T,
        "aggregations [BY fields]",
        options(_STATS + " span:span"),
        Flow.ONLY,
        needs="fields of the aggregations",
    ),
    CommandFacts("table", _T, "fields", flow=Flow.ONLY, needs="fields"),
    CommandFacts("tail", _D, "[N]"),
    CommandFacts(
        "timechart",
        _T,
        "aggregations [BY field] [WHERE condition]",
        options(_CHART + " partial:bool fixedrange:bool"),
        Flow.OPEN,
        ("_time",),
        "_time",
    ),
    CommandFacts(
        "timewrap",
        _D,
        "span",
        options("align:now|end time_format:string series:relative|short|exact"),
        Flow.OPEN,
        needs="_time",
    ),
    CommandFacts("top", _T, "[N] fields [BY fields]", options(_TOP), Flow.ONLY, ("count", "percent"), "fields"),
    CommandFacts("transpose", _D, "[N]", options("column_name:field header_field:field include_empty:bool"), Flow.OPEN),
    CommandFacts("trendline", _D, "type+period(field) [AS name] ...", flow=Flow.ADDS, needs="fields"),
    CommandFacts("typelearner", _D, "[grouping field]", options("max:int"), Flow.OPEN, internal=True),
    CommandFacts("union", _D, "[datasets] [ subsearch ] ...", options("maxtime:int maxout:int timeout:int"), Flow.OPEN),
    CommandFacts("uniq", _D, ""),
    CommandFacts("x11", _D, "[type][(period)] field [AS name]", flow=Flow.ADDS, needs="field"),
    CommandFacts(
        "xyseries",
        _T,
        "x_field name_field value_fields",
        options("grouped:bool sep:string format:string"),
        Flow.OPEN,
        needs="fields",
        aliases=("maketable",),
    ),
)
