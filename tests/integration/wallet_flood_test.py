"""A receiver who may share on makes as many shares as he can: nobody above him may lose the command over his own."""

import http.client
import json
import ssl
import threading
import time

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_private_key
from support import LOGIN, Authority, Relay, Sshd, Wallet
from support.openid import Client

SHARES = 900
COMMAND = "x" * 1024  # so that all in one answer are 1.3 MB, where a wallet reads 1 MiB at most


class World:
    """Ada shares with Eve, who may share on, and with others, whom Eve's doings do not concern."""

    def __init__(self, place, limits):
        self.place = place
        self.authority = Authority(place, config={"limits": limits})
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.authority.start()
        self.relay = Relay(place).start()
        self.ada, self.eve = Wallet(place, "ada"), Wallet(place, "eve")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "3")
        self.take(self.ada, offer, "servers")
        self.others = [self.give()["share"] for _ in range(3)]
        eve = self.give("--depth", "1")
        self.eves = eve["share"]
        self.take(self.eve, eve["link"], "web")

    def take(self, wallet, offer, name):
        wallet.run("accept", "--yes", "--allow-local", "--name", name, "-", input=offer + "\n")

    def give(self, *more):
        return self.ada.json("share", "servers", "--now", "--for", "4h", "--relay", self.relay.url, "--allow-local", "--yes", *more)

    def holder(self, wallet):
        """A client that speaks to the authority with the key of the wallet's one credential."""
        client = Client(self.authority.url, self.place.ca.path)
        client.key.private = load_ssh_private_key(next((wallet.home / "ssh").rglob("id_ed25519")).read_bytes(), None)
        held = json.loads(next((wallet.home / "ssh").rglob("credential.json")).read_text("utf-8"))
        client.credential = {"keyferry": {"credential_id": held["credential_id"]}}
        assert client.login().status == 200
        return client

    def flood(self, client, shares, **wish):
        """Makes so many shares over a few connections; returns the answers that were no 201."""
        body, context, others = json.dumps({"kind": "ssh", **wish}), ssl.create_default_context(cafile=str(self.place.ca.path)), []

        def work():
            connection = http.client.HTTPSConnection("127.0.0.1", self.authority.port, context=context)
            for _ in range(shares // 3):
                headers = {"Content-Type": "application/json", **client.bearing(client.access, "POST", "/v1/shares", key=client.key)}
                connection.request("POST", "/v1/shares", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 201:
                    others.append((answer.status, text))

        workers = [threading.Thread(target=work, daemon=True) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return others

    def state(self, share):
        return next(entry["state"] for entry in json.loads(self.authority.run("list", "--json").out)["shares"] if entry["share"] == share)


@pytest.fixture(name="world")
def make_world(place, request):
    return World(place, {"calls_per_minute": 0, "shares_per_day": 0,
                         **getattr(request, "param", {"shares_per_holder": 0, "shares_per_root": 0})})


#= spec:authority#2-flood test
def test_a_flood_below_one_receiver_hinders_nobody_above_it(world):
    assert not world.flood(world.holder(world.eve), SHARES, rights={"command": COMMAND})
    listed = world.ada.json("list", "--shares")["credentials"][0]
    assert {*world.others, world.eves} <= {share["share"] for share in listed["shares"]}
    began = time.monotonic()
    world.ada.run("revoke", world.others[0][:8])
    world.ada.run("revoke", world.eves, "--yes")
    assert time.monotonic() - began < 20
    assert world.state(world.others[0]) == world.state(world.eves) == "revoked" and world.state(world.others[1]) == "open"
    world.ada.run("revoke", "--below", "servers", "--yes")
    assert world.state(world.others[1]) == world.state(world.others[2]) == "revoked"
    assert not list((world.ada.home / "transfers").glob("*.json"))
    again = world.ada.run("revoke", "--below", "servers", "--yes")
    assert "nothing is shared from it now" in again.err


#= spec:authority#2-pages test
def test_pages_hold_every_share_once_and_stay_small(world):
    eve = world.holder(world.eve)
    assert not world.flood(eve, 450, rights={"command": COMMAND})
    seen, query = [], ""
    while True:
        answer = eve.v1("GET", f"/v1/shares?limit=200{query}")
        page = answer.json()
        assert len(page["shares"]) <= 200 and len(answer.body) < 600_000
        seen += [share["share"] for share in page["shares"]]
        assert page["more"] == 450 - len(seen)
        if "next" not in page:
            break
        query = "&after=" + page["next"]
    assert len(seen) == len(set(seen)) == 450
    eve.v1("DELETE", f"/v1/shares/{seen[0]}")
    live = eve.v1("GET", "/v1/shares?state=live&limit=1").json()
    assert live["shares"][0]["share"] == seen[1] and live["more"] == 448
    assert [share["share"] for share in eve.v1("GET", f"/v1/shares?id_prefix={seen[5]}").json()["shares"]] == [seen[5]]
    assert eve.v1("GET", f"/v1/shares?children_of={world.others[0]}").json() == {"more": 0, "shares": []}
    ada = world.holder(world.ada)
    own = ada.v1("GET", f"/v1/shares?children_of={eve.v1('GET', '/v1/shares?limit=1').json()['shares'][0]['parent']}&limit=1").json()
    assert own["more"] == 449
    for wrong in ("limit=0", "limit=201", "limit=x", "after=x", "state=over", "id_prefix=" + "a" * 21):
        assert eve.v1("GET", f"/v1/shares?{wrong}").status == 400, wrong


@pytest.mark.parametrize("world", [{"shares_per_holder": 6}], indirect=True)
def test_a_holder_makes_so_many_live_shares_and_no_more(world):
    eve = world.holder(world.eve)
    make = lambda: eve.v1("POST", "/v1/shares", json={"kind": "ssh"})  # noqa: E731
    made = [make().json()["share"] for _ in range(6)]
    refused = make()
    assert refused.status == 403 and refused.json()["error"] == "too_many_shares" and "revoke one first" in refused.json()["detail"]
    told = world.eve.run("share", "web", "--now", "--for", "1h", "--relay", world.relay.url, "--allow-local", "--yes", code=3)
    assert "revoke one first" in told.err
    world.ada.json("share", "servers", "--now", "--for", "1h", "--relay", world.relay.url, "--allow-local", "--yes")
    eve.v1("DELETE", f"/v1/shares/{made[0]}")
    assert make().status == 201 and make().status == 403, "what is revoked makes room"


@pytest.mark.parametrize("world", [{"shares_per_root": 8}], indirect=True)
def test_a_branch_uses_up_its_own_part_of_the_limit_and_nobody_elses(world):
    eve, ada = world.holder(world.eve), world.holder(world.ada)
    make = lambda holder: holder.v1("POST", "/v1/shares", json={"kind": "ssh"})  # noqa: E731
    assert [make(eve).status for _ in range(9)] == [201] * 8 + [403], "alone she has all of it"
    assert make(ada).status == 201
    mallory = Wallet(world.place, "mallory")
    world.take(mallory, world.give("--depth", "1")["link"], "web")
    mallory = world.holder(mallory)
    assert [make(mallory).status for _ in range(5)] == [201] * 4 + [403], "whoever comes later has a half"
    refused = make(eve)
    assert refused.json()["error"] == "too_many_shares" and "divided among those who pass it on" in refused.json()["detail"]
    ada.v1("DELETE", f"/v1/shares/{world.eves}")
    assert make(mallory).status == 201, "a branch that is cut makes room"


@pytest.mark.parametrize("world", [{"shares_per_day": 5}], indirect=True)
def test_a_day_has_its_number_of_shares_whatever_becomes_of_them(world):
    eve = world.holder(world.eve)
    made = []
    while (answer := eve.v1("POST", "/v1/shares", json={"kind": "ssh"})).status == 201:
        made.append(answer.json()["share"])
        assert eve.v1("DELETE", f"/v1/shares/{made[-1]}").status == 200
    assert answer.json()["error"] == "too_many_shares" and "24 hours" in answer.json()["detail"]
    assert len(made) == 4, "her own share is the fifth of the branch"
