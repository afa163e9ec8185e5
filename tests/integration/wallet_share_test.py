"""A holder shares on by a link through a relay; the receiver takes it; the holder sees and revokes it."""

import json
import subprocess
import time

import pytest
from support import LOGIN, Authority, Relay, Sshd, Verifier, Wallet, wait_until


class World:
    """Authority, relay, verifier, sshd; Ada holds a root share and trusts the relay."""

    def __init__(self, place, depth="1"):
        self.place = place
        self.authority = Authority(place)
        self.web, self.db = Sshd(place, "web", self.authority), Sshd(place, "db", self.authority)
        self.authority.add_host(self.web)
        self.authority.add_host(self.db)
        self.authority.start()
        self.relay = Relay(place).start()
        Verifier(place, self.authority).start()
        self.web.start()
        self.db.start()
        self.ada, self.bob = Wallet(place, "ada"), Wallet(place, "bob")
        self.ada.run("persona", "add", "Ada's laptop")
        self.bob.run("persona", "add", "Bob's phone")
        self.ada.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--host", "db", "--for", "8h", "--depth", depth)
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def share(self, *more, code=0):
        return self.ada.run("share", "own", "--now", "--as", LOGIN, "--host", "web", "--for", "4h", *more, code=code)

    def accept(self, wallet, link, *more, code=0):
        return wallet.run("accept", "--yes", "--allow-local", *more, "-", input=link + "\n", code=code)

    def shares(self):
        return self.ada.json("list", "--shares")["credentials"][0]["shares"]


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


def login(line, command="echo in"):
    return subprocess.run(f"{line} {command}", shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=30, check=False)


#= spec:tigress#REL-04 test
#= spec:tigress#REQ-08 test
#= spec:tigress#REQ-09 test
#= spec:transfer#3-immediate test
def test_share_take_see_revoke(world):
    made = world.share("--pin")
    link, pin = made.out.splitlines()
    assert link.startswith(world.relay.url + "/v1/m/") and len(pin) == 6 and pin.isdigit()
    assert link not in made.err and pin not in made.err
    taken = world.accept(world.bob, link, "--pin", pin)
    line = taken.out.strip()
    assert login(line).stdout == "in\n"
    at_db = line.replace(str(world.web.port), str(world.db.port)).replace("StrictHostKeyChecking=yes", "StrictHostKeyChecking=no")
    assert login(at_db).returncode == 255

    tree = world.ada.run("list", "--shares").out
    fingerprint = subprocess.run(["ssh-keygen", "-l", "-f", world.bob.home / "ssh/web/id_ed25519"], capture_output=True, text=True,
                                 check=True).stdout.split()[1]
    assert "calls itself \"Bob's phone\"" in tree and fingerprint in tree
    share = world.shares()[0]
    assert share["state"] == "redeemed" and {"created", "redeemed"} <= set(share["times"])
    # The mailbox is gone and no secret of the transfer is left on either side.
    assert not list((world.ada.home / "transfers").glob("*.json"))
    assert not list((world.bob.home / "transfers").glob("*.json"))

    world.ada.run("revoke", share["share"])
    start = time.monotonic()
    wait_until(lambda: login(line).returncode == 255, "the login to be refused", 5)
    print(f"refused after {time.monotonic() - start:.2f} s")
    used = world.accept(Wallet(world.place, "eve"), link, "--pin", pin, code=3)
    assert "this link leads nowhere any more" in used.err
    again = world.accept(world.bob, link, "--pin", pin, code=3)
    assert "you took this share already" in again.err


def test_json_and_a_pipe(world):
    made = world.ada.json("share", "own", "--now", "--host", "web", "--for", "1h", "--pin")
    assert set(made) == {"link", "pin", "share", "link_until", "valid_until"}
    piped = world.share("--pin")
    taken = json.loads(world.accept(world.bob, piped.out, "--json").out)
    assert taken["ssh"][0]["login"] == LOGIN and taken["rights"]["hosts"] == ["web"]


#= spec:tigress#SYS-05 test
def test_wrong_pin_costs_a_try_and_fifth_locks(world):
    link, pin = world.share("--pin").out.splitlines()
    wrong = "000000" if pin != "000000" else "111111"
    for left in (4, 3, 2, 1):
        refused = world.accept(world.bob, link, "--pin", wrong, code=3)
        assert f"{left} tr" in refused.err and "nothing was lost" in refused.err
    assert world.shares()[0]["pin_tries_left"] == 1
    locked = world.accept(world.bob, link, "--pin", wrong, code=3)
    assert "locked" in locked.err
    share = world.shares()[0]
    assert share["state"] == "locked"
    assert "rearm" in world.ada.run("list", "--shares").out
    link2, pin2 = world.ada.run("rearm", share["share"]).out.splitlines()
    assert link2 != link
    world.accept(world.bob, link, "--pin", pin, code=3)
    world.accept(world.bob, link2, "--pin", pin2)
    assert world.shares()[0]["state"] == "redeemed"


def test_bad_pins_use_no_try(world):
    link, pin = world.share("--pin").out.splitlines()
    for bad in ("12345", "1234567", "12345x", "abcdef"):
        refused = world.accept(world.bob, link, "--pin", bad, code=1)
        assert "no try was used" in refused.err
    spaced = f"{pin[:3]} {pin[3:]}"
    assert world.shares()[0]["pin_tries_left"] == 5
    world.accept(world.bob, link, "--pin", spaced)


def test_loser_of_the_race_is_told(world):
    link, _ = world.share("--pin").out.splitlines()
    world.accept(world.bob, link, code=1)  # claims, but has no PIN
    late = world.accept(Wallet(world.place, "eve"), link, code=3)
    assert "another wallet opened this link first" in late.err


#= spec:quality#4-messages test
#= spec:tigress#A-51 test
def test_damaged_and_cut_links_take_nothing(world):
    link, pin = world.share("--pin").out.splitlines()
    head, secret = link.split("#")
    swapped = secret[1] + secret[0] + secret[2:] if secret[0] != secret[1] else secret[2] + secret[1] + secret[0] + secret[3:]
    damaged = world.accept(world.bob, f"{head}#{swapped}", "--pin", pin, code=1)
    assert "this link looks damaged" in damaged.err
    forced = world.accept(world.bob, f"{head}#{swapped}", "--pin", pin, "--force", code=3)
    assert "the last part of this link is wrong or damaged; nothing was taken" in forced.err
    for cut in (link[:-1], link[:-20], head + "#", head):
        assert "the last part of this link is missing" in world.accept(world.bob, cut, code=1).err
    seen = world.accept(world.bob, f"<{head}%23{secret}>.", "--pin", pin)
    assert "may have seen its secret" in seen.err


def test_own_link_is_not_taken(world):
    link, pin = world.share("--pin").out.splitlines()
    own = world.accept(world.ada, link, "--pin", pin, code=3)
    assert "you made this link yourself" in own.err
    world.ada.run("persona", "add", "other")
    world.ada.run("--persona", "other", "accept", "--yes", "--allow-local", "--pin", pin, "-", input=link)
    assert len(world.ada.json("list")["credentials"]) == 2


#= spec:transfer#1-split test
def test_split_and_plain_v1(world):
    link, pin, secret = world.share("--pin", "--split").out.splitlines()
    assert "#" not in link and secret.startswith("#")
    world.accept(world.bob, link, "--pin", pin, "--secret", secret)
    plain, pin = world.share("--pin", "--plain-v1").out.splitlines()
    assert plain.endswith("==")
    world.accept(world.bob, plain, "--pin", pin)


def test_sharing_on_revoking_all_below(world):
    link, pin = world.share("--pin", "--depth", "0").out.splitlines()
    world.accept(world.bob, link, "--pin", pin)
    world.bob.run("relay", "trust", world.relay.url, "--default", "--allow-local")
    deeper = world.bob.run("share", "web", "--now", code=3)
    assert "shared on" in deeper.err or "depth" in deeper.err
    world.ada.run("revoke", "--below", "own", "--yes")
    assert [share["state"] for share in world.shares()] == ["revoked"]


def test_wider_wishes_are_refused_before_anything_is_made(world):
    for wish, word in ((["--as", "somebody-else"], "logins"), (["--host", "mail"], "hosts"), (["--for", "nonsense"], "for")):
        refused = world.ada.run("share", "own", *wish, code=None)
        assert refused.code in (2, 3) and word in refused.err, refused
    for wrong in (["--confirm", "--now"], ["--plain-v1"], ["--words", "a b c", "--now"]):
        assert world.ada.run("share", "own", *wrong, code=2)
    assert world.shares() == []


#= spec:tigress#REQ-09 test
def test_forget_ends_what_hangs_below(world):
    link, pin = world.share("--pin").out.splitlines()
    world.accept(world.bob, link, "--pin", pin)
    line = world.bob.json("list")["credentials"][0]["ssh"][0]["command"]
    assert login(line).returncode == 0
    forgotten = world.ada.run("forget", "own", "--yes")
    assert "with it ends what was shared from it" in forgotten.err
    assert not (world.ada.home / "ssh/own").exists()
    wait_until(lambda: login(line).returncode == 255, "the login to be refused", 5)


def test_doctor_watch_export(world):
    link, pin = world.share("--pin").out.splitlines()
    watcher = world.ada.start("watch")
    world.accept(world.bob, link, "--pin", pin)
    wait_until(lambda: "taken" in watcher.log(), "the watcher to see it")
    share = world.shares()[0]["share"]
    world.ada.run("revoke", share)
    assert watcher.wait() == 0
    assert "revoked" in watcher.log()
    assert "ok     authority" in world.ada.run("doctor").out
    exported = world.ada.run("export", "own").out
    assert "ssh-ed25519-cert-v01@openssh.com" in exported and "PRIVATE" not in exported
    (world.ada.home / "settings.json").chmod(0o644)
    assert "chmod 600" in world.ada.run("doctor", code=1).out


def test_watch_says_a_thing_once(world):
    share = world.ada.json("share", "own", "--now", "--pin", "--for", "1h")["share"]
    watcher = world.ada.start("watch", share)
    wait_until(lambda: "open" in watcher.log(), "the share")
    world.authority.stop()
    wait_until(lambda: "still trying" in watcher.log(), "the watcher to miss the authority", 60)
    world.authority.start()
    world.ada.run("revoke", share)
    assert watcher.wait(60) == 0
    lines = [line for line in watcher.log().splitlines() if line.startswith(share)]
    assert len(lines) == 2 and "open" in lines[0] and "revoked" in lines[1], lines


def test_a_receiver_hears_of_a_revoke_from_list_and_doctor(world):
    made = world.share("--depth", "0")
    world.accept(world.bob, made.out.splitlines()[0])
    assert "is good until" in world.bob.run("doctor").out
    world.ada.run("revoke", "--below", "own", "--yes")
    assert "left)" in world.bob.run("list").out, "it has not asked yet"
    listed = world.bob.run("list", "--shares").out
    assert "revoked" in listed and "left)" not in listed
    assert world.bob.json("list")["credentials"][0]["over"] == "revoked"
    assert "its authority says that it is revoked: keyferry forget web" in world.bob.run("doctor", code=1).out
    world.bob.run("forget", "web", "--yes")
    assert world.bob.json("list")["credentials"] == []


def test_a_credential_that_its_holder_dropped_elsewhere_is_ended(world):
    copy = world.place.folder("copy")
    subprocess.run(["cp", "-a", f"{world.ada.home}/.", str(copy)], check=True)
    world.ada.run("forget", "own", "--yes")
    world.ada.env["KEYFERRY_HOME"] = str(copy)
    assert "its authority says that it is ended" in world.ada.run("doctor", code=1).out
    assert world.ada.run("list").out.split("  ")[2].strip() == "ended"


def test_a_share_for_later_says_from_when_it_is_good(world):
    start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600)) for hours in (1, 2))
    made = world.ada.run("share", "own", "--now", "--host", "web", "--from", start, "--until", end)
    taken = world.accept(world.bob, made.out.splitlines()[0])
    assert "good from " in taken.err and " until " in taken.err
    assert login(world.bob.json("list")["credentials"][0]["ssh"][0]["command"]).returncode == 255
