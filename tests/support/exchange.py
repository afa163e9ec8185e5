"""Two wallets that compare words: each a process of its own, its steps read as they come.

    sender = Sender(ada, "own", "--for", "1h")          # keyferry share … --json --words -
    receiver = Receiver(bob, sender.link)               # keyferry accept … --json -
    words = receiver.until("words")["words"]
    sender.say(words)
    assert sender.wait() == 0 and receiver.wait() == 0

`until` gives the next event of that name and fails, with everything that was said, when the process ends without it.
"""

import json
import subprocess
import threading

from .process import BIN

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
        def found():
            return next((event for event in self.events[after:] if event.get("event") == name or name in event), None)
        with self._came:
            self._came.wait_for(lambda: found() or not self._readers[0].is_alive() or self.process.poll() is not None, PATIENCE)
            event = found()
        if event is None:
            self._readers[0].join(PATIENCE)
            event = found()
        assert event is not None, f"no {name}; exit {self.process.poll()}, {self.events}, {self.errors}"
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
