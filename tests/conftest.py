"""Fixtures of all tests that start programs: see tests/support/__init__.py."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support import Place  # noqa: E402


@pytest.fixture
def place(request):
    """A temporary directory with a certificate authority; what was started in it is stopped afterwards."""
    place = Place()
    yield place
    failed = getattr(request.node, "failed", False)
    place.close(keep=failed)
    if failed:
        print(f"kept for reading: {place.directory}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        item.failed = True


# The first round plays each variant of a test; with sanitizers, which look for faults of memory and not of rules, each test is
# played with every so many of its variants (KEYFERRY_VARIANTS), the first one always.
def pytest_collection_modifyitems(config, items):
    every = int(os.environ.get("KEYFERRY_VARIANTS", "1"))
    if every == 1:
        return
    seen, kept, left = {}, [], []
    for item in items:
        name = item.nodeid.split("[")[0]
        number = seen[name] = seen.get(name, -1) + 1
        (kept if number % every == 0 else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept
