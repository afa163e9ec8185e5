"""Every member of the shared vectors is read by a test, or the whole file is computed anew by its make.py in one: what
nobody reads may say anything."""

import json
import re

import pytest
from support import ROOT

VECTORS = ROOT / "tests" / "vectors"
# What is said to people and not to programs.
FOR_PEOPLE = {"about", "source"}
# Beginnings of the names of files, and the test that runs their make.py --check.
COMPUTED_ANEW = {"dropbox/": "dropbox_test.py", "transfer/delegation-": "wallet_delegation_test.py", "delegation/": "lock_library_test.py"}


def is_computed_anew(name):
    test = next((test for beginning, test in COMPUTED_ANEW.items() if name.startswith(beginning)), None)
    if test:
        assert '"make.py", "--check"' in (ROOT / "tests" / "integration" / test).read_text("utf-8")
    return bool(test)


def sources_with(name):
    """The text of all tests in which `name` (a pattern) occurs."""
    tests = [*ROOT.glob("keyferry/*/*_test.cc"), *ROOT.glob("tests/*/*.py"), *ROOT.glob("tests/*/*.cc"), *ROOT.glob("tests/*/*.mjs")]
    texts = [path.read_text("utf-8") for path in tests if path.name != "vectors_test.py"]
    return "\n".join(text for text in texts if re.search(name, text))


def unread(names, text):
    """Those that no test names, as "live_ids" or as "live" and "_ids"."""
    def is_read(name):
        head, _, tail = name.rpartition("_")
        return f'"{name}"' in text or bool(head) and f'"{head}"' in text and f'"_{tail}"' in text

    return sorted(name for name in names - FOR_PEOPLE if not is_read(name))


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_member_of_a_run_is_read(path):
    if is_computed_anew(f"{path.parent.name}/{path.name}"):
        return
    whole = json.loads(path.read_text("utf-8"))
    names = set(whole) | {name for entry in whole.values() if isinstance(entry, list) for part in entry if isinstance(part, dict) for name in part}
    text = sources_with(re.escape(path.name))
    assert text, "no test reads it"
    assert not unread(names, text), path.name


@pytest.mark.parametrize("subject", sorted({path.parent.name for path in VECTORS.glob("*/*.txt")}))
def test_every_header_line_of_a_case_is_read(subject):
    if is_computed_anew(f"{subject}/"):
        return
    names = set()
    for path in (VECTORS / subject).glob("*.txt"):
        header = path.read_text("utf-8", "surrogateescape").split("\n\n", 1)[0]
        names |= {line.split(": ", 1)[0] for line in header.splitlines()}
    text = sources_with(rf'vector_files\("{subject}"\)')
    assert text, "no test reads them"
    assert not unread(names, text), subject


def test_a_member_that_nobody_reads_is_seen():
    assert unread({"digits", "no_such", "live_ids", "source"}, 'at("digits") "live" "_ids"') == ["no_such"]
