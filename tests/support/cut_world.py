"""A world whose every answer can get lost: authority and relay behind proxies that end connections early (cut_proxy.py).

    world.cut(Cut("answer", 0))                  # of each call the first try is lost, the second, third … of the same call likewise
    bob = world.take(bob, link)                  # runs `keyferry accept` until it succeeds, as a person would
    world.honest()
    world.held_once(bob, share)
"""

import itertools

from .cut_proxy import CutProxy, every_other
from .programs import Authority, Relay, Wallet
from .sshd import LOGIN, Sshd

# What a wallet cannot know when all that happened is that answers were lost.
UNKNOWN = ("somebody else", "another wallet", "was used", "leads nowhere", "no longer takes", "already", "discarded",
           "calls nobody", "nobody got anything")
ASKED = "nobody knows whether another wallet opened this link at the same moment"  # says that it is not known
RUNS = 8  # of one command until it has to be through


def claims_unknown(text):
    """The first word of UNKNOWN in what a wallet said."""
    return next((word for word in UNKNOWN if word in text.replace(ASKED, "")), None)


class CutWorld:
    def __init__(self, place):
        self.place, self._names = place, itertools.count()
        self.front, self.middle = CutProxy(place, "authority"), CutProxy(place, "relay")
        self.authority = Authority(place, config={"public": {"url": self.front.url}, "limits": {"failures_per_minute": 60000}})
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.front.forward_to(self.authority.start())
        self.relay = Relay(place, tls=False, config={"public": {"url": self.middle.url}, "limits": {"misses_per_minute": 60000}})
        self.middle.forward_to(self.relay.start())
        self.ada = self.wallet("ada")
        self.ada.run("persona", "add", "Ada's laptop")
        self.ada.run("relay", "trust", self.middle.url, "--default", "--allow-local")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=self.offer("--depth", "2"))

    def offer(self, *more):
        return self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", *more)

    def wallet(self, name):
        return Wallet(self.place, f"{name}-{next(self._names)}")

    # What gets lost

    def cut(self, where, keep=True):
        for proxy in (self.front, self.middle):
            proxy.honest()
            proxy.plan, proxy.keep = every_other(where), keep

    def honest(self):
        """Returns how many calls were cut since cut()."""
        calls = [call for proxy in (self.front, self.middle) for call in proxy.seen]
        for proxy in (self.front, self.middle):
            proxy.honest()
        return sum(call.cut is not None for call in calls)

    # Commands, run again while they fail

    def until_done(self, wallet, *arguments, input=None):
        said = []
        for _ in range(RUNS):
            done = wallet.run(*arguments, input=input, code=None)
            said.append(done)
            assert not claims_unknown(done.err), said
            if done.code == 0:
                return done
        raise AssertionError(said)

    def give(self, *options, wallet=None):
        """Shares without loss. Each with another note: the same wish is the same share."""
        return (wallet or self.ada).json("share", "own", "--for", "1h", "--now", "--yes", "--note", f"share {next(self._names)}", *options)

    def take(self, wallet, made):
        options = [*(("--pin", made["pin"]) if made.get("pin") else ()), *(("--secret", made["secret"]) if "secret" in made else ())]
        return self.until_done(wallet, "accept", "--yes", "--allow-local", *options, "-", input=made["link"] + "\n")

    # In the end

    def record(self, share, wallet=None):
        shares = (wallet or self.ada).json("list", "--shares")["credentials"][0]["shares"]
        return next(record for record in shares if record["share"] == share)

    def held_once(self, wallet, share, renewed=False):
        held = wallet.json("list")["credentials"]
        assert [entry["share"] for entry in held] == [share]
        record = self.record(share)
        assert record["state"] == "redeemed" and (len(record["credentials"]) == 1 or renewed)
        exported = wallet.json("export", held[0]["name"])
        assert exported["fingerprint"] == record["holder"]["fingerprint"], "the key that was issued for is the key in use"
        self.nothing_is_left(wallet)

    def nothing_is_left(self, wallet):
        left = [path.name for path in (wallet.home / "transfers").iterdir() if not path.name.startswith("lock-")]
        assert not left, left
