"""What every program's command line has in common."""

import os
import re

import pytest
from support import BIN, run

PROGRAMS = ["keyferry", "keyferry-authority", "keyferry-relay", "keyferry-verifier", "keyferry-conformance"]


def commands_of(program, *above):
    """Every command without one below it, as lists of words."""
    text = run([BIN / program, *above, "--help"]).out
    section = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    if not section:
        return [list(above)]
    names = re.findall(r"^  ([a-z][a-z-]*)", section[1], re.M)
    assert names, text
    return [command for name in names for command in commands_of(program, *above, name)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_behind_two_dashes_nothing_is_an_option(place, program):
    env = {**os.environ, "KEYFERRY_HOME": str(place.folder("home"))}
    commands = commands_of(program)
    assert len(commands) > 8 or program != "keyferry"
    for command in commands:
        for words in (["x", "--", *["--json"] * 9], ["--", "x", *["--help"] * 9]):
            done = run([BIN / program, *command, *words], env=env, code=None)
            # One that takes any number of names finds nothing that is called so.
            assert done.code != 0 and not done.out and "option" not in done.err and not done.err.startswith("{"), done
            if done.code == 2:
                assert re.search(r'there is an argument "(x|--json|--help)" too many|--[a-z]+ is required', done.err), done


def test_a_name_that_begins_with_a_dash_is_given_behind_two_dashes(place):
    env = {**os.environ, "KEYFERRY_HOME": str(place.folder("home"))}
    run([BIN / "keyferry", "persona", "add", "--", "--json"], env=env)
    assert "--json" in run([BIN / "keyferry", "persona", "list"], env=env).out
    done = run([BIN / "keyferry", "--", "list"], env=env, code=2)
    assert "a command is missing before --" in done.err
