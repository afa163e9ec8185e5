"""Nothing that programs of users rely on is gone since a release: the whole story is played again with this build, and all that it
shows is held against what that release showed. A new member is no news here; a missing one fails by name."""

import json

import pytest
from interface import missing
from kept import VERSIONS, fixture_of
from recording import record


@pytest.fixture(name="now", scope="module")
def play_it_with_this_build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interface")
    record(folder, keep=False)
    return json.loads((folder / "interface.json").read_text("utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
def test_members_keys_metrics_and_exit_codes_are_still_there(now, version):
    kept = json.loads((fixture_of(version) / "interface.json").read_text("utf-8"))
    assert missing(kept, now) == []


def test_nothing_is_compared_with_an_empty_record(now):
    assert len(now["json"]) > 25 and len(now["metrics"]) == 4 and len(now["exits"]) > 20 and len(now["toml"]) == 4
