#!/usr/bin/python3 -B
"""Writes worked runs of docs/dropbox.md, one file a suite, with the code of tests/support/dropbox.py.

usage: tests/vectors/dropbox/make.py [--check]     --check writes nothing and fails if a file would change

All that is random comes from SHA-256(seed ‖ counter), so a run gives the same files. Octets are hex; `link` is what the sender
sends. `messages` alternate, the sender's first; `cancel` holds what either side would put to end the exchange.
"""
import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from support.dropbox import SUITES, Exchange, base64url, draw_secret  # noqa: E402

MESSAGES = ['{"format":"keyferry.share.v1","content":{"note":"first"}}', "", "second of the sender: \u00e9\u4e16"]


class Random:
    """`random(n)` octets, the same in every run."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def __call__(self, octets):
        self.count += 1
        block = hashlib.sha256(self.seed.encode() + self.count.to_bytes(4, "big")).digest()
        return (block * (octets // 32 + 1))[:octets]


def step(exchange, message, cancels=None):
    """Seals `message` and writes down everything on the way."""
    location, key, number = exchange.keys(cancels)
    context = exchange.digest(cancels.encode() if cancels else exchange.transcript)
    before = exchange.transcript
    place, sealed = exchange.seal(message.encode(), cancels)
    assert place == location
    nonce = sealed[:max(12, exchange.nk)]
    prk, aead_key, aead_nonce = exchange.seal_keys(key, nonce)
    plaintext = exchange.aead(aead_key).decrypt(aead_nonce, sealed[len(nonce):], b"")
    assert cancels or exchange.transcript == before + plaintext
    return {"message_id": number, "message": message.encode().hex(), "random": plaintext[1:33].hex(), "plaintext": plaintext.hex(),
            "context": context.hex(), "location": location.hex(), "url_part": base64url(location), "key": key.hex(),
            "nonce": nonce.hex(), "prk": prk.hex(), "aead_key": aead_key.hex(), "aead_nonce": aead_nonce.hex(), "sealed": sealed.hex()}


def run(suite):
    random = Random(f"keyferry dropbox vectors {suite} ")
    secret = draw_secret(random)
    text = base64.b64encode(secret).rstrip(b"=").decode()
    exchange = Exchange(secret, suite, random)
    messages = [{"from": ("sender", "receiver")[i % 2], **step(exchange, message)} for i, message in enumerate(MESSAGES)]
    cancel = [{"from": side, **step(exchange, f"cancel of the {side}", side)} for side in ("sender", "receiver")]
    return {"suite": suite, "secret": secret.hex(), "link": f"https://relay.example/t/?v=c#{suite}.{text}", "messages": messages, "cancel": cancel}


def main():
    stale = []
    for suite in SUITES:
        path, text = HERE / f"{suite}.json", json.dumps(run(suite), indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
        elif path.read_text("utf-8") != text:
            stale.append(path.name)
    if stale:
        sys.exit(f"make.py: would write others: {', '.join(stale)}")


if __name__ == "__main__":
    main()
