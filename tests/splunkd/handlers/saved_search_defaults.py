"""What a GET of a saved search shows beyond what was set: the defaults of savedsearches.conf and of alert actions.

A client that compares an instance with what it wrote must know its own keys from these.
"""

from __future__ import annotations

from splunkd.shapes import Value

_ALERTS: dict[str, Value] = {
    "alert.digest_mode": True,
    "alert.expires": "24h",
    "alert.managedBy": "",
    "alert.severity": 3,
    "alert.suppress": False,
    "alert.suppress.fields": "",
    "alert.suppress.group_name": "",
    "alert.suppress.period": "",
    "alert.track": False,
    "alert_comparator": "",
    "alert_condition": "",
    "alert_threshold": "",
    "alert_type": "always",
}
_SCHEDULE: dict[str, Value] = {
    "allow_data_time_skew": "",
    "allow_skew": "0",
    "cron_schedule": "",
    "is_scheduled": False,
    "max_concurrent": 1,
    "next_scheduled_time": "",
    "realtime_schedule": True,
    "restart_on_searchpeer_add": True,
    "run_n_times": 0,
    "run_on_startup": False,
    "schedule_as": "auto",
    "schedule_priority": "default",
    "schedule_window": "0",
    "skip_scheduled_realtime_idxc": False,
    "precalculate_required_fields_for_alerts": False,
}
_DISPATCH: dict[str, Value] = {
    "dispatch.allow_partial_results": True,
    "dispatch.auto_cancel": "0",
    "dispatch.auto_pause": "0",
    "dispatch.buckets": 0,
    "dispatch.earliest_time": "",
    "dispatch.index_earliest": "",
    "dispatch.index_latest": "",
    "dispatch.indexedRealtime": False,
    "dispatch.indexedRealtimeMinSpan": "",
    "dispatch.indexedRealtimeOffset": "",
    "dispatch.latest_time": "",
    "dispatch.lookups": True,
    "dispatch.max_count": 500000,
    "dispatch.max_time": 0,
    "dispatch.rate_limit_retry": False,
    "dispatch.reduce_freq": 10,
    "dispatch.rt_backfill": False,
    "dispatch.rt_maximum_span": "",
    "dispatch.sample_ratio": "1",
    "dispatch.spawn_process": True,
    "dispatch.time_format": "%FT%T.%Q%:z",
    "dispatch.ttl": "2p",
    "dispatchAs": "owner",
    "durable.backfill_type": "auto",
    "durable.lag_time": 0,
    "durable.max_backfill_intervals": "0",
    "durable.track_time_type": "",
}
_SUMMARIES: dict[str, Value] = {
    "auto_summarize": False,
    "auto_summarize.command": "| summarize override=partial timespan= max_summary_size=52428800 [ ]",
    "auto_summarize.cron_schedule": "*/10 * * * *",
    "auto_summarize.dispatch.earliest_time": "",
    "auto_summarize.dispatch.latest_time": "",
    "auto_summarize.dispatch.time_format": "%FT%T.%Q%:z",
    "auto_summarize.dispatch.ttl": "60",
    "auto_summarize.hash": "8b0a9f2c",
    "auto_summarize.max_concurrent": "1",
    "auto_summarize.max_disabled_buckets": 2,
    "auto_summarize.max_summary_ratio": 0.1,
    "auto_summarize.max_summary_size": 52428800,
    "auto_summarize.max_time": "3600",
    "auto_summarize.suspend_period": "24h",
    "auto_summarize.timespan": "",
    "auto_summarize.workload_pool": "",
}
_EMAIL_TEXTS = {
    "allow_empty_attachment": "1", "allowedDomainList": "", "auth_password": "", "auth_username": "", "bcc": "",
    "cc": "", "command": "$action.email.preprocess_results{default=\"\"}$ | sendemail", "content_type": "html",
    "cssv": "", "escapeCSVNewline": "1", "footer.text": "", "format": "table", "from": "splunk", "hostname": "",
    "include.results_link": "1", "include.search": "0", "include.trigger": "0", "include.trigger_time": "0",
    "include.view_link": "1", "inline": "0", "mailserver": "localhost", "maxresults": "10000", "maxtime": "5m",
    "message.alert": "", "message.report": "", "pdf.footer_enabled": "1", "pdf.footer_left": "logo",
    "pdf.header_enabled": "1", "pdf.header_center": "description", "pdf.html_image_rendering": "1",
    "pdfview": "", "preprocess_results": "", "priority": "3", "reportCIDFontList": "gb cns jp kor",
    "reportFileName": "$name$-$time:%Y-%m-%d$", "reportIncludeSplunkLogo": "1", "reportPaperOrientation": "portrait",
    "reportPaperSize": "letter", "reportServerEnabled": "0", "sendcsv": "0", "sendpdf": "0", "sendpng": "0",
    "sendresults": "0", "sslVersions": "tls1.2", "subject": "Splunk Alert: $name$", "to": "", "track_alert": "1",
    "ttl": "86400", "use_ssl": "0", "use_tls": "0", "useNSSubject": "0", "width_sort_columns": "1",
}  # fmt: skip
_OTHER_ACTIONS = {
    "lookup.append": "0", "lookup.command": "| outputlookup", "lookup.filename": "", "lookup.maxresults": "10000",
    "lookup.maxtime": "5m", "lookup.track_alert": "0", "lookup.ttl": "10p", "populate_lookup": "0",
    "populate_lookup.command": "| copyresults", "populate_lookup.dest": "", "populate_lookup.maxtime": "5m",
    "populate_lookup.track_alert": "0", "populate_lookup.ttl": "120", "rss": "0", "rss.command": "createrss",
    "rss.maxtime": "1m", "rss.track_alert": "0", "rss.ttl": "86400", "script": "0", "script.command": "runshellscript",
    "script.filename": "", "script.maxresults": "10000", "script.maxtime": "5m", "script.track_alert": "1",
    "script.ttl": "600", "summary_index": "0", "summary_index._metric_dims": "", "summary_index._name": "summary",
    "summary_index._type": "event", "summary_index.command": "summaryindex", "summary_index.force_realtime_schedule":
    "0", "summary_index.inline": "1", "summary_index.maxresults": "10000", "summary_index.maxtime": "5m",
    "summary_index.track_alert": "0", "summary_index.ttl": "120", "correlationsearch": "0",
    "correlationsearch.command": "sendalert correlationsearch", "keyindicator.invert": "0", "logevent": "0",
    "notable": "0", "notable.param.verbose": "0", "notable.param.default_status": "", "notable.param.default_owner": "",
    "risk": "0", "risk.param.verbose": "0", "risk.maxresults": "10000", "risk.track_alert": "0", "webhook": "0",
    "webhook.command": "sendalert webhook", "webhook.enable_allowlist": "0", "customsearchbuilder.enabled": "0",
}  # fmt: skip
_DISPLAY: dict[str, Value] = {
    "display.events.fields": '["host","source","sourcetype"]', "display.events.list.drilldown": "full",
    "display.events.list.wrap": True, "display.events.maxLines": 5, "display.events.raw.drilldown": "full",
    "display.events.rowNumbers": False, "display.events.table.drilldown": True, "display.events.table.wrap": True,
    "display.events.timelineEarliestTime": "", "display.events.timelineLatestTime": "", "display.events.type": "list",
    "display.general.enablePreview": True, "display.general.migratedFromViewState": False,
    "display.general.timeRangePicker.show": True, "display.general.type": "events",
    "display.page.search.mode": "smart", "display.page.search.patterns.sensitivity": 0.8,
    "display.page.search.showFields": True, "display.page.search.tab": "", "display.page.search.timeline.format":
    "compact", "display.page.search.timeline.scale": "linear", "display.statistics.drilldown": "cell",
    "display.statistics.overlay": "none", "display.statistics.percentagesRow": False, "display.statistics.rowNumbers":
    False, "display.statistics.show": True, "display.statistics.sortColumn": "", "display.statistics.sortDirection":
    "asc", "display.statistics.totalsRow": False, "display.statistics.wrap": True,
    "display.visualizations.charting.axisLabelsX.majorLabelStyle.overflowMode": "ellipsisNone",
    "display.visualizations.charting.axisTitleX.visibility": "visible",
    "display.visualizations.charting.axisX.scale": "linear", "display.visualizations.charting.axisY.scale": "linear",
    "display.visualizations.charting.chart": "column", "display.visualizations.charting.chart.nullValueMode": "gaps",
    "display.visualizations.charting.chart.stackMode": "default", "display.visualizations.charting.drilldown": "all",
    "display.visualizations.charting.legend.placement": "right", "display.visualizations.chartHeight": "300",
    "display.visualizations.mapHeight": "400", "display.visualizations.mapping.type": "marker",
    "display.visualizations.show": True, "display.visualizations.singlevalue.colorBy": "value",
    "display.visualizations.singlevalue.rangeColors": '["0x53a051","0x0877a6","0xf8be34","0xf1813f","0xdc4e41"]',
    "display.visualizations.singlevalue.rangeValues": "[0,30,70,100]", "display.visualizations.trellis.enabled":
    False, "display.visualizations.type": "charting", "displayview": "",
}  # fmt: skip
_REST: dict[str, Value] = {
    "defer_scheduled_searchable_idxc": "0",
    "description": "",
    "disabled": False,
    "embed.enabled": False,
    "estimatedResultCountForCron": "",
    "federated.provider": "",
    "federated_providers": "",
    "is_visible": True,
    "request.ui_dispatch_app": "",
    "request.ui_dispatch_view": "",
    "search": "",
    "timespan_policy": "",
    "vsid": "",
    "workload_pool": "",
}

DEFAULTS: dict[str, Value] = {
    **_ALERTS,
    **_SCHEDULE,
    **_DISPATCH,
    **_SUMMARIES,
    **{f"action.email.{key}": value for key, value in _EMAIL_TEXTS.items()},
    "action.email": False,
    **{f"action.{key}": value for key, value in _OTHER_ACTIONS.items()},
    **_DISPLAY,
    **_REST,
}

UNSET = frozenset({"alert.suppress", "dispatch.indexedRealtime", "action.email.sendresults"})  # null until set
AS_TEXT = ("display.", "embed.")  # whose booleans are "1" and "0" in JSON as well

READ_ONLY = frozenset(
    {"next_scheduled_time", "qualifiedSearch", "triggered_alert_count", "orphan", "updated", "actions_list"}
)
