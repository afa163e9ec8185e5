"""A person with only a browser takes a share and logs in with the system's ssh. The stories marked `both` in Firefox too."""

import re

import pytest
from support import LOGIN, Browser, wait_until

both = pytest.mark.parametrize("kind", ["chromium", "firefox"])
TITLE = f"Log in to web as {LOGIN}"


def killed(browser, *views):
    """SIGKILL to the browser; started again on its profile and pointed at the site, as the person would; returns the state shown."""
    site = browser.do("address")["url"]
    browser.kill()
    browser.start()
    browser.open(site)
    return browser.view(*views)


@both
def test_a_link_to_a_login_to_its_end(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web", "--note", "for the upgrade")
    browser.open(link)
    browser.view("opened")
    assert browser.do("address")["url"] == stage.site.url, "query and fragment are taken out of the address"
    browser.hold()
    browser.view("offered")
    shown = browser.text("main")
    assert TITLE in shown and "for the upgrade" in shown and "new to this browser" in shown
    browser.click("Take it")
    browser.view("held")
    done = stage.logs_in(browser)
    assert (done.code, done.out) == (0, "in\n"), done
    record = stage.ada.json("list", "--shares")["credentials"][0]["shares"][0]
    assert record["state"] == "redeemed" and re.search(r"on Linux", str(record))
    stage.ada.run("revoke", stage.last_share, "--yes")
    wait_until(lambda: stage.pasted(browser).code == 255, "the login to be refused")
    browser.do("reload")
    browser.view("home")
    browser.click(TITLE)
    wait_until(lambda: "The sender took it back." in browser.text("main"), "the page to say so")
    assert browser.complaints() == []


@both
def test_words_with_the_browser_killed_at_every_step(stage, kind):
    browser = Browser(stage.place, kind)
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    assert killed(browser, "offered") == "offered"
    browser.click("Ask for it")
    browser.view("words")
    words = browser.do("texts", selector=".words li")
    assert len(words) == 3
    sender.until("compare")
    assert killed(browser, "words") == "words"
    assert browser.do("texts", selector=".words li") == words, "one request a link: the same words again"
    sender.say(" ".join(words))
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    assert "on Linux" in sender.until("compare")["label"]
    assert killed(browser, "home") == "home"
    browser.click(TITLE)
    browser.view("held")
    done = stage.logs_in(browser)
    assert done.code == 0, done
    assert stage.state(sender.share) == "redeemed"
    # The same link again leads to what is held.
    browser.open(sender.link)
    browser.view("held")
    assert "You took this share already" in browser.text("main")


def test_a_pin_by_keyboard_alone(stage):
    """Also: a PIN that cannot be right costs no try, a wrong one says how many are left."""
    browser = Browser(stage.place)
    link, pin = stage.share(stage.ada, "servers", "--host", "web", "--pin")
    browser.open(link)
    browser.view("opened")
    for _ in range(30):
        browser.press("Tab")
        if browser.do("focused")["name"] == "Press and hold to open":
            break
    browser.do("hold_key", key=" ")
    browser.view("offered")
    assert browser.do("focused")["tag"] == "H1", "the heading of a new state is read out"
    for _ in range(30):
        browser.press("Tab")
        if browser.do("focused")["tag"] == "INPUT":
            break

    def enter(typed):
        browser.evaluate("document.activeElement.select()")
        browser.do("keys", text=typed)
        browser.press("Enter")

    enter("12345")
    wait_until(lambda: "No try was used" in browser.text("main"), "the page to say that it has six digits")
    wrong = "111111" if pin != "111111" else "222222"
    enter(wrong)
    browser.view("pin")
    wait_until(lambda: "Tries left: 4" in browser.text("main"), "the tries that are left")
    assert browser.do("focused")["tag"] == "INPUT"
    enter("".join(chr(0x0660 + int(digit)) for digit in pin))  # as an Arabic keyboard writes it
    browser.view("held")
    assert stage.logs_in(browser).code == 0


def test_a_code_and_a_link_in_two_parts_by_the_word(stage):
    browser = Browser(stage.place)
    sender = stage.sender("--code", "--split")
    made = sender.until("link")
    secret = made["secret"]
    browser.open(made["link"])
    browser.view("secret-missing")
    browser.type("The second part", secret)
    browser.click("Go on")
    browser.view("opened")
    word = browser.text(".word")
    browser.type(f"Or type this word: {word}", "something else")
    browser.click("Open")
    assert "That is not the word." in browser.text("main")
    browser.type(f"Or type this word: {word}", word.upper())
    browser.click("Open")
    browser.view("offered")
    browser.type("Code", "12 34")
    browser.click("Ask for it")
    assert "A code has six digits" in browser.text("main")
    browser.type("Code", f"{made['code'][:3]} {made['code'][3:]}")
    browser.click("Ask for it")
    browser.view("words")
    assert "Your code is being checked." in browser.text("main")
    sender.until("compare")  # this sender wants the words too
    sender.say(" ".join(browser.do("texts", selector=".words li")))
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    assert stage.logs_in(browser).code == 0


def test_a_dropbox_with_words_and_a_pin(stage):
    browser = Browser(stage.place)
    sender = stage.sender("--dropbox", "--pin")
    browser.open(sender.link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Ask for it")
    browser.view("words")
    sender.until("compare")
    assert killed(browser, "words") == "words"
    sender.say(browser.text(".digits-line .digits"))
    browser.view("pin")
    browser.type("PIN", sender.pin)
    browser.click("Go on")
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    assert stage.logs_in(browser).code == 0


def test_no_gives_it_back_and_another_device_takes_it(stage):
    browser = Browser(stage.place)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("No, give it back")
    browser.view("failed")
    assert "Nothing was taken" in browser.text("main")
    bob = stage.take("bob", link)
    assert stage.login(bob, "web").code == 0
    # And whoever comes too late is told so, with nothing left behind.
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("failed")
    assert "leads nowhere any more" in browser.text("main")
    browser.click("To the start")
    browser.view("home")
    assert "Nothing is kept in this browser yet." in browser.text("main")


def test_who_only_hears_the_page_is_told_everything(stage):
    """What Chromium gives a screen reader: each step begins at its heading, every control has a name, every fault is spoken."""
    browser = Browser(stage.place)

    def heard(*wanted):
        heard = browser.do("heard")
        said = [(role, name) for role, name, _, _ in heard["said"]]
        for one in wanted:
            assert one in said, (one, said)
        assert all(name for role, name in said if role in ("button", "textbox", "combobox", "link", "heading")), said
        return heard

    link, pin = stage.share(stage.ada, "servers", "--host", "web", "--pin")
    browser.open(link)
    browser.view("opened")
    heard(("heading", "Somebody shared access with you"), ("button", "Press and hold to open"), ("button", "Not for me"))
    browser.hold()
    browser.view("offered")
    offered = heard(("heading", "You are offered access"), ("textbox", "PIN"), ("button", "Take it"), ("button", "No, give it back"))
    assert ["heading", "You are offered access", "", True] in offered["said"], "the new step is where the reader goes on"
    assert any(role == "textbox" and "The sender tells you" in description for role, _, description, _ in offered["said"])
    browser.click("Take it")
    wait_until(lambda: any("6 digits" in text for text in browser.do("heard")["live"]), "the fault to be spoken")
    assert any(role == "textbox" and "No try was used" in description and focused for role, _, description, focused in heard()["said"])
    browser.type("PIN", pin)
    browser.click("Take it")
    browser.view("held")
    assert any(role == "heading" and focused for role, _, _, focused in heard()["said"])
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Ask for it")
    browser.view("words")
    words = browser.do("texts", selector=".words li")
    spoken = " ".join(name for _, name, _, _ in heard()["said"])
    assert all(word in spoken for word in words), spoken
    sender.until("compare")
    sender.say(" ".join(words))
    browser.view("held")
    assert sender.wait() == 0
