"""Confirmed sharing between two real wallets: the words decide, and both sides learn how it ended."""

import fcntl
import re
import shutil
import time

import pytest
from support import BIN, LOGIN, Wallet, wait_until
from support.exchange import Receiver, Sender, World
from support.faults import Faults
from support.receiver import Receiver as Stranger
from support.terminal import Terminal


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


#= spec:transfer#3-confirmed test
#= spec:transfer#4-words test
#= spec:transfer#6-erased test
#= spec:tigress#A-53 test
@pytest.mark.parametrize("spoken", ["words", "digits"])
def test_right_words_give_the_credential(world, spoken):
    sender = world.share("--note", "for the \u00fcpgrade")
    receiver = world.take(sender)
    told = receiver.until("words")
    assert len(told["words"].split()) == 3 and re.fullmatch(r"\d{4} \d{4}", told["digits"])
    asked = sender.until("compare")
    assert asked["label"] == "Bob's phone" and told["words"] not in str(sender.events + sender.errors)
    assert world.record(sender)["state"] == "open", "nothing can be redeemed before the words were compared"
    sender.say(told[spoken].upper().replace(" ", "-"))
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    record = world.record(sender)
    assert record["state"] == "redeemed" and record["mode"] == "confirmed"
    assert record["holder"]["label"] == "Bob's phone" and record["holder"]["label_from"] == "sender"
    if spoken == "words":
        world.logs_in(receiver.until("ssh")["ssh"][0]["command"])
    world.nothing_is_left(world.ada, world.bob)
    again = world.bob.run("accept", "--yes", "--allow-local", "-", input=sender.link, code=3)
    assert "you took this share already" in again.err
    assert world.relay.call("GET", "/v1/m/" + sender.link.split("#")[0].rsplit("/", 1)[1]).status == 404, "the mailbox is gone"


#= spec:transfer#4-words test
def test_three_wrong_entries_end_it_for_both(world):
    sender = world.share()
    receiver = world.take(sender)
    receiver.until("words")
    for left in (3, 2, 1):
        assert sender.until("compare", after=len(sender.events) - 1)["tries_left"] == left
        sender.say("clockwork pyramid slowdown")
        while left > 1 and sender.events[-1].get("tries_left") == left:
            time.sleep(0.01)
    assert sender.wait() == 3 and sender.error["error"] == "words"
    assert receiver.wait() == 3 and receiver.error["error"] == "words"
    assert "somebody may be between you" in receiver.error["detail"]
    assert world.record(sender)["state"] == "refused"
    assert world.bob.json("list")["credentials"] == []
    world.nothing_is_left(world.ada, world.bob)
    again = world.bob.run("accept", "--yes", "--allow-local", "-", input=sender.link, code=3)
    assert "this link was used up before" in again.err, "one request a link, ever"


def test_what_is_no_word_is_not_compared(world):
    sender = world.share()
    told = world.take(sender).until("words")["words"]
    sender.until("compare")
    sender.say("clockwork pyramid notaword")
    assert sender.wait() == 2
    watching = Sender(world.ada, share=sender.share)
    assert watching.until("compare")["tries_left"] == 3
    watching.say(told)
    assert watching.wait() == 0, watching.errors


def test_the_wrong_person_is_told_no(world):
    sender = world.share()
    stranger = Wallet(world.place, "eve")
    stranger.run("persona", "add", "Bob's phone")
    receiver = world.take(sender, wallet=stranger)
    receiver.until("words")
    sender.until("compare")
    sender.say("no")
    assert sender.wait() == 3 and sender.error["error"] == "refused"
    assert receiver.wait() == 3 and receiver.error["detail"] == "the sender said no: nothing was taken"
    assert world.record(sender)["state"] == "refused"
    assert stranger.json("list")["credentials"] == []


def test_yes_never_answers_the_words(world):
    made = Sender(world.ada, "own", "--for", "1h", "--yes")
    receiver = world.take(made)
    receiver.until("words")
    made.until("compare")
    made.process.stdin.close()
    assert made.wait() == 1 and made.error["error"] == "no_terminal"
    assert world.record(made)["state"] == "open"
    receiver.process.kill()


def test_without_terminal_the_words_are_given_later(world):
    made = world.ada.start("share", "own", "--for", "1h")
    while not (link := re.search(r"https://\S+#\S+", made.log())):
        time.sleep(0.01)
    sender = world.ada.json("list", "--shares")["credentials"][0]["shares"][-1]["share"]
    receiver = Receiver(world.bob, link.group())
    words = receiver.until("words")["words"]
    assert made.wait() == 1
    assert f"keyferry watch {sender} --words" in made.log()
    wrong = world.ada.run("watch", sender[:6], "--allow-local", "--words", "clockwork pyramid slowdown", code=1)
    assert "2 entries left" in wrong.err
    done = world.ada.run("watch", sender[:6], "--allow-local", "--words", words)
    assert 'calls itself "Bob\'s phone" has it now' in done.err
    assert receiver.wait() == 0


def test_the_sender_takes_it_back_while_the_other_waits(world):
    for alive in (False, True):
        sender = world.share()
        wallet = Wallet(world.place, f"bob-{alive}")
        receiver = world.take(sender, wallet=wallet)
        receiver.until("words")
        sender.until("compare")
        if not alive:
            sender.kill()
        world.ada.run("revoke", sender.share)
        if alive:
            assert sender.wait() == 3 and "revoked" in sender.error["detail"], "nobody types anything"
        assert receiver.wait() == 3, receiver.events
        # The cancel, or no mailbox where it was deleted meanwhile: never that it ran out.
        assert receiver.error["error"] in ("user", "gone") and "the sender took it back" in receiver.error["detail"]
        assert world.record(sender)["state"] == "revoked"
        assert wallet.json("list")["credentials"] == []
        world.nothing_is_left(world.ada, wallet)


def test_a_mailbox_that_is_gone_before_its_time_did_not_run_out(world):
    sender = world.share()
    receiver = world.take(sender)
    receiver.until("words")
    sender.kill()
    world.relay.stop()
    store = world.place.folder("relay/store")
    shutil.rmtree(store)
    store.mkdir()
    world.relay.start()
    assert receiver.wait() == 3 and receiver.error["error"] == "gone", receiver.errors
    assert "the sender took it back, or the relay lost it" in receiver.error["detail"]


def test_a_revoke_ends_a_share_that_nobody_has_opened(world):
    sender = world.share()
    sender.until("waiting")
    world.ada.run("revoke", sender.share)
    assert sender.wait() == 3 and sender.error["error"] == "revoked"
    assert "the share was revoked: nobody got anything" in sender.error["detail"]
    world.nothing_is_left(world.ada)


def test_a_question_on_the_terminal_ends_with_the_share(world):
    sender = Terminal([BIN / "keyferry", "share", "own", "--for", "1h", "--allow-local"], world.ada.env)
    sender.expect("waiting for the other side")
    receiver = Receiver(world.bob, re.search(r"https://\S+#\S+", sender.seen).group())
    receiver.until("words")
    sender.expect("type the words the other person reads out (or no): ")
    receiver.kill()
    world.bob.run("accept", "--cancel", "--allow-local", "-", input=re.search(r"https://\S+#\S+", sender.seen).group())
    assert sender.end() == 3 and "the other side gave up" in sender.seen


def test_an_equal_command_waits_until_the_first_has_shown_its_link(world):
    command = ["share", "own", "--now", "--pin", "--for", "1h", "--allow-local"]
    first = world.ada.run(*command)
    held = [open(path, "rb") for path in (world.ada.home / "transfers").glob("lock-*")]
    for lock in held:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a process that is still at it
    second = world.ada.start(*command)
    wait_until(lambda: "by another keyferry process: waiting for it" in second.log(), "the second to wait", 30)
    for lock in held:
        lock.close()
    assert second.wait(60) == 0 and "busy" not in second.log(), second.log()
    link = re.search(r"https://\S+#\w+", second.log()).group()
    assert link not in first.out, "a share of its own"


def test_a_local_relay_is_refused_before_anything_is_announced(world):
    stranger = Wallet(world.place, "stranger")
    offer = world.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
    stranger.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)
    refused = stranger.run("share", "own", "--for", "1h", "--yes", "--relay", world.relay.url, code=None)
    assert refused.code != 0 and "--allow-local" in refused.err and "three words" not in refused.err, refused
    assert refused.out == ""


def test_the_waiting_sender_hears_of_a_lock(world):
    sender = world.share("--pin")
    wrong = "000000" if sender.pin != "000000" else "111111"
    receiver = world.take(sender, "--pin", wrong)
    sender.say(receiver.until("words")["words"])
    assert receiver.wait() == 3
    for _ in range(4):
        refused = world.take(sender, "--pin", wrong)
        assert refused.wait() == 3
    assert refused.error["error"] == "locked" and "then this link goes on" in refused.error["detail"]
    assert sender.until("locked")["share"] == sender.share
    pin = world.ada.json("rearm", sender.share)["pin"]
    assert world.take(sender, "--pin", pin).wait() == 0
    assert sender.wait() == 0


def test_the_receiver_gives_up(world):
    sender = world.share()
    receiver = world.take(sender)
    receiver.until("words")
    sender.until("compare")
    receiver.kill()
    world.bob.run("accept", "--cancel", "--allow-local", "-", input=sender.link)
    assert sender.wait() == 3 and "the other side gave up" in sender.error["detail"]
    assert world.record(sender)["state"] == "revoked"
    world.nothing_is_left(world.ada, world.bob)


def test_who_says_no_to_the_offer_leaves_it_to_others(world):
    sender = world.share()
    refused = world.bob.run("accept", "--allow-local", "-", input=sender.link, code=1)
    assert "answer with --yes" in refused.err
    receiver = world.take(sender, wallet=Wallet(world.place, "cem"))
    sender.say(receiver.until("words")["words"])
    assert sender.wait() == 0 and receiver.wait() == 0


def test_nobody_comes_before_the_deadline(world):
    sender = world.share("--link-for", "3s")
    assert sender.wait() == 3 and sender.error["error"] == "expired"
    assert world.record(sender)["state"] == "expired"
    world.nothing_is_left(world.ada)


def test_the_deadline_comes_between(world):
    # A machine that does much else may need more than the 6 s to show the words.
    for seconds in (6, 30, 120):
        sender = world.share("--link-for", f"{seconds}s")
        receiver = world.take(sender)
        if receiver.comes("words"):
            break
    assert receiver.wait() == 3 and receiver.error["error"] == "expired"
    assert sender.wait() == 3 and sender.error["error"] == "expired"
    assert world.bob.json("list")["credentials"] == []


def test_an_authority_that_is_away_is_left_after_a_stated_time_and_the_share_stays(world):
    world.bob.directory = world.place.folder("bob")
    faults = Faults(world.bob)
    sender = world.share()
    world.authority.stop()
    receiver = world.take(sender)
    told = wait_until(lambda: next((line for line in receiver.errors if line.get("event") == "no_answer"), None), "a word about it")
    assert world.authority.url in told["detail"] and told["until"].endswith("Z")
    faults.clock_step = 6 * 60 * 1000
    assert receiver.wait() == 4 and receiver.error["error"] == "network"
    assert world.authority.url in receiver.error["detail"] and "run the same command again" in receiver.error["detail"]
    faults.clock_step = 0
    world.authority.start()
    again = world.take(sender)
    sender.say(again.until("words")["words"])
    assert sender.wait() == 0 and again.wait() == 0, again.errors


def test_a_pin_is_asked_for_beside_the_words(world):
    sender = world.share("--pin")
    wrong = "000000" if sender.pin != "000000" else "111111"
    receiver = world.take(sender, "--pin", wrong)
    sender.say(receiver.until("words")["words"])
    assert receiver.wait() == 3 and receiver.error["error"] == "wrong_pin"
    again = world.take(sender, "--pin", sender.pin)
    assert again.wait() == 0, again.errors
    assert sender.wait() == 0


#= spec:transfer#3-confirmed test
def test_a_receiver_written_from_the_document_is_granted(world):
    sender = world.share()
    bob = Stranger(world.relay, sender.link)
    bob.write(bob.request(label="Bob's \u202eother phone"))
    reveal = bob.await_type("reveal")
    bob.write(bob.ready(reveal))
    assert sender.until("compare")["label"] == "Bob's other phone"
    sender.say(bob.digits(reveal))
    bob.await_type("grant")
    record = world.record(sender)
    assert record["state"] == "claimed" and record["holder"]["thumbprint"] == bob.key.thumbprint
    sender.kill()


def test_another_request_after_the_reveal_ends_it(world):
    sender = world.share()
    eve = Stranger(world.relay, sender.link)
    eve.write(eve.request())
    eve.await_type("reveal")
    again = Stranger.__new__(Stranger)
    again.__dict__.update(eve.__dict__, nonce=bytes(32), accepted=eve.invite)
    eve.write(again.request())
    assert eve.await_type("cancel")["content"]["reason"] == "order"
    assert sender.wait() == 3 and sender.error["error"] == "order"
    assert world.record(sender)["state"] == "revoked"
    world.nothing_is_left(world.ada)


@pytest.mark.parametrize("bent, reason", [({"mailbox": "00000000-0000-4000-8000-000000000000"}, "misplaced"), ({"from": "sender"}, "reflected"),
                                          ({"seq": 3}, "order"), ({"v": 2}, "version")])
def test_a_message_from_elsewhere_ends_it(world, bent, reason):
    sender = world.share()
    eve = Stranger(world.relay, sender.link)
    eve.write(eve.request(**bent))
    assert sender.wait() == 3 and sender.error["error"] == reason
    assert world.record(sender)["state"] == "revoked"


def test_a_confirm_over_another_transcript_asks_nobody(world):
    sender = world.share()
    eve = Stranger(world.relay, sender.link)
    eve.write(eve.request())
    reveal = eve.await_type("reveal")
    eve.sent += b" "
    eve.write(eve.ready(reveal))
    assert sender.wait() == 3 and sender.error["error"] == "order"
    assert not [event for event in sender.events if event.get("event") == "compare"]


def test_on_two_terminals(world):
    sender = Terminal([BIN / "keyferry", "share", "own", "--for", "1h", "--allow-local"], world.ada.env)
    sender.expect("waiting for the other side")
    link = re.search(r"https://\S+#\S+", sender.seen).group()
    receiver = Terminal([BIN / "keyferry", "accept", "--allow-local"], world.bob.env)
    receiver.answer("link or offer: ", link)
    for question in ("fetch the share from there? [y/N] ", "ask it what it offers? [y/N] ", "ask the sender for it? [y/N] "):
        receiver.answer(question, "y")
    receiver.expect("read these words to the sender, who knows your voice: ")
    receiver.expect("  (")
    words = re.search(r"voice: ([a-z ]+)  \(", receiver.seen).group(1)
    for typed in ("notaword at all", "clockwork pyramid slowdown", words):
        sender.answer("type the words the other person reads out (or no): ", typed)
    assert sender.end() == 0, sender.seen
    assert receiver.end() == 0, receiver.seen
    line = re.search(r"waiting for the other side [\d:]{8} … taken by a wallet that calls itself \"Bob's phone\" [\d:]{8} …", sender.seen)
    assert line, sender.seen
    assert words not in sender.seen.replace(f": {words}\r\n", ""), "only as it was typed"
    assert "2 entries left" in sender.seen and "none of the words is" in sender.seen
    assert "ssh -i" in receiver.seen
    assert re.search(r"^read these words", receiver.seen, re.MULTILINE), "the words have a line of their own"
    assert not re.search(r"…keyferry:", sender.seen + receiver.seen), "an error has a line of its own"


def test_every_number_that_is_printed_is_named(world):
    for options, said in ((["--pin"], "the PIN is printed below the link: send"),
                          (["--pin", "--code"], "the PIN is printed below the link, and the code below it: send")):
        made = world.ada.start("share", "own", "--for", "1h", *options, "--allow-local")
        wait_until(lambda: "waiting for the other side" in made.log(), "the link")
        assert said in made.log() and len(re.findall(r"^\d{6}$", made.log(), re.MULTILINE)) == len(options)
        made.kill()
