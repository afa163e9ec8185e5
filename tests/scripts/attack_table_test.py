"""scripts/attack_table fails when a row was not played, when nothing ever loses, and when the document drifts."""

import json

import pytest
from support import ROOT, run

ROWS = [f"TML-{n}" for n in range(1, 10)] + [f"TMS-{n:02}" for n in range(1, 20)]
MARKS = "<!-- attacks: written by scripts/attack_table -->\n\n<!-- end of attacks -->"


def entry(row, loses="nothing", verdict="holds", mode="plain v1", attack="a thief"):
    return {"row": row, "driver": "mailbox", "mode": mode, "attack": attack, "loses": loses, "verdict": verdict, "test": "x_test.py::test_x"}


def measured():
    lost = entry("TML-2", "the login until the revoke", "loses", attack="a thief who is first")
    return [entry(row) for row in ROWS] + [lost]


def outcome(tmp_path, entries, page=f"# Threats\n\n{MARKS}\n", update=True):
    """Runs the script on a document of the test's own; with `update` it is made current first."""
    (tmp_path / "build").mkdir(exist_ok=True)
    (tmp_path / "docs").mkdir(exist_ok=True)
    (tmp_path / "build" / "attack.json").write_text(json.dumps(entries))
    (tmp_path / "docs" / "threat-model.md").write_text(page)
    options = ["--update"] if update else []
    return run([ROOT / "scripts" / "attack_table", "--root", tmp_path, *options], code=None)


def test_a_whole_table_is_written_and_then_holds(tmp_path):
    assert outcome(tmp_path, measured()).code == 0
    page = (tmp_path / "docs" / "threat-model.md").read_text()
    assert "| a thief who is first | TML-2 | **login** |" in page
    assert outcome(tmp_path, measured(), page, update=False).code == 0


def test_a_document_that_drifts_is_refused(tmp_path):
    outcome(tmp_path, measured())
    page = (tmp_path / "docs" / "threat-model.md").read_text().replace("**login**", "–")
    done = outcome(tmp_path, measured(), page, update=False)
    assert done.code == 1 and "another table than what was measured" in done.out


@pytest.mark.parametrize("spoil, words", [
    (lambda entries: [e for e in entries if e["row"] != "TMS-07"], "TMS-07 was not played"),
    (lambda entries: [e for e in entries if e["verdict"] != "loses"], "cannot see a loss"),
    (lambda entries: [*entries, entry("TML-3", "a night's sleep")], "does not know"),
    (lambda entries: [*entries, entry("TML-3", "nothing", "loses")], "does not know"),
    (lambda entries: [*entries, entry("TML-10")], "does not know"),
    (lambda entries: [*entries, {"row": "TML-3"}], "other members"),
    (lambda entries: [], "TML-1 was not played"),
])
def test_a_table_that_measures_too_little_is_refused(tmp_path, spoil, words):
    done = outcome(tmp_path, spoil(measured()))
    assert done.code == 1 and words in done.out, done


def test_a_document_without_its_marks_is_refused(tmp_path):
    done = outcome(tmp_path, measured(), page="# Threats\n")
    assert done.code == 1 and "lacks its marks" in done.out
