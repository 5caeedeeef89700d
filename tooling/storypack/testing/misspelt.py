"""Fields that a search asks for and no event of its tests has, though one of nearly that name is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from storypack.engine.errors import EngineError, UnreadableFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import open_session
from storypack.pack.models.macro import Macro
from storypack.pack.models.search import EventsTest, Search, SearchTest
from storypack.pack.pack import Pack
from storypack.spelling import slip_of
from storypack.spl.fields import Tables, flow
from storypack.spl.fields.raw import raw_uses
from storypack.testing.clock import Moment
from storypack.testing.results import WHOLE_PACK
from storypack.testing.setting import Setting
from storypack.testing.stages import Staged
from storypack.testing.trace import all_events


def misspelt(
    staged: Staged,
    source: FileSource,
    test: SearchTest,
    setting: Setting,
    when: Moment,
    together: Callable[[], Sequence[str] | None] = lambda: None,
) -> tuple[list[str], frozenset[str]]:
    """A note for each such field, and the files of other searches whose tests decided.

    `together` gives the fields of the events within the time range, where that is known.

    A test can pass for all that: an exclusion that excludes nothing is not missed.

    A search may read several products, and a test bring the events of one: a field that another test of the same
    search has is none, nor is a field of a macro that a test of another search with this macro has.
    """
    columns = {name: table.fields for name, table in setting.lookups_of(test).items()}
    uses = {use.name: use for use in raw_uses(flow(staged.pipeline, Tables(columns, lambda path: ())))}
    seen = setting.seen_fields.setdefault(staged.entry.path, set())
    if not uses.keys() - seen:
        return [], frozenset()
    try:
        shared = together()
        known = _fields(source, test, setting, when) if shared is None else _public(shared)
    except EngineError:
        return [], frozenset()  # the run itself has said so
    seen.update(known)
    notes: list[str] = []
    leans = set()
    for name in sorted(uses.keys() - seen):
        meant = slip_of(name, known)
        if not meant:
            continue
        having = _first_with(name, _tests_with(staged, uses[name].span.start, setting.pack), setting)
        if having is None:
            notes.append(f"no event of any test of this search has `{name}`; did you mean `{meant}`?")
        if having != staged.entry.path:
            leans.add(having or WHOLE_PACK)
    return notes, frozenset(leans)


def _fields(source: FileSource, test: EventsTest, setting: Setting, when: Moment) -> list[str]:
    """The fields of the events within a test's time range."""
    macros = setting.macros_of(test)
    with open_session(source, macros, when.now) as session, session.between(when.earliest, when.latest):
        return _public(all_events(session).all_names())


def _public(names: Sequence[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]


def _tests_with(staged: Staged, offset: int, pack: Pack) -> Iterator[tuple[str, SearchTest]]:
    """The tests of the search, and of all others that call the macro from which this part of the search came, each with
    its file."""
    yield from ((staged.entry.path, test) for test in staged.entry.model.tests)
    called = [name.partition("(")[0] for name in staged.expanded.piece_at(offset).macros[-1:]]
    for name in called:  # grows
        for user in pack.users_of_macro(name):
            if isinstance(user.model, Macro) and user.model.name not in called:
                called.append(user.model.name)
            elif isinstance(user.model, Search) and user.path != staged.entry.path:
                yield from ((user.path, test) for test in user.model.tests)


def _first_with(name: str, tests: Iterator[tuple[str, SearchTest]], setting: Setting) -> str | None:
    """The file of the first of these tests whose events have the field; what each test has is worked out once."""
    known = setting.fields_by_files
    for path, test in tests:
        files = tuple((item.data, item.sourcetype, item.source or "") for item in test.attack_data)
        if files not in known:
            known[files] = frozenset(_fields_of_all(test, setting))
        if name in known[files]:
            return path
    return None


def _fields_of_all(test: EventsTest, setting: Setting) -> list[str]:
    """The fields of all events of a test; none where they cannot be read, which that test's own run says."""
    if any(setting.why_closed(item.data) for item in test.attack_data):
        return []
    try:
        with setting.source(test) as source:
            return _fields(source, test, setting, Moment(0.0))
    except (EngineError, UnreadableFile):
        return []
