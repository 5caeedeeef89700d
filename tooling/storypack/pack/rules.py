"""The rules that loading itself keeps: ids SP001 to SP019. The rules about content are in `checks/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storypack.issue import Severity


@dataclass(frozen=True, slots=True)
class LoaderRule:
    """A rule as the catalogue holds it: what it says, why it matters, an example that breaks it, and the cure."""

    id: str
    title: str
    why: str
    example: str
    cure: str
    severity: Severity = Severity.ERROR


UNREADABLE: Final = "SP001"
NOT_TEXT: Final = "SP002"
NOT_YAML: Final = "SP003"
NOT_PLAIN: Final = "SP004"
DUPLICATE_KEY: Final = "SP005"
NOT_AN_OBJECT: Final = "SP006"
UNKNOWN_KEY: Final = "SP007"
MISSING_KEY: Final = "SP008"
WRONG_VALUE: Final = "SP009"
STRAY_FILE: Final = "SP010"
NO_SETTINGS: Final = "SP011"
OLDER_FORMAT: Final = "SP012"
CONTRADICTION: Final = "SP013"
NO_CONTENT: Final = "SP014"
LEFT_OUT: Final = "SP015"
OVERLAY_TARGET: Final = "SP016"
OVERLAY_CLASH: Final = "SP017"
OVERLAY_IDLE: Final = "SP018"
OVERLAY_MISFIT: Final = "SP019"

RULES: Final = (
    LoaderRule(
        UNREADABLE,
        "File cannot be read",
        "Content that is not read is not checked, built or tested, and nobody would notice. Links that lead out of the "
        "pack are refused, so that checking a stranger's pack never opens another file of yours.",
        "detections/cloud/x.yml is a link to ../../../etc/passwd",
        "Put a regular, readable file of at most 2 MiB there.",
    ),
    LoaderRule(
        NOT_TEXT,
        "File is not clean UTF-8 text",
        "Splunk reads conf files as UTF-8. A byte order mark, UTF-16 or control characters end up inside the first key "
        "or in a search, where nobody sees them.",
        "A file saved as `UTF-16`, or as `UTF-8 with BOM`",
        "Save the file as UTF-8 without byte order mark and remove control characters.",
    ),
    LoaderRule(
        NOT_YAML,
        "File is not YAML",
        "A file that does not parse is left out of everything.",
        "search: `exf_cloudtrail` eventName=X      # text must not start with a backtick: quote it, or use |",
        "Mend the place that is shown; long text is safest in a block that starts with |.",
    ),
    LoaderRule(
        NOT_PLAIN,
        "File holds more than plain data",
        "Tags run code in careless loaders, aliases can grow a small file to gigabytes, merge keys change what a file "
        "seems to say, and a second document would be ignored.",
        "<<: *defaults",
        "Write the values out; one document per file.",
    ),
    LoaderRule(
        DUPLICATE_KEY,
        "Key appears twice",
        "YAML loaders keep the last one without a word, so half of what the author wrote is gone.",
        "version: 1\nversion: 2",
        "Remove one of them.",
    ),
    LoaderRule(
        NOT_AN_OBJECT,
        "File is not an object with named keys",
        "Each file describes one object: `key: value` lines whose keys are text.",
        "- name: A list of detections",
        "Write one object per file.",
    ),
    LoaderRule(
        UNKNOWN_KEY,
        "Unknown key",
        "A misspelt key would otherwise be ignored, and with it the value that the author cared about.",
        "mitre_atack_id: [T1567]",
        "Correct the key, or remove it.",
    ),
    LoaderRule(
        MISSING_KEY,
        "Key is missing",
        "The object cannot be built without it.",
        "finding:\n  entity: {field: user, type: user, score: 50}      # no title",
        "Add the key.",
    ),
    LoaderRule(
        WRONG_VALUE,
        "Value has the wrong type or form",
        "YAML turns 1.10 into a number and true into a truth value; what is meant as text must be text.",
        "version: one",
        "Write the value in the form that the message asks for.",
    ),
    LoaderRule(
        STRAY_FILE,
        "File is not read",
        "A file with another suffix in a content folder looks like content but is none.",
        "detections/cloud/x.yml.bak",
        "Rename it to .yml, or move it out of the content folders.",
        Severity.WARNING,
    ),
    LoaderRule(
        NO_SETTINGS,
        "The folder has no storypack.yml",
        "Without the app's id, version and prefixes nothing can be built.",
        "storypack validate --pack .        # in a folder that is no pack",
        "Run the command in the pack's folder, or name it with --pack; `storypack new pack FOLDER` starts a new one.",
    ),
    LoaderRule(
        OLDER_FORMAT,
        "Older format leaves something to decide",
        "contentctl 4 and 5 do not say all that the current format needs; what was chosen here may be wrong.",
        "A Correlation in the format of contentctl 5: it names no entity",
        "Write the file in the current format, and decide.",
        Severity.WARNING,
    ),
    LoaderRule(
        CONTRADICTION,
        "Two formats in one file, and they differ",
        "A file that was half moved to the current format says a thing twice. One of the two would win without a word.",
        "rba: {risk_objects: [{field: user, score: 40}]}\nfinding: {entity: {field: user, score: 60}}",
        "Remove the older one: what is not in the current format.",
    ),
    LoaderRule(
        NO_CONTENT,
        "Pack without content",
        "A folder without detections becomes an empty app, and everybody believes that the checks are green.",
        "contentctl.yml at the top, and the detections in content/detections/",
        "Name the folder with content_folder in storypack.yml, or with --pack.",
    ),
    LoaderRule(
        LEFT_OUT,
        "Folder that is left out",
        "Another tool's repository can hold more than this tool makes an app of: playbooks, content that was removed, "
        "rules in other languages.",
        "playbooks/block_user.yml",
        "Nothing, if it is not for Splunk; else put it where detections, dashboards and the others are.",
        Severity.NOTE,
    ),
    LoaderRule(
        OVERLAY_TARGET,
        "Overlay of nothing",
        "An overlay whose object has another name since the last release changes nothing: the detection runs without "
        "the site's filter, or is switched off, and nobody is told.",
        "kind: detection\ntarget: Rclone Uplod",
        "Write the name that the object has now, or delete the overlay.",
    ),
    LoaderRule(
        OVERLAY_CLASH,
        "Two overlays for one value",
        "Only one of them can count, and which one would depend on the names of files.",
        "overlays/a.yml: threshold of exf_dns_long_name 80; overlays/b.yml: 120",
        "Keep one. An overlay that names an object goes before one whose glob fits it.",
    ),
    LoaderRule(
        OVERLAY_IDLE,
        "Overlay that changes nothing",
        "The pack says the same by now, or something more precise counts: what is left is a wrong belief about it.",
        "enabled: false, of a detection that is switched off as it comes",
        "Remove it.",
        Severity.WARNING,
    ),
    LoaderRule(
        OVERLAY_MISFIT,
        "Overlay that does not fit",
        "The object no longer has what the overlay changes: its search was written anew, or has no such number. Left "
        "alone, it would run with other numbers than the site believes.",
        "thresholds: [{was: count > 20, becomes: count > 50}], and the search says `count > 25`",
        "Look at the object as it is now, and say anew what differs here.",
    ),
)
