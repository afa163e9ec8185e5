"""The stories' world: every program running, the site behind nginx, and a browser."""

import os
import shlex

import pytest
from support import Relay, Site, System, run
from support.exchange import Sender
from support.site import site_files

DEEP = bool(os.environ.get("KEYFERRY_DEEP"))


@pytest.fixture(scope="session", autouse=True)
def built_site():
    return site_files()


def pytest_configure(config):
    config.addinivalue_line("markers", "deep: only in `scripts/test deep browser`")


def pytest_collection_modifyitems(config, items):
    if not DEEP:
        deep = [item for item in items if item.get_closest_marker("deep")]
        config.hook.pytest_deselected(items=deep)
        items[:] = [item for item in items if item not in deep]


class Stage(System):
    """System, with the site, which the relay sends browsers to; ada holds `servers` on web and db."""

    def __init__(self, place, **more):
        self.site = Site(place).start()
        super().__init__(place, relay_config={"web": {"origin": self.site.url}}, **more)
        self.ada = self.owner("ada")

    def another_relay(self, place, proxy):
        """A relay behind `proxy`, which sends browsers to the same site."""
        relay = Relay(place, name="relay2", tls=False, config={"public": {"url": proxy.url}, "web": {"origin": self.site.url}}).start()
        proxy.forward_to(relay)
        return relay

    def sender(self, *options):
        """`keyferry share servers`, confirmed, waiting for the receiver."""
        return Sender(self.ada, "servers", "--host", "web", "--for", "1h", "--relay", self.relay.url, "--yes", *options)

    def state(self, share):
        """What the authority says of a share."""
        shares = self.ada.json("list", "--shares")["credentials"][0]["shares"]
        return next(item["state"] for item in shares if item["share"] == share)

    def logs_in(self, browser, command="echo in", host="web"):
        """Downloads, then runs what the page says to paste, as the person whose home the browser's is; returns Finished."""
        browser.click(f"Download keyferry-{host}.tar")
        browser.downloaded(f"keyferry-{host}.tar")
        return self.pasted(browser, command, host)

    def pasted(self, browser, command="echo in", host="web"):
        return pasted(browser, taken_command(browser, host), command)


def taken_command(browser, host="web"):
    """The command that the page says to paste."""
    line = browser.text("code.command")
    assert line.startswith("mkdir -p ~/.ssh/keyferry && tar -xf ~/Downloads/keyferry-") and f"ssh -F ~/.ssh/keyferry/{host}/config" in line
    return line


def pasted(browser, line, command="echo in"):
    """Runs it as the person whose home the browser's is; returns Finished."""
    # ssh takes ~ from the account, not from HOME: that folder is put there, in a mount namespace of its own.
    script = f'mount --bind "$1" ~ && {line} -o BatchMode=yes {shlex.quote(command)}'
    return run(["unshare", "--mount", "sh", "-c", script, "sh", browser.home], code=None, timeout=60)


@pytest.fixture
def stage(place):
    return Stage(place)
