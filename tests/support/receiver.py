"""A receiver of a confirmed exchange, written from docs/confirmed.md alone, that can be made to misbehave.

    eve = Receiver(relay, link)
    eve.write(eve.request(label="Bob's phone"))
    eve.words(eve.await_type("reveal"))        # the three octets that an honest receiver shows as words
"""

import base64
import hashlib
import hmac
import json
import os

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .mailbox import Device, base64url, claim_key
from .openid import Key
from .process import wait_until


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def extract(salt, ikm):
    return hmac.new(salt, ikm, hashlib.sha256).digest()


def expand(prk, info, length=32):
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def seal(key, octets):
    iv = os.urandom(12)
    return iv + AESGCM(key).encrypt(iv, octets, None)


class Receiver:
    def __init__(self, relay, link):
        self.key, self.private, self.nonce = Key(), X25519PrivateKey.generate(), os.urandom(32)
        self.invite = self.arrive(relay, link)
        self.accepted, self.seq = self.invite, 0

    def arrive(self, relay, link):
        """Claims what the link leads to; returns the plaintext of the invite."""
        address, secret = link.split("#")
        self.box, self.secret = address.rsplit("/", 1)[1], unbase64url(secret)
        self.device = Device(relay, proof=claim_key(self.secret))
        return self.read()

    def read(self):
        """The plaintext that lies in the mailbox."""
        answer = self.device.read(self.box)
        assert answer.status == 200, answer
        sealed = unbase64url(answer.json()["payload"]["data"].rstrip("=").replace("+", "-").replace("/", "_"))
        return AESGCM(self.secret).decrypt(sealed[:12], sealed[12:], None)

    def write(self, plaintext):
        data = base64.b64encode(seal(self.secret, plaintext)).decode()
        answer = self.device.update(self.box, {"type": "AEAD_AES_256_GCM", "data": data})
        assert answer.status == 200, answer

    def await_type(self, *types):
        """Waits for a message of the sender of one of these types; returns it as an object and accepts it."""
        def found():
            plaintext = self.read()
            message = json.loads(plaintext)
            return (plaintext, message) if message["keyferry"]["type"] in types else None
        self.accepted, message = wait_until(found, f"one of {types}", 60)
        return message

    def message(self, kind, content, **bent):
        routing = {"v": 1, "type": kind, "transfer": json.loads(self.invite)["keyferry"]["transfer"], "from": "receiver",
                   "seq": self.seq, "mailbox": self.box, "prev": base64url(sha256(self.accepted)), **bent}
        return json.dumps({"format": "keyferry.share.v1", "content": content, "keyferry": routing}).encode()

    def base(self):
        other = X25519PublicKey.from_public_bytes(unbase64url(json.loads(self.invite)["content"]["handshake"]["key"]))
        return bytes([len(self.secret)]) + self.secret + self.private.exchange(other)

    def request(self, label="Eve", **bent):
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        first = sha256(b"keyferry v1 first\0", sha256(self.invite), public, self.nonce)
        key = expand(extract(first, self.base() + b"\0"), b"keyferry v1 request")
        inside = json.dumps({"jwk": self.key.jwk, "label": label}).encode()
        self.sent = self.message("request", {"key": base64url(public), "nonce": base64url(self.nonce),
                                             "sealed": base64url(seal(key, inside))}, **bent)
        return self.sent

    def traffic(self, reveal):
        nonce = unbase64url(reveal["content"]["nonce"])
        commit = json.loads(self.invite)["content"]["handshake"]["commit"]
        assert base64url(sha256(b"keyferry v1 commit\0", nonce)) == commit
        hs = sha256(b"keyferry v1 transcript\0", sha256(self.invite), sha256(self.sent), nonce)
        return extract(hs, self.base() + b"\0")

    def digits(self, reveal):
        number = int.from_bytes(expand(self.traffic(reveal), b"keyferry v1 words", 3), "big")
        return f"{number:08}"

    def ready(self, reveal, **bent):
        self.seq = 1
        return self.message("ready", {"confirm": base64url(expand(self.traffic(reveal), b"keyferry v1 confirm receiver"))}, **bent)

    def grant(self, reveal, grant):
        """What the sender granted: {"credential_offer", "share"}."""
        sealed = unbase64url(grant["content"]["sealed"])
        key = expand(self.traffic(reveal), b"keyferry v1 key sender 2")
        return json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], None))

    def done(self, reveal, outcome="redeemed"):
        self.seq = 2
        key = expand(self.traffic(reveal), b"keyferry v1 key receiver 2")
        return self.message("done", {"sealed": base64url(seal(key, json.dumps({"outcome": outcome}).encode()))})
