"""The tour in README.md works word for word: each command is run as it stands, each answer is as it stands."""

import os
import re
import subprocess
import tempfile

from support import BIN, ROOT
from support.transcript import matches

HEADING = "## A tour in five minutes"


def tour():
    """Returns [(command, lines that README shows below it)] of the console blocks of the tour's section."""
    section = (ROOT / "README.md").read_text("utf-8").split(HEADING, 1)[1].split("\n## ", 1)[0]
    steps = []
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line:
                steps[-1][1].append(line.replace("…", "..."))
    return steps


def test_the_tour_goes_as_it_stands():
    # Short: the path of a Unix socket has at most 107 octets.
    with tempfile.TemporaryDirectory(prefix="keyferry tour ") as temporary:
        walk(temporary)


def walk(temporary):
    first, *steps = tour()
    assert first[0] == "scripts/demo --shell" and len(steps) >= 8
    # Each command has its own empty standard input, so that none eats the next ones.
    typed = "".join(f"{{ {command}\n}} </dev/null 2>&1; echo \"@@ $?\"\n" for command, _ in steps)
    env = {**os.environ, "KEYFERRY_BIN": str(BIN), "TMPDIR": temporary}
    done = subprocess.run(first[0].split(), input=typed, env=env, cwd=ROOT, timeout=120, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = done.stdout.split("Leave with 'exit'", 1)[1].split("\n", 1)[1]
    answers = re.split(r"^@@ \d+\n", seen, flags=re.MULTILINE)
    assert len(answers) == len(steps) + 1, done.stdout + done.stderr
    for (command, expected), answer in zip(steps, answers):
        lines = [line.rstrip() for line in answer.splitlines()]
        assert matches(expected, lines), f"$ {command}\n{answer}\nREADME shows:\n" + "\n".join(expected)
    assert not os.listdir(temporary)
