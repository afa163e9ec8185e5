"""The two sides of a confirmed exchange by Draft R, for tests that misbehave: those of receiver.py and sender.py at another place."""

import json

from .dropbox import Side, base64url, draw_secret
from .receiver import Receiver, unbase64url
from .sender import Sender

SUITE = "1302"


class DropReceiver(Receiver):
    """Has fetched message 0 and deleted it."""

    def arrive(self, relay, link):
        suite, text = link.split("#")[1].split(".")
        self.secret = unbase64url(text)
        self.side = Side(relay, "receiver", self.secret, suite)
        self.box = base64url(self.side.keys()[0])
        return self.side.receive(wait=0)

    def write(self, plaintext):
        self.side.send(plaintext)

    def await_type(self, *types):
        self.accepted, message = awaited(self.side, types)
        return message

    def cancel(self, reason):
        self.seq = 1
        self.side.cancel(self.message("cancel", {"reason": reason}))


class DropSender(Sender):
    """Puts its invite where message 0 of that secret belongs."""

    def publish(self, relay):
        self.secret = self.secret or draw_secret()
        self.side = Side(relay, "sender", self.secret, SUITE)
        self.box = base64url(self.side.keys()[0])
        self.side.send(self.invite)
        self.link = f"{relay.url}/t/?v=a#{SUITE}.{base64url(self.secret)}"

    def write(self, plaintext):
        self.side.send(plaintext)

    def await_type(self, kind):
        self.accepted, message = awaited(self.side, [kind])
        return message


def awaited(side, types):
    got = side.receive(wait=25)
    assert not isinstance(got, tuple), got
    message = json.loads(got)
    assert message["keyferry"]["type"] in types, message
    return got, message
