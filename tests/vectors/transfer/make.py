#!/usr/bin/python3 -B
"""Writes the vectors of the delegation conversation (docs/confirmed.md) beside itself, computed without keyferry's own code.

usage: tests/vectors/transfer/make.py [--check]     --check writes nothing and fails if a file would change

delegation-transfer.json is a worked run: secrets, every message's plaintext as sealed, every key. Octets are hex.
delegation-messages.json holds contents of an invite and of what an import seals, and whether they are taken. Who takes one may write it in
another order. confirmed-transfer.json, the run of a share, is older and was made elsewhere.
"""
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from support import delegation  # noqa: E402
from support.mailbox import base64url  # noqa: E402
from support.receiver import expand, extract, sha256  # noqa: E402

WORDS = [line.split() for line in (HERE.parents[2] / "docs" / "words.txt").read_text().splitlines()]
BOX = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
NOW = 1_795_888_800  # 2026-11-28T18:00:00Z


def jwk(key):
    return {"kty": "EC", "crv": "P-256", "x": base64url(key.xy[:32]), "y": base64url(key.xy[32:])}


LOCK, OWNER, SENDER, RECEIVER = (delegation.Key(f"vector {name}") for name in ("lock", "owner", "sender", "receiver"))
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))}
DOORS = sorted(delegation.door_id(LOCK.xy, name) for name in (b"back", b"front"))
RIGHTS = {"doors": [base64url(door) for door in DOORS], "depth": 1, "uses": 20, "hours": [[480, 1080]], "fresh": 24}


def given():
    """What the sender signs: a root of the owner to it, and the delegation to the receiver; and the owner's deny list."""
    root = delegation.link(OWNER, SENDER, root=True, doors=DOORS, depth=2, uses=20, nbf=NOW - 86400, exp=NOW + 86400)
    own = delegation.link(SENDER, RECEIVER, root, depth=1, hours=[[480, 1080]], fresh=24, nbf=NOW - 86400, exp=NOW)
    lists = [delegation.deny_list(OWNER, (NOW - 3600) * 1000, NOW - 3600, [octets("denied")[:16]])]
    return own, [root], lists


def octets(text):
    """32 octets that a reader can make again."""
    return hashlib.sha256(b"keyferry delegation vectors " + text.encode()).digest()


def write(message):
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sealed(key, iv, value):
    return base64url(iv + AESGCM(key).encrypt(iv, write(value).encode(), None))


class Run:
    def __init__(self):
        self.secret, self.sender_nonce, self.receiver_nonce = octets("secret"), octets("Ns"), octets("Nr")
        self.sender, self.receiver = (X25519PrivateKey.from_private_bytes(octets(side)) for side in ("sender", "receiver"))
        self.transfer, self.last, self.seq = base64url(octets("transfer")[:16]), {}, {"sender": 0, "receiver": 0}
        self.handshake = {"suite": "X25519", "key": base64url(public(self.sender)),
                          "commit": base64url(sha256(b"keyferry v1 commit\0", self.sender_nonce))}

    def message(self, side, kind, content):
        routing = {"v": 1, "type": kind, "transfer": self.transfer, "from": side, "seq": self.seq[side]}
        other = self.last.get("receiver" if side == "sender" else "sender")
        if other:
            routing.update(mailbox=BOX, prev=base64url(sha256(other.encode())))
        self.seq[side] += 1
        self.last[side] = write({"format": "keyferry.delegation.v1", "content": content, "keyferry": routing})
        return self.last[side]

    def vector(self):
        content = {"issuer": base64url(sha256(write(dict(sorted(jwk(SENDER).items()))).encode())), "kind": "delegation", "rights": RIGHTS,
                   "expires": "2026-11-28T18:00:00Z", "handshake": self.handshake}
        invite = self.message("sender", "invite", content)
        dh = self.sender.exchange(self.receiver.public_key())
        base = bytes([len(self.secret)]) + self.secret + dh
        first = sha256(b"keyferry v1 first\0", sha256(invite.encode()), public(self.receiver), self.receiver_nonce)
        request_key = expand(extract(first, base + b"\0"), b"keyferry v1 request")
        request = self.message("receiver", "request", {
            "key": base64url(public(self.receiver)), "nonce": base64url(self.receiver_nonce),
            "sealed": sealed(request_key, octets("iv 0")[:12], {"jwk": jwk(RECEIVER), "label": "Ada's laptop"})})
        reveal = self.message("sender", "reveal", {"nonce": base64url(self.sender_nonce)})
        hs = sha256(b"keyferry v1 transcript\0", sha256(invite.encode()), sha256(request.encode()), self.sender_nonce)
        prk = extract(hs, base + b"\0")
        confirm, words = expand(prk, b"keyferry v1 confirm receiver"), expand(prk, b"keyferry v1 words", 3)
        ready = self.message("receiver", "ready", {"confirm": base64url(confirm)})
        own, chain, lists = given()
        import_key, done_key = expand(prk, b"keyferry v1 key sender 2"), expand(prk, b"keyferry v1 key receiver 2")
        inside = {"delegation": base64url(own), "chain": [base64url(link) for link in chain], "owner": jwk(OWNER),
                  "lists": [base64url(one) for one in lists]}
        taken = self.message("sender", "import", {"sealed": sealed(import_key, octets("iv 1")[:12], inside)})
        done = self.message("receiver", "done", {"sealed": sealed(done_key, octets("iv 2")[:12], {"outcome": "redeemed"})})
        names = " ".join((WORDS[words[0]][0], WORDS[words[1]][1], WORDS[words[2]][0]))
        return {"secret": self.secret.hex(), "mailbox": BOX, "transfer": octets("transfer")[:16].hex(),
                "sender_private": octets("sender").hex(), "receiver_private": octets("receiver").hex(),
                "sender_nonce": self.sender_nonce.hex(), "receiver_nonce": self.receiver_nonce.hex(), "jwk": jwk(RECEIVER), "label": "Ada's laptop",
                "invite": invite, "request": request, "reveal": reveal, "ready": ready, "import": taken, "done": done,
                "dh": dh.hex(), "key_request": request_key.hex(), "prk": prk.hex(), "words": words.hex(), "words_text": names,
                "confirm": confirm.hex(), "key_sender_2": import_key.hex(), "key_receiver_2": done_key.hex(),
                "delegation": own.hex(), "chain": [link.hex() for link in chain], "owner": jwk(OWNER), "lists": [one.hex() for one in lists]}


def without(value, name):
    return {key: item for key, item in value.items() if key != name}


def cases():
    handshake = Run().handshake
    code = {"sid": base64url(octets("sid")[:16]), "y": base64url(octets("y"))}
    invite = {"issuer": base64url(octets("issuer")), "kind": "delegation", "rights": RIGHTS, "expires": "2026-11-28T18:00:00Z",
              "handshake": handshake}
    given = {"delegation": base64url(b"delegation"), "chain": [], "owner": jwk(OWNER)}
    link = base64url(b"link")

    def case(of, name, taken, value):
        return {"of": of, "name": name, "taken": taken, "value": value}

    yield case("invite", "plain", True, invite)
    yield case("invite", "with a code", True, {**invite, "handshake": {**handshake, "code": code}})
    yield case("invite", "unknown members are ignored", True, {**invite, "authority": 5, "share": None, "more": {}})
    yield case("invite", "of a kind of a later version", True, {**invite, "kind": "cupboard", "rights": {"shelves": 3}})
    yield case("invite", "no rights at all", False, {**invite, "rights": {}})
    yield from right_cases(case, invite)
    for name in invite:
        yield case("invite", f"without {name}", False, without(invite, name))
    for name in handshake:
        yield case("invite", f"handshake without {name}", False, {**invite, "handshake": without(handshake, name)})
    for name, value in (("issuer", 5), ("issuer", ""), ("issuer", base64url(bytes(31))), ("issuer", base64url(bytes(33))),
                        ("issuer", base64url(bytes(32)) + "="), ("issuer", base64url(bytes(32))[:-1] + "B"), ("kind", ""), ("kind", "k" * 201), ("kind", ["ssh"]),
                        ("rights", []), ("rights", "all"), ("expires", 0), ("expires", "2026-11-28"), ("expires", "soon"), ("handshake", "")):
        yield case("invite", f"{name} {json.dumps(value)[:24]}", False, {**invite, name: value})
    for name, value in (("suite", "X448"), ("key", base64url(bytes(31))), ("commit", base64url(bytes(31))), ("code", "123456"),
                        ("code", without(code, "y")), ("code", {**code, "sid": base64url(bytes(15))})):
        yield case("invite", f"handshake {name} {json.dumps(value)[:24]}", False, {**invite, "handshake": {**handshake, name: value}})
    yield case("import", "signed by the root", True, given)
    yield case("import", "unknown members are ignored", True, {**given, "key": "none", "share": 1})
    yield case("import", "seven above it", True, {**given, "chain": [link] * 7})
    yield case("import", "eight above it", False, {**given, "chain": [link] * 8})
    yield case("import", "as long as a chain may be", True, {**given, "delegation": base64url(bytes(3072))})
    yield case("import", "longer than a chain may be", False, {**given, "delegation": base64url(bytes(3073))})
    yield case("import", "with lists", True, {**given, "lists": [link] * 8})
    yield case("import", "with no list", True, {**given, "lists": []})
    yield case("import", "with the longest list", True, {**given, "lists": [base64url(bytes(4096))]})
    yield case("import", "with a longer list", False, {**given, "lists": [base64url(bytes(4097))]})
    yield case("import", "with nine lists", False, {**given, "lists": [link] * 9})
    off = {**jwk(OWNER), "y": base64url(bytes(31) + b"\1")}
    for name, value in (("Ed25519", ED25519), ("off the curve", off), ("with kid", {**jwk(OWNER), "kid": "x"}), ("text", "x"), ("without y", without(jwk(OWNER), "y"))):
        yield case("import", f"owner {name}", False, {**given, "owner": value})
    for name in given:
        yield case("import", f"without {name}", False, without(given, name))
    for name, value in (("delegation", ""), ("delegation", 1), ("delegation", link + "="), ("delegation", "+/+/"), ("chain", link), ("chain", {}),
                        ("chain", [""]), ("chain", [1]), ("chain", [link, [link]]), ("chain", ["bGluaw=="]), ("chain", ["bGlua1"]),
                        ("lists", link), ("lists", [""]), ("lists", [1]), ("lists", None)):
        yield case("import", f"{name} {json.dumps(value)[:24]}", False, {**given, name: value})


def right_cases(case, invite):
    door, other = DOORS[0], delegation.door_id(OWNER.xy, b"front")
    texts = [base64url(one) for one in sorted([door, other])]
    for name, taken, rights in (
            ("doors and depth alone", True, {"doors": [base64url(door)], "depth": 0}),
            ("doors of two locks", True, {"doors": texts, "depth": 7}),
            ("uses of doors of two locks", False, {"doors": texts, "depth": 7, "uses": 1}),
            ("all at their limits", True, {"doors": [base64url(door[:16] + bytes([97 + n]) * 16) for n in range(8)], "depth": 7, "uses": 65535,
                                           "hours": [[n * 672, n * 672 + 671] for n in range(14)] + [[9408, 10080]], "fresh": 8760})):
        yield case("invite", f"rights: {name}", taken, {**invite, "rights": rights})
    for name, value in (("doors", []), ("doors", base64url(door)), ("doors", [5]), ("doors", [base64url(door)] * 2), ("doors", texts[::-1]),
                        ("doors", [base64url(door[:16])]), ("doors", [base64url(door[:16] + bytes(17))]), ("doors", ["*"]),
                        ("doors", [base64url(door[:16] + bytes([n])) for n in range(9)]), ("depth", 8), ("depth", -1), ("depth", 1.5), ("depth", "1"),
                        ("uses", 0), ("uses", 65536), ("uses", None), ("fresh", 0), ("fresh", 8761), ("hours", []), ("hours", [[5, 5]]), ("hours", [[6, 5]]),
                        ("hours", [[0, 10081]]), ("hours", [[-1, 5]]), ("hours", [[0, 5], [5, 9]]), ("hours", [[5, 9], [0, 2]]), ("hours", [[1, 2, 3]]),
                        ("hours", [1]), ("hours", [[n * 2 * 9, n * 2 * 9 + 9] for n in range(16)]), ("minutes", 5)):
        yield case("invite", f"rights: {name} {json.dumps(value)[:40]}", False, {**invite, "rights": {**RIGHTS, name: value}})
    for name in ("doors", "depth"):
        yield case("invite", f"rights: without {name}", False, {**invite, "rights": without(RIGHTS, name)})


def main():
    stale = []
    files = {"delegation-transfer.json": Run().vector(), "delegation-messages.json": {"cases": list(cases())}}
    for name, value in files.items():
        path, text = HERE / name, json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
        elif path.read_text("utf-8") != text:
            stale.append(name)
    if stale:
        sys.exit(f"make.py: would write others: {', '.join(stale)}")


if __name__ == "__main__":
    main()
