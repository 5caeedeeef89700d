"""What is to be known of a kind of deployed object: the record of which `kinds.py` has one for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ACL_FIELDS = ("acl.sharing", "acl.read", "acl.write")
Settings = Mapping[str, str]


def _not_the_state(name: str) -> bool:
    return name != "disabled"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObjectKind:
    """One kind of object, in REST's names of settings.

    `title` is for people. Where it lies: `path` below the namespace of the app, or outside of all namespaces
    (`is_app`); `meta` is the stanza type in metadata/*.meta, and the conf whose stanzas are its objects if `is_stanza`;
    `file` is the pattern of the file of the app that is an object, with its name as the group.

    What settings mean: `rest_names` are the conf keys that REST calls otherwise; `flags` the on/off settings,
    `numbers`, `durations` and `lists` the others that are no plain text; `absent` says what a setting means that is not
    there; `server_only` are shown and never sent, `only_sent` all that is sent, where that is less than what is shown.
    """

    id: str
    title: str
    path: str
    meta: str

    # --- in the files of an app
    is_stanza: bool = False
    is_object: Callable[[Settings], bool] | None = None
    """Whether a stanza of the conf is one of these objects; None = each is."""
    arrival: Callable[[Settings, bool], str] | None = None
    """What `disabled` is of a new object, by its settings and whether searches are to be enabled; None = not set."""
    file: str = ""
    content: str = ""
    """The setting that is the text of the file."""

    # --- settings
    rest_names: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    absent: Settings = field(default_factory=dict)
    server_only: frozenset[str] = frozenset()
    only_sent: frozenset[str] = frozenset()
    restored: Callable[[str], bool] = _not_the_state
    """Whether a setting that may be sent is sent when a deleted object is made again."""
    of_site: Callable[[str, str, Settings], bool] | None = None
    """Whether a site may set a field as it likes, by the object's name, the field and the settings of the pack."""
    names_file: str = ""
    """The setting that names a lookup file."""

    # --- on the instance
    is_app: bool = False
    fixed: bool = False
    """It stays once it is there: other things depend on it, or it holds the site's data."""
    by_search: bool = False
    """Searches read and write its content, a CSV: no endpoint does."""
    is_read_whole: bool = False
    """A plan reads all of it, not only the settings that it wants."""
    picks_settings: bool = False
    """Its list is asked for the settings that are wanted, for it has very many."""
    template: str = ""
    """The name below `path` whose settings are splunkd's defaults."""
    brings_conf: bool = False
    """An instance has its conf only once an app brings one."""
    comes_with_app: bool = False
    """splunkd gives each new app one."""
    has_switch: bool = False
    """Its source may say that the site switched it off (`dashboards.py`)."""

    def __str__(self) -> str:
        return self.id

    def can_be_sent(self, name: str) -> bool:
        """Whether a setting of an object is a client's to write."""
        if self.only_sent:
            return name in self.only_sent or name.startswith("acl.")
        return not name.startswith("eai:") and name not in self.server_only

    def can_be_restored(self, name: str) -> bool:
        """Whether a setting of an answer is sent back when the object is made again."""
        return name.startswith("acl.") or (self.can_be_sent(name) and self.restored(name))

    def conf_key(self, name: str) -> str:
        """The key that a setting is in its conf; REST calls some of a saved search otherwise."""
        return next((key for key, rest in self.rest_names.items() if rest == name), name)

    def belongs_to_site(self, object_name: str, name: str, settings: Settings) -> bool:
        """Whether a site may set this setting of an object as it likes: then a change of it stays. `settings` are the
        pack's. Permissions are the site's, whatever the kind."""
        return name in ACL_FIELDS or (self.of_site is not None and self.of_site(object_name, name, settings))
