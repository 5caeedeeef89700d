"""From a file's text to events as splunkd indexes them, by the index-time settings of props.conf and transforms.conf.

In splunkd's order (Getting Data In: "Configuration parameters and the data pipeline"): `breaking` cuts the text at
LINE_BREAKER, `merging` joins lines, `pipeline` truncates, `times` reads the time, `structured` the columns, `edits`
does SEDCMD and `transforms` TRANSFORMS. `forms` knows how times look without settings. A source type without such
settings does not come here: DuckDB reads its lines (`engine/events`).
"""
