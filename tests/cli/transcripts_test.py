"""Runs every *.txt of this folder (the format: tests/support/transcript.py), and shows that the runner can fail."""

from pathlib import Path

from support import transcript

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.txt")))
def test_a_person_sees(place, name):
    transcript.run_file(HERE / name, place)


@pytest.mark.parametrize("text", [
    "$ echo hello\n> goodbye\n",
    "$ echo hello\n",
    "$ echo hello >&2\n> hello\n",
    "$ false\n",
    "$ printf 'a\\nb\\n'\n> a\n",
    "$ echo 'a b c'\n> a ... d\n",
])
def test_a_difference_is_seen(place, tmp_path, text, monkeypatch):
    monkeypatch.delenv("KEYFERRY_UPDATE", raising=False)
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(AssertionError, match="a.txt:1: it was not so"):
        transcript.run_file(tmp_path / "a.txt", place)


def test_the_same_passes_and_updating_writes_it(place, tmp_path, monkeypatch):
    script = tmp_path / "a.txt"
    script.write_text("# About files\nfile a.txt\n| one\n| two\n\n$ cat a.txt; echo three >&2; exit 3\n> old\n\n$ true\n")
    monkeypatch.setenv("KEYFERRY_UPDATE", "1")
    transcript.run_file(script, place)
    assert "> one\n> two\n! three\nexit 3\n\n$ true\n" in script.read_text()
    monkeypatch.delenv("KEYFERRY_UPDATE")
    transcript.run_file(script, place)
