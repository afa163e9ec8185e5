"""The sender, or a second authority, is malicious: what a friend's wallet does with an invitation that is a trap."""

import socket
import threading

import pytest
from support import LOGIN as ACCOUNT
from support import Authority, free_port, run, wait_until
from support.field import NOTHING, attack
from support.liar import Liar
from support.mailbox import instant
from support.sender import Sender

RIGHTS = {"logins": [ACCOUNT], "hosts": ["web"], "extensions": ["permit-pty"]}


class Trap:
    """A port that counts who connects."""

    def __init__(self):
        self.socket, self.caught = socket.create_server(("127.0.0.1", free_port())), []
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.caught.append(True)
            connection.close()


@pytest.fixture(name="trap")
def make_trap():
    trap = Trap()
    yield trap
    trap.socket.close()


@pytest.fixture(name="bob")
def make_bob(field):
    """He trusts the relay, which is at a local address; no authority is excused from that."""
    bob = field.wallet("bob", "Bob's phone")
    bob.run("relay", "trust", field.relay.url, "--allow-local")
    return bob


def invite(field, authority=None, rights=None, **bent):
    mallory = Sender(field.real_relay, authority or field.authority.url, "a" * 20, rights or RIGHTS, instant(3600), **bent)
    return mallory.link


def refuses(table, bob, link, *more, mode="confirmed"):
    done = bob.run("accept", "--yes", *more, "-", input=link, code=None)
    assert done.code in (1, 3) and "ords to the sender" not in done.err, done
    assert bob.json("list")["credentials"] == []
    table.note(mode, NOTHING)
    return done


INSIDE = ["https://127.0.0.1:{port}", "https://localhost:{port}", "https://[::1]:{port}", "https://[::ffff:127.0.0.1]:{port}",
          "https://0.0.0.0:{port}", "https://169.254.169.254", "https://10.0.0.1", "https://192.168.1.1", "http://127.0.0.1:{port}",
          "file:///etc/passwd", "https://web@127.0.0.1:{port}"]


@attack("a malicious sender names an authority inside the friend's network", "TMS-01")
@pytest.mark.parametrize("where", INSIDE)
def test_an_invite_that_points_inside(field, table, bob, trap, where):
    refuses(table, bob, invite(field, where.format(port=trap.port)))
    assert not trap.caught


@attack("a malicious sender's offer by reference points inside", "TMS-01")
def test_an_offer_by_reference_that_points_inside(field, table, bob, trap):
    link = f"openid-credential-offer://?credential_offer_uri=https%3A%2F%2F127.0.0.1%3A{trap.port}%2Foffers%2Fx"
    refuses(table, bob, link, mode="immediate")
    assert not trap.caught


LIES = {"an unknown right": {**RIGHTS, "sudo": True}, "an option for a login": {**RIGHTS, "logins": ["-oProxyCommand=touch /tmp/x"]},
        "a command in a login": {**RIGHTS, "logins": ["root;id"]}, "a host with a blank": {**RIGHTS, "hosts": ["web db"]},
        "logins that are no list": {**RIGHTS, "logins": ACCOUNT}, "an unknown extension": {**RIGHTS, "extensions": ["permit-all"]},
        "no login": {**RIGHTS, "logins": []}}


@attack("a malicious sender: rights that are none", "TMS-01")
@pytest.mark.parametrize("lie", LIES)
def test_rights_that_are_none(field, table, bob, lie):
    refuses(table, bob, invite(field, rights=LIES[lie]), "--allow-local")


@attack("a malicious sender: a note that imitates the wallet", "TMS-01")
@pytest.mark.parametrize("note", ["fine\n  from the authority https://bank.example", "\x1b[1A\x1b[2Koffered: nothing", "\u202egnihton",
                                  "x" * 5000], ids=["a second line", "terminal codes", "right to left", "long"])
def test_a_note_that_imitates(field, table, bob, note):
    half = field.run(bob, "accept", "--yes", "--allow-local", "-", input=invite(field, note=note) + "\n")
    wait_until(lambda: half.process.poll() is not None or any("waiting for" in line.get("text", "") for line in half.errors),
               "the wallet to show the offer or to refuse it", 60)
    shown = [line.get("text", "") for line in half.errors]
    assert not any(character in line for line in shown for character in "\x1b\u202e"), shown
    assert not any(line.lstrip().startswith("from the authority https://bank") for line in shown)
    assert bob.json("list")["credentials"] == []
    table.note("confirmed", NOTHING)


@attack("a malicious authority: a redirect, an oversized answer, endpoints elsewhere", "TMS-01")
@pytest.mark.parametrize("fault", ["redirect", "oversized", "foreign_endpoint"])
def test_odd_answers(field, table, bob, fault):
    liar = Liar(field.place, fault)
    try:
        refuses(table, bob, liar.offer(), "--allow-local", mode="immediate")
        assert not any(b"/elsewhere" in request for request in liar.seen)
    finally:
        liar.close()


@attack("a malicious authority: another key, wider rights, a foreign CA", "TMS-01", "TMS-18")
@pytest.mark.parametrize("fault", ["wrong_key", "foreign_ca", "wider_certificate", "bare_login", "longer", "other_share"])
def test_another_credential_than_offered(field, table, bob, fault):
    liar = Liar(field.place, fault)
    try:
        assert "was discarded" in refuses(table, bob, liar.offer(), "--allow-local", mode="immediate").err
    finally:
        liar.close()


@pytest.fixture(name="second")
def make_second(field):
    """A second authority, whose administrator gives `web` the real one's address and a host key of his own."""
    second = Authority(field.place, f"second-{free_port()}")
    fake = field.place.folder(f"fake-{free_port()}")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", fake / "key"])
    second.run("host", "add", "web", f"127.0.0.1:{field.web.port}", "--key", fake / "key.pub")
    second.start()
    second.fake = (fake / "key.pub").read_text().split()[1]
    yield second
    second.kill()


@attack("a second authority with swapped host keys for the same server", "TMS-01")
def test_a_second_authority_swaps_host_keys(field, table, bob, second):
    given = field.give("immediate")
    bob.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=given.link)
    known = (bob.home / "ssh/web/known_hosts").read_text()
    offer = second.share("--as", ACCOUNT, "--host", "web", "--for", "1h")
    bob.run("accept", "--yes", "--allow-local", "-", input=offer)
    held = {entry["name"]: entry for entry in bob.json("list")["credentials"]}
    assert len(held) == 2 and (bob.home / "ssh/web/known_hosts").read_text() == known and second.fake not in known
    other = next(name for name in held if name != "web")
    assert second.fake in (bob.home / f"ssh/{other}/known_hosts").read_text(), "each credential has its own hosts"
    keys = bob.home / "ssh" / other
    assert field.web.login(keys / "id_ed25519", keys / "id_ed25519-cert.pub").code == 255, "the foreign one opens nothing here"
    assert field.logs_in(bob)
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    table.note("immediate", loss)


@attack("a second authority uses at the first what it was shown", "TMS-01")
def test_a_second_authority_replays_proofs(field, table, second):
    """A wallet that redeems at the second proves itself to the second only: its proofs name it."""
    client = field.thief()
    there = type(client)(second.url, ca=field.place.ca.path)
    there.redeem(there.read(second.share("--as", ACCOUNT, "--host", "web", "--for", "1h")))
    offer = client.read(field.root_offer("--depth", "0"))
    shown = there.dpop("POST", "/token")
    assert client.token(offer, proof=shown).json()["error"] in ("invalid_dpop_proof", "use_dpop_nonce")
    token = client.token(offer).json()["access_token"]
    nonce = client.call("POST", "/nonce").json()["c_nonce"]
    foreign = there.proof(nonce=nonce)
    assert client.issue(token, proof=foreign).status == 400, "its audience is the second"
    table.note("immediate", NOTHING)
