"""`keyferry-server setup` and `undo`, on a machine of their own: this one's files below an overlay, real nginx, sshd and accounts."""

import json
import os
import re
import shutil

import pytest
import yaml
from support import ROOT, SANITIZED, wait_until
from support.certificates import CertificateAuthority
from support.debs import packages
from support.machine import ADDRESS, Overlay, possible
from support.terminal import Terminal

pytestmark = [pytest.mark.skipif(SANITIZED, reason="packages are made of the release build"),
              pytest.mark.skipif(not possible(), reason="only root can make a machine of its own")]
NAME = "keys.test"
SETUP = ["keyferry-server", "setup", "--yes"]
FILES = ["/etc/keyferry/relay.toml", "/etc/keyferry/authority.toml", "/etc/keyferry/verifier.toml", "/etc/keyferry/trust.json",
         "/etc/nginx/sites-available/keyferry", "/etc/ssh/keyferry_ca.pub", "/etc/ssh/sshd_config.d/keyferry.conf"]


# With the units and their sandboxes; without it, as in a container.
SYSTEMD = pytest.mark.parametrize("machine", ["systemd"], indirect=True)
SERVICES = ["keyferry-authority", "keyferry-relay", "keyferry-verifier"]


@pytest.fixture
def machine(request, tmp_path, tmp_path_factory):
    debs = packages(tmp_path_factory)
    machine = Overlay(tmp_path, NAME, systemd=getattr(request, "param", None) == "systemd")
    try:
        wanted = [debs[name] for name in ("keyferry", "keyferry-relay", "keyferry-authority", "keyferry-verifier", "keyferry-server")]
        (machine / "debs").mkdir()
        for deb in wanted:
            shutil.copy(deb, machine / "debs")
        machine.shell("dpkg --no-triggers --install /debs/*.deb; useradd -m -s /bin/bash -p '*' deploy; useradd -m -s /bin/bash -p '*' maria; useradd -m -s /bin/bash ada\n"
                      f"printf '127.0.0.1 localhost\\n{ADDRESS} {NAME}\\n' > /etc/hosts; ssh-keygen -A; rm -f /etc/ssh/sshd_config.d/*; service ssh restart")
        (machine / "certificate").mkdir()
        ca = CertificateAuthority(machine / "certificate")
        ca.issue(machine / "certificate", names=(NAME,))
        ca.issue(machine / "certificate", names=("other.test",), stem="other-")
        yield machine
    finally:
        machine.close()


def options(*more, login="deploy", certificate="/certificate/cert.pem", key="/certificate/key.pem"):
    return [*SETUP, "--name", NAME, "--host", "web", "--certificate", certificate, "--key", key, "--ca", "/certificate/ca.pem", "--login", login, *more]


def as_ada(machine, *argv, input=None, code=0):
    """The wallet of somebody with an account on this machine, who has nothing but the package."""
    return machine.run("runuser", "-u", "ada", "--", "env", "HOME=/home/ada", "KEYFERRY_CA=/certificate/ca.pem", *argv, input=input, code=code)


def login(machine, name, account, code=0):
    line = json.loads(as_ada(machine, "keyferry", "list", "--json").out)["credentials"]
    command = next(entry for entry in line if entry["name"] == name)["ssh"][0]["command"]
    command = command.replace("deploy@", f"{account}@").replace("ssh ", "ssh -o BatchMode=yes ", 1)
    return as_ada(machine, "sh", "-c", f"{command} id -un", code=code).out.strip()


def texts(machine):
    return {path: (machine / path).read_text("utf-8") if (machine / path).exists() else None for path in FILES}


@SYSTEMD
def test_a_friend_logs_in_and_nobody_else_gets_in(machine):
    done = machine.run(*options())
    offer = done.out.strip()
    assert offer.startswith("openid-credential-offer://") and "\n" not in offer
    assert "\u2580" in done.err or "\u2584" in done.err, "no QR"
    as_ada(machine, "keyferry", "accept", "--yes", "--name", "web", "-", input=offer)
    assert login(machine, "web", "deploy") == "deploy"
    for other in ("maria", "root"):
        login(machine, "web", other, code=255)
    # The link that a friend gets goes through the relay behind the same address.
    made = json.loads(as_ada(machine, "keyferry", "share", "web", "--now", "--for", "4h", "--yes", "--json").out)
    assert made["link"].startswith(f"https://{NAME}/")
    friend = ["env", "KEYFERRY_HOME=/home/ada/friend"]
    as_ada(machine, *friend, "keyferry", "accept", "--yes", "--name", "gift", "-", input=made["link"])
    held = json.loads(as_ada(machine, *friend, "keyferry", "list", "--json").out)["credentials"][0]["ssh"][0]["command"]
    command = held.replace("ssh ", "ssh -o BatchMode=yes ", 1)
    assert as_ada(machine, "sh", "-c", f"{command} id -un").out.strip() == "deploy"
    # The verifier is recorded, so the revoke is seen to bite; then sshd itself refuses.
    said = as_ada(machine, "keyferry", "revoke", made["share"], "--yes")
    assert "web took it" in said.out + said.err
    as_ada(machine, "sh", "-c", f"{command} id -un", code=255)
    assert login(machine, "web", "deploy") == "deploy"
    assert set(machine.run("systemctl", "is-enabled", *SERVICES).out.split()) == {"enabled"}
    machine.run("keyferry-server", "undo", "--yes")
    assert set(machine.run("systemctl", "is-enabled", *SERVICES, code=1).out.split()) == {"disabled"}
    # A service that cannot start says itself why.
    machine.run("systemd-run", "--quiet", "--unit=in-the-way", "/usr/bin/python3", "-c", "import socket, time; s = socket.create_server(('127.0.0.1', 8443)); time.sleep(9999)")
    wait_until(lambda: machine.run("ss", "-ltn").out.count("127.0.0.1:8443"), "the port to be taken", 30)
    assert "8443" in (said := machine.run(*options(), code=1).err) and "in use" in said, said


def test_a_second_run_changes_nothing_and_a_third_admits_one_more(machine):
    machine.run(*options())
    before, shares = texts(machine), machine.run("runuser", "-u", "keyferry-authority", "--", "keyferry-authority", "list", "--json", "--config", "/etc/keyferry/authority.toml").out
    processes = machine.run("pgrep", "-a", "keyferry-").out
    again = machine.run(*SETUP)
    assert "Nothing is to be done" in again.err and not again.out and "changed:" not in again.err
    assert texts(machine) == before and machine.run("pgrep", "-a", "keyferry-").out == processes
    assert machine.run("runuser", "-u", "keyferry-authority", "--", "keyferry-authority", "list", "--json", "--config", "/etc/keyferry/authority.toml").out == shares
    more = machine.run(*SETUP, "--login", "deploy", "--login", "maria")
    assert "Match User deploy,maria\n" in texts(machine)[FILES[-1]] and f"changed: {FILES[-1]}" in more.err
    assert {path for path, text in texts(machine).items() if text != before[path]} == {FILES[-1]}


def test_undo_takes_all_of_it_back_and_setup_works_again(machine):
    before = texts(machine)
    machine.run(*options())
    with open(machine / FILES[1], "a", encoding="utf-8") as file:
        file.write("# ours\n")
    undone = machine.run("keyferry-server", "undo", "--yes")
    assert texts(machine) == before
    assert f"{FILES[1]}.changed" in undone.err and (machine / f"{FILES[1]}.changed").read_text("utf-8").endswith("# ours\n")
    assert machine.run("pgrep", "keyferry-", code=1).out == ""
    assert not os.path.lexists(machine / "etc/nginx/sites-enabled/keyferry")
    machine.run("/usr/sbin/sshd", "-t")
    assert "Nothing is to be undone" in machine.run("keyferry-server", "undo").err
    offer = machine.run(*options()).out
    as_ada(machine, "keyferry", "accept", "--yes", "--name", "web", "-", input=offer)
    assert login(machine, "web", "deploy") == "deploy"


BAD = [
    (["--name", "keys.example"], "keys.example is a placeholder"),
    (["--name", "keys.example.org"], "is a placeholder"),
    (["--address", "ssh.example:22"], "is a placeholder"),
    (["--name", "192.0.2.7"], "is an address"),
    (["--login", "nobody-here"], "no account nobody-here"),
    (["--login", "*"], "is no login"),
    (["--host", "Web 1"], "is no host name"),
    (["--certificate", "/absent.pem"], "there is no file /absent.pem"),
    (["--acme", "me@example.org"], "two ways"),
    (["--wrong"], "--wrong"),
]


def test_bad_answers_are_refused_with_their_reason_before_anything_changes(machine):
    before = texts(machine)
    for more, words in BAD:
        assert words in machine.run(*options(), *more, code=2).err, more
    assert "missing: --acme, or --certificate and --key, --login" in machine.run(*SETUP, "--name", NAME, code=2).err
    assert "me@example.org is a placeholder" in machine.run(*SETUP, "--name", NAME, "--login", "deploy", "--acme", "me@example.org", code=2).err
    assert "is not for keys.test" in machine.run(*options(certificate="/certificate/other-cert.pem", key="/certificate/other-key.pem"), code=1).err
    assert "is not the key of" in machine.run(*options(key="/certificate/other-key.pem"), code=1).err
    assert "only root" in as_ada(machine, *options(), code=1).err
    assert texts(machine) == before and not (machine / "var/lib/keyferry-server").exists()
    # Without --yes and without a terminal, nothing happens at sshd.
    asked = machine.run(*[word for word in options() if word != "--yes"], code=2)
    assert "say --yes" in asked.err and "AuthorizedPrincipalsCommand /bin/echo %u@web" in asked.err
    assert texts(machine)[FILES[-1]] is None and texts(machine)[FILES[-2]] is None


def test_lines_that_sshd_does_not_heed_are_taken_away_again(machine):
    config = machine / "etc/ssh/sshd_config"
    whole = config.read_text("utf-8")
    config.write_text(re.sub(r"^Include.*\n", "", whole, flags=re.M), "utf-8")
    said = machine.run(*options(), code=1).err
    assert "'Include /etc/ssh/sshd_config.d/*.conf'" in said
    assert texts(machine)[FILES[-1]] is None and texts(machine)[FILES[-2]] is None
    config.write_text(whole, "utf-8")
    machine.run(*options())
    # What worked before this run works after it.
    config.write_text(re.sub(r"^Include.*\n", "", whole, flags=re.M), "utf-8")
    said = machine.run(*SETUP, "--login", "deploy", "--login", "maria", code=1).err
    assert "does not heed" in said and "taken back" in said
    assert "Match User deploy\n" in texts(machine)[FILES[-1]]
    # A fault that was there before is named, and nothing is touched.
    config.write_text(whole + "\nNonsense yes\n", "utf-8")
    before = texts(machine)
    assert "Nonsense" in machine.run(*SETUP, "--login", "deploy", "--login", "maria", code=1).err
    assert texts(machine) == before


def test_each_documented_path_goes_to_the_server_whose_it_is():
    text = (ROOT / "deploy/server/nginx.conf").read_text("utf-8")
    patterns = re.findall(r"location ~ (\S+) \{\s*proxy_pass http://keyferry_authority;", text)
    assert len(patterns) == 2
    for name, ours in (("authority", True), ("relay", False)):
        document = yaml.safe_load((ROOT / "docs/openapi" / f"{name}.yaml").read_text("utf-8"))
        for path in document["paths"]:
            path = re.sub(r"\{[^}]*\}", "x", path)
            assert any(re.search(pattern, path) for pattern in patterns) == ours, path


def test_a_person_is_asked_and_asked_again(machine):
    before = texts(machine)
    person = Terminal(machine.enter("keyferry-server", "setup", "--certificate", "/certificate/cert.pem", "--key", "/certificate/key.pem", "--ca", "/certificate/ca.pem"), os.environ)
    person.answer("Public name of this machine", "keys.example")
    person.expect("is a placeholder")
    person.answer("Public name of this machine", "")  # the machine's own name, as it is offered
    person.answer("Short name of this host", "web")
    person.answer("Logins that people may be given", "deploy nobody-here")
    person.expect("has no account nobody-here")
    person.answer("Logins that people may be given", "deploy maria")
    person.expect("Match User deploy,maria")
    person.answer("Put these files there and reload sshd?", "perhaps")
    person.answer("Put these files there and reload sshd?", "n")
    assert person.end(60) == 1 and "nothing was changed at sshd" in person.seen
    assert texts(machine)[FILES[-1]] is None
    # What was answered is remembered; the one question is left.
    person = Terminal(machine.enter("keyferry-server", "setup"), os.environ)
    person.answer("Put these files there and reload sshd?", "y")
    person.expect("openid-credential-offer://", 60)
    assert person.end(60) == 0 and "The first offer, for deploy@web" in person.seen
    person = Terminal(machine.enter("keyferry-server", "undo"), os.environ)
    person.answer("Go on?", "y")
    assert person.end(60) == 0 and texts(machine) == before
