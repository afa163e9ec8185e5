"""Every state as a person sees it: accessible, inside the window, in both colours, in six languages. The pictures go to
build/web-pictures: look at them after a change of style."""

import re

import pytest
from support import ROOT, Browser, wait_until

PICTURES = ROOT / "build" / "web-pictures"
LANGUAGES = {"en": "en-US,en", "de": "de", "fr": "fr", "es": "es", "ar": "ar", "zh": "zh-CN"}


def check(browser, name):
    """axe finds no serious fault, nothing hangs out at the side, and there is a picture of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    widths = browser.screenshot(PICTURES / f"{name}.png")
    assert widths["scroll"] <= widths["inner"], f"{name} is wider than its window: {widths}"
    faults = [fault for fault in browser.do("axe") if fault["impact"] in ("serious", "critical")]
    assert faults == [], f"{name}: {faults}"


def all_states(stage, browser, tag):
    """Visits every state; the controls are found by their place, so that any language can be spoken."""
    def press(selector):
        browser.evaluate(f"document.querySelector({selector!r}).click()")

    def see(view, name=None, seconds=30):
        browser.view(view, seconds=seconds)
        check(browser, f"{name or view}-{tag}")

    def hold():
        browser.hold(browser.evaluate('document.querySelector(".hold").textContent'))

    browser.open(stage.site.url)
    see("home", "start")
    press("footer .link:nth-child(2)")
    see("how")
    link, pin = stage.share(stage.ada, "servers", "--host", "web", "--pin", "--note", "for the upgrade on Thursday")
    for mangled, view in ((link.split("#")[0], "secret-missing"), (link[:-4] + "AAAA", "damaged"), (link[:-4], "cut"),
                          (link.replace("/v1/", "/v2/"), "newer"), ("https://relay.example/", "bad-link"),
                          (f"{link} {re.sub('/m/.{8}', '/m/00000000', link)}", "several")):
        browser.open(stage.site.url)
        browser.view("home")
        browser.evaluate(f"document.querySelector('textarea').value = {mangled!r}")
        press("main form button")
        see(view)
    browser.open(link)
    see("opened")
    press(".actions .plain")
    browser.view("other-device")
    browser.evaluate("new Promise((resolve) => { const look = () => document.querySelector('.qr svg') ? resolve() : setTimeout(look, 20); look(); })")
    see("other-device")
    press(".actions button")
    browser.view("opened")
    hold()
    see("offered")
    browser.evaluate("document.querySelector('input.digits').value = '12'")
    press("main form button[type=submit]")
    assert browser.text(".problem") != ""
    browser.evaluate(f"document.querySelector('input.digits').value = {'000000' if pin != '000000' else '111111'!r}")
    press("main form button[type=submit]")
    see("pin")
    browser.evaluate(f"document.querySelector('input.digits').value = {pin!r}")
    press("main form button[type=submit]")
    see("held")
    press("main .danger")
    see("forget")
    press("footer .link:nth-child(1)")
    see("home")
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    hold()
    browser.view("offered")
    press("main form button[type=submit]")
    see("words")
    press(".actions button")
    see("failed")
    assert sender.wait() != 0
    what_was_begun(stage, browser, press, see, hold)


def what_was_begun(stage, browser, press, see, hold):
    """A link that is left alone; a share that is given up in the list, and one that the relay does not take back."""
    browser.open(stage.share(stage.ada, "servers", "--host", "web")[0])
    browser.view("opened")
    press(".actions .quiet")
    see("left")
    browser.open(stage.share(stage.ada, "servers", "--host", "web")[0])
    browser.view("opened")
    hold()
    browser.view("offered")
    press("footer .link:nth-child(1)")
    see("home", "unfinished")
    press("main > .actions .quiet")
    see("forget-all")
    press("footer .link:nth-child(1)")
    browser.view("home")
    press(".card .actions .quiet")
    see("give-up")
    press("main .danger")
    see("home", "given-up")
    link = stage.share(stage.ada, "servers", "--host", "web")[0]
    browser.open(link)
    browser.view("opened")
    hold()
    browser.view("offered")
    browser.do("tab")
    browser.do("size", width=browser.options["width"], height=browser.options["height"])
    if browser.kind == "chromium":
        browser.do("media", dark=browser.options.get("dark", False), calm=browser.options.get("calm", False))
    browser.open(link)
    see("elsewhere")
    browser.do("close_tab", index=1)
    stage.relay.kill()
    press("form .actions .plain")
    see("failed", "not-given-back", seconds=90)
    press("footer .link:nth-child(1)")
    browser.view("home")
    if browser.kind == "chromium":
        browser.do("offline", value=True)
        wait_until(lambda: browser.evaluate("document.querySelector('[data-banner=offline]') !== null"), "the page to say so")
        see("home", "offline")
        browser.do("offline", value=False)
    stage.relay.start()
    sender = stage.sender("--code")
    browser.open(sender.link)
    browser.view("opened")
    hold()
    see("offered", "code")
    press("form .actions .plain")
    browser.view("failed")
    sender.kill()


def test_every_state_on_a_phone(stage):
    browser = Browser(stage.place, width=360, height=740)
    all_states(stage, browser, "360")


@pytest.mark.deep
@pytest.mark.parametrize("kind, width, height, dark", [
    ("chromium", 360, 740, True), ("chromium", 1280, 800, False), ("firefox", 1280, 800, True), ("chromium", 320, 640, False),
    ("firefox", 360, 740, False), ("chromium", 3840, 2160, False)])
def test_every_state_in_every_size_and_colour(stage, kind, width, height, dark):
    browser = Browser(stage.place, kind, width=width, height=height, dark=dark, calm=True)
    all_states(stage, browser, f"{kind}-{width}{'-dark' if dark else ''}")


@pytest.mark.deep
@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_state_in_every_language(stage, language):
    browser = Browser(stage.place, width=360, height=740, languages=LANGUAGES[language])
    all_states(stage, browser, language)
    assert browser.evaluate("document.documentElement.lang") == language
    assert browser.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.deep
def test_the_language_is_chosen_and_kept(stage):
    browser = Browser(stage.place)
    browser.open(stage.site.url)
    browser.view("home")
    browser.do("choose", label="Language", value="ar")
    wait_until(lambda: browser.evaluate("document.documentElement.dir") == "rtl", "the language to come")
    assert re.search("[\u0600-\u06ff]", browser.text("h1"))
    browser.do("reload")
    browser.view("home")
    assert browser.evaluate("document.documentElement.lang") == "ar"


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_motion_stops_where_it_is_not_wanted(stage, kind):
    browser = Browser(stage.place, kind, calm=True)
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Ask for it")
    browser.view("words")
    assert browser.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0
    browser.click("Give up")
    assert sender.wait() != 0
