"""What an earlier release left is opened by this build, and every share is brought to its end: sshd decides who gets in."""

import itertools
import json
from pathlib import Path

import pytest
from kept import HOME, VERSIONS, fixture_of, opened
from story import CONFIRMED, accept_arguments, drop_secret
from support import run, wait_until
from support.delegation import Key
from support.dropbox import SUITES, Side
from support.exchange import Half, Sender
from support.mailbox import Device, claim_key

NAMES = itertools.count(1)
# Immediate shares that nobody has, and who may take each.
TAKEN_BY = {"open": "cleo", "open_pin": "cleo", "open_split": "cleo", "open_plain": "cleo", "tried": "bob", "given_back": "cleo",
            "half_taken": "bob", "half_taken_drop": "bob", "below_open": "cleo", "drop_open": "cleo", "drop_pin": "cleo",
            "file_open": "cleo", "file_pin": "cleo", "picture": "cleo"}
WHERE = ("", "drop_")
WORDS = [f"{where}{mode}_{state}" for where in WHERE for mode in CONFIRMED if not mode.startswith("code")
         for state in ("open", "asked", "words")] + ["file_confirmed_open", "file_confirmed_words"]
CODES = [f"{where}{mode}_{state}" for where in WHERE for mode in CONFIRMED if mode.startswith("code") for state in ("open", "asked")]


@pytest.fixture(name="kept", scope="module", params=VERSIONS)
def open_fixture(request):
    yield from opened(request)


def accept(kept, name, by="bob", code=0, **told):
    made = {**kept.story["shares"][name], **told}
    more = () if code else ("--name", f"credential{next(NAMES)}")
    return kept.wallet(by).run(*accept_arguments(made, *more), "--json", input=made["link"] + "\n", code=code)


def taken(finished):
    return json.loads(finished.out.splitlines()[-1])


def logs_in(kept, credential):
    key = Path(credential["key"])
    return kept.web.login(key, key.with_name(f"{key.name}-cert.pub"), "uptime").code == 0


def key_of(person, name):
    return {"key": str(HOME / person / "home/ssh" / name / "id_ed25519")}


def record(kept, name, by="ada"):
    wanted = kept.story["shares"][name]["share"]
    return next(share for entry in kept.wallet(by).json("list", "--shares")["credentials"] for share in entry.get("shares", ())
                if share["share"] == wanted)


def nothing_is_left_of(kept, name, *people):
    """No record of this share's transfer lies in a wallet."""
    share = kept.story["shares"][name]["share"]
    for person in people:
        for path in (HOME / person / "home/transfers").iterdir():
            assert share not in path.read_text("utf-8", "replace"), path


def ends(kept, name, credential, by="ada"):
    """The holder gets in until the share is revoked, and not from then on."""
    assert logs_in(kept, credential)
    assert record(kept, name, by)["state"] == "redeemed"
    kept.wallet(by).run("revoke", kept.story["shares"][name]["share"], "--yes")
    wait_until(lambda: not logs_in(kept, credential), "sshd to refuse")
    assert record(kept, name, by)["state"] == "revoked"


@pytest.mark.parametrize("name", TAKEN_BY)
def test_a_share_that_waits_is_taken_used_and_revoked(kept, name):
    by, giver = TAKEN_BY[name], "bob" if name == "below_open" else "ada"
    if name == "tried":
        wrong = {"pin": "000000" if kept.story["shares"][name]["pin"] != "000000" else "111111"}
        assert "3 tr" in accept(kept, name, by, code=3, **wrong).err, "the try of before counts"
    if name.startswith("half_taken"):
        accept(kept, name, "cleo", code=3)
    ends(kept, name, taken(accept(kept, name, by)), giver)
    nothing_is_left_of(kept, name, giver, by)


def test_a_locked_share_is_rearmed(kept):
    accept(kept, "locked", code=3)
    made = kept.wallet("ada").json("rearm", kept.story["shares"]["locked"]["share"])
    ends(kept, "locked", taken(accept(kept, "locked", "cleo", link=made["link"], pin=made["pin"])))


def test_whoever_is_to_be_called_is_called(kept):
    made, receiver = kept.story["shares"]["open_notify"], kept.webhook()
    accept(kept, "open_notify", "cleo")
    wait_until(lambda: [call for call in receiver.calls if made["notify"].endswith(call[0])], "the push")
    told = kept.wallet("ada").json("watch", "--once", made["notify"])
    assert told["share"] == made["share"] and told["state"] == "redeemed"


def finish(kept, name, sender, *more):
    """Both sides of a confirmed share come to its end; returns the credential."""
    made = kept.story["shares"][name]
    receiver = Half(kept.wallet("bob"), *accept_arguments(made), *more, "--json", input=made["link"] + "\n")
    words = receiver.until("words")["words"]
    if "code" not in made:
        sender.say(words)
    assert sender.wait() == 0, (sender.events, sender.errors)
    assert receiver.wait() == 0, (receiver.events, receiver.errors)
    nothing_is_left_of(kept, name, "ada", "bob")
    return receiver.until("key")


@pytest.mark.parametrize("share", WORDS)
def test_words_are_compared(kept, share):
    sender = Sender(kept.wallet("ada"), share=kept.story["shares"][share]["share"])
    ends(kept, share, finish(kept, share, sender))


@pytest.mark.parametrize("share", CODES)
def test_a_code_is_told(kept, share):
    sender = Half(kept.wallet("ada"), "watch", kept.story["shares"][share]["share"], "--allow-local", "--json")
    ends(kept, share, finish(kept, share, sender))


def test_a_new_code_after_a_wrong_one(kept):
    shares = kept.story["shares"]
    sender = Half(kept.wallet("ada"), "rearm", shares["code_wrong"]["share"], "--allow-local", "--json")
    made = sender.until("code")
    shares["code_wrong"] = {**shares["code_wrong"], **{name: made[name] for name in ("code", "link") if name in made}}
    ends(kept, "code_wrong", finish(kept, "code_wrong", sender))


def test_what_was_granted_is_taken(kept):
    made = kept.story["shares"]["granted"]
    sender = Half(kept.wallet("ada"), "watch", made["share"], "--allow-local", "--json")
    receiver = Half(kept.wallet("bob"), *accept_arguments(made), "--json", input=made["link"] + "\n")
    assert receiver.wait() == 0 and sender.wait() == 0, (receiver.errors, sender.errors)
    ends(kept, "granted", receiver.until("key"))


@pytest.mark.parametrize("name", ["taken_and_seen", "drop_taken", "confirmed_taken"])
def test_what_is_held_is_exported_and_revoked(kept, name):
    share = kept.story["shares"][name]["share"]
    held = next(one for one in kept.wallet("bob").json("list")["credentials"] if one["share"] == share)
    exported = kept.wallet("bob").json("export", held["name"])
    assert record(kept, name)["holder"]["fingerprint"] == exported["fingerprint"]
    ends(kept, name, key_of("bob", held["name"]))
    assert kept.wallet("bob").json("list", "--shares") and kept.wallet("bob").json("forget", held["name"], "--yes")


def test_a_revoke_reaches_what_was_shared_on(kept):
    bobs, cleos = key_of("bob", "taken"), key_of("cleo", "below")
    assert logs_in(kept, bobs) and logs_in(kept, cleos)
    assert record(kept, "below_taken", "bob")["state"] == "redeemed"
    kept.wallet("ada").run("revoke", kept.story["shares"]["taken"]["share"], "--yes")
    wait_until(lambda: not logs_in(kept, bobs) and not logs_in(kept, cleos), "sshd to refuse both")


@pytest.mark.parametrize("name, state, said", [
    ("ended", "ended", "you took this share already"), ("link_over", "expired", "leads nowhere"),
    ("revoked_open", "revoked", "leads nowhere"), ("revoked_taken", "revoked", "you took this share already"),
    ("forgotten", "ended", "leads nowhere"), ("refused", "refused", "used up")])
def test_what_is_over_stays_over(kept, name, state, said):
    assert record(kept, name)["state"] == state
    assert said in accept(kept, name, code=3).err


def test_the_wallet_says_what_is_over(kept):
    kept.wallet("bob").json("list", "--shares")
    held = {one["name"]: one for one in kept.wallet("bob").json("list")["credentials"]}
    assert held["ended"]["over"] == "ended" and held["revoked"]["over"] == "revoked" and "forgotten" not in held
    kept.wallet("bob").run("forget", "ended", "--yes")
    assert "ended" not in {one["name"] for one in kept.wallet("bob").json("list")["credentials"]}


def test_offers_of_the_administrator(kept):
    offers, cleo = kept.story["offers"], kept.wallet("cleo")
    for name, more in (("open", ()), ("pin", ("--pin", offers["pin"].get("pin", "")))):
        credential = json.loads(cleo.run("accept", "--yes", "--allow-local", *more, "--name", f"root-{name}", "--json", "-",
                                         input=offers[name]["offer"]).out)
        assert logs_in(kept, credential) and kept.state_of(offers[name]["share"]) == "redeemed"
        kept.authority.run("revoke", offers[name]["share"])
        wait_until(lambda: not logs_in(kept, credential), "sshd to refuse")
    cleo.run("accept", "--yes", "--allow-local", "-", input=offers["revoked"]["offer"], code=3)


def test_the_audit_log_is_whole(kept):
    assert json.loads(kept.authority.run("audit", "--json").out)["rows"] > 100


def test_a_backup_of_it_is_restored(kept):
    backup = HOME / "backup.db"
    kept.authority.run("backup", backup)
    kept.authority.stop()
    kept.authority.run("restore", backup, "--merge", next((HOME / "verifier/state").glob("*/list.jws")).parent)
    kept.authority.start()
    assert kept.authority.call("GET", "/v1/lists/ssh.krl").headers["keyferry-list"].startswith("epoch=2,")
    wait_until(lambda: "keyferry_list_epoch" in (said := kept.verifier.metrics()) and " 2\n" in said, "the verifier to take epoch 2")


# The relay's store, spoken to without a wallet.


def sides(kept, name):
    box = kept.story["mailboxes"][name]
    proof = claim_key(bytes(range(32))) if box["secret"] else None
    return box, *(Device(kept.relay, claim=box[who], proof=proof) for who in ("ada", "bob"))


def test_mailboxes_that_nobody_opened_are_opened(kept):
    box, _, bob = sides(kept, "unread")
    assert bob.read(box["link"]).json()["payload"] == box["payload"]
    box, _, bob = sides(kept, "given_back")
    assert Device(kept.relay).read(box["link"]).json()["payload"] == box["payload"]


def test_a_mailbox_keeps_its_proof_and_its_push_token(kept):
    box, _, bob = sides(kept, "proof")
    assert Device(kept.relay).read(box["link"]).status == 401
    assert bob.read(box["link"]).json()["payload"] == box["payload"]
    wait_until(lambda: [call for call in kept.webhook().calls if call[0] == "/box"], "the push")


def test_mailboxes_keep_who_bound_them_and_what_was_written(kept):
    for name in ("bound", "answered"):
        box, ada, bob = sides(kept, name)
        assert Device(kept.relay).read(box["link"]).status == 401
        assert ada.read(box["link"]).json()["payload"] == bob.read(box["link"]).json()["payload"] == box["payload"]
    assert bob.update(box["link"], box["payload"], request_id="answer").status == 201, "a retry is no new write"
    assert ada.update(box["link"]).status == 200 and ada.delete(box["link"]).status == 200
    assert bob.read(box["link"]).status == 404


def test_a_deleted_mailbox_stays_deleted(kept):
    box, ada, bob = sides(kept, "deleted")
    assert ada.read(box["link"]).status == bob.read(box["link"]).status == 404


def test_a_queue_keeps_its_order(kept):
    box, ada, bob = sides(kept, "queue")
    assert bob.update(box["link"], request_id="later").status == 200
    got = ada.read(box["link"], after=0).json()
    for payload in box["messages"]:
        assert got["payload"] == payload
        got = ada.read(box["link"], after=got["seq"]).json()


@pytest.mark.parametrize("suite", SUITES)
def test_drops_lie_where_they_lay(kept, suite):
    assert Side(kept.relay, "receiver", drop_secret(f"lies {suite}"), suite).receive() == b"what lies there"
    gone = Side(kept.relay, "sender", drop_secret(f"gone {suite}"), suite)
    location, octets = gone.seal(b"what was taken")
    assert gone.call("GET", location).status == 404 and gone.put(location, octets).status == 201


# The verifiers.


def test_the_verifier_goes_on_from_its_position(kept, request):
    fixture = fixture_of(request.node.callspec.params["kept"])
    position = json.loads(next(fixture.glob("verifier/state/*/position.json")).read_text("utf-8"))
    numbers = [float(line.split()[-1]) for line in kept.verifier.metrics().splitlines() if line.startswith("keyferry_list_number{")]
    assert numbers and numbers[0] >= position["number"]
    assert json.loads(kept.authority.run("verifier", "list", "--json").out)["verifiers"][0]["lists"], "it acknowledges with its key"


def test_the_kept_list_refuses_what_was_revoked(kept, request):
    krl = fixture_of(request.node.callspec.params["kept"]) / "verifier/ssh.krl"
    revoked, good = (fixture_of(request.node.callspec.params["kept"]) / f"bob/home/ssh/{name}/id_ed25519-cert.pub"
                     for name in ("revoked", "seen"))
    assert run(["ssh-keygen", "-Q", "-f", krl, revoked], code=None).code == 1
    assert run(["ssh-keygen", "-Q", "-f", krl, good], code=None).code == 0


def test_the_lock_knows_its_owner_its_friend_and_who_was_denied(kept):
    told, lock = kept.story["lock"], kept.lock()
    lock.start()
    links = {name: bytes.fromhex(told[name]) for name in ("ada", "bob")}
    with lock.at() as there:
        assert there.open(Key("kept ada"), [links["ada"]]) == "opened"
    with lock.at() as there:
        assert there.open(Key("kept bob"), [links["bob"]]) == "denied"
    with lock.at() as there:
        assert there.own(Key("kept owner")) == "opened"
    with lock.at() as there:
        assert there.open(Key("a stranger"), [links["ada"]]) == "refused"


def test_rights_to_a_door_that_a_wallet_gave(kept):
    """Ada's wallet owns the lock, and Bob holds rights: the good one opens, the one that Ada took back does not once she was there."""
    doors, lock, ada, bob = kept.story["doors"], kept.lock("home").start(), kept.wallet("ada"), kept.wallet("bob")
    assert bob.json("open", "door-good", *doors["where"])["result"] == "opened"
    ada.run("lock", "lists", "home")
    bob.run("open", "door-taken_back", *doors["where"], "--json", code=3)
    sender = Half(ada, "watch", doors["waits"]["share"], "--allow-local", "--json")
    receiver = Half(bob, *accept_arguments(doors["waits"], "--name", "door-waits"), "--json", input=doors["waits"]["link"] + "\n")
    assert receiver.wait() == 0 and sender.wait() == 0, (receiver.errors, sender.errors)
    assert bob.json("open", "door-waits", *doors["where"])["result"] == "opened"
    ada.run("revoke", doors["good"]["share"])
    ada.run("lock", "lists", "home")
    bob.run("open", "door-good", *doors["where"], "--json", code=3)
    wait_until(lambda: lock.opened() == 2, "the bolt, which moved twice")


@pytest.mark.parametrize("program", ["authority", "relay", "verifier", "lock"])
def test_a_configuration_with_every_key_is_taken(kept, program):
    kept.check_configuration(program, kept.story["configurations"][program])


def test_every_share_is_finished_here(kept):
    """A share that the generator makes and no test takes up would be kept for nothing."""
    over = ["ended", "link_over", "revoked_open", "revoked_taken", "forgotten", "refused"]
    done = {*TAKEN_BY, *WORDS, *CODES, *over,
            "locked", "open_notify", "code_wrong", "granted", "taken_and_seen", "drop_taken", "confirmed_taken", "taken", "below_taken"}
    assert done == set(kept.story["shares"])
