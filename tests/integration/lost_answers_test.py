"""Answers that get lost: whatever is cut off, the share is held once in the end, by the receiver, and no text says what is not known.

Every call of a command is cut once at the place that the test names, also when it is tried again: on kept connections (each call but the
first goes over one) and on new ones. Every octet, not the boundaries alone: lost_answers_octets_test.py; at the transport:
keyferry/http/http_client_cut_test.cc; the confirmed modes: lost_answers_confirmed_test.py.
"""

import contextlib
import socket
import threading

import pytest
from support import LOGIN, Authority, Place, Sshd, Verifier, wait_until
from support.cut_proxy import ANSWERS, REQUESTS, Cut, read_message
from support.cut_world import CutWorld, claims_unknown

PLACES = REQUESTS + ANSWERS
SOME = [Cut("request", 1), Cut("answer", 0), Cut("answer", "head"), Cut("answer", "almost all")]
MODES = {"immediate": (), "PIN": ("--pin",), "split": ("--split",), "dropbox": ("--dropbox",), "dropbox, PIN": ("--dropbox", "--pin")}

every_place = pytest.mark.parametrize("where", PLACES, ids=str)
some_places = pytest.mark.parametrize("where", SOME, ids=str)


@pytest.fixture(name="world", scope="module")
def make_world():
    with Place() as place:
        yield CutWorld(place)


@pytest.fixture(autouse=True)
def nothing_is_cut_between(world):
    yield
    world.front.after = lambda call: None
    world.honest()


#= spec:authority#3-lost test
@every_place
@pytest.mark.parametrize("mode", MODES)
def test_a_take_survives_every_lost_answer(world, mode, where):
    made, bob = world.give(*MODES[mode]), world.wallet("bob")
    world.cut(where)
    world.take(bob, made)
    assert world.honest() >= 6, "each call is lost once"
    world.held_once(bob, made["share"])


@every_place
def test_a_take_survives_it_on_new_connections(world, where):
    made, bob = world.give("--pin"), world.wallet("bob")
    world.cut(where, keep=False)
    world.take(bob, made)
    assert world.honest() >= 6
    world.held_once(bob, made["share"])


def test_every_proof_goes_out_once(world):
    """The kind of the fault: a kept connection ends before the first octet, and the library sends the same request again."""
    made, bob = world.give(), world.wallet("bob")
    world.cut(Cut("answer", 0))
    world.take(bob, made)
    proofs = [call.header("DPoP") for call in world.front.seen if call.header("DPoP")]
    assert len(proofs) == len(set(proofs)) >= 4
    assert any(call.cut and call.kept and call.path == "/token" for call in world.front.seen), "one was lost on a kept connection"


def refusing_proofs(front, path, times):
    """Somebody on the way sends the first request of `path` twice, and the answer that reaches the wallet is the second one's."""
    left = [times]
    ask = front._ask

    def twice(request, whole=True):
        answer = ask(request, whole)
        if request.startswith(b"POST " + path + b" ") and left[0] > 0 and answer.startswith(b"HTTP/1.1 200"):
            left[0] -= 1
            answer = ask(request, whole)
            assert b"invalid_dpop_proof" in answer, answer
        return answer
    front._ask = twice
    return lambda: setattr(front, "_ask", ask) or left[0]


@pytest.mark.parametrize("path", [b"/token", b"/credential", b"/v1/credentials/renew"])
def test_a_refused_proof_is_a_lost_answer(world, path):
    made, bob = world.give(), world.wallet("bob")
    if path.endswith(b"renew"):
        world.take(bob, made)
    stop = refusing_proofs(world.front, path, 2)
    try:
        if path.endswith(b"renew"):
            bob.run("renew", bob.json("list")["credentials"][0]["name"])
        else:
            bob.run("accept", "--yes", "--allow-local", "-", input=made["link"])
    finally:
        assert stop() == 0, "nothing was sent twice"
    world.held_once(bob, made["share"], renewed=path.endswith(b"renew"))


def test_a_wrong_pin_costs_one_try_however_often_it_is_sent(world):
    made, bob = world.give("--pin"), world.wallet("bob")
    wrong = "000000" if made["pin"] != "000000" else "111111"
    accept = ("accept", "--yes", "--allow-local", "--pin", wrong, "-")
    world.front.plan = lambda call: Cut("answer", 0) if call.path == "/token" and b"tx_code" in call.request else None
    for _ in range(2):
        assert "run the same command again" in bob.run(*accept, input=made["link"], code=None).err
    assert sum(call.path == "/token" for call in world.front.seen) >= 6
    world.honest()
    assert "4 tries left" in bob.run(*accept, input=made["link"], code=3).err
    assert "3 tries left" in bob.run(*accept, input=made["link"], code=3).err, "typed again it is another try"
    assert world.record(made["share"])["pin_tries_left"] == 3
    world.take(bob, made)
    world.held_once(bob, made["share"])


HTML = b"<html>log in to the hotel</html>"
BETWEEN = [(200, HTML), (200, b"{}"), (204, b""), (302, b""), (400, b'{"message": "no"}'), (401, b""), (403, HTML), (404, b""), (404, HTML), (408, b""),
           (409, b""), (410, b""), (500, b""), (502, HTML)]


@contextlib.contextmanager
def answered_by(front, status, body, forwards):
    """Somebody on the way answers every call himself, with or without asking the server."""
    ask = front._ask

    def answer(request, whole=True):
        if forwards:
            ask(request, whole)
        return b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), b"Location: https://hotel.example/\r\n" if status == 302 else b"") + body
    front._ask = answer
    try:
        yield
    finally:
        front._ask = ask


@pytest.mark.parametrize("status, body", BETWEEN, ids=lambda value: str(value)[:12])
def test_what_somebody_between_answers_ends_nothing(world, status, body):
    """A captive portal, a proxy that was set up wrongly: no word of authority or relay, so nothing is known, whichever call it was."""
    def bob_tries(made, bob):
        done = bob.run("accept", "--yes", "--allow-local", "-", input=made["link"], code=None)
        assert done.code != 0 and not claims_unknown(done.err), done

    for front in (world.front, world.middle):
        made, bob = world.give(), world.wallet("bob")
        for forwards in (True, False):
            with answered_by(front, status, body, forwards):
                bob_tries(made, bob)
        world.take(bob, made)
        world.held_once(bob, made["share"])

    made, bob = world.give(), world.wallet("bob")
    answer = b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body
    for path in ("/token", "/credential"):
        world.front.after = lambda call: setattr(call, "answer", answer) if call.path == path else None
        bob_tries(made, bob)
    world.front.after = lambda call: None
    world.take(bob, made)

    # What he holds is not forgotten, and what she revokes is not called unknown.
    name = bob.json("list")["credentials"][0]["name"]
    with answered_by(world.front, status, body, forwards=False):
        kept = bob.run("forget", name, "--yes", code=None)
        told = world.ada.run("revoke", made["share"], "--yes", code=None)
    assert kept.code != 0 and bob.json("list")["credentials"], kept
    assert told.code != 0 and "no share" not in told.err, told
    world.held_once(bob, made["share"])


@every_place
def test_a_share_is_made_once(world, where):
    before = len(world.ada.json("list", "--shares")["credentials"][0]["shares"])
    world.cut(where)
    link = world.until_done(world.ada, "share", "own", "--for", "1h", "--now", "--yes", "--note", f"made {where}").out.strip()
    assert world.honest() >= 3
    shares = world.ada.json("list", "--shares")["credentials"][0]["shares"]
    assert len(shares) == before + 1
    bob = world.wallet("bob")
    bob.run("accept", "--yes", "--allow-local", "-", input=link)
    world.held_once(bob, shares[-1]["share"])


@some_places
def test_a_revoke_and_what_was_given_up(world, where):
    made, bob = world.give(), world.wallet("bob")
    world.take(bob, made)
    world.cut(where)
    told = world.until_done(world.ada, "revoke", made["share"], "--yes")
    assert f"revoked: {made['share']}" in told.err and world.honest() >= 2
    assert world.record(made["share"])["state"] == "revoked"

    made, bob = world.give(), world.wallet("bob")
    world.take(bob, made)
    name = bob.json("list")["credentials"][0]["name"]
    world.cut(where)
    world.until_done(bob, "forget", name, "--yes")
    world.honest()
    assert world.record(made["share"])["state"] == "ended" and bob.json("list")["credentials"] == []


@every_place
def test_a_renewal(world, where):
    made, bob = world.give(), world.wallet("bob")
    world.take(bob, made)
    name = bob.json("list")["credentials"][0]["name"]
    world.cut(where)
    world.until_done(bob, "renew", name)
    assert world.honest() >= 4
    world.held_once(bob, made["share"], renewed=True)


@some_places
def test_a_new_pin_for_a_locked_share(world, where):
    made, bob = world.give("--pin"), world.wallet("bob")
    for number in range(5):
        wrong = f"{(int(made['pin']) + 1 + number) % 1000000:06}"
        bob.run("accept", "--yes", "--allow-local", "--pin", wrong, "-", input=made["link"], code=3)
    assert world.record(made["share"])["state"] == "locked"
    world.cut(where)
    lines = world.until_done(world.ada, "rearm", made["share"]).out.splitlines()
    world.honest()
    anew = {"link": lines[0], "pin": lines[1]}
    world.take(bob, anew)
    world.held_once(bob, made["share"])


#= spec:tigress#CLM-06 test
@some_places
def test_who_says_no_leaves_the_link_to_others(world, where):
    """The answer to giving it back is lost: nobody is told that the link is another's, and it still opens for others."""
    made, bob = world.give(), world.wallet("bob")
    bob.run("relay", "trust", world.middle.url, "--allow-local")
    world.cut(where)
    refused = bob.run("accept", "--allow-local", "-", input=made["link"], code=None)
    assert world.honest() >= 2 and refused.code != 0 and "another wallet" not in refused.err, refused
    carol = world.wallet("carol")
    world.take(carol, made)
    world.held_once(carol, made["share"])


def test_a_claim_that_could_not_be_given_back_is_kept(world):
    made, bob, carol = world.give(), world.wallet("bob"), world.wallet("carol")
    bob.run("relay", "trust", world.middle.url, "--allow-local")
    world.middle.plan = lambda call: Cut("request", 1) if call.method == "PATCH" else None
    refused = bob.run("accept", "--allow-local", "-", input=made["link"], code=None)
    assert refused.code != 0 and "it may open with this wallet alone" in refused.err, refused
    world.honest()
    assert "another wallet opened this link first" in carol.run("accept", "--yes", "--allow-local", "-", input=made["link"], code=3).err
    world.take(bob, made)
    world.held_once(bob, made["share"])


@some_places
@pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
def test_a_verifier_hears_of_a_revoke(world, where, keep):
    made, bob = world.give(), world.wallet("bob")
    world.take(bob, made)
    verifier = Verifier(world.place, world.authority, name=f"verifier-{made['share']}", list_keys={"url": f"{world.front.url}/v1/lists/ssh.krl"}).start()
    wait_until(verifier.krl.exists, "the first list", 60)
    before = verifier.krl.read_bytes()
    world.ada.run("revoke", made["share"], "--yes")
    world.cut(where, keep)
    wait_until(lambda: verifier.krl.read_bytes() != before, "the list with the revoke", 90)
    verifier.stop()


def test_an_admin_command_does_not_do_itself_what_the_server_may_have_done(place):
    """The server ends after it has read the command; its ledger is free, and the command could write to it."""
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    path = place.folder("authority/state") / "admin.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def end_after_reading():
        with server.accept()[0] as connection:
            read_message(connection)

    thread = threading.Thread(target=end_after_reading)
    thread.start()
    refused = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "1h", code=None)
    thread.join()
    server.close()
    path.unlink()
    assert refused.code != 0 and "look before you do it again" in refused.err, refused
    assert authority.run("list").out.strip() == ""
    authority.share("--as", LOGIN, "--host", "web", "--for", "1h")
    assert authority.run("list").out.strip() != ""
