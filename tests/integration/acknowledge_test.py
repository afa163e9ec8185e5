"""A revoke says which verifiers have taken the list: real agents, real sshd, and who would like to speak for others."""

import http.client
import json
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import time

import pytest
from support import BIN, LOGIN, Authority, Relay, Sshd, Verifier, Wallet, wait_until
from support.openid import Client, Key


class Site:
    """Authority and two hosts, each with its own sshd and its own recorded verifier."""

    def __init__(self, place, hosts=("web", "db")):
        self.place = place
        self.authority = Authority(place)
        self.verifiers, self.sshd = {}, {}
        for host in hosts:
            self.verifiers[host] = Verifier(place, self.authority, name=f"verifier-{host}")
            self.sshd[host] = Sshd(place, host, self.authority, krl=self.verifiers[host].krl)
            self.authority.add_host(self.sshd[host])
            self.authority.add_verifier(host, self.verifiers[host])
        self.authority.start()
        for host in hosts:
            self.verifiers[host].start()
            self.sshd[host].start()
        wait_until(lambda: all(self.heard(host) for host in hosts), "every verifier to be heard", 20)

    def recorded(self):
        listed = json.loads(self.authority.run("verifier", "list", "--json").out)["verifiers"]
        return {one["name"]: one for one in listed}

    def heard(self, host):
        return self.recorded()[host]["lists"]

    def holder(self, name="ada", hosts=("web", "db")):
        """A wallet with a root share; returns it, what it logs in with, and the share's id."""
        wallet = Wallet(self.place, name)
        named = [word for host in hosts for word in ("--host", host)]
        wallet.run("accept", "--yes", "--allow-local", "--name", "servers", "-",
                   input=self.authority.share("--as", LOGIN, *named, "--for", "4h", "--depth", "1"))
        return wallet, taken(wallet), wallet.json("list")["credentials"][0]["share"]


@pytest.fixture
def site(place):
    return Site(place)


def verifiers_of(answer):
    """{name: verifier} of the first list of a revoke's answer."""
    return {one["name"]: one for one in answer["lists"][0]["verifiers"]}


#= spec:authority#6-acknowledged test
def test_the_administrator_is_told_who_took_the_list(site):
    _, login, share = site.holder()
    assert all(sshd.login(*login).code == 0 for sshd in site.sshd.values())
    done = site.authority.run("revoke", share)
    # What is said is true by sshd's own answer, at once.
    assert all(sshd.login(*login).code != 0 for sshd in site.sshd.values())
    assert re.search(r"^list \d+ is out$", done.err, re.MULTILINE), done
    for host in ("web", "db"):
        assert re.search(rf"^{host} took it after \d\.\d s$", done.err, re.MULTILINE), done
    assert "new logins are refused now; sessions that are open now go on" in done.err


def test_a_verifier_that_is_cut_off_is_named(site):
    _, login, share = site.holder()
    site.verifiers["db"].signal(signal.SIGSTOP)
    began = time.monotonic()
    done = site.authority.run("revoke", share)
    took = time.monotonic() - began
    site.verifiers["db"].signal(signal.SIGCONT)
    assert took < 30, "it waits a moment, not for ever"
    assert re.search(r"^web took it after", done.err, re.MULTILINE), done
    assert re.search(r"^db has not taken it yet; it was heard \d+(\.\d)? s ago$", done.err, re.MULTILINE), done
    assert "refused where the list was taken; elsewhere once it arrives" in done.err
    wait_until(lambda: site.sshd["db"].login(*login).code != 0, "db to refuse", 20)
    again = json.loads(site.authority.run("revoke", share, "--json").out)
    assert verifiers_of(again)["db"]["took"] is True


def test_a_holder_is_told_about_its_hosts_and_no_others(site):
    ada, _, _ = site.holder(hosts=("web",))
    bob, share = shared(site, ada)
    answer = ada.json("revoke", share)["outcomes"][0]
    assert answer["lists"][0]["out"] is True and set(verifiers_of(answer)) == {"web"}
    web = verifiers_of(answer)["web"]
    assert web["recorded"] and web["took"] and 0 <= web["took_after_ms"] < 30_000 and web["heard_ago"] < 60
    assert site.sshd["web"].login(*bob).code != 0


def taken(wallet):
    """What a wallet that holds one credential logs in with."""
    folder = next((wallet.home / "ssh").iterdir())
    key = next(path for path in folder.iterdir() if path.with_name(f"{path.name}-cert.pub").exists())
    return key, key.with_name(f"{key.name}-cert.pub")


def shared(site, ada, name="bob"):
    """A share of ada's that another wallet took; returns what that logs in with and the share's id."""
    site.relay = getattr(site, "relay", None) or Relay(site.place, engine="memory").start()
    made = ada.json("share", "servers", "--now", "--for", "1h", "--relay", site.relay.url, "--allow-local", "--yes")
    bob = Wallet(site.place, name)
    bob.run("accept", "--yes", "--allow-local", "--name", "gift", "-", input=made["link"])
    return taken(bob), made["share"]


def test_words_for_the_holder(site):
    ada, _, _ = site.holder()
    _, share = shared(site, ada)
    said = ada.run("revoke", share).err
    assert re.search(r"^revoked: ", said, re.MULTILINE) and re.search(r"^list \d+ is out$", said, re.MULTILINE), said
    assert re.search(r"^web took it after \d\.\d s$", said, re.MULTILINE), said
    assert re.search(r"^db took it after \d\.\d s$", said, re.MULTILINE), said
    assert "new logins are refused now; sessions that are open now go on until they end" in said
    _, share = shared(site, ada, "carol")
    said = ada.run("revoke", "--below", "servers", "--yes").err
    assert f"revoked: {share}" in said and "web took it after" in said, said
    assert ada.run("revoke", "--below", "servers", "--yes").err == "nothing is shared from it now\n"


def test_a_slow_verifier_does_not_hold_the_holder_up_for_long(site):
    ada, _, _ = site.holder()
    _, share = shared(site, ada)
    site.verifiers["db"].signal(signal.SIGSTOP)
    began = time.monotonic()
    said = ada.run("revoke", share).err
    took = time.monotonic() - began
    site.verifiers["db"].signal(signal.SIGCONT)
    assert took < 30 and "web took it" in said and "db has not taken it yet; it was heard" in said, said


def test_several_shares_are_told_together(site):
    ada, _, _ = site.holder()
    ids = [shared(site, ada, name)[1] for name in ("bob", "carol")]
    done = ada.run("revoke", *ids)
    assert done.err.count("new logins are refused now") == 1 and done.err.count("web took it after") >= 1, done


def test_who_is_not_recorded_is_not_spoken_for(place):
    site = Site(place, hosts=("web",))
    site.authority.run("verifier", "remove", "web")
    wait_until(lambda: "not_acknowledged" in site.verifiers["web"].log(), "the agent to be told", 60)
    _, login, share = site.holder(hosts=("web",))
    done = site.authority.run("revoke", share)
    assert "web: nobody knows, since its verifier is not recorded at the authority" in done.err
    assert "new logins are refused within seconds wherever the verifier is connected" in done.err
    wait_until(lambda: site.sshd["web"].login(*login).code != 0, "web to refuse all the same", 10)


def blocked(krl):
    """A folder stands where the list belongs, so that no file can take its place; false where the agent was faster."""
    krl.unlink(missing_ok=True)
    try:
        (krl / "in the way").mkdir(parents=True)
    except (FileExistsError, NotADirectoryError):
        return False
    return True


#= spec:authority#6-acknowledged test
def test_a_list_that_cannot_be_put_in_place_is_not_acknowledged(place):
    site = Site(place, hosts=("web",))
    _, login, share = site.holder(hosts=("web",))
    krl = site.verifiers["web"].krl
    wait_until(lambda: blocked(krl), "a folder in the way", 20)
    done = json.loads(site.authority.run("revoke", share, "--json").out)
    assert done["lists"][0]["out"] is True and verifiers_of(done)["web"]["took"] is False
    wait_until(lambda: "install_failed" in site.verifiers["web"].log(), "the agent to say so", 20)
    (krl / "in the way").rmdir()
    krl.rmdir()
    wait_until(lambda: verifiers_of(json.loads(site.authority.run("revoke", share, "--json").out))["web"]["took"], "its word", 60)
    assert site.sshd["web"].login(*login).code != 0


def test_without_a_server_nothing_is_claimed(site):
    _, _, share = site.holder()
    site.authority.stop()
    done = site.authority.run("revoke", share)
    assert re.search(r"^list \d+ is NOT out", done.err, re.MULTILINE) and "took it" not in done.err, done
    assert re.search(r"^web has not taken it yet; it was heard", done.err, re.MULTILINE), "it remembers when: " + done.err
    assert json.loads(site.authority.run("revoke", share, "--json").out)["lists"][0]["out"] is False


def test_who_was_never_heard(place):
    authority = Authority(place)
    sshd = Sshd(place, "web", authority)
    authority.add_host(sshd)
    authority.add_verifier("web", Verifier(place, authority))
    authority.start()
    authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
    share = json.loads(authority.run("list", "--json").out)["shares"][0]["share"]
    assert "web has not taken it: its verifier was never heard" in authority.run("revoke", share).err
    assert "web  key " in authority.run("verifier", "list").out and "never heard" in authority.run("verifier", "list").out


def test_the_administrator_records_verifiers(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.add_host(Sshd(place, "db", authority))
    web, db = Verifier(place, authority, name="one"), Verifier(place, authority, name="two")
    assert "no verifier is recorded" in authority.run("verifier", "list").err
    authority.add_verifier("web", web)
    keys = authority.directory / "web.jwks"
    assert "is recorded for web; --replace" in authority.run("verifier", "add", "web", "--key", keys, code=1).err
    assert "that key is the one of web" in authority.run("verifier", "add", "db", "--key", keys, code=1).err
    assert "no host is called cache" in authority.run("verifier", "add", "cache", "--key", keys, code=1).err
    authority.add_verifier("web", db, "--replace")
    piped = authority.run("verifier", "add", "db", "--key", "-", "--json", input=web.run("init").out)
    assert json.loads(piped.out)["name"] == "db"
    # A socket cannot be opened anew by its name, and neither can a pipe of another account (runuser): it is read as it is.
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(web.run("init").out.encode())
        ours.shutdown(socket.SHUT_WR)
        done = subprocess.run([BIN / "keyferry-authority", "verifier", "add", "db", "--key", "-", "--replace", "--config", authority.config_path],
                              stdin=theirs, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert {one["name"] for one in json.loads(authority.run("verifier", "list", "--json").out)["verifiers"]} == {"web", "db"}
    authority.run("verifier", "remove", "web")
    assert "no verifier is recorded for web" in authority.run("verifier", "remove", "web", code=1).err
    for bad in ("", "{", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}'):
        keys.write_text(bad, "utf-8")
        assert authority.run("verifier", "add", "web", "--key", keys, code=None).code != 0, bad
    assert authority.run("audit").code == 0


def test_init_is_for_the_agents_account_and_changes_nothing_again(place):
    authority = Authority(place)
    verifier = Verifier(place, authority)
    first = verifier.run("init")
    key = verifier.directory / "state" / "signing.key"
    assert key.stat().st_mode & 0o777 == 0o600 and json.loads(first.out)["keys"][0]["crv"] == "P-256"
    octets = key.read_bytes()
    assert verifier.run("init").out == first.out and key.read_bytes() == octets
    key.chmod(0o644)
    assert "chmod 600" in verifier.run("init", code=None).err


def test_a_running_agent_takes_its_key_by_sighup(place):
    authority = Authority(place).start()
    authority.add_host(Sshd(place, "web", authority))
    verifier = Verifier(place, authority, list_keys={"wait": "1s"}).start()
    authority.add_verifier("web", verifier)
    verifier.signal(signal.SIGHUP)
    wait_until(lambda: json.loads(authority.run("verifier", "list", "--json").out)["verifiers"][0]["lists"], "its word", 20)
    wait_until(lambda: re.search(r"keyferry_list_acknowledged\{.*\} 1", verifier.metrics()), "the metric", 10)


# --- who would like to speak for others


class Speaker:
    """Polls with acknowledgements of its own making, written from docs/authority.md."""

    def __init__(self, place):
        self.authority = Authority(place)
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.key = Key("p256")
        self.record()
        self.authority.start()
        self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
        self.share = json.loads(self.authority.run("list", "--json").out)["shares"][0]["share"]

    def record(self, *more):
        path = self.authority.directory / "web.jwks"
        path.write_text(json.dumps({"keys": [{**self.key.jwk, "use": "sig"}]}), "utf-8")
        self.authority.run("verifier", "add", "web", "--key", path, *more)

    def newest(self):
        found = self.authority.call("GET", "/v1/lists/ssh.krl.jws").headers["keyferry-list"]
        return tuple(int(word) for word in re.findall(r"\d+", found))

    def ack(self, key=None, typ="keyferry-ack+jwt", **bent):
        epoch, number = self.newest()
        payload = {"verifier": (key or self.key).thumbprint, "aud": self.authority.url, "list": "ssh.krl", "epoch": epoch,
                   "number": number, "iat": int(time.time()), **bent}
        return (key or self.key).sign(typ, {k: v for k, v in payload.items() if v is not None})

    def poll(self, *acks, path="/v1/lists/ssh.krl.jws"):
        """What became of it, by the answer's header."""
        answer = self.authority.call("GET", path, headers={"Keyferry-Ack": acks[0]} if acks else {})
        assert answer.status == 200, answer
        return answer.headers.get("keyferry-ack")

    def told(self):
        answer = json.loads(self.authority.run("revoke", self.share, "--json").out)
        return verifiers_of(answer)["web"]


@pytest.fixture
def speaker(place):
    return Speaker(place)


#= spec:authority#6-acknowledged test
def test_the_word_of_a_recorded_key_counts(speaker):
    speaker.authority.run("revoke", speaker.share)
    assert speaker.told()["took"] is False and "heard" not in speaker.told()
    assert speaker.poll() is None
    assert speaker.poll(speaker.ack()) == "accepted"
    told = speaker.told()
    assert told["took"] is True and told["heard_ago"] < 60 and told["took_after_ms"] >= 0


#= spec:authority#6-acknowledged test
@pytest.mark.parametrize("lie, verdict", [
    ({"key": "another"}, "unknown"), ({"verifier": "web"}, "unknown"), ({"signed": "another"}, "refused"),
    ({"number": 2**52}, "refused"), ({"epoch": 2}, "refused"), ({"iat": -3600}, "refused"), ({"iat": 3600}, "refused"),
    ({"aud": "https://other.example"}, "refused"), ({"list": "x509.crl"}, "refused"), ({"typ": "keyferry-list+jwt"}, "refused"),
    ({"iat": None}, "refused"), ({"number": None}, "refused"), ({"text": "nonsense"}, "refused"), ({"text": "a" * 4000}, "refused")],
    ids=lambda value: value if isinstance(value, str) else "-".join(f"{k}={str(v)[:12]}" for k, v in value.items()))
def test_nobody_speaks_for_web(speaker, lie, verdict):
    speaker.authority.run("revoke", speaker.share)
    if "text" in lie:
        ack = lie["text"]
    elif "key" in lie:
        ack = speaker.ack(key=Key("p256"))
    elif "signed" in lie:
        head, payload, _ = speaker.ack().split(".")
        ack = ".".join((head, payload, Key("p256").sign("keyferry-ack+jwt", {}).split(".")[2]))
    else:
        bent = {k: int(time.time()) + v if k == "iat" and v else v for k, v in lie.items()}
        ack = speaker.ack(**bent)
    assert speaker.poll(ack) == verdict
    told = speaker.told()
    assert told["took"] is False and "heard" not in told


def test_an_old_word_said_again_keeps_nobody_alive(speaker):
    old = speaker.ack(iat=int(time.time()) - 60)
    assert speaker.poll(old) == "accepted"
    assert speaker.poll(speaker.ack()) == "accepted"
    heard = speaker.told()["heard"]
    wait_until(lambda: int(time.time()) > time.mktime(time.strptime(heard, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone + 1, "two seconds", 10)
    assert speaker.poll(old) == "refused"
    assert speaker.told()["heard"] == heard


def test_the_word_is_for_one_list_and_the_next_is_not_taken_by_it(speaker):
    assert speaker.poll(speaker.ack()) == "accepted"
    before = speaker.ack()
    speaker.authority.run("revoke", speaker.share)
    assert speaker.told()["took"] is False
    speaker.poll(before)
    assert speaker.told()["took"] is False
    assert speaker.poll(speaker.ack()) == "accepted" and speaker.told()["took"] is True


def test_polls_write_nothing_but_one_row(speaker):
    def rows():
        with sqlite3.connect(f"file:{speaker.authority.directory}/state/ledger.db?mode=ro", uri=True) as ledger:
            return {table: ledger.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for (table,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}

    before, now = rows(), int(time.time())
    for second in range(-100, 100):
        assert speaker.poll(speaker.ack(iat=now + second)) == "accepted"
    for _ in range(20):
        assert speaker.poll(speaker.ack(key=Key("p256"))) == "unknown"
    speaker.authority.restart()
    grown = {table: count - before[table] for table, count in rows().items() if count != before[table]}
    assert grown == {"heard_verifiers": 1}
    assert speaker.told()["heard"], "it is remembered over the restart"


def test_a_replaced_key_says_nothing_any_more(speaker):
    assert speaker.poll(speaker.ack()) == "accepted"
    old, speaker.key = speaker.key, Key("p256")
    speaker.record("--replace")
    assert "heard" not in speaker.told()
    assert speaker.poll(speaker.ack(key=old)) == "unknown"
    assert speaker.told()["took"] is False
    assert speaker.poll(speaker.ack()) == "accepted" and speaker.told()["took"] is True


def test_a_restored_authority_believes_nothing_of_before(speaker):
    backup = speaker.authority.directory / "backup.db"
    assert speaker.poll(speaker.ack()) == "accepted"
    speaker.authority.run("backup", backup)
    speaker.authority.stop()
    speaker.authority.run("restore", backup, "--accept-loss")
    speaker.authority.start()
    assert speaker.newest()[0] == 2
    assert speaker.told()["took"] is False
    assert speaker.poll(speaker.ack(epoch=1)) == "accepted", "it has an old list, and says so"
    assert speaker.told()["took"] is False
    assert speaker.poll(speaker.ack()) == "accepted" and speaker.told()["took"] is True


def test_two_words_at_once_are_none(speaker):
    trusted = ssl.create_default_context(cafile=str(speaker.authority.place.ca.path))
    connection = http.client.HTTPSConnection("127.0.0.1", speaker.authority.port, context=trusted, timeout=30)
    connection.putrequest("GET", "/v1/lists/ssh.krl.jws")
    for _ in range(2):
        connection.putheader("Keyferry-Ack", speaker.ack())
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Keyferry-Ack"] == "refused"
    assert "heard" not in speaker.told()
    connection.close()


def test_a_delete_waits_only_when_asked_to(speaker):
    holder = Client(speaker.authority.url, ca=speaker.authority.place.ca.path)
    holder.redeem(holder.read(speaker.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")))
    share = holder.share(rights={"logins": [LOGIN], "hosts": ["web"]})["share"]
    assert speaker.poll(speaker.ack()) == "accepted"
    first = holder.v1("DELETE", f"/v1/shares/{share}").json()
    assert first["revoked"] == [share] and first["lists"][0]["out"] is True
    assert verifiers_of(first)["web"]["took"] is False
    waited = holder.v1("DELETE", f"/v1/shares/{share}", headers={"Prefer": "wait=1"}).json()
    assert verifiers_of(waited)["web"]["took"] is False and waited["revoked"] == [share]
    assert speaker.poll(speaker.ack()) == "accepted"
    waited = holder.v1("DELETE", f"/v1/shares/{share}", headers={"Prefer": "wait=25"}).json()
    assert verifiers_of(waited)["web"]["took"] is True
