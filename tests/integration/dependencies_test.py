"""Everything that we install or link has its row in docs/dependencies.md."""

import json
import re

import pytest

from support import ROOT, run

TEXT = (ROOT / "docs" / "dependencies.md").read_text("utf-8")


def debian_packages():
    setup = (ROOT / "scripts" / "setup").read_text("utf-8")
    [parts] = re.findall(r"^parts=\(([^)]*)\)", setup, re.MULTILINE)
    return run([ROOT / "scripts" / "setup", "--show", *parts.split()]).out.split()


@pytest.mark.parametrize("package", debian_packages())
def test_a_debian_package_has_its_row(package):
    assert f"`{package}`" in TEXT


def npm_packages():
    files = [json.loads((ROOT / name / "package.json").read_text("utf-8")) for name in ("tests/interop", "web")]
    return [item for file in files for kind in ("dependencies", "devDependencies") for item in file.get(kind, {}).items()]


@pytest.mark.parametrize("name, version", npm_packages())
def test_an_npm_package_has_its_row_and_one_version(name, version):
    assert re.fullmatch(r"\d+\.\d+\.\d+", version), "pin one version"
    assert f"`{name}` {version}" in TEXT


@pytest.mark.parametrize("folder", ["tests/interop", "web"])
def test_the_lock_file_names_no_host(folder):
    lock = (ROOT / folder / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in value for key, value in packages.items() if key)
