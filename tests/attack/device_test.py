"""TML-1, TML-4, TMS-01, TMS-08, TMS-15, TMS-17, TMS-18: a device is in the wrong hands, or what a vendor's account held."""

import json
import shutil

import pytest
from support import Wallet, wait_until
from support.field import LOGIN, NOTHING, attack
from support.openid import Key

weakest_and_strongest = pytest.mark.parametrize("mode", ["immediate", "confirmed+PIN"])


def copied(field, wallet, name):
    """What malware has that read everything in a wallet's folder: patient malware, since a wallet at work replaces and
    wipes its records meanwhile."""
    thief = Wallet(field.place, name)

    def copy():
        shutil.rmtree(thief.home, ignore_errors=True)
        try:
            shutil.copytree(wallet.home, thief.home, ignore=shutil.ignore_patterns(".*.new-*"))
            for record in thief.home.rglob("*.json"):
                json.loads(record.read_bytes())
        except (shutil.Error, ValueError):
            return False
        return True

    wait_until(copy, "a whole copy")
    return thief


#= spec:tigress#TML-1 test
#= spec:tigress#TMS-01 test
@attack("a thief with the sender's unlocked device shares", "TML-1", "TMS-01")
@weakest_and_strongest
def test_a_thief_with_the_unlocked_device(field, table, mode):
    wider = field.ada.run("share", "own", "--now", "--as", "nobody", "--for", "1h", "--yes", "--allow-local", code=3)
    assert "logins" in wider.err, "never wider than the owner's own right"
    given, eve = field.give(mode), field.wallet("eve", "Eve")
    assert field.take_honestly(given, eve), "nothing stands in the way: the thief has both wallets, PIN and words"
    record = field.record(given)
    assert record["state"] == "redeemed" and record["holder"]["label"] == "Eve", "the owner's list shows it"
    loss = field.loss(given, eve)
    assert loss == LOGIN
    table.note(mode, loss)


#= spec:tigress#TML-4 test
#= spec:tigress#TMS-17 test
@attack("the sender's device is copied", "TML-4", "TMS-17")
def test_the_senders_device_is_copied(field, table):
    olga = field.wallet("olga", "Olga")
    olga.run("relay", "trust", field.relay.url, "--default", "--allow-local")
    olga.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=field.root_offer())
    shares = json.loads(field.authority.run("list", "--json").out)["shares"]
    root = max((s for s in shares if s.get("parent") is None), key=lambda s: s["times"]["created"])
    waiting = field.give("confirmed", wallet=olga)
    thief = copied(field, olga, "olga-copy")
    assert field.logs_in(thief)
    link = thief.json("share", "own", "--now", "--for", "1h", "--yes", "--allow-local")["link"]
    waiting.sender.kill()
    eve = field.wallet("eve")
    # A share that was open on the device: the copy holds its keys too, and says yes to whom it likes.
    watching = field.run(thief, "watch", waiting.share, "--allow-local", "--json", "--words", "-")
    watching.say(field.take(waiting, eve).until("words")["words"])
    wait_until(lambda: eve.json("list")["credentials"], "the accomplice to be served", 60)
    accomplice = field.wallet("accomplice")
    accomplice.run("accept", "--yes", "--allow-local", "-", input=link)
    assert field.logs_in(accomplice) and field.logs_in(eve)
    field.authority.run("revoke", root["share"])
    for who in (thief, accomplice, eve, olga):
        field.is_shut_out(who)
    table.note("immediate", LOGIN)
    table.note("confirmed", LOGIN)


#= spec:tigress#TMS-08 test
#= spec:tigress#TMS-15 test
@attack("the receiver's device is copied", "TMS-08", "TMS-15")
@weakest_and_strongest
def test_the_receivers_device_is_copied(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    assert field.take_honestly(given, bob)
    thief = copied(field, bob, f"bob-copy-{mode.replace(' ', '-')}")
    refused = thief.run("share", "web", "--now", "--yes", "--allow-local", "--relay", field.relay.url, code=3)
    assert "shared on" in refused.err or "depth" in refused.err, "within the share's rights, and these only"
    loss = field.loss(given, thief)
    assert loss == LOGIN
    assert not field.logs_in(bob), "the same revoke ends both: they are one key"
    table.note(mode, loss)


#= spec:tigress#TMS-18 test
@attack("what a vendor's account or backup holds is stolen, without the device's key", "TMS-18")
@weakest_and_strongest
def test_the_certificate_without_its_key(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    assert field.take_honestly(given, bob)
    exported = bob.run("export", "web").out
    assert "ssh-ed25519-cert-v01@openssh.com" in exported and "PRIVATE" not in exported
    folder = field.place.folder(f"synced-{given.share}")
    (folder / "id-cert.pub").write_text((bob.home / "ssh/web/id_ed25519-cert.pub").read_text())
    own_key = Key().write(folder / "id")
    assert field.web.login(own_key, folder / "id-cert.pub").code == 255
    thief = field.thief()
    thief.credential = {"keyferry": {"credential_id": bob.json("list")["credentials"][0]["credential_id"]}}
    assert thief.login().status in (400, 401), "a credential's name is no key either"
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    table.note(mode, loss)
