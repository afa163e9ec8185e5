"""The agent and what lies between it and the authority: outages, proxies with less patience, caches that never change,
files that others change. What counts is what sshd says."""

import getpass
import json
import os
import re
import socket
import time
from pathlib import Path

import pytest
from support import LOGIN, Authority, Program, Sshd, Verifier, Wallet, free_port, run, wait_until
from support.faults import Faults
from support.list_server import ListServer, krl_number

DAY = 86_400_000


class Nginx(Program):
    """nginx with `proxy_read_timeout` in front of an authority; its log has the wait and the status of each poll."""

    def __init__(self, place, authority, read_timeout):
        super().__init__(place, "nginx")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        cert, key = place.ca.issue(self.directory)
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        (self.directory / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid "{self.directory}/nginx.pid"; error_log stderr error;
events {{ worker_connections 64; }}
http {{
  log_format polls '$request_uri "$http_prefer" $status';
  access_log "{self.directory}/access.log" polls;
  client_body_temp_path "{self.directory}/body"; proxy_temp_path "{self.directory}/proxy";
  fastcgi_temp_path "{self.directory}/f"; uwsgi_temp_path "{self.directory}/u"; scgi_temp_path "{self.directory}/s";
  server {{
    listen 127.0.0.1:{self.port} ssl;
    ssl_certificate "{cert}"; ssl_certificate_key "{key}";
    location / {{
      proxy_pass https://127.0.0.1:{authority.port};
      proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_read_timeout {read_timeout};
    }}
  }}
}}
""", "utf-8")
        self.argv = ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf"]

    def ready(self):
        return (self.directory / "nginx.pid").exists()

    def polls(self):
        """(wait or None, status) of each poll, in order."""
        lines = (self.directory / "access.log").read_text("utf-8").splitlines()
        found = [re.fullmatch(r'/v1/lists/ssh\.krl\.jws "(?:wait=(\d+)|-)" (\d+)', line) for line in lines]
        return [(int(match[1]) if match[1] else None, int(match[2])) for match in found if match]


class Site:
    """A real authority, an agent that asks it (through `through`, if given), and an sshd."""

    def __init__(self, place, read_timeout=None, **more):
        self.place = place
        self.authority = Authority(place)
        self.asked = Nginx(place, self.authority, read_timeout) if read_timeout else self.authority
        self.asked.trust_file = self.authority.trust_file
        self.verifier = Verifier(place, self.asked, **more)
        self.sshd = Sshd(place, "web", self.authority)
        self.authority.add_host(self.sshd)
        self.authority.start()
        if read_timeout:
            self.asked.start()
        self.verifier.start()
        self.sshd.start()
        self.login, self.share = self.holder("ada")

    def holder(self, name):
        wallet = Wallet(self.place, name)
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
        wallet.run("accept", "--yes", "--allow-local", "-", input=offer)
        folder = next((wallet.home / "ssh").iterdir())
        key = next(path for path in folder.iterdir() if path.with_name(f"{path.name}-cert.pub").exists())
        return (key, key.with_name(f"{key.name}-cert.pub")), wallet.json("list")["credentials"][0]["share"]

    def lets_in(self, login=None):
        return self.sshd.login(*(login or self.login)).code == 0


def metric(verifier, name, **labels):
    for line in verifier.metrics().splitlines():
        if line.startswith(f"{name}{{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    return None


def events(verifier, event):
    entries = [json.loads(line) for line in verifier.log().splitlines() if line.startswith("{")]
    return [entry for entry in entries if entry["event"] == event]


def failures(verifier, reason="network"):
    return metric(verifier, "keyferry_list_failures_total", reason=reason) or 0


# --- outages


#= spec:authority#6-back test
def test_a_revoke_bites_soon_after_the_authority_is_back(place):
    site = Site(place)
    site.authority.kill()
    # So often it asked only after minutes when its pauses doubled up to 30 s.
    wait_until(lambda: failures(site.verifier) >= 12, "a dozen attempts", 60)
    site.authority.run("revoke", site.share)
    assert site.lets_in(), "nobody could tell it yet"
    site.authority.start()
    wait_until(lambda: not site.lets_in(), "web to refuse", 10)


#= spec:authority#6-back test
def test_an_authority_that_lost_its_power_is_asked_again_when_it_is_back():
    # Only in a network of one's own may a socket be closed without a word.
    here = f"{__file__}::test_in_a_network_of_ones_own"
    inner = 'ip link set lo up && exec /usr/bin/python3 -B -m pytest -q -p no:cacheprovider "$1"'
    done = run(["unshare", "-Urn", "sh", "-c", inner, "sh", here], env={**os.environ, "KEYFERRY_OWN_NETWORK": "1"}, timeout=120, code=None)
    assert done.code == 0 and "1 passed" in done.out, done


def all_acknowledged(port):
    """Whether nothing is under way to `port` on any connection of this network."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]]
    return all(line[4].startswith("00000000:") for line in lines if line[2].endswith(f":{port:04X}"))


@pytest.mark.skipif("KEYFERRY_OWN_NETWORK" not in os.environ, reason="run by the test above")
def test_in_a_network_of_ones_own(place):
    server = ListServer(place).start()
    server.publish()
    verifier = Verifier(place, server).start()
    wait_until(lambda: server.requests >= 2, "the long poll")
    # Else its machine sends the question again, and hears by that that nobody is there.
    wait_until(lambda: all_acknowledged(server.port), "the question to be acknowledged")
    # A machine that loses its power says nothing; back again it knows nothing of the connection.
    for connection in server.open:
        connection.setsockopt(socket.IPPROTO_TCP, 19, 1)  # TCP_REPAIR
        os.close(connection.detach())
    began = time.monotonic()
    number = server.publish([7])
    wait_until(lambda: krl_number(verifier.krl) == number, "the list", 15)
    assert time.monotonic() - began < 15


# --- proxies


#= spec:authority#6-impatient test
@pytest.mark.parametrize("policy", ["closed", "last-good:30s"])
def test_a_proxy_with_less_patience_than_the_wait_locks_nobody_out(place, policy):
    site = Site(place, read_timeout="5s", on_unreachable=policy)
    polls = wait_until(lambda: [p for p in site.asked.polls() if p[1] == 504] and site.asked.polls(), "a broken wait", 30)
    assert (25, 504) in polls
    wait_until(lambda: site.asked.polls().count((3, 304)) >= 2, "waits that last", 30)
    after = site.asked.polls()[site.asked.polls().index((25, 504)) + 1]
    assert after == (None, 304), "a broken wait is followed by a question without one"
    assert site.lets_in()
    assert metric(site.verifier, "keyferry_list_mode", mode="following") == 1
    assert metric(site.verifier, "keyferry_list_age_seconds") < 25, "answers without news are contact"
    assert not events(site.verifier, "mode") or all(e["mode"] == "following" for e in events(site.verifier, "mode"))
    assert not events(site.verifier, "no_contact") and failures(site.verifier, "unavailable") == 0
    site.authority.run("revoke", site.share)
    wait_until(lambda: not site.lets_in(), "web to refuse", 10)


# --- answers that never change


#= spec:authority#6-impatient test
def test_an_answer_of_304_is_contact_until_the_list_runs_out_and_no_longer(place):
    server = ListServer(place).start()
    server.publish(lifetime=86400)
    verifier = Verifier(place, server, on_unreachable="closed", list_keys={"wait": "1s"})
    faults = Faults(verifier)
    verifier.start()
    asked = server.requests
    wait_until(lambda: server.requests >= asked + 3, "answers of 304", 20)
    wait_until(lambda: metric(verifier, "keyferry_list_mode", mode="following") == 1, "following", 20)
    wait_until(lambda: metric(verifier, "keyferry_list_age_seconds") < 1, "an age of less than a wait", 20)
    assert not events(verifier, "no_contact")
    # A day later the list has run out, and whoever stands between still says "unchanged".
    faults.clock_step = DAY + 300_000
    wait_until(lambda: [e for e in events(verifier, "no_contact") if e["reason"] == "frozen"], "the refusal", 20)
    wait_until(lambda: metric(verifier, "keyferry_list_mode", mode="closed") == 1, "closed", 20)
    assert "ran out at" in events(verifier, "no_contact")[0]["detail"]
    number = server.publish(issued=time.time() + DAY / 1000 + 300)
    wait_until(lambda: krl_number(verifier.krl) == number, "a list that is news", 20)
    wait_until(lambda: metric(verifier, "keyferry_list_mode", mode="following") == 1, "following", 20)


# --- the file


def moved(krl):
    krl.rename(krl.with_name("moved"))


def folder_replaced(krl):
    folder = krl.parent
    folder.rename(folder.with_name("old"))
    folder.mkdir()


MEDDLE = {"removed": lambda krl: krl.unlink(), "emptied": lambda krl: krl.write_bytes(b""),
          "overwritten": lambda krl: krl.write_bytes(b"ssh-ed25519 AAAA\n"), "closed": lambda krl: krl.chmod(0o000),
          "moved": moved, "folder replaced": folder_replaced}


def apart(verifier, place):
    """Gives the list file a folder of its own."""
    verifier.krl = place.folder("etc") / "ssh.krl"
    (place.directory / "etc").chmod(0o755)
    text = verifier.config_path.read_text("utf-8")
    verifier.config_path.write_text(re.sub(r'^file = .*$', f"file = {json.dumps(str(verifier.krl))}", text, flags=re.M), "utf-8")
    return verifier


#= spec:authority#6-kept test
@pytest.mark.parametrize("meddle", MEDDLE.values(), ids=MEDDLE.keys())
def test_whatever_is_done_to_the_file_sshd_soon_reads_the_list_again(place, meddle):
    server = ListServer(place).start()
    server.publish([7])
    # The agent waits 25 s for news: nothing but the file itself tells it.
    verifier = apart(Verifier(place, server), place).start()
    sshd = Sshd(place, "web", server, krl=verifier.krl).start()
    good, bad = certified(place, server, 8), certified(place, server, 7)
    assert sshd.login(*good).code == 0 and sshd.login(*bad).code != 0
    before = verifier.krl.read_bytes()
    meddle(verifier.krl)
    wait_until(lambda: is_back(verifier.krl, before), "the file", 10)
    assert sshd.login(*good).code == 0 and sshd.login(*bad).code != 0
    wait_until(lambda: events(verifier, "put_back"), "the log to say so", 5)


def is_back(krl, before):
    try:
        return krl.read_bytes() == before and krl.stat().st_mode & 0o777 == 0o644
    except OSError:
        return False


def certified(place, server, serial):
    key = place.folder("keys") / f"user{serial}"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    return key, server.certify(key.with_name(f"{key.name}.pub"), serial, [f"{LOGIN}@web"])


def test_without_inotify_the_file_is_looked_at_all_the_same(place):
    server = ListServer(place).start()
    server.publish([7])
    verifier = Verifier(place, server)
    none_left = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
    verifier.argv = ["unshare", "-Ur", "sh", "-c", none_left, "sh", *verifier.argv]
    verifier.start()
    wait_until(lambda: events(verifier, "watch_failed"), "the log to say so", 10)
    assert "max_user_instances" in events(verifier, "watch_failed")[0]["detail"]
    before = verifier.krl.read_bytes()
    verifier.krl.write_bytes(b"")
    wait_until(lambda: is_back(verifier.krl, before), "the file", 10)
    assert len(events(verifier, "watch_failed")) == 1


def test_somebody_who_writes_the_file_again_and_again_does_not_keep_a_core_busy(place):
    server = ListServer(place).start()
    server.publish([7])
    verifier = Verifier(place, server).start()
    before = verifier.krl.read_bytes()
    began = time.monotonic()
    while time.monotonic() - began < 2:
        verifier.krl.write_bytes(b"mine")
        time.sleep(0.001)
    wait_until(lambda: is_back(verifier.krl, before), "the file", 10)
    assert metric(verifier, "keyferry_list_installs_total") < 30 * (time.monotonic() - began)


# --- a copy that is lost


#= spec:authority#6-whole test
@pytest.mark.parametrize("state", ["removed", "cut"])
@pytest.mark.parametrize("krl", ["removed", "emptied", "another"])
def test_a_lost_copy_never_becomes_an_empty_list(place, state, krl):
    server = ListServer(place).start()
    server.publish([7])
    verifier = Verifier(place, server, list_keys={"wait": "1s"}).start()
    sshd = Sshd(place, "web", server).start()
    good, bad = certified(place, server, 8), certified(place, server, 7)
    assert sshd.login(*good).code == 0 and sshd.login(*bad).code != 0
    verifier.stop()
    server.stop()
    copy = next((verifier.directory / "state").glob("*/list-1-*"))
    octets = copy.read_bytes()
    copy.unlink()
    if state == "cut":
        copy.write_bytes(octets[:-3])
    empty = server.krl([], 5)
    verifier.krl.unlink()
    if krl != "removed":
        verifier.krl.write_bytes(b"" if krl == "emptied" else empty)
    verifier.launch()
    wait_until(lambda: verifier.krl.exists() and verifier.krl.read_bytes() not in (b"", empty), "a list of the agent's", 10)
    assert sshd.login(*bad).code != 0, "what was revoked is refused"
    assert sshd.login(*good).code != 0, "nothing is known to be safe"
    server.start()
    wait_until(lambda: sshd.login(*good).code == 0, "the list to be fetched again", 20)
    assert sshd.login(*bad).code != 0


def test_a_lost_position_is_said_and_never_forgotten(place):
    server = ListServer(place).start()
    server.publish([7])
    verifier = Verifier(place, server).start()
    verifier.stop()
    position = next((verifier.directory / "state").glob("*/position.json"))
    position.unlink()
    before = verifier.krl.read_bytes()
    assert "position.json is damaged" in verifier.run(code=1).err
    assert verifier.krl.read_bytes() == before
