"""What a wallet and a relay say to each other, seen and meddled with by a proxy between them; links that others made."""

import base64
import json
import os
import urllib.parse
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_ssh_private_key
from support import LOGIN, Authority, Relay, Sshd, Wallet, call
from support.mailbox import Device, base64url, claim_key, configuration
from support.proxy import Proxy


class World:
    """Ada holds a root share; wallets reach authority and relay through a proxy each."""

    def __init__(self, place):
        self.place = place
        self.to_authority, self.to_relay = Proxy(place, "authority"), Proxy(place, "relay")
        self.authority = Authority(place, config={"tls": None, "public": {"url": self.to_authority.url}})
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.relay = Relay(place, engine="memory", tls=False, config={"public": {"url": self.to_relay.url}})
        self.to_authority.forward_to(self.authority.start())
        self.to_relay.forward_to(self.relay.start())
        self.relay.url = f"http://127.0.0.1:{self.relay.port}"  # of the tests' own devices, past the proxy
        self.ada, self.bob = Wallet(place, "ada"), Wallet(place, "bob")
        self.bob.run("persona", "add", "Bob's phone")
        self.ada.run("relay", "trust", self.to_relay.url, "--default", "--allow-local")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=self.root_offer("--depth", "1"))

    def root_offer(self, *more):
        return self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", *more)

    def offer_object(self):
        """A new offer, by value."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.root_offer()).query)
        return call("GET", query["credential_offer_uri"][0], ca=self.place.ca.path).json()

    def share(self, *more):
        return self.ada.json("share", "own", "--now", "--for", "1h", "--pin", *more)

    def accept(self, link, pin=None, wallet=None, code=0):
        text = link + (f"\n{pin}" if pin else "") + "\n"
        return (wallet or self.bob).run("accept", "--yes", "--allow-local", "-", input=text, code=code)


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


def sealed_link(world, plaintext, secret, proves=True):
    """A link to a mailbox of our own making that holds `plaintext`; returns the link."""
    iv = os.urandom(12)
    payload = {"type": f"AEAD_AES_{len(secret) * 8}_GCM",
               "data": base64.b64encode(iv + AESGCM(secret).encrypt(iv, plaintext, None)).decode()}
    made = Device(world.relay).create(payload, configuration=configuration(secret=secret, policy="proof") if proves else configuration())
    assert made.status == 200, made
    fragment = base64url(secret) if len(secret) == 32 else base64.b64encode(secret).decode()
    return f"{made.json()['urlLink']}#{fragment}"


def invite(world, version=1, form="keyferry.offer.v1"):
    routing = {"v": version, "type": "invite", "transfer": base64url(os.urandom(16)), "from": "sender", "seq": 0}
    return json.dumps({"format": form, "content": {"credentialOffer": world.offer_object()}, "keyferry": routing}).encode()


def foreign_secret():
    """32 octets that do not look like a secret of our own making, whose check would fail."""
    while True:
        secret = os.urandom(32)
        if not base64url(secret).isalnum():
            return secret


def nothing_is_kept(wallet):
    assert wallet.json("list")["credentials"] == []
    assert not list((wallet.home / "transfers").glob("take-*.json"))


def forms(octets):
    return {octets, octets.hex().encode(), octets.hex().upper().encode(), base64.b64encode(octets).rstrip(b"="),
            base64.urlsafe_b64encode(octets).rstrip(b"=")}


def test_a_share_of_a_newer_version_is_named_and_given_back(world):
    secret = foreign_secret()
    link = sealed_link(world, invite(world, version=2), secret)
    world.to_relay.methods()
    refused = world.accept(link, code=1)
    assert "made by a newer version of keyferry" in refused.err
    nothing_is_kept(world.bob)
    assert world.to_relay.methods() == ["POST", "PATCH"]
    other = Device(world.relay, proof=claim_key(secret))
    assert other.read(link.split("#")[0]).status == 200, "whoever else has the link may take it"


def test_a_newer_format_says_so_too(world):
    link = sealed_link(world, invite(world, form="keyferry.offer.v9"), foreign_secret())
    assert "newer version of keyferry" in world.accept(link, code=1).err
    nothing_is_kept(world.bob)


BAD_PLAINTEXTS = {
    "no JSON": b"good morning",
    "a member twice": b'{"format": "keyferry.offer.v1", "format": "keyferry.offer.v1", "content": {}}',
    "too deep": b'{"format": "keyferry.offer.v1", "content": {"a":' + b"[" * 7 + b"]" * 7 + b"}}",
    "too long": b'{"format": "keyferry.offer.v1", "content": {"note": "' + b"x" * 32768 + b'"}}',
    "a byte-order mark": b'\xef\xbb\xbf{"format": "keyferry.offer.v1", "content": {}}',
    "no offer": b'{"format": "keyferry.offer.v1", "content": {}}',
}


#= spec:transfer#2-plaintext test
def test_a_malformed_message_is_called_damaged_and_given_back(world):
    for what, plaintext in BAD_PLAINTEXTS.items():
        link = sealed_link(world, plaintext, foreign_secret())
        world.to_relay.methods()
        refused = world.accept(link, code=1)
        assert "the message inside the link is damaged" in refused.err, (what, refused)
        nothing_is_kept(world.bob)
        assert world.to_relay.methods() == ["POST", "PATCH"], what


#= spec:transfer#1-damage test
def test_a_wrong_secret_gives_the_mailbox_back_to_who_has_the_right_one(world):
    offer = {"format": "keyferry.offer.v1", "content": {"credentialOffer": world.offer_object()}}
    link = sealed_link(world, json.dumps(offer).encode(), os.urandom(16), proves=False)
    wrong = link.split("#")[0] + "#" + base64.b64encode(os.urandom(16)).decode()
    world.to_relay.methods()
    refused = world.accept(wrong, code=1)
    assert "wrong or damaged" in refused.err and "given back" in refused.err
    assert world.to_relay.methods() == ["POST", "POST", "PATCH"], "read twice, then given back"
    world.accept(link, wallet=Wallet(world.place, "carol"))


def test_a_link_of_a_plain_v1_wallet_is_taken(world):
    offer = {"format": "digitalwallet.generic.authorizationToken", "content": {"credentialOffer": world.offer_object()}}
    link = sealed_link(world, json.dumps(offer).encode(), os.urandom(16), proves=False)
    assert link.endswith("==")
    world.to_relay.methods()
    world.accept(link)
    assert [held["title"] for held in world.bob.json("list")["credentials"]] == [f"{LOGIN}@web"]
    assert world.to_relay.methods() == ["POST", "DELETE"]


#= spec:tigress#IDM-03 test
def test_an_answer_to_another_request_is_not_used(world):
    made = world.share()
    world.to_relay.meddle = lambda exchange: exchange.answer_headers.update({"mailbox-request-id": str(uuid.uuid4())})
    refused = world.accept(made["link"], made["pin"], code=3)
    assert "answers to another request than ours" in refused.err
    nothing_is_kept(world.bob)
    refused = world.ada.run("share", "own", "--now", "--for", "1h", "--pin", code=3)
    assert "answers to another request than ours" in refused.err and "the share was taken back" in refused.err
    world.to_relay.meddle = lambda exchange: None
    world.accept(made["link"], made["pin"])


#= spec:tigress#IDM-03 test
def test_an_answer_without_the_requests_id_is_not_the_relays(world):
    """So nothing is known, and what was begun goes on."""
    made = world.share()
    world.to_relay.meddle = lambda exchange: exchange.answer_headers.pop("mailbox-request-id", None)
    lost = world.accept(made["link"], made["pin"], code=4)
    assert "instead of the relay" in lost.err and "nothing is lost" in lost.err
    lost = world.ada.run("share", "own", "--now", "--for", "1h", "--pin", code=4)
    assert "instead of the relay" in lost.err
    world.to_relay.meddle = lambda exchange: None
    world.accept(made["link"], made["pin"])


class CutFirst:
    """Cuts the first answer to each method of `methods`; `paths`: only where the path ends so."""

    def __init__(self, methods, path_end=""):
        self.left, self.path_end, self.cut = set(methods), path_end, []

    def __call__(self, exchange):
        if exchange.method in self.left and exchange.path.endswith(self.path_end) and exchange.status < 300:
            self.left.discard(exchange.method)
            self.cut.append(exchange)
            exchange.cut()


#= spec:tigress#CLM-03 test
#= spec:tigress#IDM-02 test
#= spec:tigress#IDM-04 test
#= spec:tigress#IDM-10 test
def test_a_lost_answer_is_asked_for_again_under_the_same_request_id(world):
    world.to_relay.methods()
    cut = world.to_relay.meddle = CutFirst(["POST"])
    made = world.share()
    create, again = world.to_relay.seen
    assert cut.cut == [create] and (create.status, again.status) == (200, 201)
    for name in ("mailbox-request-id", "mailbox-device-claim"):
        assert create.headers[name] == again.headers[name]
    assert json.loads(create.answer)["urlLink"] == json.loads(again.answer)["urlLink"], "one mailbox was made"

    world.to_relay.methods()
    cut = world.to_relay.meddle = CutFirst(["POST", "DELETE"])
    world.accept(made["link"], made["pin"])
    reads = [exchange for exchange in world.to_relay.seen if exchange.method == "POST"]
    deletes = [exchange for exchange in world.to_relay.seen if exchange.method == "DELETE"]
    assert len(cut.cut) == 2 and len(reads) == 2 and len(deletes) == 2
    assert len({exchange.headers["mailbox-request-id"] for exchange in reads}) == 1
    assert len({exchange.headers["mailbox-request-id"] for exchange in deletes}) == 1
    assert len({exchange.headers["mailbox-device-claim"] for exchange in reads + deletes}) == 1
    assert [exchange.status for exchange in deletes] == [200, 404], "it was deleted already: that is no failure"
    claims = {exchange.headers["mailbox-device-claim"] for exchange in (create, reads[0])}
    assert len(claims) == 2 and all(str(uuid.UUID(value)) == value for value in
                                    claims | {create.headers["mailbox-request-id"], reads[0].headers["mailbox-request-id"]})
    other = world.share()
    world.accept(other["link"], other["pin"], Wallet(world.place, "carol"))
    assert not claims & {exchange.headers["mailbox-device-claim"] for exchange in world.to_relay.seen[-3:]}, "new for each"
    assert reads[1].status == 200 and not list((world.bob.home / "transfers").glob("take-*.json"))


def test_the_authoritys_lost_answers_are_asked_for_again(world):
    cut = world.to_authority.meddle = CutFirst(["POST"], "/v1/shares")
    made = world.share()
    assert len(cut.cut) == 1
    shares = world.ada.json("list", "--shares")["credentials"][0]["shares"]
    assert [share["share"] for share in shares] == [made["share"]], "one share was made"
    for path in ("/token", "/credential"):
        wallet = Wallet(world.place, f"taker-of-{path[1:]}")
        made = world.share("--link-for", "59m")
        cut = world.to_authority.meddle = CutFirst(["POST"], path)
        world.accept(made["link"], made["pin"], wallet)
        assert len(cut.cut) == 1 and len(wallet.json("list")["credentials"]) == 1


#= spec:transfer#1-secret test
#= spec:tigress#PRV-05 test
def test_neither_key_nor_secret_nor_name_crosses_the_relay(world):
    world.to_relay.methods()
    made = world.share("--note", "the login for the fair")
    world.accept(made["link"], made["pin"])
    crossed = list(world.to_relay.seen)
    assert [exchange.method for exchange in crossed] == ["POST", "POST", "DELETE"]
    assert json.loads(crossed[0].body)["displayInformation"] == {
        "title": "A share is waiting for you", "description": "Take it with keyferry: copy the whole link. Looking takes nothing.",
        "imageURL": f"{world.to_relay.url}/v1/pictures/access.png"}, "stock words, the same for every share"
    offer = next(json.loads(e.answer)["credential_offer"] for e in world.to_authority.seen if e.path == "/v1/shares")
    (grant,) = offer["grants"].values()
    secret = base64.urlsafe_b64decode(made["link"].split("#")[1] + "=")
    never = {"the link's secret": forms(secret), "the PIN": {made["pin"].encode()},
             "the code": {grant["pre-authorized_code"].encode()}, "the note": {b"the login for the fair"},
             "the access": {f"{LOGIN}@web".encode()}, "the label": {b"Bob's phone", b"Bob"},
             "the authority": {world.to_authority.url.encode()}, "the share's id": {made["share"].encode()}}
    for wallet, name in ((world.ada, "own"), (world.bob, "web")):
        key = load_ssh_private_key((wallet.home / f"ssh/{name}/id_ed25519").read_bytes(), None)
        never[f"{name}'s key"] = forms(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
        public = (wallet.home / f"ssh/{name}/id_ed25519-cert.pub").read_text().split()[1]
        never[f"{name}'s certificate"] = {public.encode(), public[:60].encode()}
    for exchange in crossed:
        octets = exchange.octets()
        for what, spellings in never.items():
            assert not any(spelling in octets for spelling in spellings), (what, exchange)
    assert any(made["pin"].encode() in e.octets() for e in world.to_authority.seen), "the search finds what is there"


#= spec:transfer#6-erased test
def test_what_a_wallet_kept_of_a_transfer_is_overwritten(world):
    made = world.share()
    secret = made["link"].split("#")[1]
    kept = world.place.folder("kept")
    where = {"take": world.bob.home / "transfers", "give": world.ada.home / "transfers"}

    def link_records(exchange):
        if exchange.method != "DELETE":
            return
        for kind, folder in where.items():
            for record in folder.glob(f"{kind}-*.json"):
                if not (kept / record.name).exists():
                    held = json.loads(record.read_text())
                    os.link(record, kept / record.name)
                    (kept / f"{record.name}.before").write_text(json.dumps(held))

    world.to_relay.meddle = link_records
    world.accept(made["link"], made["pin"])
    world.ada.run("list", "--shares")
    before = "".join(path.read_text() for path in kept.glob("*.before"))
    octets = base64.urlsafe_b64decode(secret + "=")
    assert any(form.decode("latin-1") in before for form in forms(octets)), "the records held the secret"
    records = [path for path in kept.iterdir() if path.suffix == ".json"]
    assert {path.name[:4] for path in records} == {"take", "give"}
    for path in records:
        assert path.stat().st_size > 0 and not path.read_bytes().strip(b"\0"), path.name


def lock(world, made):
    wrong = "000000" if made["pin"] != "000000" else "111111"
    for _ in range(5):
        last = world.accept(made["link"], wrong, code=3)
    assert "locked" in last.err


@pytest.mark.parametrize("times", [1, 3], ids=["once", "until the wallet gives up"])
def test_rearming_after_a_lost_answer_opens_the_share_again(world, times):
    made = world.share()
    lock(world, made)
    cut = []

    def cut_answers(exchange):
        if exchange.path.endswith("/pin") and len(cut) < times:
            cut.append(exchange)
            exchange.cut()

    world.to_authority.meddle = cut_answers
    if times > 1:
        lost = world.ada.run("rearm", made["share"], code=4)
        assert "run the same command again" in lost.err and not lost.out
    link, pin = world.ada.run("rearm", made["share"]).out.splitlines()
    assert [exchange.status for exchange in cut] == [200, 409, 409][:times], "the authority had acted"
    assert pin != made["pin"] and link != made["link"]
    world.accept(link, pin, Wallet(world.place, "carol"))
    assert world.ada.json("list", "--shares")["credentials"][0]["shares"][0]["state"] == "redeemed"


def test_a_taken_share_tells_its_depth_as_json(world):
    taken = world.bob.json("accept", "--yes", "--allow-local", "-", input=world.root_offer("--depth", "2"))
    assert taken["depth"] == 2 and taken["rights"]["hosts"] == ["web"] and taken["name"] == "web"
    listed = world.bob.json("list")["credentials"][0]
    assert {name: taken[name] for name in listed} == listed
