#!/usr/bin/python3
"""Writes the cases of this folder: sealed payloads and what a reader must make of them (transfer.md section 2).

Headers: secret (hex), type, data (as in the payload object). The payload of the file is the plaintext where `expect` is `opens`.
Closed list of `expect`: opens, unknown_type, mismatch (type does not fit the secret), not_base64, cannot_open. Made with
Python's cryptography, independent of the product. Deterministic.
"""

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = Path(__file__).parent
TEXT = b'{"format":"keyferry.offer.v1","content":{"credentialOffer":{"credential_issuer":"https://auth.example"}}}'
KEY32 = hashlib.sha256(b"sealed payload 32").digest()
KEY16 = hashlib.sha256(b"sealed payload 16").digest()[:16]
T128, T256 = "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"
cases = {}


def seal(key, text=TEXT, number=0, associated=None):
    iv = hashlib.sha256(f"iv {number}".encode()).digest()[:12]
    return iv + AESGCM(key).encrypt(iv, text, associated)


def case(name, expect, secret, kind, data, text=b""):
    cases[name] = (expect, secret, kind, data if isinstance(data, str) else base64.b64encode(data).decode(), text)


def flipped(octets, at, bit=0):
    out = bytearray(octets)
    out[at] ^= 1 << bit
    return bytes(out)


BOX32, BOX16 = seal(KEY32), seal(KEY16)
case("aes-256", "opens", KEY32, T256, BOX32, TEXT)
case("aes-128", "opens", KEY16, T128, BOX16, TEXT)
case("aes-256-empty", "opens", KEY32, T256, seal(KEY32, b""), b"")
case("aes-128-one-octet", "opens", KEY16, T128, seal(KEY16, b"x"), b"x")
case("aes-256-unpadded", "opens", KEY32, T256, base64.b64encode(seal(KEY32, b"ab")).decode().rstrip("="), b"ab")
case("aes-256-url-alphabet", "opens", KEY32, T256, base64.urlsafe_b64encode(BOX32).decode(), TEXT)
case("utf-8", "opens", KEY32, T256, seal(KEY32, "Schlüssel für Ada ✓".encode()), "Schlüssel für Ada ✓".encode())

case("wrong-secret-256", "cannot_open", KEY16 + KEY16, T256, BOX32)
case("wrong-secret-128", "cannot_open", KEY32[:16], T128, BOX16)
case("secret-one-bit", "cannot_open", flipped(KEY32, 31, 7), T256, BOX32)
case("iv-first-bit", "cannot_open", KEY32, T256, flipped(BOX32, 0))
case("iv-last-bit", "cannot_open", KEY32, T256, flipped(BOX32, 11, 7))
case("text-first-bit", "cannot_open", KEY32, T256, flipped(BOX32, 12))
case("text-last-bit", "cannot_open", KEY32, T256, flipped(BOX32, len(BOX32) - 17, 7))
case("tag-first-bit", "cannot_open", KEY32, T256, flipped(BOX32, len(BOX32) - 16))
case("tag-last-bit", "cannot_open", KEY32, T256, flipped(BOX32, len(BOX32) - 1, 7))
case("aes-128-tag-bit", "cannot_open", KEY16, T128, flipped(BOX16, len(BOX16) - 3))
case("cut-tag", "cannot_open", KEY32, T256, BOX32[:-1])
case("cut-short-tag", "cannot_open", KEY32, T256, BOX32[:-4])
case("too-short", "cannot_open", KEY32, T256, BOX32[:27])
case("empty", "cannot_open", KEY32, T256, b"")
case("octet-more", "cannot_open", KEY32, T256, BOX32 + b"\0")
case("tag-first", "cannot_open", KEY32, T256, BOX32[:12] + BOX32[-16:] + BOX32[12:-16])
case("iv-last", "cannot_open", KEY32, T256, BOX32[12:] + BOX32[:12])
case("associated-data", "cannot_open", KEY32, T256, seal(KEY32, TEXT, 1, b"keyferry"))
case("type-128-secret-32", "mismatch", KEY32, T128, BOX16)
case("type-256-secret-16", "mismatch", KEY16, T256, BOX32)
case("type-unknown", "unknown_type", KEY32, "AEAD_CHACHA20_POLY1305", BOX32)
case("type-lower-case", "unknown_type", KEY32, T256.lower(), BOX32)
case("type-sct-01", "unknown_type", KEY16, "AES128", BOX16)
case("data-blank-inside", "not_base64", KEY32, T256, base64.b64encode(BOX32[:12]).decode() + " " + base64.b64encode(BOX32[12:]).decode())
case("data-star", "not_base64", KEY32, T256, "*" + base64.b64encode(BOX32).decode()[1:])
case("data-hex", "not_base64", KEY32, T256, BOX32.hex() + "=")

for old in HERE.glob("*.txt"):
    old.unlink()
for name, (expect, secret, kind, data, text) in cases.items():
    head = f"source: transfer.md section 2\nexpect: {expect}\nsecret: {secret.hex()}\ntype: {kind}\ndata: {data}\n\n"
    (HERE / f"{name}.txt").write_bytes(head.encode() + text + b"\n")
