"""`ssh NAME` and ~/.ssh/config, judged by ssh itself (`ssh -G`): what the wallet adds, takes out again, and never takes over."""

import os
import subprocess

import pytest
from support import BIN, LOGIN, Authority, Sshd, Verifier, Wallet, run
from support.terminal import Terminal


# Names that an authority might give a host.
OUTSIDE = ["github.com", "localhost", "2130706433", "127.0.0.1", "0x7f000001"]


class World:
    """Authority with hosts whose names the test chooses; Bob's HOME is a new, empty folder."""

    def __init__(self, place, home=None, hosts=("web",)):
        self.place, self.hosts = place, hosts
        self.authority = Authority(place)
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        for host in hosts:
            if host != "web":
                self.authority.run("host", "add", host, f"127.0.0.1:{self.web.port}", "--key", self.web.host_key_public)
        self.authority.start()
        self.bob = Wallet(place, "bob", home)
        self.home = place.folder("person")
        self.bob.env["HOME"] = str(self.home)
        self.config = self.home / ".ssh/config"

    def offer(self, *hosts):
        named = [part for host in hosts or self.hosts[:1] for part in ("--host", host)]
        return self.authority.share("--as", LOGIN, *named, "--for", "4h")

    def accept(self, *more, hosts=(), code=0):
        return self.bob.run("accept", "--yes", "--allow-local", *more, "-", input=self.offer(*hosts), code=code)

    def at_terminal(self, arguments, *answers):
        terminal = Terminal([BIN / "keyferry", *arguments], self.bob.env)
        for question, answer in answers:
            terminal.answer(question, answer)
        return terminal.end(), terminal.seen

    def write_config(self, octets):
        self.config.parent.mkdir(mode=0o700, exist_ok=True)
        self.config.write_bytes(octets)
        self.config.chmod(0o600)

    def include(self):
        return f'Include "{self.bob.home}/ssh/config"\n'.encode()

    def ssh(self, name):
        """What ssh would do with `ssh NAME`: its options as a dictionary. Match exec is not run: renewal is not this test's."""
        out = run(["ssh", "-F", self.config, "-G", "--", name], env={**self.bob.env, "PATH": os.environ["PATH"]}).out
        return {key: value for key, _, value in (line.partition(" ") for line in out.splitlines())}

    def ssh_of_all(self):
        config = self.config if self.config.exists() else "none"
        return {name: run(["ssh", "-F", config, "-G", name], env=self.bob.env).out for name in OUTSIDE + ["web", "prod"]}

    def is_ours(self, name):
        answer = self.ssh(name)
        return answer["port"] == str(self.web.port) and answer["hostname"] == "127.0.0.1"


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


CONFIGS = {
    "empty": b"",
    "commented": b"# Include \"@/ssh/config\"\nHost x\n  Port 2\n",
    "commented-close": b"#Include \"@/ssh/config\"\n",
    "nested": b"Host x\n  Include \"@/ssh/config\"\n",
    "nested-below-match": b"Match user nobody\nInclude \"@/ssh/config\"\n",
    "unquoted": b"Include @/ssh/other\nHost x\n",
    "longer": b"Include \"@/ssh/config.d\"\n",
    "two-files": b"Include \"@/ssh/config\" \"/none\"\nHost x\n",
    "windows": b"Host x\r\n  Port 2\r\n\r\n",
    "no-end": b"Host x\n  Port 2",
    "not-utf8": b"# caf\xe9 \x80\nHost x\n  User \xff\n",
    "blanks-around": b"\n\n   \n\tHost x\n\t\tPort 2\n\n\n",
}


@pytest.mark.parametrize("name", list(CONFIGS))
def test_forget_leaves_the_octets_that_were_there(world, name):
    """Only a whole active line at the top is the wallet's; everything else in the file is the person's."""
    before = CONFIGS[name].replace(b"@", str(world.bob.home).encode())
    world.write_config(before)
    world.accept("--ssh-config", "--name", "prod")
    assert world.config.read_bytes() == world.include() + before
    assert world.is_ours("prod")
    world.accept("--ssh-config", "--name", "second")
    assert world.config.read_bytes() == world.include() + before
    # What the person does to the file meanwhile stays too.
    world.config.write_bytes(b"# mine\n" + world.config.read_bytes() + b"\n# behind\n")
    world.bob.run("forget", "prod", "--yes")
    assert world.is_ours("second") and not world.is_ours("prod")
    world.bob.run("forget", "second", "--yes")
    assert world.config.read_bytes() == b"# mine\n" + before + b"\n# behind\n"


@pytest.mark.parametrize("spelling", [b"@", b"  @  ", b"@\r"])
def test_an_include_of_the_persons_own_stays(world, spelling):
    own = b"Port 2222\n" + spelling.replace(b"@", world.include().strip()) + b"\nHost x\n"
    world.write_config(own)
    world.accept("--ssh-config", "--name", "prod")
    assert world.config.read_bytes() == own, "it is active already"
    assert world.is_ours("prod") or world.ssh("prod")["hostname"] == "127.0.0.1"
    world.bob.run("forget", "prod", "--yes")
    assert world.config.read_bytes() == own


def test_an_include_that_windows_ends_is_still_the_wallets(world):
    world.accept("--ssh-config", "--name", "prod")
    world.config.write_bytes(b"Port 22\r\n" + world.include().replace(b"\n", b"\r\n") + b"Host x\r\n")
    assert world.is_ours("prod") or world.ssh("prod")["hostname"] == "127.0.0.1"
    world.bob.run("forget", "prod", "--yes")
    assert world.config.read_bytes() == b"Port 22\r\nHost x\r\n"


def test_a_link_and_its_mode_stay(world):
    real = world.place.directory / "dotfiles"
    real.write_text("Host x\n")
    real.chmod(0o640)
    world.config.parent.mkdir(mode=0o700)
    world.config.symlink_to(real)
    world.accept("--ssh-config", "--name", "prod")
    assert world.config.is_symlink() and real.stat().st_mode & 0o777 == 0o640
    world.bob.run("forget", "prod", "--yes")
    assert real.read_text() == "Host x\n" and world.config.is_symlink()


HOMES = ["a[b]c", "star*", "what?", "two words", "til~de", "~", "a'b", "#x", "$HOME", "[!a]", "a]b", "-x", "um\u00e4"]


@pytest.mark.parametrize("name", HOMES)
def test_the_path_of_the_wallet_means_itself_alone(place, name):
    """Beside it lie folders that its pattern would match; ssh must read the wallet's file and no other."""
    parent = place.folder("homes")
    for decoy in ("ab", "abc", "ac", "cc", "starfish", "star", "whatx", "two", "b"):
        folder = parent / decoy / "ssh"
        folder.mkdir(parents=True)
        (folder / "config").write_text("Host *\n  HostName decoy.example\n  Port 1\n")
        (folder / "config").chmod(0o600)
    world = World(place, home=parent / name)
    world.accept("--ssh-config", "--name", "prod")
    answer = world.ssh("prod")
    assert answer["hostname"] == "127.0.0.1" and answer["port"] == str(world.web.port)
    assert answer["identityfile"] == f"{world.bob.home}/ssh/prod/id_ed25519"
    assert answer["userknownhostsfile"].strip('"') == f"{world.bob.home}/ssh/prod/known_hosts"
    assert world.ssh("other")["hostname"] == "other"
    world.bob.run("forget", "prod", "--yes")
    assert world.config.read_bytes() == b""


@pytest.mark.parametrize("name", ["100%", "%h", "${HOME}", 'quo"te', "back\\slash", "line\nend"])
def test_a_path_that_ssh_would_expand_is_refused_by_name(place, name):
    bob = Wallet(place, "bob", place.directory / name)
    refused = bob.run("list", code=1)
    assert "set KEYFERRY_HOME to another one" in refused.err and not (place.directory / name).exists()


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_of_a_machine_is_never_taken_from_outside(place, name):
    world = World(place, hosts=(name,))
    before = world.ssh_of_all()
    done = world.accept("--ssh-config", code=1)
    assert f"`ssh {name}` was not set up" in done.err and "the credential was taken" in done.err
    assert world.ssh_of_all() == before and not world.config.exists()
    # Not at the terminal either: it is not even asked.
    code, seen = world.at_terminal(["ssh-config", name])
    assert code == 1 and "was not set up" in seen and "[y/N]" not in seen


def test_a_name_from_outside_is_shown_and_asked_for(world):
    """The authority calls the host `web`: without an answer of a person that is no name of ssh."""
    done = world.accept("--ssh-config", code=1)
    assert "`ssh web` was not set up: the name is the authority's and nobody was asked" in done.err
    assert "keyferry ssh-config web --name NAME" in done.err and not world.config.exists()
    code, seen = world.at_terminal(["ssh-config", "web"], ('take the name "web", which the authority chose? [y/N] ', "n"))
    assert code == 0 and not world.config.exists()
    assert f"`ssh web` will be {LOGIN}@127.0.0.1 port {world.web.port}" in seen
    code, seen = world.at_terminal(["ssh-config", "web"], ('which the authority chose? [y/N] ', "y"),
                                   (f"add one Include line to {world.config}? [y/N] ", "n"))
    assert code == 0 and not world.config.exists()
    code, _ = world.at_terminal(["ssh-config", "web"], ('which the authority chose? [y/N] ', "y"),
                                ("[y/N] ", "y"))
    assert code == 0 and world.is_ours("web")
    # Later credentials take no name by themselves either.
    done = world.accept()
    assert "note: `ssh web-2` was not set up" in done.err
    assert not world.is_ours("web-2") and world.is_ours("web")
    code, _ = world.at_terminal(["accept", "--allow-local"], ("link or offer: ", world.offer()), ("take it? [y/N] ", "y"),
                                ('take the name "web-3", which the authority chose? [y/N] ', "y"))
    assert code == 0 and world.is_ours("web-3")


def test_a_name_of_ones_own_is_shown_and_taken(world):
    done = world.accept("--ssh-config", "--name", "prod")
    assert f"`ssh prod` will be {LOGIN}@127.0.0.1 port {world.web.port}" in done.err
    assert world.is_ours("prod") and not world.is_ours("web")
    world.bob.run("ssh-config", "prod", "--off")
    assert not world.is_ours("prod") and world.config.read_bytes() == b""
    world.bob.run("ssh-config", "prod", "--name", "staging", "--yes")
    assert world.is_ours("staging") and not world.is_ours("prod")


PERSONS = [
    ("Host prod\n  HostName real.example\n", "prod"),
    ("Host PROD other\n  HostName real.example\n", "prod"),
    ("host=prod\n  HostName real.example\n", "prod"),
    ("Host *.lan pro?\n  HostName real.example\n", "prod"),
    ('Match originalhost "prod,x"\n  HostName real.example\n', "prod"),
    ("Include conf.d/*\n", "prod"),
]


@pytest.mark.parametrize("text, name", PERSONS)
def test_a_name_that_means_something_already_is_left_alone(world, text, name):
    """Whoever chose it: what `ssh NAME` did before, it does after."""
    world.write_config(text.encode())
    (world.home / ".ssh/conf.d").mkdir()
    (world.home / ".ssh/conf.d/work").write_text("Host prod\n  HostName real.example\n")
    before = world.config.read_bytes()
    done = world.accept("--ssh-config", "--name", name, code=1)
    assert f"`ssh {name}` was not set up: it means something to ssh already" in done.err
    assert world.config.read_bytes() == before
    world.bob.run("ssh-config", name, "--name", "free", "--yes")
    assert world.is_ours("free") and not world.is_ours(name)


def test_names_of_known_hosts_and_other_credentials_are_left_alone(place):
    world = World(place, hosts=("web", "db", "evil"))
    world.config.parent.mkdir(mode=0o700)
    (world.config.parent / "known_hosts").write_text("known,10.0.0.9 " + world.web.host_key_public.read_text())
    done = world.accept("--ssh-config", "--name", "known", code=1)
    assert "known_hosts" in done.err
    world.accept("--ssh-config", "--name", "prod", hosts=("db", "web"))
    # The name of another host in it may be taken by then: FIRST-HOST.
    assert world.is_ours("prod") and (world.is_ours("prod-web") or world.is_ours("prod-db"))
    other = "prod-web" if world.is_ours("prod-web") else "prod-db"
    done = world.accept("--ssh-config", "--name", other, code=1)
    assert 'your credential "prod" has it' in done.err
    # The person's own `x-evil` is not taken over by a host that the authority calls `evil`.
    world.config.write_bytes(world.config.read_bytes() + b"Host x-evil\n  HostName real.example\n")
    done = world.accept("--ssh-config", "--name", "x", hosts=("web", "evil"))
    taken = [name for name in ("x", "x-web", "x-evil") if world.is_ours(name)]
    assert "x-evil" not in taken and "x" in taken
    assert world.ssh("x-evil")["hostname"] == "real.example" or "x-evil" not in done.err


def test_a_host_that_the_authority_adds_later_takes_no_name(world):
    """Names are those that were agreed to: what else the authority says opens, opens by no name."""
    world.accept("--ssh-config", "--name", "prod")
    record = world.bob.home / "ssh/prod/credential.json"
    text = record.read_text()
    assert f'"ssh_names":[{{"alias":"prod","host":"web","login":"{LOGIN}"}}]' in text
    start = text.index('"hosts":[{') + len('"hosts":[')
    other = text[start:text.index("}", start) + 1].replace('"name":"web"', '"name":"db"')
    record.write_text(text[:start] + other + "," + text[start:])
    world.accept("--name", "second")
    assert world.is_ours("prod") and world.is_ours("second") and not world.is_ours("prod-db")


def test_names_of_a_version_before_still_work_unless_they_look_like_machines(world):
    """Stored data of a version that asked for no name: its names stay, but not that of a machine."""
    world.accept("--ssh-config", "--name", "prod")
    for name in ("prod", "git.example"):
        if name != "prod":
            world.accept("--name", name)
        record = world.bob.home / f"ssh/{name}/credential.json"
        text = record.read_text()
        at = text.index(',"ssh_names":[')
        record.write_text(text[:at] + text[text.index("]", at) + 1:])
    world.accept("--name", "third")
    assert world.is_ours("prod") and world.is_ours("third") and not world.is_ours("git.example")


def test_ssh_really_logs_in_by_such_a_name(world):
    Verifier(world.place, world.authority).start()
    world.web.start()
    world.accept("--ssh-config", "--name", "prod")
    done = subprocess.run(["ssh", "-F", str(world.config), "-o", "BatchMode=yes", "prod", "echo in"], env=world.bob.env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "in\n", done
