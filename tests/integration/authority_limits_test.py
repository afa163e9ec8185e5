"""What one holder and one source may do at the authority (docs/limits.md): never more, and nobody else pays for it."""

import http.client
import json
import re
import socket
import ssl
import time

import pytest
from support import LOGIN, Authority, Sshd, wait_until
from support.flood import Caller
from support.openid import Client, Key


@pytest.fixture
def start(place):
    def start_with(**limits):
        authority = Authority(place, config={"limits": limits})
        authority.add_host(Sshd(place, "web", authority))
        return authority.start()
    return start_with


def redeemed(authority, *more):
    holder = Client(authority.url, authority.place.ca.path)
    holder.redeem(holder.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1", *more)))
    return holder


class Waiting:
    """Calls that wait: each holds a connection of its own, from `source`, until it is closed or answered."""

    def __init__(self, authority):
        self.authority, self.open = authority, []
        self.context = ssl.create_default_context(cafile=str(authority.place.ca.path))

    def call(self, path, headers, source="127.0.0.1", method="GET"):
        connection = http.client.HTTPSConnection("127.0.0.1", self.authority.port, timeout=30, context=self.context,
                                                 source_address=(source, 0))
        connection.request(method, path, headers={**headers, "Prefer": "wait=25"})
        self.open.append(connection)
        return connection

    def count(self):
        return int(re.search(r"^keyferry_authority_waiting_calls (\d+)", self.authority.metrics(), re.M)[1])

    def reached(self, number):
        wait_until(lambda: self.count() == number, f"{number} calls to wait")

    def hang_up(self):
        for connection in self.open:
            connection.close()
        self.open = []


def test_lists_may_be_waited_for_by_so_many_of_one_source(start):
    authority = start(waits_per_source=2)
    waiting, known = Waiting(authority), {"If-None-Match": authority.call("GET", "/v1/lists/ssh.krl").headers["etag"]}
    for number in (1, 2):
        waiting.call("/v1/lists/ssh.krl", known)
        waiting.reached(number)
    assert waiting.call("/v1/lists/ssh.krl.jws", known).getresponse().status == 304, "answered without waiting"
    waiting.call("/v1/lists/ssh.krl", known, source="127.0.0.9")
    waiting.reached(3)
    # Whoever hangs up waits no longer.
    waiting.hang_up()
    waiting.reached(0)
    for number in (1, 2):
        waiting.call("/v1/lists/ssh.krl", known)
        waiting.reached(number)


def test_a_holder_waits_for_so_many_shares_at_once(start):
    authority = start(waits_per_holder=2)
    ada, bo = redeemed(authority), redeemed(authority)
    waiting = Waiting(authority)

    def look(holder, path, headers):
        return waiting.call(path, {**holder.bearing(holder.access, "GET", path, key=holder.key), **headers})

    paths = {holder: f"/v1/shares/{holder.share()['share']}" for holder in (ada, bo)}
    tags = {holder: {"If-None-Match": holder.v1("GET", path).headers["etag"]} for holder, path in paths.items()}
    for number in (1, 2):
        look(ada, paths[ada], tags[ada])
        waiting.reached(number)
    assert look(ada, paths[ada], tags[ada]).getresponse().status == 304
    look(bo, paths[bo], tags[bo])
    waiting.reached(3)


def test_a_verifier_that_hangs_up_waits_no_longer(start):
    authority = start()
    known = {"If-None-Match": authority.call("GET", "/v1/lists/ssh.krl.jws").headers["etag"], "Keyferry-Ack": "whatever it says"}
    waiting = Waiting(authority)
    stays = waiting.call("/v1/lists/ssh.krl.jws", known)
    waiting.reached(1)
    goes = waiting.call("/v1/lists/ssh.krl.jws", known)
    waiting.reached(2)
    goes.close()
    waiting.reached(1)
    # Who came first waits still: it was not the time that ended.
    stays.sock.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        stays.sock.recv(1)


@pytest.fixture
def listened(start):
    """Two revokes may wait at once for a verifier that was heard and takes no further list."""
    authority, key = start(waits_per_holder=2), Key("p256")
    path = authority.directory / "web.jwks"
    path.write_text(json.dumps({"keys": [{**key.jwk, "use": "sig"}]}), "utf-8")
    authority.run("verifier", "add", "web", "--key", path)
    epoch, number = re.findall(r"\d+", authority.call("GET", "/v1/lists/ssh.krl.jws").headers["keyferry-list"])
    ack = key.sign("keyferry-ack+jwt", {"verifier": key.thumbprint, "aud": authority.url, "list": "ssh.krl", "epoch": int(epoch),
                                        "number": int(number), "iat": int(time.time())})
    answer = authority.call("GET", "/v1/lists/ssh.krl.jws", headers={"Keyferry-Ack": ack})
    assert answer.headers["keyferry-ack"] == "accepted"
    return authority


def untaken(body):
    answer = json.loads(body)
    assert len(answer["revoked"]) == 1 and [one["took"] for one in answer["lists"][0]["verifiers"]] == [False], answer
    return True


def test_so_many_revokes_of_a_holder_wait_at_once(listened):
    ada, bo = redeemed(listened), redeemed(listened)
    waiting = Waiting(listened)

    def revoke(holder):
        path = f"/v1/shares/{holder.share()['share']}"
        return waiting.call(path, holder.bearing(holder.access, "DELETE", path, key=holder.key), method="DELETE")

    for number in (1, 2):
        revoke(ada)
        waiting.reached(number)
    answer = revoke(ada).getresponse()
    assert answer.status == 200 and answer.headers["dpop-nonce"] and untaken(answer.read()), "revoked, and answered at once"
    assert waiting.count() == 2
    revoke(bo)
    waiting.reached(3)
    waiting.hang_up()
    waiting.reached(0)


def test_so_many_revokes_of_the_administrator_wait_at_once(listened):
    for _ in range(4):
        listened.share("--as", LOGIN, "--host", "web", "--for", "4h")
    shares = [one["share"] for one in json.loads(listened.run("list", "--json").out)["shares"]]
    waiting = Waiting(listened)

    def revoke(share, wait=25):
        connection = Administrator(listened.directory / "state" / "admin.sock")
        connection.request("POST", "/command", json.dumps({"command": "revoke", "share": share, "wait": wait}))
        waiting.open.append(connection)
        return connection

    for number in (1, 2):
        revoke(shares[number])
        waiting.reached(number)
    answer = revoke(shares[3]).getresponse()
    assert answer.status == 200 and untaken(answer.read())
    assert waiting.count() == 2, "and the others wait still"
    refused = revoke(shares[0], wait=26).getresponse()
    assert refused.status == 400 and "wait" in json.loads(refused.read())["detail"]
    states = {one["share"]: one["state"] for one in json.loads(listened.run("list", "--json").out)["shares"]}
    assert states[shares[0]] == "open" and states[shares[3]] == "revoked"
    waiting.hang_up()
    waiting.reached(0)


class Administrator(http.client.HTTPConnection):
    """Whoever may open admin.sock."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def test_one_source_has_so_many_connections(start):
    authority = start(connections_per_source=3)
    held = [socket.create_connection(("127.0.0.1", authority.port)) for _ in range(3)]
    with pytest.raises(OSError):
        authority.call("GET", "/openapi.yaml")
    assert Client(authority.url, authority.place.ca.path, source="127.0.0.9").call("GET", "/openapi.yaml").status == 200
    for connection in held:
        connection.close()

    def served():
        try:
            return authority.call("GET", "/openapi.yaml").status == 200
        except OSError:
            return False

    wait_until(served, "room for one more")


def test_a_holder_above_its_limit_is_told_when_and_hinders_nobody(start):
    authority = start(calls_per_minute=20)
    ada, bo = redeemed(authority), redeemed(authority)
    passed = 0
    while (slow := ada.renew()).status == 200:
        passed += 1
    assert slow.status == 429 and 20 <= passed < 200
    assert slow.json()["error"] == "too_many" and int(slow.headers["retry-after"]) >= 1
    assert bo.renew().status == 200, "another holder"
    assert ada.v1("GET", "/v1/shares").status == 200, "another call"


def test_every_revoke_that_changes_something_passes(start):
    authority = start(calls_per_minute=20)
    ada = redeemed(authority)
    shares = [ada.share()["share"] for _ in range(20)]
    for share in shares[:15]:
        assert ada.v1("DELETE", f"/v1/shares/{share}").status == 200
    while (repeated := ada.v1("DELETE", f"/v1/shares/{shares[0]}")).status == 200:
        pass
    assert repeated.status == 429
    assert [ada.v1("DELETE", f"/v1/shares/{share}").status for share in shares[15:18]] == [200] * 3
    assert ada.v1("DELETE", "/v1/shares").json()["revoked"] == shares[18:]


def test_a_long_list_comes_in_pages_and_is_printed_as_one(start):
    authority = start(calls_per_minute=0)
    ada = Caller(authority)
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")))
    made = [ada.share()["share"] for _ in range(205)]
    listed = json.loads(authority.run("list", "--json").out)
    assert list(listed) == ["shares"]
    assert [share["share"] for share in listed["shares"]] == [ada.credential["keyferry"]["share"], *made]
    assert len(authority.run("list").out.splitlines()) == 206
    authority.stop()
    assert json.loads(authority.run("list", "--json").out) == listed, "without a server, too"
