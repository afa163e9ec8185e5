"""A person with only a browser takes a share and logs in with the system's ssh."""

import re
import shlex
import subprocess

import pytest
from support import LOGIN, Browser, run, wait_until


def unpack_and_log_in(stage, browser, command="echo in", host="web"):
    """Runs what the page says to paste, as the person whose home the browser's is; returns its exit code and output."""
    browser.downloaded(f"keyferry-{host}.tar")
    line = browser.text("code.command")
    assert line.startswith("mkdir -p ~/.ssh/keyferry && tar -xf ~/Downloads/keyferry-") and f"ssh -F ~/.ssh/keyferry/{host}/config" in line
    # ssh takes ~ from the account, not from HOME: the account's home is this folder, in a mount namespace of its own.
    script = f'mount --bind "$1" ~ && {line} -o BatchMode=yes {shlex.quote(command)}'
    return run(["unshare", "--mount", "sh", "-c", script, "sh", browser.home], code=None, timeout=60)


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_link_to_login_to_revoked(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web", "--note", "for the upgrade")
    browser.open(stage.address(link))
    browser.view("opened")
    address = browser.do("address")
    assert address["url"] == stage.site.url, "query and fragment are taken out of the address"
    browser.hold()
    browser.view("offered")
    shown = browser.text("main")
    assert f"Log in to web as {LOGIN}" in shown and "for the upgrade" in shown and "new to this browser" in shown
    browser.click("Take it")
    browser.view("held")
    browser.click("Download keyferry-web.tar")
    done = unpack_and_log_in(stage, browser)
    assert (done.code, done.out) == (0, "in\n"), done
    record = next(item for item in stage.ada.json("list", "--shares")["credentials"][0]["shares"])
    assert record["state"] == "redeemed" and re.search(r"on Linux", str(record))
    stage.ada.run("revoke", stage.last_share, "--yes")
    wait_until(lambda: unpack_and_log_in(stage, browser).code == 255, "the login to be refused")
    browser.do("reload")
    browser.view("home")
    browser.click(f"Log in to web as {LOGIN}")
    wait_until(lambda: "The sender took it back." in browser.text("main"), "the page to say so")
    assert browser.complaints() == []
