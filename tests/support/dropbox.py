"""One side of a Draft R exchange, written from docs/dropbox.md alone: no code of the wallet, so that both can be wrong alone."""

import base64
import hashlib
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SUITES = {"1301": (hashes.SHA256(), 16, AESGCM), "1302": (hashes.SHA384(), 32, AESGCM), "1303": (hashes.SHA256(), 32, ChaCha20Poly1305)}
NN, CANCEL = 12, 65535


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def draw_secret(random=os.urandom):
    """R by the rule of the link; returns the octets."""
    while True:
        secret = random(32)
        text = base64.b64encode(secret).rstrip(b"=")
        check = hashlib.sha256(b"keyferry dropbox link" + secret).digest()
        if text.isalnum() and check[0] == 0 and check[1] < 16:
            return secret


class Exchange:
    """Both sides keep one: R, the suite, and the plaintexts so far."""

    def __init__(self, secret, suite="1301", random=os.urandom):
        self.secret, self.random, self.transcript, self.number = secret, random, b"", 0
        self.hash, self.nk, self.aead = SUITES[suite]

    def digest(self, octets):
        digest = hashes.Hash(self.hash)
        digest.update(octets)
        return digest.finalize()

    def expand(self, key, info, length):
        return HKDFExpand(self.hash, length, info).derive(key)

    def expand_label(self, label, context, length):
        full = b"tls13 " + label
        info = struct.pack(">HB", length, len(full)) + full + struct.pack(">B", len(context)) + context
        return self.expand(self.secret, info, length)

    def keys(self, cancels=None):
        """(location, key, message id) of the next message, or of the cancel of a side."""
        if cancels:
            context = self.digest(cancels.encode())
            return self.expand_label(b"Cancel", context, 32), self.expand_label(b"Cancel key", context, self.nk), CANCEL
        context = self.digest(self.transcript)
        return self.expand_label(b"Location", context, 32), self.expand_label(b"Key", context, self.nk), self.number

    def seal_keys(self, key, nonce):
        extract = hmac.HMAC(nonce, self.hash)
        extract.update(key)
        prk = extract.finalize()
        return prk, self.expand(prk, b"key", self.nk), self.expand(prk, b"nonce", NN)

    def seal(self, message, cancels=None):
        """Returns (location, sealed octets) and goes on to the next message."""
        location, key, number = self.keys(cancels)
        random = self.random(32)
        plaintext = struct.pack(">B", len(random)) + random + struct.pack(">HI", number, len(message)) + message
        nonce = self.random(max(NN, self.nk))
        _, aead_key, aead_nonce = self.seal_keys(key, nonce)
        self.advance(plaintext, cancels)
        return location, nonce + self.aead(aead_key).encrypt(aead_nonce, plaintext, b"")

    def open(self, sealed, cancels=None):
        """Returns the message and goes on to the next one; ValueError for anything that is not it."""
        _, key, number = self.keys(cancels)
        size = max(NN, self.nk)
        _, aead_key, aead_nonce = self.seal_keys(key, sealed[:size])
        try:
            plaintext = self.aead(aead_key).decrypt(aead_nonce, sealed[size:], b"")
        except InvalidTag:
            raise ValueError("does not open") from None
        begin = 1 + plaintext[0]
        found, length = struct.unpack(">HI", plaintext[begin:begin + 6])
        message = plaintext[begin + 6:]
        if plaintext[0] < 16 or found != number or length != len(message):
            raise ValueError("is not the message of this place")
        self.advance(plaintext, cancels)
        return message

    def advance(self, plaintext, cancels):
        if not cancels:
            self.transcript += plaintext
            self.number += 1


class Side(Exchange):
    """An Exchange that speaks to a relay; `relay.call(method, path, …)` as support.Relay has it."""

    def __init__(self, relay, name, secret, suite="1301"):
        super().__init__(secret, suite)
        self.relay, self.name = relay, name
        self.peer = "receiver" if name == "sender" else "sender"

    def call(self, method, location, **more):
        return self.relay.call(method, f"/t/{base64url(location)}", **more)

    def put(self, location, sealed):
        return self.call("PUT", location, body=sealed, headers={"Content-Type": "application/octet-stream"})

    def send(self, message):
        answer = self.put(*self.seal(message))
        assert answer.status == 201, answer

    def receive(self, wait=25):
        """The next message of the other side, or its cancel as ("cancel", message)."""
        location, cancel = self.keys()[0], self.keys(self.peer)[0]
        if (answer := self.call("GET", cancel)).status == 200:
            return "cancel", self.open(answer.body, self.peer)
        answer = self.call("GET", location, headers={"Prefer": f"wait={wait}"}, timeout=120)
        assert answer.status == 200, answer
        message = self.open(answer.body)
        assert self.call("DELETE", location).status == 204
        return message

    def cancel(self, message):
        assert self.put(*self.seal(message, self.name)).status == 201
