"""The stories' world: every program running, the site behind nginx, and a browser."""

import os
import subprocess

import pytest
from support import ROOT, Site, System

DEEP = bool(os.environ.get("KEYFERRY_DEEP"))


@pytest.fixture(scope="session", autouse=True)
def site_files(tmp_path_factory):
    """Built once; workers of xdist wait for each other inside scripts/web_work."""
    done = subprocess.run([ROOT / "scripts" / "build", "web"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Stage(System):
    """System, with the site; ada holds `servers` on web and db."""

    def __init__(self, place):
        super().__init__(place)
        self.site = Site(place).start()
        self.ada = self.owner("ada")

    def address(self, link):
        return self.site.address_of(link)


@pytest.fixture
def stage(place):
    return Stage(place)
