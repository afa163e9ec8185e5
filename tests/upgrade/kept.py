"""A world that lies still: programs at addresses and paths that never change, and a clock that goes on where it was left.

What a release wrote names its own addresses, paths and times, sealed and signed. So they are fixed: everything listens on HOST, lies
below HOME, and sees the time that tests/support/faults shows it. One world at a time: HOME and the ports belong to who holds them.

    with Kept(begin=BEGIN) as kept:              # empty, for the generator
    with Kept(fixture=FOLDER) as kept:           # as that release left it
        kept.start()
        kept.wallet("bob").run("accept", …)
"""

import datetime
import json
import shutil
import socket
import tempfile
import time
from pathlib import Path

from interface import CONFIGURED
from support import BIN, CertificateAuthority, Place, Sshd, Wallet, run, wait_until
from support.faults import Faults
from support.lock import Lock
from support.programs import Authority, Relay, Verifier
from support.webhook import Receiver

HOST = "127.61.0.1"
HOME = Path("/tmp/keyferry-upgrade")
HELD, FIRST_PORT = 15100, 15101
# Programs, and the two ports of each.
PROGRAMS = ("authority", "relay", "verifier", "lock", "home")  # lock, home: two locks, the second is a wallet's
ACCOUNT = "deploy"  # whom the kept credentials let in; the test's sshd takes it for the account that runs it
VERSIONS = sorted(path.name for path in Path(__file__).parent.iterdir() if (path / "story.json").exists())
MINUTE, HOUR, DAY = 60, 3600, 86400


def fixture_of(version):
    return Path(__file__).parent / version


def text_of(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """What the programs take for the time; `env` lets a program see it."""

    def __init__(self, directory):
        self.directory, self.env = directory, {}
        self._faults = Faults(self)

    def set(self, seconds):
        self._faults.clock_step = round(seconds - time.time()) * 1000

    def now(self):
        return time.time() + self._faults.clock_step / 1000


class KeptAuthority(CertificateAuthority):
    def issue(self, directory, names=(HOST, "127.0.0.1"), days=3650, stem=""):
        return super().issue(directory, names, days, stem)


class KeptPlace(Place):
    def __init__(self):
        self._hold = self._take_turn()
        self.base = self.directory = HOME
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(mode=0o700)
        self.ca = KeptAuthority(HOME / "ca", since=datetime.datetime(2026, 1, 1), days=3650)
        self._programs = []

    @staticmethod
    def _take_turn():
        """Holds what nobody else may hold: a port, which the system gives back however this process ends."""
        listening = socket.socket()

        def taken():
            try:
                listening.bind((HOST, HELD))
            except OSError:
                return False
            return True
        wait_until(taken, f"the end of another run of these tests ({HOST}:{HELD})", 1200)
        return listening

    def close(self, keep=False):
        super().close(keep=True)
        if keep:
            print(f"kept for reading: {shutil.move(HOME, tempfile.mkdtemp(prefix='keyferry-upgrade.'))}")
        shutil.rmtree(HOME, ignore_errors=True)
        self._hold.close()


class Kept:
    """Authority, relay, verifier, lock, and wallets; `story` is what the generator tells of them."""

    kind_of_wallet = Wallet

    def __init__(self, fixture=None, begin=None, at=None):
        self.place, self.fixture = KeptPlace(), fixture
        self.clock = Clock(HOME)
        self.story = json.loads((fixture / "story.json").read_text("utf-8")) if fixture else {}
        self.clock.set(at or begin or self.story["until"])
        self.wallets = {}
        self.receiver = None
        self.authority = self._at(Authority(self.place, config=self._config("authority"), init=False))
        self.relay = self._at(Relay(self.place, config=self._config("relay")))
        if fixture:
            self._lay_out()
        else:
            self.authority.run("init")
            self._add_host()
        self.verifier = self._verifier()

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        self.close(keep=kind is not None)

    def close(self, keep=False):
        self.place.close(keep)

    def _config(self, name):
        api, admin = self.ports(name)
        tables = {"listen": {"api": f"{HOST}:{api}", "admin": f"{HOST}:{admin}"}, "public": {"url": f"https://{HOST}:{api}"}}
        # Everybody calls from one address, and more in a minute than people do.
        tables["limits"] = {"calls_per_minute": 0, "failures_per_minute": 0} if name == "authority" else {"misses_per_minute": 0}
        if name == "relay":
            tables["webhook"] = {"allow": ["127.0.0.0/8"], "ca_file": str(self.place.ca.path)}
        return tables

    @staticmethod
    def ports(name):
        first = FIRST_PORT + 2 * PROGRAMS.index(name)
        return first, first + 1

    def _at(self, program):
        program.port, program.admin_port = self.ports(program.name)
        program.url, program.admin_url = f"https://{HOST}:{program.port}", f"http://{HOST}:{program.admin_port}"
        program.env.update(self.clock.env)
        return program

    def _lay_out(self):
        for name in (*PROGRAMS, "stick", *self.story["people"]):
            shutil.copytree(self.fixture / name, HOME / name, dirs_exist_ok=True)
        for path in HOME.rglob("*"):
            if path.is_relative_to(HOME / "ca"):
                continue
            # git keeps no modes of folders, and of files only whether they run.
            path.chmod(0o700 if path.is_dir() else 0o600)

    def _add_host(self):
        key = HOME / "web_key"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "web", "-f", key])
        self.authority.run("host", "add", "web", f"{HOST}:22", "--key", f"{key}.pub")

    def _verifier(self):
        _, admin = self.ports("verifier")
        kept = [HOME / name for name in ("verifier/verifier.toml", "verifier/ssh.krl", "authority/trust.json")]
        octets = [path.read_bytes() for path in kept] if self.fixture else ()
        verifier = Verifier(self.place, self.authority, config={"listen": {"admin": f"{HOST}:{admin}"}})
        for path, content in zip(kept, octets):
            path.write_bytes(content)
        verifier.admin_url = f"http://{HOST}:{admin}"
        verifier.env.update(self.clock.env)
        return verifier

    def start(self):
        self.authority.start()
        self.relay.start()
        return self

    def wallet(self, name, label=None):
        if name not in self.wallets:
            wallet = self.kind_of_wallet(self.place, name, home=self.place.folder(name) / "home")
            wallet.env.update(self.clock.env)
            self.wallets[name] = wallet
            if label:
                wallet.run("persona", "add", label)
        return self.wallets[name]

    def webhook(self):
        """The receiver of pushes, at its kept address."""
        if not self.receiver:
            self.receiver = Receiver(self.place, start=False, host=HOST)
            self.receiver.port = FIRST_PORT + 2 * len(PROGRAMS)
            self.receiver.url = f"https://{HOST}:{self.receiver.port}"
            self.receiver.start()
        return self.receiver

    def lock(self, name="lock"):
        admin = f"{HOST}:{self.ports(name)[1]}"
        lock = Lock(self.place, name, config={"listen": {"admin": admin}})
        if self.fixture:
            shutil.copy(self.fixture / name / "lock.toml", lock.config_path)
        lock.admin_url = f"http://{admin}"
        lock.env.update(self.clock.env)
        return lock

    def state_of(self, share):
        """As the authority tells its administrator."""
        shares = json.loads(self.authority.run("list", "--json").out)["shares"]
        return next(one["state"] for one in shares if one["share"] == share)

    def wait_for_state(self, share, state):
        wait_until(lambda: self.state_of(share) == state, f"{share} to be {state}")

    def check_configuration(self, name, text):
        """The program takes this configuration: it knows every key. The files that it names are there."""
        folder = self.place.folder("configurations")
        self.place.ca.issue(folder)
        for file in ("push-ca.pem", "authority-ca.pem"):
            shutil.copy(self.place.ca.path, folder / file)
        (folder / "tokens.txt").write_text(f"{'t' * 32}\n", "utf-8")
        (folder / "tokens.txt").chmod(0o600)
        trust = {**self.authority.trust(), "authority": "https://auth.example"}
        (folder / "trust.json").write_text(json.dumps(trust), "utf-8")
        (folder / f"{name}.toml").write_text(text, "utf-8")
        run([BIN / CONFIGURED[name][0], *CONFIGURED[name][1:], "--check", "--config", folder / f"{name}.toml"], env=self.clock.env)

    def sshd(self):
        """A real sshd that trusts the authority and lets ACCOUNT@web in, as the account that runs the test."""
        sshd = Sshd(self.place, "web", self.authority, krl=self.verifier.krl, principals=[f"{ACCOUNT}@web"])
        sshd.env.update(self.clock.env)
        return sshd.start()


def opened(request, days=0):
    """For a fixture of a module: the kept world of request.param, so many days after it was left, with everything running."""
    failed, folder = request.session.testsfailed, fixture_of(request.param)
    until = json.loads((folder / "story.json").read_text("utf-8"))["until"]
    kept = Kept(folder, at=until + days * DAY).start()
    kept.verifier.start()
    kept.web = kept.sshd()
    yield kept
    kept.close(keep=request.session.testsfailed > failed)
