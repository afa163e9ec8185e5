"""Where attacks are played: real programs, a relay that an attacker may hold, and a measure of what was lost.

    given = field.give("confirmed")               # Ada shares in that mode; given.link, given.pin
    thief = field.wallet("eve")
    field.take(given, thief)                      # with all that the link's channel carried, but no PIN and no voice
    assert field.loss(given, thief) == TRANSFER   # who has a login (sshd decides), and can the friend still take it?

A loss is one of NOTHING, TRANSFER (nobody gets anything by this link; a new one helps) and LOGIN (the attacker logs in
until the share is revoked; that a revoke ends it is part of the measure).
"""

import itertools
import subprocess

import pytest

from .exchange import Half, Receiver
from .hostile_relay import HostileRelay
from .openid import Client
from .process import BIN, wait_until
from .programs import Authority, Relay, Verifier, Wallet
from .receiver import unbase64url
from .sshd import LOGIN as ACCOUNT
from .sshd import Sshd

NOTHING, TRANSFER, LOGIN = "nothing", "this transfer", "the login until the revoke"

# name: options of `keyferry share`
MODES = {"plain v1": ("--now", "--plain-v1"), "immediate": ("--now",), "immediate+PIN": ("--now", "--pin"),
         "split": ("--now", "--split"), "confirmed": (), "confirmed+PIN": ("--pin",), "code": ("--code",)}
CONFIRMED = [name for name, options in MODES.items() if "--now" not in options]
WORDS = [name for name in CONFIRMED if name != "code"]


def attack(name, *rows):
    """Names the attack that a test plays, and the rows of the threat drafts that it answers."""
    return pytest.mark.attack(name=name, rows=rows)


class Given:
    """A share that Ada made: what each channel carries."""

    def __init__(self, mode, made, sender=None):
        self.mode, self.sender, self.share, self.pin = mode, sender, made["share"], made.get("pin")
        self.code = made.get("code")
        self.file = None  # where the messages lie instead of a mailbox
        self.on_channel = made["link"]  # what a thief of the link's channel sees
        self.link = f"{made['link']}#{made['secret']}" if "secret" in made else made["link"]

    @property
    def box(self):
        return self.link.split("#")[0].rsplit("/", 1)[1].split("?")[0]

    @property
    def secret(self):
        text = self.link.split("#")[1].split(".")[-1]
        return unbase64url(text.rstrip("=").replace("+", "-").replace("/", "_"))


class Field:
    def __init__(self, place):
        self.place, self._names, self._halves = place, itertools.count(), []
        self.relay = HostileRelay(place, "relay")
        self.authority = Authority(place, config={"limits": {"failures_per_minute": 600}})
        self.web, self.db = Sshd(place, "web", self.authority), Sshd(place, "db", self.authority)
        for sshd in (self.web, self.db):
            self.authority.add_host(sshd)
        self.authority.start()
        self.real_relay = Relay(place, tls=False, config={"public": {"url": self.relay.url},
                                                              "limits": {"misses_per_minute": 600}})
        self.relay.forward_to(self.real_relay.start())
        self.real_relay.url = f"http://127.0.0.1:{self.real_relay.port}"  # for the tests' own devices, past the proxy
        Verifier(place, self.authority).start()
        self.web.start()
        self.ada = self.wallet("ada", "Ada's laptop")
        self.ada.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=self.root_offer())

    def root_offer(self, *more):
        return self.authority.share("--as", ACCOUNT, "--host", "web", "--for", "8h", *(more or ("--depth", "2")))

    def clear(self):
        """Between two tests: no wallet of the last one runs, the relay is honest."""
        for half in self._halves:
            if half.process.poll() is None:
                half.kill()
            for stream in (half.process.stdin, half.process.stdout, half.process.stderr):
                stream.close()
        self._halves.clear()
        self.relay.honest()

    # People

    def wallet(self, name, label=None):
        wallet = Wallet(self.place, f"{name}-{next(self._names)}")
        if label:
            wallet.run("persona", "add", label)
        return wallet

    def owner(self, depth=1):
        """A client of the authority in Python that holds a login which may be shared on."""
        client = Client(self.authority.url, ca=self.place.ca.path)
        client.redeem(client.read(self.root_offer("--depth", str(depth))))
        return client

    def thief(self, source=None):
        """A client in Python that holds nothing yet, calling from that address."""
        return Client(self.authority.url, ca=self.place.ca.path, source=source)

    def run(self, wallet, *arguments, input=None):
        """Starts a wallet whose steps are read as they come; it ends with the test."""
        half = Half(wallet, *arguments, input=input)
        self._halves.append(half)
        return half

    # Sharing

    def give(self, mode, *more, wallet=None, credential="own"):
        # Each with another note: two wishes that are the same are one share, whose command was run twice.
        wallet, options = wallet or self.ada, ("--for", "1h", "--note", f"share {next(self._names)}", *MODES[mode], *more)
        if mode not in CONFIRMED:
            return Given(mode, wallet.json("share", credential, *options, "--yes", "--allow-local"))
        sender = self.run(wallet, "share", credential, *options, "--allow-local", "--json", *(("--words", "-") if mode in WORDS else ()))
        return Given(mode, sender.until("link"), sender)

    def give_by_file(self, mode, path):
        given = self.give(mode, "--file", str(path))
        given.file = path
        return given

    def give_by_dropbox(self, mode, **more):
        return self.give(mode, "--dropbox", **more)

    def drops(self):
        """What was put into the dropbox, by its path, oldest first."""
        return {exchange.path: exchange.body for exchange in self.relay.seen
                if "/t/" in exchange.path and exchange.method == "PUT" and exchange.status == 201}

    def start_taking(self, wallet, text, *options):
        return self.run(wallet, "accept", "--yes", "--allow-local", "--json", *options, "-", input=text + "\n")

    def take(self, given, wallet, text=None, pin=None, code=None):
        """`text`: what this person knows of the link (by default all). Who does not know the code guesses one. Runs until it ends or
        words are shown."""
        options = [*(("--pin", pin) if pin else ()), *(("--code", code or other_digits(given.code)) if given.code else ())]
        options += ["--file", str(given.file)] if given.file else []
        half = self.start_taking(wallet, text or given.link, *options)
        event_or_end(half, "words")
        return half

    def take_honestly(self, given, wallet):
        """The friend, with link, PIN and a voice that Ada knows. True when he has it."""
        half = self.take(given, wallet, pin=given.pin, code=given.code)
        words = event_or_end(half, "words")
        if words and given.mode in WORDS and given.sender.process.poll() is None:
            given.sender.say(words["words"])
        elif words and given.mode in WORDS:
            half.kill()
        code = half.wait()
        if code:
            print("not taken:", half.events, half.errors, given.sender and given.sender.errors)
        return code == 0

    def record(self, given, wallet=None):
        shares = (wallet or self.ada).json("list", "--shares")["credentials"][0]["shares"]
        return next(share for share in shares if share["share"] == given.share)

    # The measure

    def logs_in(self, who):
        """Whether a wallet, or an attacker's own client with its credential, gets into `web`: sshd decides."""
        if isinstance(who, Client):
            return who.credential is not None and self.web.login(*who.write(self.place.folder(f"client-{who.key.thumbprint}"))).code == 0
        return any(shell(line["command"], "echo in") == "in" for held in who.json("list")["credentials"] for line in held["ssh"])

    def loss(self, given, *thieves, friend=None):
        """What the attack cost. The friend tries to take the share now, unless he has it already."""
        winners = [thief for thief in thieves if self.logs_in(thief)]
        if winners:
            self.ada.run("revoke", given.share, "--yes")
            for winner in winners:
                self.is_shut_out(winner)
            return LOGIN
        friend = friend or self.wallet("bob", "Bob's phone")
        if friend.json("list")["credentials"] or self.take_honestly(given, friend):
            if self.record(given)["state"] == "redeemed":
                return NOTHING
        self.give_up(given)
        return TRANSFER

    def give_up(self, given):
        """Ada asked her friend, who has no words to say, or did not get anything."""
        if not given.sender or given.sender.process.poll() is not None:
            return
        if any(event.get("event") == "compare" for event in given.sender.events):
            given.sender.say("no")
            given.sender.wait()
        else:
            given.sender.kill()
            self.ada.run("revoke", given.share, "--yes")

    def is_shut_out(self, who):
        wait_until(lambda: not self.logs_in(who), "the revoked login to be refused", 30)

    def creator(self, given):
        """The device claim of the sender: it made the mailbox."""
        made = next(e for e in self.relay.seen if e.path.endswith("/v1/m") and given.box.encode() in e.answer)
        return made.headers["mailbox-device-claim"]


def other_digits(digits):
    return "000000" if digits != "000000" else "111111"


def event_or_end(half, name):
    """The first event with that name or member; None when the wallet ended without it."""
    try:
        return half.until(name)
    except AssertionError:
        half.wait()
        return None


def shell(line, command):
    done = subprocess.run(f"{line} {command}", shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False)
    return done.stdout.strip()
