""".ci/run adds its rounds up; a round that hangs, breaks off or is left out is a failure, by name."""

import re
import shutil
import signal
import subprocess

from support import ROOT, run, wait_until

import pytest

TEXT = (ROOT / ".ci" / "run").read_text("utf-8")
ROUNDS = re.findall(r'^  "(\w+) (\d+) (.*)"$', TEXT, re.MULTILINE)
KINDS = [line.split(None, 5) for line in (ROOT / "scripts" / "kinds.txt").read_text("utf-8").splitlines()
         if line and not line.startswith("#")]


class Ci:
    """A copy of .ci/run whose rounds call a stand-in for scripts/test."""

    def __init__(self, folder):
        self.folder = folder
        (folder / ".ci").mkdir()
        (folder / "scripts").mkdir()
        shutil.copy(ROOT / ".ci" / "run", folder / ".ci")

    def test_script(self, text):
        (self.folder / "scripts" / "test").write_text(f"#!/bin/bash\n{text}\n")
        (self.folder / "scripts" / "test").chmod(0o755)

    def limits(self, minutes):
        """All rounds get this limit."""
        text = re.sub(r'^(  "\w+) \d+ ', rf"\1 {minutes} ", TEXT, flags=re.MULTILINE)
        assert text != TEXT
        (self.folder / ".ci" / "run").write_text(text)

    def run(self):
        done = run([self.folder / ".ci" / "run"], code=None)
        return done.code, done.out.splitlines()[-1], done.out


@pytest.fixture
def ci(tmp_path):
    return Ci(tmp_path)


def test_the_rounds_are_added_up(ci):
    ci.test_script('[[ $1 == tsan ]] && { echo "2 passed, 1 failed"; exit 1; }; echo "5 passed, 0 failed"')
    code, last, out = ci.run()
    assert (code, last) == (1, "12 passed, 1 failed") and "failed: tsan\n" in out


def test_all_good_is_good(ci):
    ci.test_script('echo "5 passed, 0 failed"')
    assert ci.run()[:2] == (0, "15 passed, 0 failed")


@pytest.mark.parametrize("text", ["exit 0", 'echo "0 passed, 0 failed"', 'echo "5 passed, 0 failed"; echo more',
                                  "exit 127"])
def test_a_round_without_a_result_is_a_failure(ci, text):
    ci.test_script(f'[[ $1 != asan ]] || {{ {text}; exit; }}; echo "5 passed, 0 failed"')
    code, last, out = ci.run()
    assert (code, last) == (1, "10 passed, 1 failed") and "failed: asan\n" in out


def test_a_bad_end_is_a_failure_whatever_was_counted(ci):
    ci.test_script('echo "5 passed, 0 failed"; [[ $1 != asan ]]')
    assert ci.run()[:2] == (1, "15 passed, 1 failed")


def test_a_round_that_hangs_is_stopped_and_the_others_run(ci):
    ci.limits("0.02")
    ci.test_script('[[ $1 != asan ]] || exec sleep 600; echo "5 passed, 0 failed"')
    code, last, out = ci.run()
    assert (code, last) == (1, "10 passed, 1 failed")
    assert "asan was stopped" in out and "failed: asan\n" in out


def test_a_round_that_is_left_out_is_a_failure(ci):
    ci.test_script('[[ $1 != asan ]] || { touch hanging; exec sleep 600; }; echo "5 passed, 0 failed"')
    process = subprocess.Popen([ci.folder / ".ci" / "run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    wait_until((ci.folder / "hanging").exists, "the second round", 30)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and out.splitlines()[-1] == "5 passed, 2 failed"
    assert "tsan is left out" in out and "failed: asan tsan\n" in out


def test_the_limits_end_before_anybody_stops_the_run():
    assert [name for name, _, _ in ROUNDS] == ["test", "asan", "tsan"]
    # Each may take a minute longer until it is killed.
    assert sum(int(minutes) + 1 for _, minutes, _ in ROUNDS) <= 90


def budget(*rounds, but=()):
    return sum(float(row[2]) for row in KINDS if row[0] in rounds and (row[0], row[1]) not in but)


def test_the_budgets_keep_the_promise():
    assert budget("release") <= 40, "scripts/test"
    left = [("release", kind) for kind in re.findall(r"--but (\w+)", TEXT)]
    assert budget("release", "asan", "tsan", but=left) <= 75, ".ci/run"


def test_what_the_first_round_leaves_to_another_is_done_there():
    _, _, command = ROUNDS[0]
    assert command.split()[0] == "scripts/test" and set(command.split()[1::2]) <= {"--but"}
    for kind in re.findall(r"--but (\w+)", command):
        assert any(row[:2] == ["asan", kind] for row in KINDS)
    for name in ("asan", "tsan"):
        assert [command for round_name, _, command in ROUNDS if round_name == name] == [f"scripts/test {name}"]
