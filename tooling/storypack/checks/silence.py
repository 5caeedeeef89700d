"""Rules that are switched off, by an object for itself or by storypack.yml, each with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from storypack.checks.catalogue import Context, Rule, add, rules
from storypack.issue import Issue, Location, Severity
from storypack.pack.models.base import Content
from storypack.spelling import did_you_mean

UNKNOWN_RULE = Rule(
    "SP117",
    "Silence of a rule that cannot be silenced",
    Severity.ERROR,
    "A misspelt id silences nothing, and its author believes that it does. Some rules guard the build itself: with two"
    " objects of one id, or a file that cannot be read, there is no app to build.",
    "silence: [{rule: SP999, reason: Not for us}]",
    "Use an id of docs/rules.md.",
    final=True,
)
IDLE_SILENCE = Rule(
    "SP118",
    "Silence that silences nothing",
    Severity.NOTE,
    "What it was for has been mended, or was never there; left in, it will one day hide something new.",
    "silence: [{rule: SP125, reason: Looks back a week on purpose}]\n# and no overlap",
    "Remove it.",
)
UNKNOWN_OBJECT = Rule(
    "SP119",
    "Silence for an object that is not there",
    Severity.ERROR,
    "It silences nothing; usually the object was renamed.",
    "storypack.yml:\n  silence: [{rule: SP125, reason: ..., objects: [Old Name]}]",
    "Use the name of an object of the pack.",
    final=True,
)

for _rule in (UNKNOWN_RULE, IDLE_SILENCE, UNKNOWN_OBJECT):
    add(_rule)


@dataclass(slots=True)
class _Silence:
    """One switch: the rule, the files it is for (None = all), where it is written (which takes reading the file once
    more), and how often it took effect."""

    rule: str
    files: frozenset[str] | None
    place: Callable[[], Location]
    key: str
    effects: int = field(default=0)

    def covers(self, issue: Issue) -> bool:
        return issue.rule == self.rule and (self.files is None or issue.location.file in self.files)


def apply_silences(context: Context, issues: Sequence[Issue]) -> tuple[list[Issue], list[Issue]]:
    """The issues that are left, with those about the switches themselves, and those that are silenced."""
    known = rules()
    faults: list[Issue] = []
    silences: list[_Silence] = []
    for silence in _switches(context, faults):
        rule = known.get(silence.rule)
        if rule is None or rule.final:
            faults.append(_not_silenceable(silence, rule, known))
        else:
            silences.append(silence)
    by_rule: dict[str, list[_Silence]] = {}
    for silence in silences:
        by_rule.setdefault(silence.rule, []).append(silence)
    left: list[Issue] = []
    silenced: list[Issue] = []
    for issue in issues:
        hit = [silence for silence in by_rule.get(issue.rule, ()) if silence.covers(issue)]
        for silence in hit:
            silence.effects += 1
        (silenced if hit else left).append(issue)
    idle = [silence for silence in silences if not silence.effects]
    faults += [
        _issue(IDLE_SILENCE, f"{silence.rule} has nothing to say here", silence, "remove it") for silence in idle
    ]
    return left + faults, silenced


def _switches(context: Context, faults: list[Issue]) -> Iterator[_Silence]:
    """All switches of the pack; those for objects that are not there, which only the whole pack tells, go to
    `faults`."""
    for entry in context.pack.entries():
        if isinstance(entry.model, Content) and entry.model.silence:
            files = frozenset({entry.path, *context.companions(entry.model)})
            for number, switch in enumerate(entry.model.silence):
                key = f"silence[{number}].rule"
                yield _Silence(switch.rule, files, partial(entry.at, "silence", number, "rule"), key)
    by_name: dict[str, set[str]] = {}
    for entry in context.pack.entries():
        by_name.setdefault(entry.name, set()).update((entry.path, *context.companions(entry.model)))
    source = context.pack.settings_source
    for number, setting in enumerate(context.settings.silence):
        key = f"silence[{number}].rule"
        place = partial(source.location, ("silence", number, "rule"))
        for index, name in enumerate(setting.objects):
            if context.pack.unread is None and name not in by_name and not context.is_any_broken(name):
                where = partial(source.location, ("silence", number, "objects", index))
                missing = _Silence(setting.rule, None, where, f"silence[{number}].objects[{index}]")
                cure = did_you_mean(name, by_name)
                faults.append(_issue(UNKNOWN_OBJECT, f"the pack has no object '{name}'", missing, cure))
        named = [path for name in setting.objects for path in by_name.get(name, ())]
        if named or not setting.objects:
            yield _Silence(setting.rule, frozenset(named) if setting.objects else None, place, key)


def _not_silenceable(silence: _Silence, rule: Rule | None, known: dict[str, Rule]) -> Issue:
    if rule is None:
        cure = did_you_mean(silence.rule, known)
        return _issue(UNKNOWN_RULE, f"there is no rule {silence.rule}", silence, cure)
    return _issue(UNKNOWN_RULE, f"{rule.id} ({rule.title}) cannot be silenced", silence, "mend what it complains about")


def _issue(rule: Rule, message: str, silence: _Silence, cure: str) -> Issue:
    return Issue(rule.id, rule.severity, message, silence.place(), silence.key, cure)
