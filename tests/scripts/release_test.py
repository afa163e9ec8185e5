"""A release is one number from one place; and what it showed is held against what comes after it (tests/upgrade/interface.py)."""

import copy
import json
import re
import sys
import tomllib

import pytest
from support import BIN, ROOT, run

sys.path.append(str(ROOT / "tests/upgrade"))
from interface import example_keys, members, metric_names, missing  # noqa: E402

VERSION = re.search(r"project\(keyferry VERSION ([0-9.]+) ", (ROOT / "CMakeLists.txt").read_text("utf-8"))[1]
KEPT = sorted(path.parent for path in (ROOT / "tests/upgrade").glob("*/interface.json"))
RECORD = {"json": {"keyferry list": ["credentials", "credentials[].name"]}, "metrics": {"keyferry-relay": ["keyferry_relay_cells"]},
          "exits": {"keyferry: no relay there": [4, "network"]}, "toml": {"relay": ["listen.api"]}}


def test_the_changelog_tells_of_this_version_below_what_is_upcoming():
    titles = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert titles[0] == "Upcoming" and re.fullmatch(re.escape(VERSION) + r" \(\d{4}-\d\d-\d\d\)", titles[1])


def test_what_was_released_is_told_by_subjects():
    """A merge puts lines for "Upcoming" of before into the release that took their place."""
    released = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[2:]
    assert released and all("\n### " in text and not re.search(r"^- ", text.split("\n### ")[0], re.MULTILINE) for text in released)


def test_the_number_stands_in_one_place():
    """Whatever else says it takes it from there: programs, packages and manual pages by --version, the site by web/build.mjs."""
    named = run(["git", "-C", ROOT, "grep", "-lFw", VERSION, "--", "CMakeLists.txt", "cmake", "cmd", "keyferry", "scripts", "deploy", "web",
                 ":!web/package-lock.json", ":!*_test.*"]).out.split()
    assert named == ["CMakeLists.txt"]


@pytest.mark.parametrize("program", ["keyferry", "keyferry-authority", "keyferry-relay", "keyferry-verifier", "keyferry-conformance"])
def test_programs_say_it(program):
    if not (BIN / program).exists():
        pytest.skip("not built: the packages' tests ask all of them")
    assert run([BIN / program, "--version"]).out.split() == [program, VERSION]


def test_what_a_release_wrote_is_kept():
    assert [folder.name for folder in KEPT], "tests/upgrade/make writes it"


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_no_key_of_a_configuration_is_gone(folder):
    kept = json.loads((folder / "interface.json").read_text("utf-8"))["toml"]
    now = example_keys()
    assert {name: sorted(set(keys) - now[name]) for name, keys in kept.items()} == {name: [] for name in kept}
    for text in json.loads((folder / "story.json").read_text("utf-8"))["configurations"].values():
        tomllib.loads(text)


@pytest.mark.parametrize("bend, said", [
    (lambda now: now["json"]["keyferry list"].remove("credentials[].name"), "json: keyferry list: credentials[].name"),
    (lambda now: now["json"].pop("keyferry list"), "json: keyferry list: credentials"),
    (lambda now: now["metrics"]["keyferry-relay"].clear(), "metrics: keyferry-relay: keyferry_relay_cells"),
    (lambda now: now["toml"]["relay"].clear(), "toml: relay: listen.api"),
    (lambda now: now["exits"].update({"keyferry: no relay there": [3, "network"]}),
     "exits: keyferry: no relay there: [4, 'network'], now [3, 'network']"),
    (lambda now: now["exits"].clear(), "exits: keyferry: no relay there: [4, 'network'], now None")])
def test_what_is_missing_is_named(bend, said):
    now = copy.deepcopy(RECORD)
    assert missing(RECORD, now) == []
    now["json"]["keyferry list"].append("credentials[].new")
    now["exits"]["keyferry: something new"] = [0]
    assert missing(RECORD, now) == [], "what is new is no fault"
    bend(now)
    assert said in missing(RECORD, now)


def test_members_and_metrics_are_read_as_paths():
    assert sorted(members({"a": [{"b": 1}, {"c": {"d": []}}]})) == ["a", "a[].b", "a[].c", "a[].c.d"]
    text = '# HELP x y\nkeyferry_x 1\nkeyferry_y_total{route="/a{b} c",status="200"} 2\n'
    assert list(metric_names(text)) == ["keyferry_x", "keyferry_y_total{route,status}"]
