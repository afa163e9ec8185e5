"""The tour in README.md, word for word: its commands in the shell of `scripts/demo --shell`, its words in the answers."""

import os
import re

from support import BIN, ROOT, run


def tour():
    """The tour's commands, each with the lines that its answer must hold."""
    section = (ROOT / "README.md").read_text().split("## A five-minute tour\n")[1].split("\n## ")[0]
    steps = []
    for block in re.findall(r"```console\n(.*?)```", section, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_tour_goes_word_for_word():
    steps = tour()
    assert len(steps) >= 10 and sum(len(words) for _, words in steps) >= 5
    # Without a terminal ssh would read the commands that come after it.
    typed = "exec 2>&1\n" + "".join(f"echo '=== {i}'\n{{ {command}; }} </dev/null\n" for i, (command, _) in enumerate(steps))
    env = {**os.environ, "KEYFERRY_BIN": str(BIN)}
    done = run([ROOT / "scripts" / "demo", "--shell"], env=env, cwd="/", timeout=120, code=0, input=typed)
    answers = re.split(r"^=== \d+\n", done.out, flags=re.M)[1:]
    assert len(answers) == len(steps), done
    for (command, words), answer in zip(steps, answers):
        for line in words:
            pattern = ".+".join(re.escape(part) for part in line.split("…"))
            assert re.search(pattern.removesuffix(".+"), answer), f"$ {command}\n{answer}"
