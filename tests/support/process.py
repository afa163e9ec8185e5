"""Starting, waiting for and stopping real programs; where they live while a test runs."""

import fcntl
import functools
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .certificates import CertificateAuthority

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("KEYFERRY_BIN") or ROOT / "build/release/bin").resolve()
# A sanitizer's programs take more memory and load its libraries.
SANITIZED = BIN.parent.name in ("asan", "tsan")


@functools.cache
def _own_ports():
    """256 ports that no other process of the tests has: a worker, or a session beside this one; and the counter.
    Below those that the system gives to outgoing connections, so that none of these takes one between its choice and its use. With more
    than 64 processes some share theirs."""
    for block in range(64):
        try:
            lock = os.open(Path(tempfile.gettempdir()) / f"keyferry.ports.{block}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        break  # the lock is held until this process ends
    else:
        block = random.randrange(64)
    return range(16000 + 256 * block, 16256 + 256 * block), itertools.count(random.randrange(256))


def free_port():
    """A port of 127.0.0.1 that nothing listens on now; not given again before 255 others."""
    ports, following = _own_ports()
    for _ in ports:
        port = ports[next(following) % len(ports)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port in {ports}")


# How long an event may take on a machine that does much else. A limit below this is what the event takes on one that does not.
PATIENCE = 120.0


def wait_until(condition, what, seconds=PATIENCE):
    """Asks `condition` every 10 ms until it returns something true, and returns that. Waits for PATIENCE at least: a test is about the
    event, and how soon it comes is for scripts/bench."""
    began = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() - began > max(seconds, PATIENCE):
            raise AssertionError(f"waited {time.monotonic() - began:.0f} s in vain for {what}")
        time.sleep(0.01)


class Finished:
    """A program that ran to its end: `code`, `out`, `err` (text)."""

    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def __repr__(self):
        line = " ".join(str(part) for part in self.argv)
        return f"$ {line}\nexit {self.code}\n--- out\n{self.out}--- err\n{self.err}"


def run(argv, input=None, env=None, cwd=None, timeout=PATIENCE, code=0):
    """Runs `argv` without a terminal and checks its exit code (None: any). Returns Finished. `timeout`: as in wait_until."""
    argv = [str(part) for part in argv]
    stdin = {"input": input} if input is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(argv, env=env, cwd=cwd, timeout=max(timeout, PATIENCE), capture_output=True, text=True, check=False, **stdin)
    finished = Finished(argv, done.returncode, done.stdout, done.stderr)
    if code is not None and done.returncode != code:
        raise AssertionError(f"expected exit {code}:\n{finished!r}")
    return finished


class Place:
    """A temporary directory (with a space in its name, on purpose), a certificate authority, and what runs in it."""

    def __init__(self, name="place"):
        self.base = Path(tempfile.mkdtemp(prefix="keyferry."))
        self.directory = self.base / f"{name} one"
        self.directory.mkdir()
        self.ca = CertificateAuthority(self.directory / "ca")
        self._programs = []

    def folder(self, name):
        """Makes (if needed) and returns a directory of mode 700."""
        path = self.directory / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def add(self, program):
        self._programs.append(program)

    def close(self, keep=False):
        """Stops what still runs, newest first, and removes the directory unless `keep`."""
        for program in reversed(self._programs):
            program.close()
        if not keep:
            shutil.rmtree(self.base, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        self.close(keep=kind is not None)


class Program:
    """A server of its own process. Subclasses set `argv` and answer `ready()`."""

    def __init__(self, place, name):
        self.place, self.name = place, name
        self.directory = place.folder(name)
        self.argv, self.env = [], dict(os.environ)
        self._process = None
        place.add(self)

    @property
    def log_path(self):
        return self.directory / "log.txt"

    def log(self):
        """What all runs of this program wrote to standard output and error."""
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    @property
    def pid(self):
        return self._process.pid if self._process else None

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def ready(self):
        """True once the program serves; asked until then."""
        raise NotImplementedError

    def launch(self):
        """Starts without waiting."""
        assert not self.running, f"{self.name} runs already"
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen([str(part) for part in self.argv], env=self.env, cwd=self.directory,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self, seconds=PATIENCE):
        """Starts, waits until ready() says yes, and returns self."""
        self.launch()
        end = time.monotonic() + max(seconds, PATIENCE)
        while not self.ready():
            if not self.running or time.monotonic() > end:
                state = "is not ready" if self.running else f"ended with {self._process.returncode}"
                raise AssertionError(f"{self.name} {state}; its log:\n{self.log()}")
            time.sleep(0.01)
        return self

    def wait(self, seconds=PATIENCE):
        """Waits for the end and returns the exit code."""
        return self._process.wait(max(seconds, PATIENCE))

    def signal(self, number):
        os.kill(self._process.pid, number)

    def stop(self, seconds=PATIENCE):
        """SIGTERM, then waits; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        """SIGKILL: nothing is flushed, nothing is said."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def restart(self):
        if self.running:
            self.stop()
        return self.start()

    def close(self):
        if not self.running:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
