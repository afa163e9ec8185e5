"""What goes wrong between people, machines and browsers, and what the page makes of it."""

import json
import re
import threading
import time
from urllib.parse import quote

import pytest
from support import LOGIN, Browser, wait_until
from support.proxy import Proxy

from conftest import Stage

TITLE = f"Log in to web as {LOGIN}"
both = pytest.mark.parametrize("kind", ["chromium", "firefox"])
pytestmark = pytest.mark.deep


def open_share(stage, browser, link, *views):
    browser.open(link)
    browser.view("opened")
    browser.hold()
    return browser.view(*views)


def kept(browser):
    """How many transfers and credentials the page keeps."""
    return browser.evaluate("""new Promise((resolve) => {
      const open = indexedDB.open("keyferry");
      open.onsuccess = () => {
        const read = open.result.transaction(["takes", "credentials"]);
        const counts = [];
        for (const name of ["takes", "credentials"]) read.objectStore(name).count().onsuccess = (event) => counts.push(event.target.result);
        read.oncomplete = () => resolve(counts);
      };
    })""")


def behind_proxy(place, stage):
    """A share whose relay stands behind a meddling proxy."""
    proxy = Proxy(place, "relay")
    stage.another_relay(place, proxy)
    made = stage.ada.json("share", "servers", "--now", "--host", "web", "--for", "1h", "--relay", proxy.url, "--allow-local", "--yes")
    return proxy, made["link"]


@both
def test_a_second_tab_waits_and_goes_on_when_the_first_is_closed(stage, kind):
    browser = Browser(stage.place, kind)
    sender = stage.sender()
    assert open_share(stage, browser, sender.link, "offered")
    browser.click("Ask for it")
    browser.view("words")
    words = browser.do("texts", selector=".words li")
    browser.do("tab")
    browser.open(sender.link)
    browser.view("elsewhere")
    browser.do("close_tab", index=0)
    browser.view("words")
    assert browser.do("texts", selector=".words li") == words
    sender.until("compare")
    sender.say(" ".join(words))
    browser.view("held")
    assert sender.wait() == 0


@both
def test_a_second_device_with_the_same_link_is_told(stage, kind):
    first, second = Browser(stage.place, "chromium"), Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, first, link, "offered")
    open_share(stage, second, link, "failed")
    assert "Somebody else opened this link first" in second.text("main")
    first.click("Take it")
    first.view("held")
    assert stage.logs_in(first).code == 0


@both
def test_the_relay_away_for_a_while(stage, kind):
    """Killed and started again while the share is opened, and while the words are compared."""
    browser = Browser(stage.place, kind)
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    stage.relay.kill()
    browser.hold()
    wait_until(lambda: "This page keeps trying." in browser.text(), "the page to say that it tries", 30)
    stage.relay.start()
    browser.view("offered", seconds=60)
    browser.click("Ask for it")
    browser.view("words", seconds=60)
    stage.relay.kill()
    wait_until(lambda: "This page keeps trying." in browser.text(), "the page to say so again", 60)
    stage.relay.start()
    sender.until("compare")
    sender.say(" ".join(browser.do("texts", selector=".words li")))
    browser.view("held", seconds=90)
    assert sender.wait() == 0, sender.errors


@both
def test_the_authority_away_while_it_redeems_and_the_browser_killed(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    stage.authority.kill()
    browser.click("Take it")
    wait_until(lambda: "This page keeps trying." in browser.text(), "the page to try", 30)
    browser.kill()
    browser.start()
    stage.authority.start()
    browser.open(stage.site.url)
    browser.view("held", seconds=60)
    assert stage.logs_in(browser).code == 0


def again(browser, site, *views):
    """SIGKILL, and started again on its profile, at the site's own address."""
    browser.kill()
    browser.start()
    browser.open(site)
    return browser.view(*views)


@both
def test_a_pin_with_the_browser_killed_at_every_step(stage, kind):
    browser = Browser(stage.place, kind)
    link, pin = stage.share(stage.ada, "servers", "--host", "web", "--pin")
    browser.open(link)
    browser.view("opened")
    assert again(browser, stage.site.url, "home") == "home", "before the act nothing is kept"
    open_share(stage, browser, link, "offered")
    again(browser, stage.site.url, "offered")
    browser.type("PIN", "000000" if pin != "000000" else "111111")
    browser.click("Take it")
    browser.view("pin")
    if again(browser, stage.site.url, "pin", "offered") == "offered":
        browser.type("PIN", pin)
        browser.click("Take it")
    else:
        browser.type("PIN", pin)
        browser.click("Go on")
    browser.view("held")
    again(browser, stage.site.url, "home")
    browser.click(TITLE)
    browser.view("held")
    assert stage.logs_in(browser).code == 0


@both
def test_a_code_and_two_parts_with_the_browser_killed_at_every_step(stage, kind):
    browser = Browser(stage.place, kind)
    sender = stage.sender("--code", "--split")
    made = sender.until("link")
    browser.open(made["link"])
    browser.view("secret-missing")
    browser.type("The second part", made["secret"])
    browser.click("Go on")
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    again(browser, stage.site.url, "offered")
    browser.type("Code", made["code"])
    browser.click("Ask for it")
    browser.view("words")
    again(browser, stage.site.url, "words")
    sender.until("compare")
    sender.say(" ".join(browser.do("texts", selector=".words li")))
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    again(browser, stage.site.url, "home")
    browser.click(TITLE)
    browser.view("held")
    assert stage.logs_in(browser).code == 0


@both
@pytest.mark.parametrize("step", ["claim", "token", "credential", "delete"])
def test_an_answer_lost_and_the_browser_killed(place, kind, step):
    """The server has acted, the answer is lost, the browser dies: started again it finishes with the same key."""
    who = "authority" if step in ("token", "credential") else "relay"
    proxy = Proxy(place, who)
    hit = threading.Event()

    def lose(seen):
        asked = {"claim": seen.method == "POST" and "/v1/m/" in seen.path, "delete": seen.method == "DELETE",
                 "token": seen.method == "POST" and seen.path == "/token", "credential": seen.method == "POST" and seen.path == "/credential"}
        if asked[step] and seen.status < 300:
            hit.set()
            seen.cut()

    if who == "authority":
        stage = Stage(place, authority_proxy=proxy)
        link, _ = stage.share(stage.ada, "servers", "--host", "web")
    else:
        stage = Stage(place)
        stage.another_relay(place, proxy)
        link = stage.ada.json("share", "servers", "--now", "--host", "web", "--for", "1h", "--relay", proxy.url, "--allow-local", "--yes")["link"]
    proxy.meddle = lose
    browser = Browser(place, kind)
    browser.open(link)
    browser.view("opened")
    browser.hold()
    if step != "claim":
        browser.view("offered")
        browser.click("Take it")
    assert hit.wait(60)
    browser.kill()
    proxy.meddle = lambda seen: None
    browser.start()
    browser.open(stage.site.url)
    if step == "claim":
        browser.view("offered")
        browser.click("Take it")
    if browser.view("held", "home") == "home":
        browser.click(TITLE)
    browser.view("held")
    assert stage.logs_in(browser).code == 0
    states = [share["state"] for share in stage.ada.json("list", "--shares")["credentials"][0]["shares"]]
    assert states == ["redeemed"], "one key, one share"


@both
@pytest.mark.parametrize("how, says", [
    ("huge", "Something is wrong at the other end"),
    ("echo", "Something is wrong at the other end"), ("garbage", "Something is wrong at the other end"),
    ("nonsense", "This link does not open anything")])
def test_a_relay_that_lies(place, stage, kind, how, says):
    proxy, link = behind_proxy(place, stage)
    browser = Browser(place, kind)

    def lie(seen):
        if seen.method != "POST" or "/v1/m/" not in seen.path:
            return
        if how == "huge":
            seen.answer = b"{" + b" " * 100_000_000
        elif how == "echo":
            seen.answer_headers = {**seen.answer_headers}
            for header in list(seen.answer_headers):
                if header.lower() == "mailbox-request-id":
                    seen.answer_headers[header] = "11111111-1111-4111-8111-111111111111"
        elif how == "garbage":
            seen.answer = b"<html>captive portal</html>"
        elif how == "nonsense":
            body = json.loads(seen.answer)
            body["payload"]["data"] = body["payload"]["data"][:60] + "AAAA" + body["payload"]["data"][64:]
            seen.answer = json.dumps(body).encode()

    proxy.meddle = lie
    open_share(stage, browser, link, "failed")
    assert says in browser.text("main"), browser.text("main")
    proxy.meddle = lambda seen: None
    assert stage.take("bob", link).json("list")["credentials"], "nothing was taken, and it went back"


@both
def test_a_relay_whose_answers_drip(place, stage, kind):
    """The first answer stops in its middle, the next ones come in parts: the same claim goes on."""
    proxy, link = behind_proxy(place, stage)
    browser = Browser(place, kind)
    never, claims = threading.Event(), []

    def drip(seen):
        if seen.method == "POST" and "/v1/m/" in seen.path:
            claims.append((seen.headers["mailbox-device-claim"], seen.headers["mailbox-request-id"]))
            seen.drip(*([0, never] if len(claims) == 1 else [0.05] * 40))

    proxy.meddle = drip
    browser.open(link)
    browser.view("opened")
    browser.hold()
    assert browser.view("opening", "offered") == "opening", "it says that it works"
    browser.view("offered", seconds=90)
    never.set()
    assert len(claims) > 1 and len(set(claims)) == 1
    browser.click("Take it")
    browser.view("held")
    assert stage.logs_in(browser).code == 0


@both
def test_a_no_that_the_relay_did_not_hear_is_said_again(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    stage.relay.kill()
    browser.click("No, give it back")
    browser.view("failed", seconds=90)
    assert "It could not be given back yet" in browser.text("main"), browser.text("main")
    browser.kill()
    browser.start()
    stage.relay.start()
    browser.open(stage.site.url)
    browser.view("home")
    wait_until(lambda: kept(browser) == [0, 0], "the page to give it back")
    assert stage.take("bob", link).json("list")["credentials"]


@both
def test_what_was_begun_is_given_up_in_the_list(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Your access")
    browser.view("home")
    browser.click("Give up")
    browser.view("give-up")
    browser.click("Give up")
    browser.view("home")
    wait_until(lambda: "Given up. Nothing was taken." in browser.text("main"), "the page to say so")
    assert "Not finished" not in browser.text("main")
    assert stage.take("bob", link).json("list")["credentials"], "it went back"


def without_a_word(seen, how):
    """The answer of somebody on the way: not the relay's, not the authority's."""
    seen.answer_headers = {name: value for name, value in seen.answer_headers.items() if name.lower() != "mailbox-request-id"}
    if how == "redirect":
        seen.status, seen.answer_headers["Location"] = 302, "https://hotel.example/"
    else:
        seen.status, seen.answer = how, b""


@both
@pytest.mark.parametrize("how", ["redirect", 403, 404])
def test_what_somebody_on_the_way_answers_for_the_relay_ends_nothing(place, stage, how, kind):
    """The relay has acted, so the mailbox is this browser's; it goes on with the same claim."""
    proxy, link = behind_proxy(place, stage)
    browser = Browser(place, kind)
    proxy.meddle = lambda seen: without_a_word(seen, how) if "/v1/m/" in seen.path and seen.method in ("POST", "PATCH", "DELETE") else None
    open_share(stage, browser, link, "failed")
    assert "What you have begun is kept" in browser.text("main"), browser.text("main")
    proxy.meddle = lambda seen: None
    browser.click("Try again")
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    assert stage.logs_in(browser).code == 0


@both
@pytest.mark.parametrize("how", ["redirect", 403, 404])
def test_what_somebody_on_the_way_answers_for_the_authority_ends_nothing(place, how, kind):
    """First for the credential, then for everything: the share is this browser's since the first."""
    proxy = Proxy(place, "authority")
    stage = Stage(place, authority_proxy=proxy)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser = Browser(place, kind)
    proxy.meddle = lambda seen: without_a_word(seen, how) if seen.path == "/credential" and seen.method != "OPTIONS" else None
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("failed")
    assert "It may be yours already" in browser.text("main"), browser.text("main")
    tries = len(proxy.seen)
    proxy.meddle = lambda seen: without_a_word(seen, how) if seen.method != "OPTIONS" else None
    browser.click("Try again")
    wait_until(lambda: len(proxy.seen) > tries, "the authority to be asked again")
    browser.view("failed")
    assert "It may be yours already" in browser.text("main"), browser.text("main")
    proxy.meddle = lambda seen: None
    browser.click("Try again")
    browser.view("held")
    assert stage.logs_in(browser).code == 0


@both
@pytest.mark.parametrize("where", ["metadata", "token", "credential"])
@pytest.mark.parametrize("how", ["redirect", "huge", "garbage", "refusal"])
def test_an_authority_that_lies(place, kind, where, how):
    """Nothing comes of it but words; with the truth back, the same link or what was begun goes on."""
    proxy = Proxy(place, "authority")
    stage = Stage(place, authority_proxy=proxy)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    paths = {"metadata": "/.well-known/openid-credential-issuer", "token": "/token", "credential": "/credential"}
    hits = []

    def lie(seen):
        if seen.path.split("?")[0] != paths[where] or seen.method == "OPTIONS":
            return
        hits.append(seen.path)
        if how == "redirect":
            seen.status, seen.answer_headers["Location"] = 302, stage.relay.url
        elif how == "huge":
            seen.answer = b"{" + b" " * 100_000_000
        elif how == "garbage":
            seen.answer = b"<html>captive portal</html>"
        elif how == "refusal":
            seen.status, seen.answer = 418, json.dumps({"error": "<b>teapot</b>", "error_description": "<img src=x onerror=alert(1)>\u202e" * 50}).encode()

    proxy.meddle = lie
    browser = Browser(place, kind)
    if open_share(stage, browser, link, "offered", "failed") == "offered":
        browser.click("Take it")
        browser.view("failed")
    assert hits and browser.evaluate("document.querySelectorAll('main img, main b').length") == 0
    assert "\u202e" not in browser.text("main") and len(browser.text("main")) < 2000
    proxy.meddle = lambda seen: None
    if where == "credential":
        # The share is this browser's by now: a reload, and a new browser on the profile, keep what was begun.
        assert "It may be yours already" in browser.text("main")
        browser.kill()
        browser.start()
        browser.open(link)
        browser.view("held")
        assert stage.logs_in(browser).code == 0
    elif "Try again" in browser.text("main"):
        browser.click("Try again")
        if browser.view("offered", "held", "taking") == "offered":
            browser.click("Take it")
        browser.view("held")
        assert stage.logs_in(browser).code == 0
    else:
        bob = stage.take("bob", link)
        assert stage.login(bob, "web").code == 0, "nothing was taken, and it went back"


@both
def test_a_slow_authority_is_waited_for(place, kind):
    proxy = Proxy(place, "authority")
    stage = Stage(place, authority_proxy=proxy)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser = Browser(place, kind)
    proxy.meddle = lambda seen: time.sleep(3)
    assert open_share(stage, browser, link, "offered") == "offered"
    browser.click("Take it")
    assert browser.view("taking", "held") == "taking", "it says that it works"
    browser.view("held", seconds=90)
    assert stage.logs_in(browser).code == 0


@both
def test_a_wrong_pin_whose_answer_was_lost_costs_one_try(place, kind):
    proxy = Proxy(place, "authority")
    stage = Stage(place, authority_proxy=proxy)
    link, pin = stage.share(stage.ada, "servers", "--host", "web", "--pin")
    browser = Browser(place, kind)
    lost = []

    def lose(seen):
        if seen.path == "/token" and b"tx_code" in seen.body and b"wrong_pin" in seen.answer and len(lost) < 2:
            lost.append(seen.headers.get("idempotency-key"))
            seen.cut()

    proxy.meddle = lose
    open_share(stage, browser, link, "offered")
    browser.type("PIN", "000000" if pin != "000000" else "111111")
    browser.click("Take it")
    browser.view("pin")
    assert len(lost) == 2 and lost[0] and lost[0] == lost[1]
    wait_until(lambda: "Tries left: 4" in browser.text("main"), "the tries that are left")
    browser.type("PIN", pin)
    browser.click("Go on")
    browser.view("held")


@both
@pytest.mark.parametrize("days, says", [(1.1, "1 day 2 hours ahead"), (-1.1, "1 day 2 hours behind")])
def test_a_clock_a_day_off(stage, kind, days, says):
    """The page learns the time from the authority and says what is wrong with the device's."""
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    revoked, _ = stage.share(stage.ada, "servers", "--host", "db")
    stage.ada.run("revoke", stage.last_share, "--yes")
    # The worker's copy of the page has no place for a test's clock: it is set in the page itself.
    browser.open(stage.site.url)
    browser.view("home")
    browser.evaluate("void (() => { const real = Date.now; Date.now = () => real() + 86400e3 * " + str(days) + "; })()")
    for taken, view in ((link, "held"), (revoked, "failed")):
        browser.type("Paste the link that you were sent", taken)
        browser.click("Look at it")
        browser.view("opened")
        browser.hold()
        browser.view("offered")
        browser.click("Take it")
        browser.view(view)
        if view == "held":
            assert stage.logs_in(browser).code == 0
            browser.click("Your access")
            browser.view("home")
    assert says in browser.text("main"), browser.text("main")


@both
def test_damaged_storage_is_named_and_can_be_removed(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("held")
    second, _ = stage.share(stage.ada, "servers", "--host", "db")
    open_share(stage, browser, second, "offered")
    browser.evaluate("""new Promise((resolve, reject) => {
      const open = indexedDB.open("keyferry");
      open.onsuccess = () => {
        const change = open.result.transaction(["takes", "credentials"], "readwrite");
        for (const name of ["takes", "credentials"]) {
          const store = change.objectStore(name);
          store.openCursor().onsuccess = (event) => {
            const cursor = event.target.result;
            if (!cursor) return;
            const value = cursor.value;
            if (value.sealed) value.sealed = value.sealed.slice(3);
            if (value.record) value.record = value.record.slice(3);
            cursor.update(value);
            cursor.continue();
          };
        }
        change.oncomplete = () => { open.result.close(); resolve(); };
        change.onabort = reject;
      };
    })""")
    browser.do("reload")
    browser.view("failed")
    assert "What was kept here is damaged" in browser.text("main")
    browser.click("Remove it")
    browser.view("home")
    assert "Something that was kept here is damaged" in browser.text("main")
    browser.click("Remove it")
    wait_until(lambda: "Nothing is kept in this browser yet." in browser.text("main"), "nothing to be left")


@both
def test_a_private_window_takes_or_says_why_not(stage, kind):
    options = {"args": ["-private-window"]} if kind == "firefox" else {"args": ["--incognito"]}
    if kind == "firefox":
        options["preferences"] = {"browser.privatebrowsing.autostart": True}
    browser = Browser(stage.place, kind, **options)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    if "This browser keeps nothing for this page" in browser.text("main"):
        browser.click("Take it on another device")
        browser.view("other-device")
        return
    browser.hold()
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    assert "a private window when it is closed" in browser.text("main")
    assert stage.logs_in(browser).code == 0


def without_storage(place, kind):
    """A browser whose person forbade sites to keep anything, with the browser's own setting."""
    if kind == "firefox":
        return Browser(place, kind, preferences={"network.cookie.cookieBehavior": 2})
    browser = Browser(place, kind)
    browser.stop()
    path = browser.profile / "Default" / "Preferences"
    settings = json.loads(path.read_text("utf-8"))
    settings["profile"] = {**settings.get("profile", {}), "default_content_setting_values": {"cookies": 2}}
    path.write_text(json.dumps(settings), "utf-8")
    return browser.start()


@both
def test_a_browser_that_may_keep_nothing_takes_nothing(stage, kind):
    browser = without_storage(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(stage.site.url)
    browser.view("home")
    wait_until(lambda: "A private window, or a setting, forbids it." in browser.text("main"), "the page to say so")
    browser.open(link)
    browser.view("opened")
    wait_until(lambda: "This browser keeps nothing for this page" in browser.text("main"), "the page to say so")
    assert "Press and hold" not in browser.text("main")
    browser.click("Take it on another device")
    browser.view("other-device")
    assert stage.take("bob", link).json("list")["credentials"]


@both
def test_hostile_texts_stay_texts(stage, kind):
    """A note that turns writing around and pretends to be markup; a sender's label is never seen here."""
    browser = Browser(stage.place, kind)
    note = "<img src=x onerror=alert(1)> Take it now, says the administrator"
    link, _ = stage.share(stage.ada, "servers", "--host", "web", "--note", note)
    open_share(stage, browser, link, "offered")
    assert browser.text("blockquote") == note
    assert browser.evaluate("document.querySelectorAll('main img').length") == 0
    assert browser.complaints() == []


@both
def test_back_in_the_middle_and_a_reload_before_the_act(stage, kind):
    browser = Browser(stage.place, kind)
    sender = stage.sender()
    browser.open(sender.link)
    browser.view("opened")
    browser.do("reload")
    browser.view("home")
    assert "Open it again from your message." in browser.text("main")
    open_share(stage, browser, sender.link, "offered")
    browser.click("Ask for it")
    browser.view("words")
    words = browser.do("texts", selector=".words li")
    browser.do("back")
    browser.do("tab")  # the tab that was left may keep the page asleep: it must not keep the share
    browser.open(stage.site.url)
    browser.view("words")
    assert browser.do("texts", selector=".words li") == words
    browser.click("Give up")
    browser.view("failed")
    assert sender.wait() != 0
    browser.open(sender.link)
    browser.view("failed")
    assert "This link was used up" in browser.text("main")


@both
def test_giving_up_what_is_held_and_forgetting_everything(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    share = stage.last_share
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("held")
    assert stage.logs_in(browser).code == 0
    browser.click("Give it up")
    browser.view("forget")
    browser.click("Give it up")
    browser.view("home")
    assert "Given up. The key is erased." in browser.text("main") and stage.state(share) == "ended"
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Your access")
    browser.view("home")
    browser.click("Forget everything here")
    browser.view("forget-all")
    browser.click("Forget everything")
    browser.view("home")
    assert kept(browser) == [0, 0]
    assert stage.take("bob", link).json("list")["credentials"], "what was not finished went back"


@both
def test_the_authority_away_when_it_is_given_up(stage, kind):
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("held")
    stage.authority.stop()
    browser.click("Give it up")
    browser.view("forget")
    browser.click("Give it up")
    wait_until(lambda: "The authority did not answer" in browser.text("main"), "the page to say so", 40)
    browser.click("Erase it here only")
    browser.view("home")


@both
def test_three_wrong_words_end_it(stage, kind):
    browser = Browser(stage.place, kind)
    sender = stage.sender()
    open_share(stage, browser, sender.link, "offered")
    browser.click("Ask for it")
    browser.view("words")
    shown = browser.do("texts", selector=".words li")
    wrong = "clockwork pyramid slowdown" if shown[0] != "clockwork" else "aardvark adroitness absurd"
    for number in range(3):
        sender.until("compare", after=number)
        sender.say(wrong)
    browser.view("failed")
    assert "The words did not match" in browser.text("main")
    assert sender.wait() == 3


@pytest.mark.parametrize("mangle, view", [
    (lambda link: link.split("#")[0], "secret-missing"), (lambda link: link[:-4], "cut"), (lambda link: link[:-5] + "*" + link[-4:], "damaged"),
    (lambda link: link.replace("/v1/", "/v2/"), "newer"), (lambda link: "https://relay.example/", "bad-link"),
    (lambda link: f"(“{link}”).", "opened"), (lambda link: link.replace("#", "%23"), "opened"), (lambda link: link[:60] + "\n" + link[60:], "opened"),
    (lambda link: f"Hello Ben, here it is: {link}\nSee you, Ada", "opened"), (lambda link: f"{link} {re.sub('/m/.{8}', '/m/00000000', link)}", "several")])
def test_a_pasted_link_is_read_or_named(stage, mangle, view):
    browser = Browser(stage.place)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(stage.site.url)
    browser.view("home")
    browser.do("paste", name="Paste the link that you were sent", text=mangle(link))
    browser.click("Look at it")
    browser.view(view)
    bob = stage.take("bob", link)
    assert stage.login(bob, "web").code == 0


@both
def test_an_address_of_the_site_that_nobody_sent_is_named(stage, kind):
    """What the relay never makes: other schemes, other paths, a second relay, half an address."""
    browser = Browser(stage.place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    mailbox, secret = link.split("/v1/m/")[1].split("#")
    relay = quote(stage.relay.url, safe="")
    for query, view in ((f"?relay=javascript%3Aalert(1)&m={mailbox}#{secret}", "bad-link"), (f"?relay=http%3A%2F%2F127.0.0.1&m={mailbox}#{secret}", "bad-link"),
                        (f"?relay=https%3A%2F%2Fa%40evil.example&m={mailbox}#{secret}", "bad-link"), (f"?relay=&m={mailbox}#{secret}", "bad-link"),
                        (f"?relay={relay}&m=..%2F..%2Fx#{secret}", "damaged"), (f"?relay={relay}&m={mailbox}%2F..#{secret}", "damaged"),
                        (f"?relay={relay}&m={mailbox}", "secret-missing"), (f"?relay={relay}&m={mailbox[:-3]}", "cut"), (f"?relay={relay}#{secret}", "damaged"),
                        (f"?m={mailbox}#{secret}", "home"), (f"#{secret}", "home"), (f"?relay={relay}&m={mailbox}&v=%3Cb%3E&relay=https%3A%2F%2Fevil.example#{secret}", "opened")):
        browser.open(stage.site.url + query)
        browser.view(view)
        assert browser.do("address")["url"] == stage.site.url and secret not in browser.text("main"), query
    assert stage.relay.url.removeprefix("https://") in browser.text("main") and "evil" not in browser.text("main")
    assert browser.complaints() == []
    bob = stage.take("bob", link)
    assert stage.login(bob, "web").code == 0


@both
def test_a_short_certificate_is_renewed_while_the_page_is_open(place, kind):
    stage = Stage(place, authority_config={"ssh": {"max_certificate_life": "60s"}})
    browser = Browser(place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("held")
    # A certificate begins two minutes back, so half of this one's life is over at once.
    wait_until(lambda: "A new certificate came" in browser.text("main"), "the renewal", 150)
    assert stage.logs_in(browser).code == 0


@both
def test_what_was_revoked_while_its_renewal_was_due_is_called_revoked(place, kind):
    stage = Stage(place, authority_config={"ssh": {"max_certificate_life": "60s"}})
    browser = Browser(place, kind)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    open_share(stage, browser, link, "offered")
    browser.click("Take it")
    browser.view("held")
    stage.ada.run("revoke", stage.last_share, "--yes")
    browser.open(stage.site.url)
    browser.view("home")
    browser.click(TITLE)
    wait_until(lambda: "The sender took it back." in browser.text("main"), "the page says that it is over", 60)
