"""Two wallets that compare words: each a process of its own, its steps read as they come.

    world = World(place)                                # authority, relay, Ada with her credential "own", Bob
    sender = Sender(ada, "own", "--for", "1h")          # keyferry share … --json --words -
    receiver = Receiver(bob, sender.link)               # keyferry accept … --json -
    words = receiver.until("words")["words"]
    sender.say(words)
    assert sender.wait() == 0 and receiver.wait() == 0

`until` gives the next event of that name and fails, with everything that was said, when the process ends without it.
"""

import json
import re
import subprocess
import threading

from .process import BIN
from .programs import Authority, Relay, Verifier, Wallet
from .sshd import LOGIN, Sshd

PATIENCE = 120  # seconds; a lone exchange takes one or two


class Half:
    def __init__(self, wallet, *arguments, input=None):
        self.wallet, self.events, self.errors = wallet, [], []
        self.process = subprocess.Popen([str(BIN / "keyferry"), *arguments], env=wallet.env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._came = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                         for pair in ((self.process.stdout, self.events), (self.process.stderr, self.errors))]
        for reader in self._readers:
            reader.start()
        if input is not None:
            self.process.stdin.write(input)
            self.process.stdin.close()

    def _read(self, stream, lines):
        for line in stream:
            with self._came:
                lines.append(json.loads(line) if line.startswith("{") else {"text": line.rstrip("\n")})
                self._came.notify_all()
        with self._came:
            self._came.notify_all()

    def until(self, name, after=0):
        """The first event called `name` from number `after` on (or the first object with such a member)."""
        event = self.comes(name, after)
        assert event is not None, f"no {name}; exit {self.process.poll()}, {self.events}, {self.errors}"
        return event

    def comes(self, name, after=0):
        """As `until`; None when the program ends without it."""
        def found():
            return next((event for event in self.events[after:] if event.get("event") == name or name in event), None)
        with self._came:
            self._came.wait_for(lambda: found() or not self._readers[0].is_alive() or self.process.poll() is not None, PATIENCE)
            event = found()
        if event is None:
            self._readers[0].join(PATIENCE)
            event = found()
        return event

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self):
        """Returns the exit code."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def kill(self):
        self.process.kill()
        return self.wait()

    @property
    def error(self):
        """The object on standard error of a run that failed."""
        self.wait()
        return next(line for line in reversed(self.errors) if "error" in line)


class Sender(Half):
    """`keyferry share CREDENTIAL OPTIONS`, confirmed; or, with `share`, `keyferry watch SHARE`."""

    def __init__(self, wallet, credential="own", *options, share=None):
        command = ["watch", share] if share else ["share", credential, *options]
        super().__init__(wallet, *command, "--allow-local", "--json", "--words", "-")
        made = {} if share else self.until("link")
        self.link, self.pin, self.share = made.get("link"), made.get("pin"), share or made["share"]


class Receiver(Half):
    """`keyferry accept LINK`, answering every question with yes."""

    def __init__(self, wallet, link, *options):
        super().__init__(wallet, "accept", "--yes", "--allow-local", "--json", *options, "-", input=link + "\n")


class World:
    """Authority, relay, sshd `web`; Ada holds a root share and trusts the relay."""

    def __init__(self, place):
        self.place = place
        self.authority = Authority(place)
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        self.authority.start()
        self.relay = Relay(place).start()
        self.ada, self.bob = Wallet(place, "ada"), Wallet(place, "bob")
        self.ada.run("persona", "add", "Ada's laptop")
        self.bob.run("persona", "add", "Bob's phone")
        self.ada.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def share(self, *options):
        return Sender(self.ada, "own", "--for", "1h", *options)

    def take(self, sender, *options, wallet=None):
        return Receiver(wallet or self.bob, sender.link, *options)

    def record(self, share):
        shares = self.ada.json("list", "--shares")["credentials"][0]["shares"]
        wanted = getattr(share, "share", share)
        return next(record for record in shares if record["share"] == wanted)

    def logs_in(self, line):
        Verifier(self.place, self.authority).start()
        self.web.start()
        done = subprocess.run(f"{line} echo in", shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              check=False)
        assert done.stdout == "in\n", done

    def nothing_is_left(self, *wallets):
        """No secret of a transfer is in the folder: at most locks, and notes that a link was used up."""
        for wallet in wallets:
            for path in (wallet.home / "transfers").iterdir():
                assert not path.name.startswith(("exchange-", "give-", ".")), path
                assert not re.search(r'"(secret|key|mailbox)"', path.read_text()), path
