"""A confirmed share in a world that loses answers (cut_world.py): both sides are commands that are run again until they end well.

    world.cut(Cut("answer", 0))
    carry_out(world, "words, dropbox", "the first octet")   # ends when both are done
"""

import threading

from .cut_world import claims_unknown
from .exchange import Half
from .process import wait_until

CONFIRMED = ["words", "code", "words, dropbox", "code, dropbox", "PIN"]


class Side:
    """A command that is run again until it has ended well. `again`: how."""

    def __init__(self, start, again):
        self.halves, self._again = [start()], again
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _keep(self):
        for _ in range(10):
            if self.halves[-1].wait() == 0:
                return
            self.halves.append(self._again(self))

    def saw(self, name):
        return next((event for half in self.halves for event in half.events if event.get("event") == name or name in event), None)

    def until(self, name):
        return wait_until(lambda: self.saw(name), f"{name}: {self.said()}", 180)

    def said(self):
        return [(half.process.poll(), half.events, half.errors) for half in self.halves]

    def ends_well(self):
        self._keeper.join(180)
        assert self.halves[-1].process.poll() == 0, self.said()
        text = str([half.errors for half in self.halves])
        assert not claims_unknown(text), self.said()


def carry_out(world, mode, where):
    """Returns the receiver's wallet and the share."""
    options = [option for word, option in (("code", "--code"), ("dropbox", "--dropbox"), ("PIN", "--pin")) if word in mode]
    compare = () if "code" in mode else ("--words", "-")  # with both a code share would compare words as well

    def share():
        return Half(world.ada, "share", "own", "--for", "1h", "--note", f"{mode} {where}", *options, "--allow-local", "--json", *compare)

    def share_again(side):
        made = side.saw("link")
        return Half(world.ada, "watch", made["share"], "--allow-local", "--json", *compare) if made else share()

    sender = Side(share, share_again)
    made = sender.until("link")
    bob = world.wallet("bob")
    more = [*(("--pin", made["pin"]) if made.get("pin") else ()), *(("--code", made["code"]) if made.get("code") else ())]

    def accept(_=None):
        return Half(bob, "accept", "--yes", "--allow-local", "--json", *more, "-", input=made["link"] + "\n")

    receiver = Side(accept, accept)
    if not made.get("code"):
        words = receiver.until("words")["words"]
        answered = set()

        def answer_when_asked():
            half = sender.halves[-1]
            if half not in answered and half.process.poll() is None and any(event.get("event") == "compare" for event in half.events):
                answered.add(half)
                half.say(words)
            return sender.saw("granted")

        wait_until(answer_when_asked, f"the grant: {sender.said()}", 180)
    receiver.ends_well()
    sender.ends_well()
    return bob, made["share"]
