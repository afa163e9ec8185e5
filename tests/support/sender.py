"""A sender of a confirmed exchange, written from docs/confirmed.md alone, that can promise one thing and grant another.

    mallory = Sender(relay, authority_url, share, rights, expires)      # makes mailbox and invite
    ... accept mallory.link ...
    mallory.reveal(); mallory.ready()
    mallory.grant(offer)
"""

import base64
import hashlib
import json
import os

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .mailbox import Device, base64url, configuration
from .process import wait_until
from .receiver import expand, extract, seal, sha256, unbase64url


def link_secret():
    """32 octets whose base64 has letters and digits only and whose check holds (docs/formats.md)."""
    while True:
        secret = os.urandom(32)
        if base64url(secret).isalnum() and int.from_bytes(hashlib.sha256(b"keyferry link" + secret).digest()[:2], "big") < 16:
            return secret


class Sender:
    """`name`: what it calls the mailbox in its messages; `bent`: members of the invite, beside or instead of the honest ones."""

    format = "keyferry.share.v1"

    def __init__(self, relay, authority, share, rights, expires, secret=None, name=None, **bent):
        self.name, self.secret, self.private, self.nonce = name, secret, X25519PrivateKey.generate(), os.urandom(32)
        self.transfer, self.share, self.seq, self.box = base64url(os.urandom(16)), share, 0, None
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        commit = base64url(sha256(b"keyferry v1 commit\0", self.nonce))
        self.accepted = None
        handshake = {"suite": "X25519", "key": base64url(public), "commit": commit}
        self.invite = self.message("invite", {**self.offered(authority, share, rights, expires), "handshake": handshake, **bent})
        self.publish(relay)

    def publish(self, relay):
        """Lays the invite where the link will lead."""
        self.secret = self.secret or link_secret()
        self.device = Device(relay)
        made = self.device.create(self.sealed(self.invite), configuration=configuration(secret=self.secret, policy="proof"))
        assert made.status == 200, made
        self.box = made.json()["urlLink"].rsplit("/", 1)[1]
        self.link = f"{made.json()['urlLink']}#{base64url(self.secret)}"

    def offered(self, authority, share, rights, expires):
        return {"authority": authority, "kind": "ssh", "rights": rights, "share": share, "expires": expires}

    def sealed(self, plaintext):
        return {"type": "AEAD_AES_256_GCM", "data": base64.b64encode(seal(self.secret, plaintext)).decode()}

    def message(self, kind, content):
        routing = {"v": 1, "type": kind, "transfer": self.transfer, "from": "sender", "seq": self.seq}
        if self.accepted:
            routing.update(mailbox=self.name or self.box, prev=base64url(sha256(self.accepted)))
        self.seq += 1
        return json.dumps({"format": self.format, "content": content, "keyferry": routing}).encode()

    def await_type(self, kind):
        def found():
            data = self.device.read(self.box).json()["payload"]["data"]
            octets = base64.b64decode(data)
            plaintext = AESGCM(self.secret).decrypt(octets[:12], octets[12:], None)
            message = json.loads(plaintext)
            return (plaintext, message) if message["keyferry"]["type"] == kind else None
        self.accepted, message = wait_until(found, f"a {kind}", 60)
        return message

    def write(self, plaintext):
        answer = self.device.update(self.box, self.sealed(plaintext))
        assert answer.status == 200, answer

    def reveal(self):
        """Takes the request and answers it; returns the receiver's key thumbprint and label."""
        told = self.take_request()
        self.write(self.message("reveal", self.opening()))
        return told

    def opening(self):
        return {"nonce": base64url(self.nonce)}

    def take_request(self):
        request = self.await_type("request")
        content, octets = request["content"], self.accepted
        other = unbase64url(content["key"])
        self.base = bytes([32]) + self.secret + self.private.exchange(X25519PublicKey.from_public_bytes(other))
        first = sha256(b"keyferry v1 first\0", sha256(self.invite), other, unbase64url(content["nonce"]))
        key = expand(extract(first, self.base + b"\0"), b"keyferry v1 request")
        sealed = unbase64url(content["sealed"])
        inside = json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], None))
        hs = sha256(b"keyferry v1 transcript\0", sha256(self.invite), sha256(octets), self.nonce)
        self.prk = extract(hs, self.base + b"\0")
        self.jwk = inside["jwk"]
        members = {name: inside["jwk"][name] for name in ("crv", "kty", "x", "y") if name in inside["jwk"]}
        return base64url(sha256(json.dumps(members, separators=(",", ":")).encode())), inside["label"]

    def ready(self):
        message = self.await_type("ready")
        assert message["content"]["confirm"] == base64url(expand(self.prk, b"keyferry v1 confirm receiver"))

    def digits(self):
        number = f"{int.from_bytes(expand(self.prk, b'keyferry v1 words', 3), 'big'):08}"
        return f"{number[:4]} {number[4:]}"

    def grant(self, offer, share=None):
        inside = json.dumps({"credential_offer": offer, "share": share or self.share}).encode()
        sealed = seal(expand(self.prk, b"keyferry v1 key sender 2"), inside)
        self.write(self.message("grant", {"sealed": base64url(sealed)}))

    def done(self):
        sealed = unbase64url(self.await_type("done")["content"]["sealed"])
        key = expand(self.prk, b"keyferry v1 key receiver 2")
        return json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], None))


class Delegator(Sender):
    """A sender of a delegation; `authority` is the thumbprint of the key that signs."""
    format = "keyferry.delegation.v1"

    def offered(self, authority, share, rights, expires):
        return {"issuer": authority, "kind": "delegation", "rights": rights, "expires": expires}

    def give(self, delegation, above, owner, lists=()):
        """Writes the import; `owner` is a support.delegation.Key, everything else octets."""
        inside = {"delegation": base64url(delegation), "chain": [base64url(one) for one in above], "owner": owner.jwk}
        if lists:
            inside["lists"] = [base64url(one) for one in lists]
        sealed = seal(expand(self.prk, b"keyferry v1 key sender 2"), json.dumps(inside).encode())
        self.write(self.message("import", {"sealed": base64url(sealed)}))
