"""What the wallet's options promise, done with the programs that people have: ssh, ssh-agent, a QR reader, shells."""

import base64
import os
import re
import shlex
import shutil
import socket
import threading
import time

import pytest
import zbar
from PIL import Image
from support import BIN, LOGIN, Authority, Program, Relay, Sshd, Verifier, Wallet, run, wait_until
from support.terminal import Terminal

SHORT_LIFE = 600


class World:
    """Authority with certificates of ten minutes, verifier, sshd; Ada's HOME is a new, empty folder."""

    def __init__(self, place):
        self.place = place
        self.authority = Authority(place, config={"ssh": {"max_certificate_life": f"{SHORT_LIFE}s"}})
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        self.authority.start()
        Verifier(place, self.authority).start()
        self.web.start()
        self.home = place.folder("home")
        self.ada = Wallet(place, "ada")
        self.ada.env["HOME"] = str(self.home)
        self.ssh_config = self.home / ".ssh/config"

    def offer(self, *more):
        return self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", *more)

    def accept(self, *more, code=0):
        return self.ada.run("accept", "--yes", "--allow-local", *more, "-", input=self.offer(), code=code)

    def ssh(self, *arguments, code=0):
        """`ssh` with Ada's configuration alone: OpenSSH looks for ~ in the account, not in HOME."""
        return run(["ssh", "-F", self.ssh_config, "-o", "BatchMode=yes", *arguments], env=self.ada.env, code=code)


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


def test_ssh_config_lets_ssh_name_work_until_forget(world):
    include = f'Include "{world.ada.home}/ssh/config"\n'
    world.accept("--ssh-config", "--name", "web")
    assert world.ssh_config.stat().st_mode & 0o777 == 0o600 and world.ssh_config.parent.stat().st_mode & 0o777 == 0o700
    assert world.ssh_config.read_text() == include
    assert world.ssh("web", "echo in").out == "in\n"
    own = "Host elsewhere\n  Port 2222\n"
    world.ssh_config.write_text(include + own)
    world.accept("--name", "second")
    assert world.ssh("second", "echo in").out == "in\n"
    assert world.ssh_config.read_text().count("Include") == 1
    world.ada.run("forget", "web", "--yes")
    assert world.ssh("web", "true", code=255) and world.ssh("second", "echo in").out == "in\n"
    world.ada.run("forget", "second", "--yes")
    assert world.ssh_config.read_text() == own
    world.accept("--ssh-config", "--name", "third")
    assert world.ssh_config.read_text() == include + own, "before the first Host, or it would hold for that one only"
    assert world.ssh("third", "echo in").out == "in\n"


def test_ssh_config_is_asked_about_first(world):
    arguments = [BIN / "keyferry", "accept", "--allow-local", "--ssh-config", "--name", "web"]
    for answer, included in (("n", False), ("y", True)):
        terminal = Terminal(arguments, world.ada.env)
        terminal.answer("link or offer: ", world.offer())
        if not included:
            terminal.answer("ask it what it offers? [y/N] ", "y")
        terminal.answer("take it? [y/N] ", "y")
        terminal.answer(f"add one Include line to {world.ssh_config}? [y/N] ", answer)
        assert terminal.end() == 0, terminal.seen
        assert 'it is your credential "web"' in terminal.seen
        assert world.ssh_config.exists() == included
        world.ada.run("forget", "web", "--yes")
    assert world.ssh_config.read_text() == ""


def test_ssh_renews_before_it_connects(world):
    """With half of a certificate's life over, `ssh web` fetches the next one by itself."""
    world.accept("--ssh-config", "--name", "web")
    certificate = world.ada.home / "ssh/web/id_ed25519-cert.pub"
    record = next(path for path in world.ada.home.rglob("*.json") if '"certificate"' in path.read_text())
    before = certificate.read_text()
    text = record.read_text()
    end = re.search(r'"certificate":\{[^}]*"until":"([^"]+)"', text) or re.search(r'"certificate_until":"([^"]+)"', text)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 30))
    record.write_text(text.replace(end.group(1), soon))
    world.authority.age_certificates(SHORT_LIFE // 2)
    assert world.ssh("web", "echo in").out == "in\n"
    assert certificate.read_text() != before


class Agent(Program):
    """A real ssh-agent, and a socket before it that keeps what the wallet says to it."""

    def __init__(self, place):
        super().__init__(place, "agent")
        self.socket, self.tap, self.heard = self.directory / "agent", self.directory / "tap", b""
        self.argv = [shutil.which("ssh-agent"), "-D", "-a", self.socket]
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.tap))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def ready(self):
        return self.socket.exists()

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            with client, socket.socket(socket.AF_UNIX) as agent:
                agent.connect(str(self.socket))
                length = client.recv(4, socket.MSG_WAITALL)
                message = client.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
                self.heard += message
                agent.sendall(length + message)
                client.sendall(agent.recv(4096))


def test_agent_holds_key_and_certificate_for_its_lifetime(world):
    agent = Agent(world.place).start()
    world.ada.env["SSH_AUTH_SOCK"] = str(agent.tap)
    taken = world.accept("--agent", "--name", "web")
    assert "the SSH agent holds it until the certificate ends" in taken.err
    env = {**os.environ, "SSH_AUTH_SOCK": str(agent.socket)}
    held = run(["ssh-add", "-L"], env=env).out
    certificate = (world.ada.home / "ssh/web/id_ed25519-cert.pub").read_text().split()[1]
    assert certificate in held
    # SSH_AGENT_CONSTRAIN_LIFETIME is 1 and the seconds, at the message's end (draft-ietf-sshm-ssh-agent).
    assert agent.heard[0] == 25 and agent.heard[-5] == 1
    assert SHORT_LIFE - 120 <= int.from_bytes(agent.heard[-4:], "big") <= SHORT_LIFE
    known = world.ada.home / "ssh/web/known_hosts"
    line = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", f"IdentityAgent={agent.socket}".replace(" ", "\\ "),
            "-o", "StrictHostKeyChecking=yes", "-o", f'UserKnownHostsFile="{known}"', "-p", world.web.port,
            f"{LOGIN}@127.0.0.1", "echo in"]
    assert run(line, env={**env, "HOME": str(world.home)}).out == "in\n"


def test_without_an_agent_the_share_is_taken_all_the_same(world):
    world.ada.env.pop("SSH_AUTH_SOCK", None)
    failed = world.accept("--agent", "--name", "web", code=1)
    assert "no SSH agent is running here" in failed.err and "the credential was taken" in failed.err
    assert run([*shlex.split(failed.out.strip()), "echo", "in"], env=world.ada.env).out == "in\n"


#= spec:authority#6-life test
def test_a_revoke_refuses_the_old_and_the_renewed_certificate(world):
    world.accept("--name", "web")
    folder = world.ada.home / "ssh/web"
    key, certificate, old = folder / "id_ed25519", folder / "id_ed25519-cert.pub", folder / "old-cert.pub"
    shutil.copy(certificate, old)
    first = world.ada.json("list")["credentials"][0]
    assert "as before" in world.ada.run("renew", "web").err and certificate.read_text() == old.read_text()
    world.authority.age_certificates(SHORT_LIFE // 2)
    renewed = world.ada.run("renew", "web")
    assert 'renewed "web": good until' in renewed.err
    second = world.ada.json("list")["credentials"][0]
    assert first["serial"] != second["serial"] and first["credential_id"] == second["credential_id"]
    assert old.read_text() != certificate.read_text()
    for held in (old, certificate):
        assert world.web.login(key, held).code == 0, held
    world.authority.run("revoke", first["share"])
    for held in (old, certificate):
        wait_until(lambda path=held: world.web.login(key, path).code == 255, f"{held.name} to be refused", 10)
    assert "revoked" in world.ada.run("renew", "web", code=3).err


def pixels(lines):
    """The picture that half blocks draw: (width, height, one octet a pixel), four pixels a module."""
    rows = []
    for line in lines:
        rows.append([255 if block in "█▀" else 0 for block in line])
        rows.append([255 if block in "█▄" else 0 for block in line])
    octets = b"".join(bytes(value for value in row for _ in range(4)) * 4 for row in rows)
    return len(rows[0]) * 4, len(rows) * 4, octets


def decoded(lines):
    width, height, octets = pixels(lines)
    image = zbar.Image(width, height, "Y800", octets)
    scanner = zbar.ImageScanner()
    scanner.scan(image)
    return [symbol.data for symbol in image]


@pytest.fixture(name="sharing")
def make_sharing(world):
    relay = Relay(world.place, engine="memory").start()
    world.ada.run("relay", "trust", relay.url, "--default", "--allow-local")
    world.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=world.offer("--depth", "1"))
    return world.ada


def test_qr_is_the_link(sharing):
    link, pin, *picture = sharing.run("share", "own", "--now", "--pin", "--qr").out.splitlines()
    assert pin.isdigit() and decoded(picture) == [link]
    link, pin, secret, *picture = sharing.run("share", "own", "--now", "--pin", "--split", "--qr").out.splitlines()
    assert secret.startswith("#") and decoded(picture) == [link], "the secret part goes another way"


def test_a_picture_of_the_link_is_taken(sharing, world):
    link, *picture = sharing.run("share", "own", "--now", "--for", "1h", "--qr").out.splitlines()
    width, height, octets = pixels(picture)
    bob = Wallet(world.place, "bob")
    for name in ("link.jpg", "link.png"):
        Image.frombytes("L", (width, height), octets).save(world.place.directory / name)
    blank = world.place.directory / "blank.png"
    Image.new("L", (300, 300), 255).save(blank)
    refused = bob.run("accept", "--yes", "--allow-local", "--picture", blank, code=1)
    assert "no QR code can be read in the picture" in refused.err
    assert bob.json("list")["credentials"] == []
    taken = bob.run("accept", "--yes", "--allow-local", "--picture", world.place.directory / "link.jpg")
    assert "ssh -i" in taken.out and link.split("#")[1] not in taken.err
    again = bob.run("accept", "--yes", "--allow-local", "--picture", world.place.directory / "link.png", code=3)
    assert "you took this share already" in again.err


def test_copy_puts_the_link_on_the_terminals_clipboard(sharing):
    terminal = Terminal([BIN / "keyferry", "share", "own", "--now", "--pin", "--copy"], sharing.env)
    assert terminal.end() == 0, terminal.seen
    (copied,) = re.findall(r"\x1b]52;c;([^\x07]+)\x07", terminal.seen)
    link = re.search(r"https://\S+#\w+", terminal.seen).group(0)
    assert base64.b64decode(copied).decode() == link
    piped = sharing.run("share", "own", "--now", "--pin", "--copy")
    assert "nothing was copied" in piped.err and "\x1b" not in piped.err + piped.out


def completion(shell, place):
    path = place.folder("completion") / f"keyferry.{shell}"
    path.write_text(run([BIN / "keyferry", "completion", shell]).out)
    return path


def test_bash_completes_commands_and_options(place):
    script = completion("bash", place)

    def words(*line):
        typed = " ".join(shlex.quote(word) for word in line)
        command = (f"source {shlex.quote(str(script))}; COMP_WORDS=({typed}); COMP_CWORD={len(line) - 1}; _keyferry; "
                   'printf "%s\\n" "${COMPREPLY[@]}"')
        return run(["bash", "-c", command]).out.split()

    assert words("keyferry", "sh") == ["share"]
    assert {"accept", "share", "revoke"} <= set(words("keyferry", ""))
    assert words("keyferry", "share", "--link") == ["--link-for"]
    assert words("keyferry", "relay", "tr") == ["trust"]


def test_fish_completes_commands_and_options(place):
    script = completion("fish", place)

    def words(line):
        command = f"source {shlex.quote(str(script))}; complete -C {shlex.quote(line)}"
        env = {**os.environ, "HOME": str(place.folder("fish"))}
        return [word.split("\t")[0] for word in run([shell("fish"), "-c", command], env=env).out.splitlines()]

    assert words("keyferry sh") == ["share"]
    assert words("keyferry share --link") == ["--link-for"]
    assert words("keyferry relay tr") == ["trust"]


def test_zsh_reads_its_completion(place):
    script = completion("zsh", place)
    run([shell("zsh"), "-n", script])
    # Loaded as zsh does it: by the name on the first line, from a folder of fpath.
    folder = place.folder("fpath")
    shutil.copy(script, folder / "_keyferry")
    command = (f"fpath=({shlex.quote(str(folder))} $fpath); autoload -U compinit; compinit -u -d {shlex.quote(str(folder))}/dump; "
               "print ${_comps[keyferry]}; autoload +X _keyferry && print loaded")
    assert run([shell("zsh"), "-f", "-c", command]).out.split() == ["_keyferry", "loaded"]


def shell(name):
    found = shutil.which(name)
    assert found, f"{name} is not installed: scripts/setup test"
    return found
