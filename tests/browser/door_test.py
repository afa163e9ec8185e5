"""A person with only a browser takes a right to open a door. The browser keeps it and cannot open; the lock says what is kept is good."""

import base64
import re

import pytest
from support import Browser, Relay, Site, Wallet, wait_until
from support import delegation as kf
from support.exchange import Half, Receiver, Sender
from support.lock import Lock

from looks_test import check

both = pytest.mark.parametrize("kind", ["chromium", "firefox"])
KEPT = """new Promise((resolve, reject) => {
  const request = indexedDB.open("keyferry");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const base = request.result;
    const all = (table) => new Promise((done) => {
      const asked = base.transaction(table).objectStore(table).getAll();
      asked.onsuccess = () => done(asked.result);
    });
    Promise.all([all("credentials"), all("takes")]).then(([held, takes]) => { base.close(); resolve({held, takes}); });
  };
})"""


class Doors:
    """A lock that an owner has paired, a relay, and the site; no authority anywhere."""

    def __init__(self, place):
        self.place, self.site = place, Site(place).start()
        self.relay = Relay(place, config={"web": {"origin": self.site.url}}).start()
        self.lock = Lock(place).start()
        self.owner, self.ada = self.wallet("owner"), self.wallet("ada")
        self.owner.run("lock", "pair", self.lock.doors["front"], "--name", "home", "--code", self.lock.ask("--pair")["code"])

    def wallet(self, name):
        wallet = Wallet(self.place, name)
        wallet.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        return wallet

    def opens(self, browser):
        """Answers at the door with what the browser keeps, signed where its key lies: True if the lock opens, and the bolt moved."""
        kept = browser.evaluate(f"{KEPT}.then(({{held}}) => JSON.parse(new TextDecoder().decode(held[0].record)))")
        octets = kf.chain(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in kept["links"])
        before = self.lock.opened()
        with self.lock.at() as there:
            header = kf.encode({1: -7})
            signed = kf.to_sign(header, kf.AAD_OPEN + kf.sha256(octets), there.hello())
            signature = browser.evaluate(f"""{KEPT}.then(({{held}}) => crypto.subtle.sign({{name: "ECDSA", hash: "SHA-256"}},
                held[0].key.handle, new Uint8Array({list(signed)}))).then((octets) => Array.from(new Uint8Array(octets)))""")
            opened = there.plain(b"\x82" + octets + kf.encode([header, {}, None, bytes(signature)]))
        if opened:
            wait_until(lambda: self.lock.opened() == before + 1, "the bolt")
        return opened


@pytest.fixture
def doors(place):
    return Doors(place)


def offered(browser, link):
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    return browser.text("main")


def killed(browser, site, view):
    browser.kill()
    browser.start()
    browser.open(site)
    browser.view(view)


#= spec:lock#6-browser test
@both
def test_the_browser_keeps_a_right_that_the_lock_takes(doors, kind):
    browser = Browser(doors.place, kind, width=360, height=740)
    sender = Sender(doors.owner, "home/front", "--depth", "1", "--for", "2h", "--uses", "2", "--hours", "Mon-Sun 00:00-24:00")
    shown = offered(browser, sender.link)
    lock = doors.owner.json("list")["locks"][0]["doors"][0]["lock"][:8]
    for words in ("Open front", "This page cannot open a door", "No server knows of it", "Openings, counted for everybody", "at any hour", lock, "Links that may follow: 1"):
        assert words in shown, words
    killed(browser, doors.site.url, "offered")
    browser.click("Ask for it")
    browser.view("words")
    words = browser.do("texts", selector=".words li")
    sender.until("compare")
    killed(browser, doors.site.url, "words")
    assert browser.do("texts", selector=".words li") == words, "one request a link: the same words again"
    sender.say(" ".join(words))
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    assert "on Linux" in sender.until("compare")["label"]
    check(browser, "door-held-360")
    shown = browser.text("main")
    assert "cannot open the door" in shown and "only the lock can say" in shown and "Works until" in shown

    stored = browser.evaluate(f"""{KEPT}.then(({{held, takes}}) => ({{takes: takes.length, extractable: held[0].key.handle.extractable,
        type: held[0].key.type, usages: held[0].key.handle.usages}}))""")
    assert stored == {"takes": 0, "extractable": False, "type": "p256", "usages": ["sign"]}
    killed(browser, doors.site.url, "home")
    browser.click("Open front")
    browser.view("held")

    doors.relay.stop()  # nobody is asked at the door
    assert doors.opens(browser), "what is kept is good"
    doors.owner.run("revoke", sender.share)
    assert not doors.opens(browser), "the lock heard of the denial; the page could not"
    link = doors.lock.decisions()[-1]
    assert link["reason"] == "denied" and link["link"] in browser.evaluate("document.querySelector('details').textContent")

    browser.click("Forget it")
    browser.view("forget-door")
    check(browser, "door-forget-360")
    assert "The sender is not told" in browser.text("main")
    browser.click("Forget it for good")
    browser.view("home")
    assert "The key is erased" in browser.text("main") and "Nothing is kept in this browser yet." in browser.text("main")
    assert browser.evaluate(f"{KEPT}.then(({{held, takes}}) => held.length + takes.length)") == 0
    assert browser.complaints() == []


def test_no_gives_the_link_back_to_a_program_that_opens(doors):
    browser = Browser(doors.place)
    sender = Sender(doors.owner, "home/front", "--for", "1h")
    assert "It may not be passed on." in offered(browser, sender.link)
    browser.click("No, give it back")
    browser.view("failed")
    assert "Nothing was taken" in browser.text("main")
    receiver = Receiver(doors.ada, sender.link)
    words = receiver.until("words")["words"]
    sender.until("compare")
    sender.say(words)
    assert sender.wait() == 0 and receiver.wait() == 0, (sender.errors, receiver.errors)
    doors.ada.run("open", "front", "--lock", doors.lock.doors["front"])


def test_a_code_and_a_dropbox_and_every_language(doors):
    browser = Browser(doors.place, width=360, height=740)
    sender = Half(doors.owner, "share", "home/front", "--for", "1h", "--code", "--dropbox", "--hours", "Sat 09:00-12:30", "--allow-local",
                  "--json")
    made = sender.until("link")
    assert re.search(r"lock’s own time: Sat,? 09:00\sAM – Sat,? 12:30\sPM", offered(browser, made["link"]))
    said = set()
    for language in ("de", "fr", "es", "ar", "zh", "en"):
        browser.do("choose", label=browser.evaluate("document.querySelector('select').ariaLabel"), value=language)
        wait_until(lambda: browser.evaluate("document.documentElement.lang") == language, language)
        browser.view("offered")
        if language in ("ar", "en"):
            check(browser, f"door-offered-{language}-360")
        said.add(browser.text(".notice.warning"))
    assert len(said) == 6, "in each language it is said that this page cannot open"
    browser.type("Code", made["code"])
    browser.click("Ask for it")
    browser.view("held")
    assert sender.wait() == 0, sender.errors
    assert "12:30" in browser.text("main")
