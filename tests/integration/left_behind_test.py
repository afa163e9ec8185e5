"""What a killed process left of a file that it was writing, ".NAME.new-PID-N", holds keys or secrets: whichever program opens the
folder next wipes it."""

import os
from pathlib import Path

import pytest
from support import BIN, LOGIN, Authority, Relay, Sshd, Verifier, Wallet, run
from support.lock import Lock

NOBODY = 2**22 + 1  # above every process id of Linux


def folders_below(*roots):
    found = []
    for root in map(Path, roots):
        found += [folder for folder in (root, *root.rglob("*")) if folder.is_dir() and not folder.is_symlink()]
    return found


class Left:
    """Plants such a file in each folder; a second name shows whether the octets were overwritten too."""

    def __init__(self, place, folders):
        self.files = []
        for number, folder in enumerate(folders):
            path = folder / f".key.new-{NOBODY}-{number}"
            path.write_text("SECRET " * 100)
            path.chmod(0o600)
            self.files.append(path)
        self.kept = [os.open(path, os.O_RDONLY) for path in self.files]
        self.others = [folder / ".key.new-x" for folder in folders]
        for path in self.others:
            path.write_text("somebody's own")

    def are_wiped(self):
        left = [str(path) for path in self.files if path.exists()]
        assert not left, left
        for path, descriptor in zip(self.files, self.kept):
            assert b"SECRET" not in os.pread(descriptor, 4096, 0), path
            os.close(descriptor)
        for path in self.others:
            assert path.read_text() == "somebody's own"
            path.unlink()


def test_the_wallet_wipes_them(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    bob = Wallet(place, "bob")
    bob.run("accept", "--yes", "--allow-local", "-", input=authority.share("--as", LOGIN, "--host", "web", "--for", "1h"))
    folders = folders_below(bob.home)
    assert len(folders) >= 4, folders
    left = Left(place, folders)
    bob.run("list")
    left.are_wiped()


def test_the_relay_wipes_them(place):
    relay = Relay(place).start()
    relay.stop()
    folders = [Path(relay.tables["store"]["path"])]
    left = Left(place, folders)
    relay.start()
    left.are_wiped()


def test_the_authority_wipes_them(place):
    authority = Authority(place).start()
    authority.stop()
    folders = {Path(authority.tables["ledger"]["url"].removeprefix("sqlite://")).parent, *folders_below(authority.tables["state"]["path"])}
    left = Left(place, sorted(folders))
    authority.start()
    left.are_wiped()


def test_the_verifier_wipes_them(place):
    authority = Authority(place).start()
    verifier = Verifier(place, authority)
    verifier.start()
    verifier.stop()
    left = Left(place, folders_below(verifier.directory / "state"))
    verifier.start()
    left.are_wiped()
    verifier.stop()
    # What it does once, and the making of its key, open the folder too; init none of the lists below.
    state = verifier.directory / "state"
    for arguments, folders in ((["--once"], folders_below(state)), (["init"], [state])):
        left = Left(place, folders)
        run([BIN / "keyferry-verifier", *arguments, "--config", verifier.config_path], env=verifier.env)
        left.are_wiped()


def test_the_lock_wipes_them(place):
    lock = Lock(place)
    lock.start()
    lock.pair()
    lock.stop()
    folders = folders_below(lock.state)
    assert len(folders) >= 2, folders
    left = Left(place, folders)
    lock.start()
    left.are_wiped()
