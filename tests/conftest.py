"""Fixtures of all tests that start programs: see tests/support/__init__.py."""

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
