"""What a browser keeps: for use without a network, for other devices, for other systems; and what the page says of it."""

import re

import pytest
import zbar
from PIL import Image
from support import LOGIN, Browser, wait_until

from conftest import pasted

TITLE = f"Log in to web as {LOGIN}"
both = pytest.mark.parametrize("kind", ["chromium", "firefox"])
pytestmark = pytest.mark.deep
IN_APP = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0 Mobile Safari/537.36 Instagram 300.0"
KEYS = """new Promise((resolve) => {
  const open = indexedDB.open("keyferry");
  open.onsuccess = () => {
    const read = open.result.transaction(["takes", "credentials"]);
    const found = {};
    read.objectStore("takes").getAll().onsuccess = ({target}) => { found.sealing = target.result[0]?.sealing; };
    read.objectStore("credentials").getAll().onsuccess = ({target}) => { found.held = target.result[0]?.key.handle; };
    read.oncomplete = async () => resolve(Object.fromEntries(await Promise.all(Object.entries(found).filter(([, key]) => key).map(async ([name, key]) =>
      [name, await crypto.subtle.exportKey(key.type === "secret" ? "raw" : "pkcs8", key).then(() => "comes out", () => "stays")]))));
  };
})"""


def taken(stage, browser, link):
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")


@both
def test_what_is_held_is_used_without_a_network_after_a_kill(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    taken(stage, browser, link)
    wait_until(lambda: browser.evaluate("navigator.serviceWorker.controller !== null"), "the worker to answer")
    browser.kill()
    for server in (stage.site, stage.relay, stage.authority):
        server.stop()
    browser.start()
    browser.open(stage.site.url)
    browser.view("home")
    browser.click(TITLE)
    browser.view("held")
    browser.click("Download keyferry-web.tar")
    browser.downloaded("keyferry-web.tar")
    stage.authority.start()  # the lock's own needs are not the browser's
    assert stage.pasted(browser).code == 0


def test_the_picture_is_the_link_and_another_device_takes_it(stage, tmp_path):
    """Read from the screen by a reader that is not ours; showing and copying it claims nothing."""
    browser = Browser(stage.place, width=360, height=740)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    browser.click("Take it on another device")
    browser.view("other-device")
    wait_until(lambda: browser.evaluate("document.querySelector('.qr svg') !== null"), "the picture")
    browser.screenshot(tmp_path / "qr.png")
    picture = Image.open(tmp_path / "qr.png").convert("L")
    image = zbar.Image(*picture.size, "Y800", picture.tobytes())
    zbar.ImageScanner().scan(image)
    read = [symbol.data for symbol in image]
    assert read == [link]
    browser.do("permit", origin=stage.site.url.removesuffix("/get/"), permissions=["clipboard-read", "clipboard-sanitized-write"])
    browser.click("Copy the whole link")
    wait_until(lambda: "Copied" in browser.text("main"), "the page to say so")
    assert browser.evaluate("navigator.clipboard.readText()") == link
    bob = stage.take("bob", read[0])
    assert stage.login(bob, "web").code == 0


@both
def test_the_page_says_when_its_storage_will_not_last(stage, kind):
    browser = Browser(stage.place, kind)
    offer = stage.authority.share("--as", LOGIN, "--host", "web", "--for", "60d", "--depth", "1")
    stage.ada.run("accept", "--yes", "--allow-local", "--name", "long", "-", input=offer)
    weak = "This access lasts longer than seven days, and this browser may forget it before that."
    for duration, warned in (("30d", True), ("4h", False)):
        link, _ = stage.share(stage.ada, "long", "--host", "web", "--for", duration)
        browser.open(link)
        browser.view("opened")
        browser.hold()
        browser.view("offered")
        assert (weak in browser.text("main")) == warned
        browser.click("No, give it back")
        browser.view("failed")
    browser.close()
    agent = {"preferences": {"general.useragent.override": IN_APP}} if kind == "firefox" else {"args": [f"--user-agent={IN_APP}"]}
    inside = Browser(stage.place, kind, **agent)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    inside.open(link)
    inside.view("opened")
    inside.hold()
    inside.view("offered")
    assert "You are inside another program’s browser" in inside.text("main")


@both
def test_the_command_for_each_system(stage, kind):
    """What runs here is run; PowerShell's is compared, for nobody has tried it."""
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    taken(stage, browser, link)
    browser.click("Download keyferry-web.tar")
    browser.downloaded("keyferry-web.tar")
    browser.click("Windows", role="radio")
    wait_until(lambda: "Out-Null" in browser.text("code.command"), "the command for Windows")
    assert re.fullmatch(r'mkdir -Force \$HOME/.ssh/keyferry \| Out-Null; tar -xf "\$HOME/Downloads/keyferry-web.tar" -C "\$HOME/.ssh/keyferry"; '
                        r'ssh -F "\$HOME/.ssh/keyferry/web/config" web', browser.text("code.command"))
    browser.click("macOS", role="radio")
    wait_until(lambda: "Out-Null" not in browser.text("code.command"), "the command for macOS")
    assert pasted(browser, browser.text("code.command")).code == 0


@both
def test_a_key_comes_out_only_where_a_file_needs_it(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    assert browser.evaluate(KEYS) == {"sealing": "stays"}, "what holds the link's secret"
    browser.click("Take it")
    browser.view("held")
    wait_until(lambda: browser.evaluate(KEYS) == {"held": "comes out"}, "nothing to be left but ssh's key")
    assert "Your private key leaves the browser with it" in browser.text("main")
