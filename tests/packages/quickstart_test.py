"""docs/quickstart.md: its blocks run as they stand on a fresh Debian 12 with nothing but the packages.

    scripts/test deep quickstart

The root is made by mmdebstrap (build/roots/bookworm-systemd.tar; remove it for a new one). What a public machine has and this one lacks is
around it: a name with a public address (on its loopback), and Let's Encrypt, which is played by Debian's pebble: a real ACME server that
asks nginx's port 80 for the challenge. systemd boots it; only the packages are installed before, in a container with this machine's network.
"""

import json
import os
import re
import shutil
import subprocess
import time

import pytest
from support import ROOT, Place, run, wait_until
from support.debs import packages
from support.machine import ADDRESS, Machine, Network

pytestmark = pytest.mark.skipif(not os.environ.get("KEYFERRY_QUICKSTART"), reason="scripts/test deep quickstart")
NAME = "keys.test"
ROOT_FILE = ROOT / "build/roots/bookworm-systemd.tar"
# Who sits at the machine that a heading names.
PEOPLE = {"1. The server": None, "2. Your computer": "ada", "3. Your friend's computer": "bob", "4. Taking it back": "ada"}


def blocks():
    """[(heading, block)] of the document, in order."""
    heading, found = None, []
    for part in re.findall(r"^## ([^\n]*)$|^```sh\n(.*?)^```$", (ROOT / "docs/quickstart.md").read_text("utf-8"), re.M | re.S):
        heading = part[0] or heading
        if part[1]:
            found.append((heading, part[1]))
    return found


@pytest.fixture
def folder(tmp_path):
    """A fresh Debian 12, unpacked; its apt reaches the registry as this machine's does."""
    if not ROOT_FILE.exists():
        ROOT_FILE.parent.mkdir(parents=True, exist_ok=True)
        part = ROOT_FILE.with_suffix(".part.tar")
        run(["mmdebstrap", "--variant=minbase", "--include=systemd-sysv,dbus,openssh-server,adduser,ca-certificates", "bookworm", part], timeout=1800)
        part.rename(ROOT_FILE)
    root = tmp_path / "root"
    root.mkdir()
    run(["tar", "-C", root, "--exclude=./dev/*", "-xf", ROOT_FILE], timeout=600)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    proxies = run(["sh", "-c", "apt-config dump | grep -E '^Acquire::https?::Proxy' || true"]).out
    (root / "etc/apt/apt.conf.d/90machine").write_text(proxies, "utf-8")
    # As in every container: nothing is started by its installation.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", "utf-8")
    policy.chmod(0o755)
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {NAME}\n", "utf-8")
    (root / "etc/hostname").write_text(f"{NAME}\n", "utf-8")
    yield root


class LetsEncrypt:
    """pebble in the machine's network; the machine trusts it as every Debian trusts Let's Encrypt."""

    def __init__(self, machine, place):
        self.machine, self.directory = machine, place.folder("pebble")
        certificate, key = place.ca.issue(self.directory)
        config = {"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": str(certificate),
                             "privateKey": str(key), "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": False}}
        (self.directory / "config.json").write_text(json.dumps(config), "utf-8")
        outside = ["nsenter", "--target", machine.first_inside(), "--net"]
        env = {**os.environ, "PEBBLE_VA_NOSLEEP": "1"}
        with open(self.directory / "log", "wb") as log:
            self.running = [subprocess.Popen([*outside, *argv], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log) for argv in (
                ["pebble-challtestsrv", "-defaultIPv4", ADDRESS, "-defaultIPv6", "", "-dns01", "127.0.0.1:8053", "-http01", "", "-https01", "", "-tlsalpn01", "",
                 "-management", "127.0.0.1:8055"],
                ["pebble", "-config", str(self.directory / "config.json"), "-dnsserver", "127.0.0.1:8053"])]
        fetch = [*outside, "curl", "-sS", "--cacert", str(place.ca.path), "https://localhost:15000/roots/0"]
        root = wait_until(lambda: (done := run(fetch, code=None)).code == 0 and done.out, "pebble", 60)
        trusted = machine / "usr/local/share/ca-certificates"
        (trusted / "pebble.crt").write_text(root, "utf-8")
        (trusted / "pebble-door.crt").write_bytes(place.ca.path.read_bytes())
        machine.run("update-ca-certificates")
        # What makes certbot ask pebble is certbot's own configuration; the document's line stays as it is.
        (machine / "etc/letsencrypt").mkdir(exist_ok=True)
        (machine / "etc/letsencrypt/cli.ini").write_text("server = https://localhost:14000/dir\n", "utf-8")

    def close(self):
        for process in self.running:
            process.terminate()
            process.wait()


class Walk:
    """Somebody who follows the page: pastes each block, and what the block before has printed where the page says so."""

    def __init__(self, machine):
        self.machine, self.printed = machine, ""

    def block(self, heading, text, code=0):
        person = PEOPLE[heading]
        words = ["bash", "-eo", "pipefail", "-c", f"cd /packages\n{text}" if person is None else f"cd; {text}"]
        if person:
            words = ["runuser", "-u", person, "--", "env", f"HOME=/home/{person}", *words]
        takes = re.search(r" -$", text.strip()) is not None
        done = self.machine.run(*words, input=f"{self.printed}\n" if takes else None, code=code, timeout=900)
        if "setup" in text or "share web" in text:
            self.printed = done.out.splitlines()[0]
        return done


def test_the_page_goes_as_it_stands(folder, tmp_path_factory):
    debs = packages(tmp_path_factory)
    (folder / "packages").mkdir()
    for name in ("keyferry", "keyferry-relay", "keyferry-authority", "keyferry-verifier", "keyferry-server"):
        shutil.copy(debs[name], folder / "packages")
    steps = blocks()
    assert [heading for heading, _ in steps] == ["1. The server"] * 3 + ["2. Your computer"] * 3 + ["3. Your friend's computer"] * 2 + ["4. Taking it back"] * 2
    began = time.monotonic()
    (heading, install), *steps = steps
    assert "apt-get install" in install
    machine = Machine(folder, NAME, network=Network.OUTSIDE)
    try:
        Walk(machine).block(heading, install)
    finally:
        machine.close()
    installed = time.monotonic()

    place = Place()
    (folder / "usr/sbin/policy-rc.d").unlink()
    machine = Machine(folder, NAME, systemd=True)
    try:
        # The people's own accounts; sshd runs, as on every machine whose root account one has.
        machine.shell("for name in ada bob; do adduser --quiet --disabled-password --gecos '' $name; done; systemctl is-active ssh")
        world = LetsEncrypt(machine, place)
        try:
            walk = Walk(machine)
            answers = [walk.block(heading, text) for heading, text in steps[:-1]]
            assert [answers[number].out.strip() for number in (3, 6)] == ["deploy", "deploy"], answers
            assert "deploy@web  taken" in answers[-1].out and "web took it" in answers[-1].out + answers[-1].err, answers[-1]
            heading, text = steps[-1]
            refused = walk.block("3. Your friend's computer", text, code=255)
            assert "Permission denied" in refused.err
            assert walk.block("2. Your computer", text).out.strip() == "deploy", "the administrator's own login stays"
            renewed(machine)
            machine.run("keyferry-server", "undo", "--yes")
            assert walk.block("2. Your computer", text, code=255).err
        finally:
            world.close()
    finally:
        machine.close()
        place.close()
    print(f"installed in {installed - began:.0f} s, from there to the end {time.monotonic() - installed:.0f} s")


def renewed(machine):
    """certbot renews with what setup left to it, and nginx serves the new certificate."""
    def serial():
        shown = machine.shell(f"openssl s_client -connect {ADDRESS}:443 -servername {NAME} < /dev/null 2>/dev/null | openssl x509 -noout -serial").out
        return shown.strip()
    before = serial()
    machine.run("certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
    wait_until(lambda: serial() != before, "nginx to serve the renewed certificate", 30)
