"""scripts/test counts everything, names what was slow, stops what hangs, and fails when anything failed or was left out."""

import os
import shutil
import signal
import subprocess
import time

from support import ROOT, run, wait_until

import pytest

GOOD = "def test_good():\n    pass\n"
BAD = "def test_bad():\n    assert False\n"
CHECKS = {"check_layers": 0, "check_spec": 0, "check_docs": 0, "attack_table": 0, "setup": 0, "build": 0}


class Copy:
    """A copy of scripts/test beside stand-ins for the other scripts, which write down how they are called."""

    def __init__(self, folder):
        self.folder, self.scripts = folder, folder / "scripts"
        self.scripts.mkdir()
        shutil.copy(ROOT / "scripts" / "test", self.scripts)
        shutil.copy(ROOT / "scripts" / "kinds.txt", self.scripts)
        for name, code in CHECKS.items():
            self.stand_in(name, f"exit {code}")

    def stand_in(self, name, text):
        (self.scripts / name).write_text(f'#!/bin/bash\necho "$@" >"$0.called"\n{text}\n')
        (self.scripts / name).chmod(0o755)

    def kinds(self, *rows):
        (self.scripts / "kinds.txt").write_text("".join(row + "\n" for row in rows))

    def tests(self, name, text):
        path = self.folder / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent.parent / "pytest.ini").write_text("[pytest]\npython_files = *_test.py\n")

    def called(self, name):
        path = self.scripts / f"{name}.called"
        return path.read_text("utf-8").split() if path.exists() else None

    def run(self, *arguments):
        done = run([self.scripts / "test", *arguments], code=None)
        return done.code, done.out.splitlines()[-1], done.out


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


@pytest.mark.parametrize("kinds, tests, checks, expected", [
    (["integration"], {"integration/a_test.py": GOOD}, {}, (0, "1 passed, 0 failed")),
    (["integration"], {"integration/a_test.py": GOOD + BAD}, {}, (1, "1 passed, 1 failed")),
    (["integration"], {"integration/a_test.py": "import nothing_of_this_name\n"}, {}, (1, "0 passed, 1 failed")),
    (["docs", "spec"], {}, {}, (0, "2 passed, 0 failed")),
    (["docs", "spec", "integration"], {"integration/a_test.py": GOOD}, {"check_spec": 1}, (1, "2 passed, 1 failed")),
    (["attack"], {"attack/a_test.py": GOOD}, {}, (0, "2 passed, 0 failed")),
    (["attack"], {"attack/a_test.py": GOOD}, {"attack_table": 1}, (1, "1 passed, 1 failed")),
    (["integration"], {"integration/a_test.py": GOOD}, {"build": 1}, (1, "0 passed, 1 failed")),
    (["integration"], {"integration/a_test.py": GOOD}, {"setup": 1}, (1, "0 passed, 1 failed")),
])
def test_the_last_line_is_the_sum(copy, kinds, tests, checks, expected):
    for name, code in checks.items():
        copy.stand_in(name, f"exit {code}")
    for name, text in tests.items():
        copy.tests(name, text)
    assert copy.run(*kinds)[:2] == expected


def test_an_unknown_kind_is_refused():
    done = run([ROOT / "scripts" / "test", "nothing"], code=2)
    assert "unknown kind 'nothing'" in done.err


def test_a_kind_without_a_test_is_a_failure(copy):
    copy.tests("integration/helper.py", GOOD)
    code, last, out = copy.run("integration", "docs")
    assert (code, last) == (1, "1 passed, 1 failed") and "failed: integration" in out


def test_every_kind_says_what_it_took(copy):
    out = copy.run("docs", "spec")[2]
    for kind in ("docs", "spec"):
        assert any(line.startswith(kind) and " 1 passed" in line and line.endswith(" of 0.5 min") for line in out.splitlines()), out


def test_a_kind_over_its_budget_is_named_and_passes(copy):
    copy.kinds("release quick 1 - - check true", "release slow 0.01 - - check sleep 1")
    code, last, out = copy.run()
    assert (code, last) == (0, "2 passed, 0 failed")
    assert "over budget: slow\n" in out


def test_a_kind_that_hangs_is_stopped_and_fails_by_name(copy):
    copy.kinds("release hangs 0.01 - - check scripts/hang", "release quick 1 - - check true")
    copy.stand_in("hang", "echo $$ >hanging; exec sleep 600")
    started = time.monotonic()
    code, last, out = copy.run()
    assert time.monotonic() - started < 60
    assert (code, last) == (1, "1 passed, 1 failed")
    assert "failed: hangs\n" in out and "hangs is stopped" in out
    assert not os.path.exists(f"/proc/{(copy.folder / 'hanging').read_text('utf-8').strip()}")


def test_patience_widens_the_limit(copy, monkeypatch):
    copy.kinds("release slow 0.01 - - check sleep 2")
    monkeypatch.setenv("KEYFERRY_PATIENCE", "100")
    assert copy.run()[:2] == (0, "1 passed, 0 failed")


def test_what_is_stopped_still_ends_with_the_sum(copy):
    copy.kinds("release first 1 - - check true", "release hangs 9 - - check scripts/hang", "release never 1 - - check true")
    copy.stand_in("hang", "touch hanging; exec sleep 600")
    process = subprocess.Popen([copy.scripts / "test"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    wait_until((copy.folder / "hanging").exists, "the second kind", 30)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and out.splitlines()[-1] == "1 passed, 1 failed"
    assert "failed: hangs\n" in out


def test_a_kind_installs_and_builds_only_its_own(copy):
    copy.kinds("release build 8 - - build", "release a 1 build,cases a_tests check true", "release b 1 python - check true",
               "asan build 8 - - build", "asan a 1 clang a_tests check true")
    for arguments, parts, build in ((["a"], ["build", "cases"], ["release", "a_tests"]), (["b"], ["python"], None),
                                    (["asan", "a"], ["clang"], ["asan", "a_tests"]), (["--but", "a"], ["python"], None)):
        for path in copy.scripts.glob("*.called"):
            path.unlink()
        assert copy.run(*arguments)[0] == 0
        assert (copy.called("setup"), copy.called("build")) == (parts, build)


def test_a_run_of_another_script_counts_its_own_sum(copy):
    copy.kinds("deep far 1 - - run scripts/far", "deep mute 1 - - run true")
    copy.stand_in("far", 'echo "7 passed, 2 failed"; exit 1')
    run(["git", "init", "-q", copy.folder])
    run(["git", "-C", copy.folder, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-m", "t"])
    code, last, out = copy.run("deep", "far", "mute")
    assert (code, last) == (1, "7 passed, 3 failed") and "failed: far mute\n" in out
    assert "| 7 passed, 3 failed |" in out


def test_what_failed_and_why_is_said_last(copy):
    copy.tests("cli/a_test.py", GOOD + "def test_bad():\n    assert 40 + 1 == 43, 'the reason'\n")
    copy.tests("integration/b_test.py", "import nothing_of_this_name\n")
    copy.stand_in("check_docs", "echo 'docs/a.md is torn'; exit 1")
    _, _, out = copy.run("docs", "cli", "integration")
    end = out[out.index("#### failed: "):]
    assert "docs/a.md is torn" in end and "the reason" in end and "nothing_of_this_name" in end
    assert "test_good" not in out, "what went well is counted, not named"


def test_ci_repeats_what_failed_of_every_round(copy):
    (copy.folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", copy.folder / ".ci")
    copy.tests("cli/a_test.py", "def test_bad():\n    assert 40 + 1 == 43, 'the reason'\n")
    copy.kinds("release cli 1 - - alone tests/cli", "release fuzz 1 - - check scripts/check_docs",
               "asan cli 1 - - alone tests/cli", "tsan cli 1 - - check scripts/check_docs")
    out = run([copy.folder / ".ci" / "run"], code=1).out
    end = out[out.index(" min in all: "):]
    assert end.count("AssertionError: the reason") == 2 and end.endswith("1 passed, 2 failed\n")
