"""What an earlier release left is opened three days after. No link works any more and no certificate is good: what ran out ends
properly on both sides, and what was taken is renewed."""

import pytest
from kept import VERSIONS, opened
from open_test import CODES, TAKEN_BY, WORDS, accept, key_of, logs_in, nothing_is_left_of, record
from story import accept_arguments
from support import wait_until
from support.exchange import Half


@pytest.fixture(name="late", scope="module", params=VERSIONS)
def open_three_days_later(request):
    yield from opened(request, days=3)


@pytest.mark.parametrize("name", ["open", "open_pin", "open_plain", "half_taken", "drop_open", "half_taken_drop", "file_open", "picture"])
def test_a_link_that_ran_out_gives_nothing(late, name):
    accept(late, name, TAKEN_BY[name], code=3)
    assert record(late, name)["state"] == "expired"


@pytest.mark.parametrize("name", [name for name in WORDS + CODES if "pin" not in name])
def test_an_exchange_that_ran_out_ends_on_both_sides(late, name):
    made = late.story["shares"][name]
    sender = Half(late.wallet("ada"), "watch", made["share"], "--allow-local", "--json")
    receiver = Half(late.wallet("bob"), *accept_arguments(made), "--json", input=made["link"] + "\n")
    # Its file may be gone already: then there is nothing at that path.
    assert receiver.wait() in ((1, 3) if made.get("file") else (3,)), (receiver.events, receiver.errors)
    # The first command after the deadline erases every exchange that ran out; from then on `watch` says how the share stands.
    if sender.wait() == 0:
        assert sender.events[-1]["state"] == "expired"
    else:
        assert sender.error["error"] == "expired", sender.errors
    assert not [event for event in sender.events + receiver.events if event.get("event") in ("granted", "done")]
    assert record(late, name)["state"] == "expired"
    nothing_is_left_of(late, name, "ada", "bob")


def test_what_was_taken_is_renewed(late):
    held = key_of("bob", "taken")
    assert not logs_in(late, held), "its certificate is over"
    late.wallet("bob").run("renew", "taken")
    assert logs_in(late, held)
    late.wallet("ada").run("revoke", late.story["shares"]["taken"]["share"], "--yes")
    wait_until(lambda: not logs_in(late, held), "sshd to refuse")
    late.wallet("bob").run("renew", "taken", code=3)


def test_what_was_granted_and_not_taken_is_over(late):
    made = late.story["shares"]["granted"]
    receiver = Half(late.wallet("bob"), *accept_arguments(made), "--json", input=made["link"] + "\n")
    assert receiver.wait() == 3, receiver.events


def test_a_mailbox_is_gone_after_its_deadline(late):
    for box in late.story["mailboxes"].values():
        assert late.relay.call("GET", box["path"]).status == 404
