"""Trials that end a deployment at a random moment, and every other command on a pack that is wrong."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

from splunkd import Splunkd
from tests.hostile.hostile_pack import HEALTHY, with_value, write
from tests.hostile.trials import Place, hold, trial
from tests.hostile.trials_packs import NAMES, SEARCHES, VALUES


@trial(13, 2)
def deployment_ends_in_the_middle(draw: random.Random, place: Place) -> None:
    """However an apply or a rollback ended, the next one goes on, and the way back leads to the beginning."""
    number = draw.choice((signal.SIGINT, signal.SIGTERM, signal.SIGKILL))
    with Splunkd() as splunkd:
        given = {
            "STORYPACK_SPLUNK_HOST": splunkd.host,
            "STORYPACK_SPLUNK_PORT": str(splunkd.port),
            "STORYPACK_SPLUNK_CA": str(splunkd.ca_file),
            "STORYPACK_SPLUNK_USERNAME": splunkd.username,
            "STORYPACK_SPLUNK_PASSWORD": splunkd.password,
        }
        words = ("--yes", "--pack", str(place.pack))
        first = splunkd.state.dump()
        if draw.random() < 0.3:
            hold(place.run("deploy", "apply", *words, **given)[0] == 0, "the first apply fails")
            command = "rollback"
        else:
            command = "apply"
        run = subprocess.Popen(
            [sys.executable, "-m", "storypack.cli", "deploy", command, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **given},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        since, wanted = len(splunkd.log), draw.randint(0, 60)
        while run.poll() is None and len(splunkd.log) - since < wanted:
            time.sleep(0.01)
        run.send_signal(number)
        _, errors = run.communicate(timeout=120)
        hold(run.returncode in (0, 2, 128 + number, -number), f"exit code {run.returncode}: {errors[-300:]}")
        hold("Traceback" not in errors or run.returncode == -number, errors[-600:])
        code, _, errors = place.run("deploy", "apply", *words, **given)
        if "finish it with 'storypack deploy rollback'" in errors:
            place.run("deploy", "rollback", *words, **given)
            code, _, errors = place.run("deploy", "apply", *words, **given)
        hold(code == 0, f"the next apply gives {code}: {errors[-300:]}")
        code, _, _ = place.run("deploy", "plan", "--pack", str(place.pack), **given)
        hold(code == 0, "after it there is still something to do")
        for _ in range(6):
            if splunkd.state.dump() == first:
                return
            place.run("deploy", "rollback", *words, **given)
        hold(set(splunkd.state.apps.apps) == {"search", "system"}, "the way back does not lead to the beginning")


COMMANDS = (
    ["fmt", "--check"],
    ["fmt"],
    ["migrate", "--write", "--force"],
    ["explain", "Disk Copied Away"],
    ["test", "--format", "junit"],
    ["validate", "--format", "sarif"],
    ["build", "--format", "json"],
    ["investigate", "x"],
    ["hunt", "lookups"],
    ["new", "detection", "X"],
    ["search", "`ex_audit` | lookup ex_list user"],
    ["inspect"],
)


@trial(9, 6)
def other_commands_on_a_wrong_pack(draw: random.Random, place: Place) -> None:
    path = draw.choice(sorted(path for path in HEALTHY if path.endswith(".yml")))
    keys = [line.split(":")[0] for line in HEALTHY[path].splitlines() if line[:1].isalpha()]
    value = draw.choice((*VALUES, *map(json.dumps, SEARCHES), *map(json.dumps, NAMES)))
    write(place.pack, path, with_value(path, draw.choice((*keys, "search", "definition")), value))
    words = draw.choice(COMMANDS)
    if words[0] == "hunt":
        words = ["hunt", str(place.pack / "lookups")]
    place.run(*words, "--pack", str(place.pack))
