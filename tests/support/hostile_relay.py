"""A relay in the hands of an attacker: the real one, behind a proxy that holds, changes, swaps and keeps what passes.

    relay.before = lambda exchange: ...        # before the real relay sees it; set `status` to answer oneself
    relay.meddle = lambda exchange: ...        # after it, before the wallet gets the answer
    relay.divert(box, other, spare=claim)      # whoever asks for mailbox `box` gets `other`, but not that device
    relay.kept(box)                            # every sealed message that lay there, oldest first
"""

import base64
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .proxy import Proxy
from .receiver import seal


class HostileRelay(Proxy):
    def __init__(self, place, name):
        super().__init__(place, name)
        self.honest()

    def honest(self):
        """Forgets all tricks and all that was seen."""
        self.before, self.meddle, self._other = lambda exchange: None, lambda exchange: None, {}
        self.seen.clear()

    def divert(self, box, other, spare=None):
        self._other[box] = other, spare

    def forward(self, exchange):
        asked = exchange.path
        for box, (other, spared) in self._other.items():
            if exchange.headers.get("mailbox-device-claim") != spared:
                exchange.path = exchange.path.replace(box, other)
        self.before(exchange)
        if exchange.is_cut:
            return
        if exchange.status:
            exchange.answer_headers["mailbox-request-id"] = exchange.headers.get("mailbox-request-id", "")
            self.seen.append(exchange)
            return
        super().forward(exchange)
        exchange.path = asked

    def kept(self, box):
        """The sealed payloads that were written to or read from a mailbox, each once."""
        found = []
        for exchange in self.seen:
            if box not in exchange.path and not (exchange.path.endswith("/v1/m") and box.encode() in exchange.answer):
                continue
            for text in (exchange.body, exchange.answer):
                try:
                    payload = json.loads(text)["payload"]
                except (ValueError, KeyError, TypeError):
                    continue
                if payload not in found:
                    found.append(payload)
        return found


def payload_of(exchange):
    """The sealed payload of an answer, or None."""
    try:
        return json.loads(exchange.answer)["payload"]
    except (ValueError, KeyError, TypeError):
        return None


def put_payload(exchange, payload):
    """Makes the answer hold another payload, under another version."""
    body = json.loads(exchange.answer)
    body["payload"] = payload
    exchange.answer = json.dumps(body).encode()


def sealed_as(payload, secret, plaintext):
    """Another plaintext under the same secret: what a relay can do whose operator knows the link."""
    return {**payload, "data": base64.b64encode(seal(secret, plaintext)).decode()}


def opened(payload, secret):
    """The plaintext, or None where this secret does not open it."""
    data = base64.b64decode(payload["data"])
    try:
        return AESGCM(secret).decrypt(data[:12], data[12:], None)
    except InvalidTag:
        return None
