"""The names of all commands, small enough to be loaded with the parser. See `storypack.spl.catalogue` for the facts."""

from __future__ import annotations

_SHAPED = """
    append appendcols appendpipe bin bucket chart convert dedup discretize eval eventstats fieldformat fields
    foreach from geostats head inputlookup join lookup map mcatalog mstats multisearch rare regex rename replace
    return rex search set sichart sigeostats sirare sistats sitimechart sitop sort stats streamstats timechart
    top tstats union where
"""

_PLAIN = """
    abstract accum addcoltotals addinfo addtotals af analyzefields anomalies anomalousvalue anomalydetection
    arules associate audit autoregress bucketdir cefout cluster cofilter collect concurrency contingency
    correlate counttable crawl createrss ctable datamodel dbinspect delete delta diff dump erex eventcount
    extract fieldsummary filldown fillnull findtypes folderize format fromjson gauge gentimes geom geomfilter
    highlight history iconify inputcsv iplocation kmeans kv kvform loadjob localize localop makecontinuous
    makemv makeresults maketable mcollect metadata metasearch meventcollect mpreview msearch multikv mvcombine
    mvexpand nomv noop outlier outputcsv outputlookup outputtext overlap predict rangemap redistribute relevancy
    reltime require rest reverse rtorder run runshellscript savedsearch script scrub searchtxn selfjoin
    sendalert sendemail setfields spath stash strcat table tags tail timewrap tojson transaction transpose
    trendline tscollect typeahead typelearner typer uniq untable walklex x11 xmlkv xmlunescape xpath xyseries
"""

_OPAQUE = """
    apply cyberchef dbxquery deletemodel entitymerge expandtoken fit inputintelligence listmodels pivot sample
    score snoweventstream summary ut_shannon xsdisplayconcept xsfindbestconcept xslistconcepts xslistcontexts
    xsupdateddcontext xswhere
"""

# Commands with a shape of their own in the syntax tree.
SHAPED = frozenset(_SHAPED.split())

# Commands of options and words.
PLAIN = frozenset(_PLAIN.split())

# Commands whose arguments have a grammar of their own, kept as text.
OPAQUE = frozenset(_OPAQUE.split())
