"""scripts/setup installs for each kind its own; scripts/demo and scripts/build ask for what they use and no more."""

import os
import re
import shutil

from support import ROOT, run

import pytest

KINDS = [line.split(None, 5) for line in (ROOT / "scripts" / "kinds.txt").read_text("utf-8").splitlines()
         if line and not line.startswith("#")]


def packages(*names):
    """What scripts/setup would want for these, whether it is there or not."""
    return set(run([ROOT / "scripts" / "setup", "--show", *names]).out.split())


def test_every_part_is_named_by_its_kind():
    for round_name, kind, _, parts, _, _ in KINDS:
        for part in () if parts == "-" else parts.split(","):
            assert packages(part), f"{round_name} {kind}: {part}"


@pytest.mark.parametrize("package, kinds", [
    ("clang-19", set()), ("libgtest-dev", {"unit", "property", "regression", "fuzz"}), ("nodejs", {"interop", "web", "browser", "packages"}), ("chromium", {"browser"}),
    ("spin", {"model"}), ("dpkg-dev", {"packages"}), ("nginx-light", {"integration", "browser", "packages"}),
    ("g++", {"layers", "unit", "property", "regression", "fuzz", "scripts", "cli", "integration", "attack", "interop", "browser", "packages", "upgrade", "chaos"})])
def test_a_kind_installs_only_its_own(package, kinds):
    release = {row[1] for row in KINDS if row[0] == "release"} - {"build"}
    assert {kind for kind in release if package in packages(kind)} == kinds


def test_without_a_name_it_is_what_scripts_test_needs():
    assert packages() == packages("release") == packages(*{row[1] for row in KINDS if row[0] == "release"})
    assert "clang-19" in packages("asan") and "clang-19" in packages("tsan") and "clang-tidy-19" in packages("lint")


def test_an_unknown_part_is_refused():
    done = run([ROOT / "scripts" / "setup", "nothing"], code=2)
    assert "no part or kind 'nothing'" in done.err and "KIND" in done.err


class Copy:
    """A copy of some scripts beside stand-ins that write down how they are called."""

    def __init__(self, folder, copied, stand_ins):
        self.folder = folder
        (folder / "scripts").mkdir()
        for name in copied:
            shutil.copy(ROOT / "scripts" / name, folder / "scripts")
        for name, code in stand_ins.items():
            self.stand_in(folder / "scripts" / name, f"exit {code}")

    def stand_in(self, path, text):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >>"{self.folder}/{path.name}.called"\n{text}\n')
        path.chmod(0o755)

    def called(self, name):
        path = self.folder / f"{name}.called"
        return path.read_text("utf-8").splitlines() if path.exists() else []


def test_the_demo_builds_what_it_starts_and_installs_nothing_for_tests(tmp_path):
    copy = Copy(tmp_path, ["demo"], {"setup": 0, "build": 1})
    run([tmp_path / "scripts" / "demo"], env={key: value for key, value in os.environ.items() if key != "KEYFERRY_BIN"}, code=1)
    assert copy.called("setup") == ["build demo"]
    [built] = copy.called("build")
    text = (ROOT / "scripts" / "demo").read_text("utf-8")
    started = set(re.findall(r"\bstarts \w+ (keyferry-\w+)", text)) | {"keyferry"}
    assert built.split() == ["release", *sorted(started)] and len(started) == 4
    for part in ("cases", "pytest", "shells", "peers", "npm", "spin", "debian", "clang", "lint"):
        assert not packages("build", "demo") & (packages(part) - {"gcc", "git"}), part


def test_the_demo_with_programs_of_its_own_builds_nothing(tmp_path):
    copy = Copy(tmp_path, ["demo"], {"setup": 1, "build": 1})
    run([tmp_path / "scripts" / "demo"], env={**os.environ, "KEYFERRY_BIN": str(tmp_path)}, code=1)
    assert copy.called("setup") == ["demo"] and not copy.called("build")


@pytest.mark.parametrize("targets, present, tests, bench", [
    (["keyferry"], False, "OFF", "OFF"), (["keyferry"], True, None, None), ([], False, "ON", "ON"), ([], True, "ON", "ON"),
    (["unit_tests", "programs"], False, "ON", "OFF"), (["mailbox_test"], True, "ON", None), (["benchmarks"], False, "OFF", "ON")])
def test_a_build_of_programs_needs_no_test_library(tmp_path, targets, present, tests, bench):
    copy = Copy(tmp_path, ["build"], {})
    copy.stand_in(tmp_path / "tools" / "cmake", "exit 0")
    if present:
        (tmp_path / "build" / "release").mkdir(parents=True)
        (tmp_path / "build" / "release" / "CMakeCache.txt").touch()
    run([tmp_path / "scripts" / "build", "release", *targets], env={**os.environ, "PATH": f"{tmp_path}/tools:{os.environ['PATH']}"})
    configured, built = copy.called("cmake")
    for name, value in (("TESTS", tests), ("BENCH", bench)):
        assert re.findall(rf"-DKEYFERRY_{name}=(\w+)", configured) == ([value] if value else [])
    assert built.endswith("--target " + " ".join(targets)) if targets else "--target" not in built
