"""docs/threat-model.md answers every threat row, and every test that it names exists."""

import re
import subprocess

import pytest
from support import ROOT

PAGE = ROOT / "docs" / "threat-model.md"
CITED = re.compile(r"`([a-z_0-9]+_test\.(?:py|cc))(?:::([A-Za-z_.0-9]+))?`")


def tracked():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*_test.py", "*_test.cc"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.split()
    files = {}
    for name in names:
        files.setdefault(name.rsplit("/", 1)[1], []).append(ROOT / name)
    return files


def missing(text, files):
    """What the text names and the repository does not hold."""
    out = []
    for name, test in CITED.findall(text):
        sources = [path.read_text("utf-8") for path in files.get(name, [])]
        pattern = rf"^def {test}\(" if name.endswith(".py") else rf"^TEST(?:_F|_P)?\({test.replace('.', ', ')}\)"
        if not sources or test and not any(re.search(pattern, source, re.M) for source in sources):
            out.append(f"{name}::{test}")
    return out


def test_every_test_that_the_page_names_exists():
    assert CITED.findall(PAGE.read_text("utf-8"))
    assert missing(PAGE.read_text("utf-8"), tracked()) == []


@pytest.mark.parametrize("cited", ["`none_test.py::test_x`", "`threat_model_test.py::test_none`", "`secret_test.cc::No.Such`"])
def test_a_test_that_does_not_exist_is_found(cited):
    assert missing(cited, tracked())


def test_every_threat_of_the_sources_has_its_row():
    rows = set(re.findall(r"^\| (TM[LS]-\d+) \|", PAGE.read_text("utf-8"), re.M))
    assert rows == {f"TML-{n}" for n in range(1, 10)} | {f"TMS-{n:02}" for n in range(1, 20)}
