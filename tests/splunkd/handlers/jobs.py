"""/search/jobs and /search/v2/jobs, export, the parser, and the dispatch of a saved search."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from splunkd import atom, json_form, listing, searching
from splunkd.instance import Instance
from splunkd.jobs import Job, export, render
from splunkd.layers import Found
from splunkd.searching import Question, SearchFailed
from splunkd.shapes import Acl, Answer, Entry, Refused, Request, missing_arguments, unknown_argument, wildcarded
from splunkd.values import boolean
from storypack.engine.text import search_error
from storypack.spl.macros import expand
from storypack.spl.parser import parse
from storypack.spl.source import SplError

RESULTS = ("results", "results_preview", "events")
_ACTIONS = frozenset({"cancel", "pause", "unpause", "finalize", "touch", "setttl", "setpriority", "save", "unsave",
                      "enablepreview", "disablepreview"})  # fmt: skip


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/search/jobs[/{sid}[/results|events|control|...]], /search/jobs/export."""
    if rest[:1] == ("export",):
        _post_only(request)
        return _export(instance, request)
    if not rest:
        if request.method == "POST":
            return _create(instance, request)
        return Answer(feed=listing.feed("jobs", _root(request), list(instance.state.jobs.values()), _entry, request))
    job: Job | None = instance.state.jobs.get(rest[0])
    if job is None:
        raise Refused(404, "Unknown sid.", "FATAL")
    if not rest[1:]:
        return _look(instance, request, job)
    if rest[1] == "control" and request.method == "POST":
        return _control(instance, request, job)
    if rest[1] in RESULTS:
        return _results(request, job)
    if rest[1] == "search.log":
        return Answer(
            body="\n".join(f"{kind}  {words}" for kind, words in job.messages).encode(), content_type="text/plain"
        )
    if rest[1] in ("summary", "timeline"):
        return Answer(body=b"<results preview='0'/>\n") if job.events else Answer(204)
    raise Refused(404, "Not Found")


def parser(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/search/parser and /search/v2/parser: 400 with the parser's words for a bad search; macros are expanded in the
    namespace of the call unless `parse_only`."""
    _post_only(request)
    if not request.arg("q"):
        raise missing_arguments(["q"])
    _check(instance, request, request.arg("q"), expanding=not boolean(request.arg("parse_only", "0")))
    commands = [part.strip().split(" ", 1)[0] for part in request.arg("q").split("|") if part.strip()]
    if request.output_mode == "json":
        body = json_form.dumps({"commands": [{"command": command} for command in commands]})
        return Answer(body=body, content_type="application/json; charset=UTF-8")
    return Answer(body=atom.response(commands=" ".join(commands)))


def _post_only(request: Request) -> None:
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed")


def dispatch(instance: Instance, request: Request, found: Found) -> Answer:
    """POST saved/searches/{name}/dispatch: a job of the saved search, over its own time range unless told otherwise."""
    _post_only(request)
    if "-" in (request.owner, request.app):
        raise wildcarded("dispatch")
    if boolean(found.settings.get("disabled", "0")):
        raise Refused(403, f"Saved search {found.name} is disabled.")
    for name in request.args:
        if not name.startswith(("dispatch.", "args.")) and name not in (
            "output_mode",
            "trigger_actions",
            "force_dispatch",
        ):
            raise unknown_argument(name)
    times = {
        key: request.arg(f"dispatch.{key}_time") or found.settings.get(f"dispatch.{key}_time", "")
        for key in ("earliest", "latest")
    }
    spl = found.settings.get("search", "")
    question = Question(spl, request.owner, found.acl.app, times["earliest"], times["latest"])
    job = _run(instance, request, question, saved_search=found.name)
    return _sid(job, request)


# --- making jobs ------------------------------------------------------------------------------------------------


def _create(instance: Instance, request: Request) -> Answer:
    question = _question(instance, request)
    mode = request.arg("exec_mode", "normal")
    if mode not in ("normal", "blocking", "oneshot"):
        raise Refused(400, f"Invalid value for argument 'exec_mode': {mode}", "FATAL")
    running = sum(one.polls > 0 for one in instance.state.jobs.values())
    full = instance.state.search_slots is not None and running >= instance.state.search_slots
    if full and mode == "oneshot":
        raise Refused(503, "Search not executed: the maximum number of concurrent searches has been reached.", "FATAL")
    job = _run(instance, request, question, request.arg("id"))
    job.queued = full
    if mode == "oneshot":
        del instance.state.jobs[job.sid]
        _raise_if_failed(job)
        return _page(request, job)
    if mode == "blocking":
        job.polls = 0
    return _sid(job, request)


def _export(instance: Instance, request: Request) -> Answer:
    job = _run(instance, request, _question(instance, request))
    del instance.state.jobs[job.sid]
    _raise_if_failed(job)
    body, kind = export(job.rows, job.fields, request.output_mode)
    return Answer(body=body, content_type=kind)


def _question(instance: Instance, request: Request) -> Question:
    if not request.arg("search").strip():
        raise missing_arguments(["search"])
    _check(instance, request, request.arg("search"), expanding=True)
    times = (request.arg("earliest_time"), request.arg("latest_time"))
    question = Question(request.arg("search"), request.owner, request.app, *times)
    try:
        return replace(question, now=float(request.arg("now"))) if request.arg("now") else question
    except ValueError:
        raise Refused(400, f"Invalid value for argument 'now': {request.arg('now')}", "FATAL") from None


def _run(instance: Instance, request: Request, question: Question, sid: str = "", saved_search: str = "") -> Job:
    state = instance.state
    if "| delete" in question.spl and "can_delete" not in instance.caller(request).roles:
        raise Refused(403, "You do not have the capability 'delete_by_keyword' (role can_delete).", "FATAL")
    sid = sid or f"1767225600.{len(state.jobs) + state.jobs_made}"
    state.jobs_made += 1
    job = Job(sid, question.spl, request.user, question.app, saved_search=saved_search, polls=state.job_polls)
    try:
        found = searching.search(state, question, lambda path: _ask(instance, request, path))
        job.rows, job.fields, job.events = found.rows, found.fields, len(state.events)
    except SearchFailed as failed:
        job.failed = True
        job.messages.append(("FATAL", str(failed)))
    state.jobs[sid] = job
    return job


def _ask(instance: Instance, request: Request, path: str) -> list[dict[str, Any]]:
    """`| rest`: the entries of a path, seen by the caller, as rows."""
    from splunkd import router

    start = path if path.startswith("/services") else f"/servicesNS/{request.owner}/{request.app}/{path.lstrip('/')}"
    start += ("&" if "?" in start else "?") + ("" if "count=" in start else "count=0")
    try:
        answer = router.dispatch(instance, "GET", quote(start, safe="/?&=%-"), request.user)
    except Refused as refused:
        raise SearchFailed(f"Failed to fetch REST endpoint uri={path}: {refused.text}") from None
    rows = []
    for entry in answer.feed.entries if answer.feed else []:
        shown = json.loads(json_form.dumps(json_form.entry(entry)))
        row = {key: value for key, value in shown["content"].items() if key != "eai:acl" and value != ""}
        row |= {f"eai:acl.{key}": value for key, value in shown["acl"].items() if isinstance(value, str)}
        row |= {"title": entry.name, "id": shown["id"], "author": shown["author"], "updated": entry.updated}
        row["splunk_server"] = "splunkd.example.com"
        rows.append({key: _flat(value) for key, value in row.items() if value is not None})
    return rows


def _flat(value: Any) -> Any:
    """A value as a field: booleans as 1 and 0, mappings as JSON."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return [str(one) for one in value]
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _check(instance: Instance, request: Request, spl: str, *, expanding: bool) -> None:
    """400 for a search that is none."""
    first = spl.split(None, 1)[0]
    if not spl.lstrip().startswith("|") and first.lower() != "search":
        raise Refused(400, f"Unknown search command '{first.partition('=')[0]}'.", "FATAL")
    text = spl.strip()
    try:
        if expanding:
            text = expand(text, searching.macros(instance.state, request.owner, request.app)).text
            parse(text.removeprefix("search ") if text.startswith("search ") else text)
    except SplError as error:
        raise Refused(400, f"Error in 'SearchParser': {search_error(error, text).message}", "FATAL") from None


def _raise_if_failed(job: Job) -> None:
    if job.failed:
        raise Refused(400, job.messages[0][1], "FATAL")


# --- looking at jobs --------------------------------------------------------------------------------------------


def _look(instance: Instance, request: Request, job: Job) -> Answer:
    if request.method == "DELETE":
        del instance.state.jobs[job.sid]
        return Answer(body=atom.response())
    plain = Request("GET", request.path, request.owner, request.app, (), {}, {})
    made = listing.chosen(_entry(job), request)
    job.polls -= 1
    if request.output_mode == "json":
        return Answer(feed=listing.feed("jobs", _root(request), [made], lambda one: one, plain))
    # The one endpoint whose Atom is a bare entry.
    return Answer(body=atom.bare_entry(made))


def _control(instance: Instance, request: Request, job: Job) -> Answer:
    action = request.arg("action")
    if action not in _ACTIONS:
        raise Refused(400, f"Invalid action: {action}")
    if action == "cancel":
        del instance.state.jobs[job.sid]
    if action == "finalize":
        job.polls = 0
    if action == "setttl":
        job.ttl = int(request.arg("ttl", "600"))
    if request.output_mode == "json":
        return Answer(body=json_form.error("INFO", f"Search job {action}led."), content_type="application/json")
    return Answer(body=atom.error("INFO", f"Search job {action}."))


def _results(request: Request, job: Job) -> Answer:
    if job.polls > 0:
        return Answer(204)
    _raise_if_failed(job)
    return _page(request, job)


def _page(request: Request, job: Job) -> Answer:
    try:
        count, offset = int(request.arg("count", "100")), int(request.arg("offset", "0"))
    except ValueError:
        raise Refused(400, "count and offset must be numbers.") from None
    rows = job.rows[offset : offset + count] if count > 0 else job.rows[offset:]
    names = request.args.get("f") or job.fields
    if request.has("f"):
        rows = [{name: row[name] for name in names if name in row} for row in rows]
    body, kind = render(rows, names, request.output_mode, offset)
    return Answer(body=body, content_type=kind)


def _sid(job: Job, request: Request) -> Answer:
    if request.output_mode == "json":
        return Answer(201, body=json_form.dumps({"sid": job.sid}), content_type="application/json; charset=UTF-8")
    return Answer(201, body=atom.response(sid=job.sid))


def _entry(job: Job) -> Entry:
    acl = Acl(job.app, job.owner, "global", (job.owner,), (job.owner,))
    return Entry(job.search, f"/services/search/jobs/{quote(job.sid, safe='')}", job.content(), acl)


def _root(request: Request) -> str:
    return "/services/search/v2/jobs" if "/v2/" in request.path else "/services/search/jobs"
