"""From the authority's revoke to sshd's refusal, with nothing but the programs that an operator starts."""

import json
import threading
import time

import pytest
from support import LOGIN, Authority, Sshd, Verifier, Wallet, wait_until
from support.list_server import krl_number


class Site:
    """Authority, agent, and two sshds that trust one CA."""

    def __init__(self, place):
        self.place = place
        self.authority = Authority(place)
        self.web, self.db = Sshd(place, "web", self.authority), Sshd(place, "db", self.authority)
        for sshd in (self.web, self.db):
            self.authority.add_host(sshd)
        self.verifier = Verifier(place, self.authority, list_keys={"wait": "2s"})

    def start(self):
        self.authority.start()
        self.verifier.start()
        self.web.start()
        self.db.start()
        return self

    def holder(self, name, hosts=("web", "db")):
        """A wallet that took a root share; returns it, its files and the share's id."""
        wallet = Wallet(self.place, name)
        named = [word for host in hosts for word in ("--host", host)]
        offer = self.authority.share("--as", LOGIN, *named, "--for", "4h")
        wallet.run("accept", "--yes", "--allow-local", "-", input=offer)
        folder = next((wallet.home / "ssh").iterdir())
        key = next(path for path in folder.iterdir() if path.with_name(f"{path.name}-cert.pub").exists())
        share = wallet.json("list")["credentials"][0]["share"]
        return key, key.with_name(f"{key.name}-cert.pub"), share


@pytest.fixture
def site(place):
    return Site(place).start()


#= spec:quality#1-revoked test
#= spec:authority#6-long-poll test
#= spec:authority#5-trust test
def test_a_revoke_bites_at_every_sshd_within_two_seconds(site):
    key, cert, share = site.holder("ada")
    other_key, other_cert, _ = site.holder("bob")
    for sshd in (site.web, site.db):
        assert sshd.login(key, cert).code == 0 and sshd.login(other_key, other_cert).code == 0
    site.authority.run("revoke", share)
    wait_until(lambda: site.web.login(key, cert).code != 0, "web to refuse", 2)
    assert site.db.login(key, cert).code != 0
    assert site.web.login(other_key, other_cert).code == 0, "the other share lives"


def test_a_share_for_one_host_is_refused_by_the_other(site):
    key, cert, _ = site.holder("ada", hosts=("web",))
    assert site.web.login(key, cert).code == 0
    assert site.db.login(key, cert).code != 0


def test_an_acknowledged_revoke_survives_the_authoritys_death(site):
    key, cert, share = site.holder("ada")
    site.verifier.stop()
    site.authority.run("revoke", share)
    site.authority.kill()
    assert site.web.login(key, cert).code == 0, "nobody has told sshd yet"
    site.verifier.launch()
    site.authority.start()
    wait_until(lambda: site.web.login(key, cert).code != 0, "web to refuse", 10)


def test_restarts_of_either_side_need_no_hand(site):
    key, cert, share = site.holder("ada")
    for _ in range(3):
        site.authority.restart()
        wait_until(lambda: _installed(site), "the list after the restart", 15)
    site.verifier.restart()
    assert site.web.login(key, cert).code == 0
    site.authority.run("revoke", share)
    wait_until(lambda: site.web.login(key, cert).code != 0, "web to refuse", 2)
    for reason in ("roll_back", "two_lists", "wrong_hash", "unknown_key"):
        assert f'reason="{reason}"' not in site.verifier.metrics()


def _installed(site):
    """Whether sshd's file is the authority's newest list."""
    newest = site.authority.call("GET", "/v1/lists/ssh.krl").headers["keyferry-list"]
    return newest == f"epoch=1, number={krl_number(site.verifier.krl)}"


def test_a_list_is_there_for_those_who_read_its_signature_while_others_follow(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    for _ in range(9):
        authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
    shares = [one["share"] for one in json.loads(authority.run("list", "--json").out)["shares"]]
    first = authority.call("GET", "/v1/lists/ssh.krl").headers["keyferry-list"].split("number=")[1]
    for share in shares[:8]:
        authority.run("revoke", share)
    assert authority.call("GET", f"/v1/lists/ssh.krl?number={first}").status == 200
    authority.run("revoke", shares[8])
    assert authority.call("GET", f"/v1/lists/ssh.krl?number={first}").status == 404


def test_the_agent_may_be_first(place):
    site = Site(place)
    site.verifier.launch()
    wait_until(site.verifier.krl.exists, "the file")
    site.web.start()
    site.authority.start()
    wait_until(site.verifier.ready, "the first contact", 15)
    key, cert, _ = site.holder("ada")
    assert site.web.login(key, cert).code == 0


def test_an_authority_that_stops_answers_its_waiting_calls_at_once(place):
    authority, answers = Authority(place).start(), []
    known = authority.call("GET", "/v1/lists/ssh.krl").headers["etag"]

    def wait():
        answers.append(authority.call("GET", "/v1/lists/ssh.krl", headers={"If-None-Match": known, "Prefer": "wait=25"}))

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    wait_until(lambda: "keyferry_authority_waiting_calls 1" in authority.metrics(), "the call to wait")
    begun = time.monotonic()
    assert authority.stop() == 0
    assert time.monotonic() - begun < 9, "the drain did not end by its limit"
    waiter.join(30)
    assert [answer.status for answer in answers] == [304]
