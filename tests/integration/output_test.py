"""What cannot be written is a failure and is said; closed descriptors never become sockets."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from support import BIN, LOGIN, Authority, Relay, Sshd, Verifier, Wallet, run, wait_until

PROGRAMS = ["keyferry", "keyferry-relay", "keyferry-authority", "keyferry-verifier", "keyferry-conformance"]


class World:
    """Authority and relay; Ada holds a root share and trusts the relay."""

    def __init__(self, place):
        self.authority = Authority(place)
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        self.authority.start()
        self.relay = Relay(place).start()
        self.ada, self.bob = Wallet(place, "ada"), Wallet(place, "bob")
        self.ada.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def shares(self):
        return self.ada.json("list", "--shares")["credentials"][0]["shares"]

    def states(self):
        return {share["share"]: share["state"] for share in self.shares()}


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


def into(how, argv, env=None, text=None):
    """Runs `argv` with a standard output that takes nothing: a full disk, a closed one, a pipe that nobody reads."""
    argv = [str(part) for part in argv]
    given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    given |= {"env": env, "stderr": subprocess.PIPE, "text": True, "timeout": 60, "check": False}
    if how == "full":
        with open("/dev/full", "w", encoding="utf-8") as full:
            return subprocess.run(argv, stdout=full, **given)
    if how == "closed":
        return subprocess.run(argv, preexec_fn=lambda: os.close(1), **given)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        # Python ignores SIGPIPE and its children would inherit that: a shell does not.
        return subprocess.run(argv, stdout=writer, restore_signals=True, **given)
    finally:
        os.close(writer)


WHY = {"full": "No space left on device", "closed": "it is closed", "pipe": "Broken pipe"}


@pytest.mark.parametrize("how", list(WHY))
@pytest.mark.parametrize("program", PROGRAMS)
def test_help_that_nobody_gets_is_a_failure(program, how):
    for option in ("--help", "--version"):
        done = into(how, [BIN / program, option])
        assert done.returncode == 1 and WHY[how] in done.stderr, done
        assert done.stderr.startswith(program + ": ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("how", list(WHY))
def test_a_share_whose_link_nobody_saw_says_how_to_take_it_back(world, how):
    line = [BIN / "keyferry", "share", "own", "--now", "--for", "1h"]
    done = into(how, line, world.ada.env)
    assert done.returncode == 1 and WHY[how] in done.stderr, done.stderr
    share = re.search(r"nobody has seen the link of share (\w+): `keyferry revoke (\w+)` takes it back", done.stderr)
    assert share.group(1) == share.group(2)
    assert world.states()[share.group(1)] == "open"
    # As it says: the same command once more shows the link of this share.
    again = run(line, env=world.ada.env)
    assert share.group(1) in again.err and len(world.states()) == 1
    world.bob.run("accept", "--yes", "--allow-local", "-", input=again.out)
    done = into(how, line[:-1] + ["2h", "--json"], world.ada.env)
    assert done.returncode == 1 and '"error":"io"' in done.stderr
    share = re.search(r"`keyferry revoke (\w+)`", done.stderr).group(1)
    world.ada.run("revoke", share)
    assert world.states()[share] == "revoked"


@pytest.mark.parametrize("how", list(WHY))
def test_an_offer_that_nobody_saw_says_how_to_take_it_back(world, how):
    config = world.authority.directory / "authority.toml"
    line = [BIN / "keyferry-authority", "share", "--as", LOGIN, "--host", "web", "--for", "1h", "--config", config]
    done = into(how, line)
    assert done.returncode == 1 and WHY[how] in done.stderr, done.stderr
    share = re.search(r"nobody has seen the offer of share (\w+): `keyferry-authority revoke \1`", done.stderr).group(1)
    world.authority.run("revoke", share)
    for more in (["list"], ["list", "--json"], ["host", "list"], ["export-trust"]):
        done = into(how, [BIN / "keyferry-authority", *more, "--config", config])
        assert done.returncode == 1 and WHY[how] in done.stderr, (more, done.stderr)


@pytest.mark.parametrize("how", list(WHY))
def test_a_credential_whose_use_nobody_saw_is_shown_again(world, how):
    offer = world.authority.share("--as", LOGIN, "--host", "web", "--for", "1h")
    line = [BIN / "keyferry", "accept", "--yes", "--allow-local", "-"]
    done = into(how, line, world.bob.env, offer)
    assert done.returncode == 1 and WHY[how] in done.stderr and "was taken" in done.stderr, done.stderr
    assert run(line, env=world.bob.env, input=offer).out.startswith("ssh -i ")
    assert "you took this share already" in run(line, env=world.bob.env, input=offer, code=3).err


@pytest.mark.parametrize("how", list(WHY))
def test_lists_that_nobody_gets_are_failures(world, how):
    for command in (["list"], ["list", "--shares", "--json"], ["export", "own"], ["persona", "list"], ["relay", "list"],
                    ["doctor"], ["man"], ["man", "share"]):
        done = into(how, [BIN / "keyferry", *command], world.ada.env)
        assert done.returncode == 1 and WHY[how] in done.stderr, (command, done)


def open_files(pid):
    """Where its descriptors lead; what closes meanwhile is left out."""
    names = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(link))
    return names


def streams(pid):
    return [os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)]


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize("program", ["relay", "authority", "verifier"])
def test_no_socket_becomes_a_standard_stream(place, program, closed):
    """A server started with closed descriptors keeps 0 to 2 for /dev/null."""
    server = {"relay": Relay, "authority": Authority, "verifier": lambda place: Verifier(place, Authority(place).start())}[program](place)
    server.argv = ["/bin/sh", "-c", " ".join(f"{n}>&-" for n in closed).join(('exec "$0" "$@" ', "")), *server.argv]
    server.start()
    files = streams(server.pid)
    assert all(files[number] == "/dev/null" for number in closed), files
    assert not any("socket" in name for name in files), files
    server.stop()


def test_no_socket_of_the_wallet_becomes_a_standard_stream(world):
    """Whatever the wallet says on a closed standard error, no server hears it, and the share is made."""
    line = [str(BIN / "keyferry"), "share", "own", "--now", "--for", "1h"]
    done = subprocess.run(["/bin/sh", "-c", 'exec "$0" "$@" <&- 2>&-', *line], env=world.ada.env, stdout=subprocess.PIPE,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stdout.startswith(world.relay.url)
    world.bob.run("accept", "--yes", "--allow-local", "-", input=done.stdout)
    waits = subprocess.Popen(["/bin/sh", "-c", 'exec "$0" "$@" <&- 2>&-', line[0], "watch", world.shares()[0]["share"]],
                             env=world.ada.env, stdout=subprocess.PIPE)
    try:
        # Its first connection may be past; while it waits for a change one stays open.
        wait_until(lambda: any("socket" in name for name in open_files(waits.pid)), "its connection")
        assert streams(waits.pid)[0] == streams(waits.pid)[2] == "/dev/null"
    finally:
        waits.kill()
        waits.wait()
