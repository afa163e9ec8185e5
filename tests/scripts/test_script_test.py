"""scripts/test counts everything, ends with the one line, and fails when anything failed."""

import shutil

from support import ROOT, run

import pytest

GOOD = "def test_good():\n    pass\n"
BAD = "def test_bad():\n    assert False\n"
CHECKS = {"check_layers": 0, "check_spec": 0, "check_docs": 0, "attack_table": 0, "setup": 0, "build": 0}


def outcome(tmp_path, kinds, tests, checks=None):
    """Runs a copy of scripts/test beside stand-ins for the other scripts; returns (exit code, last line)."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (tmp_path / "build").mkdir()
    shutil.copy(ROOT / "scripts" / "test", scripts)
    for name, code in {**CHECKS, **(checks or {})}.items():
        (scripts / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (scripts / name).chmod(0o755)
    for name, text in tests.items():
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent.parent / "pytest.ini").write_text("[pytest]\npython_files = *_test.py\n")
    done = run([scripts / "test", *kinds], code=None)
    return done.code, done.out.splitlines()[-1]


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
def test_the_last_line_is_the_sum(tmp_path, kinds, tests, checks, expected):
    assert outcome(tmp_path, kinds, tests, checks) == expected


def test_an_unknown_kind_is_refused(tmp_path):
    done = run([ROOT / "scripts" / "test", "nothing"], code=2)
    assert "unknown kind 'nothing'" in done.err


def test_ci_adds_the_rounds_up(tmp_path):
    (tmp_path / ".ci").mkdir()
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    for name, text in {"test": 'echo "5 passed, 0 failed"', "fuzz": 'echo "2 passed, 1 failed"; exit 1'}.items():
        (tmp_path / "scripts" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "scripts" / name).chmod(0o755)
    done = run([tmp_path / ".ci" / "run"], code=1)
    assert done.out.splitlines()[-1] == "17 passed, 1 failed"


def test_ci_counts_a_round_that_breaks_off(tmp_path):
    (tmp_path / ".ci").mkdir()
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    for name in ("test", "fuzz"):
        (tmp_path / "scripts" / name).write_text("#!/bin/sh\nexit 0\n")
        (tmp_path / "scripts" / name).chmod(0o755)
    assert run([tmp_path / ".ci" / "run"], code=1).out.splitlines()[-1] == "0 passed, 4 failed"
