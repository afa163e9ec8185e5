"""The field that all attacks of one worker share, and the table that they write: build/attack.json.

    @attack("link thief, before the friend", "TML-2", "TMS-03")
    def test_…(field, mode, table):
        …
        table.note(mode, field.loss(given, eve))

Every test notes what it measured. When all have passed, the notes of all workers become one array of
{"row", "driver", "mode", "attack", "loses", "verdict", "test"}; scripts/attack_table checks it against the document.
"""

import json
import shutil
from pathlib import Path

import pytest
from support import Place
from support.field import Field

BUILD = Path(__file__).resolve().parents[2] / "build"
NOTES = BUILD / "attack.d"


def pytest_configure(config):
    config.addinivalue_line("markers", "attack(name, rows): what a test plays")
    if not hasattr(config, "workerinput"):
        shutil.rmtree(NOTES, ignore_errors=True)
        NOTES.mkdir(parents=True)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        return
    rows = [row for path in sorted(NOTES.glob("*.json")) for row in json.loads(path.read_text("utf-8"))]
    (BUILD / "attack.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


@pytest.fixture(scope="session")
def world(request):
    place = Place()
    try:
        yield Field(place)
    finally:
        place.close(keep=request.session.testsfailed)


@pytest.fixture
def field(world):
    yield world
    world.clear()


class Table:
    def __init__(self, node):
        mark = node.get_closest_marker("attack").kwargs
        self._node, self._mark, self.rows = node, mark, []

    def note(self, mode, loses, driver="mailbox"):
        verdict = {"nothing": "holds", "this transfer": "denied"}.get(loses, "loses")
        test = f"{self._node.path.name}::{self._node.originalname}"
        self.rows += [{"row": row, "driver": driver, "mode": mode, "attack": self._mark["name"], "loses": loses,
                       "verdict": verdict, "test": test} for row in self._mark["rows"]]


@pytest.fixture
def table(request):
    table = Table(request.node)
    yield table
    if table.rows and not getattr(request.node, "failed", False):
        name = request.node.nodeid.replace("/", ".").replace(":", ".")
        (NOTES / f"{name}.json").write_text(json.dumps(table.rows), "utf-8")
