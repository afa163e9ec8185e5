"""docs/openapi/authority.yaml is what the running authority serves and does."""

import secrets
import uuid

import pytest
from support import LOGIN, ROOT, Authority, Sshd
from support.openapi import OpenApi
from support.openid import Client

DOCUMENT = ROOT / "docs" / "openapi" / "authority.yaml"
UNKNOWN = "a" * 20
CALLS = 40


class Checked(Client):
    """A client whose every answer is compared with the document."""

    def __init__(self, authority, api, **more):
        super().__init__(authority.url, authority.place.ca.path, **more)
        self.api = api

    def call(self, method, path, headers=None, **more):
        answer = super().call(method, path, headers, **more)
        return self.api.check(method, path.removeprefix(self.url), answer, more.get("json"))


@pytest.fixture
def authority(place):
    authority = Authority(place, config={"limits": {"failures_per_minute": 40, "calls_per_minute": CALLS}})
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


def test_the_authority_serves_its_document(authority):
    answer = authority.call("GET", "/openapi.yaml")
    assert answer.status == 200 and answer.body == DOCUMENT.read_bytes()


#= spec:authority#2-metadata test
#= spec:authority#2-errors test
#= spec:authority#1-path test
def test_every_documented_answer_is_given_as_documented(authority):
    api = OpenApi(authority.call("GET", "/openapi.yaml").body)
    ada, bo = Checked(authority, api), Checked(authority, api, kind="p256")
    for path in ("/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server", "/openapi.yaml"):
        ada.call("GET", path)
    ada.call("GET", "/offers/nothing")
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "2")), label="Ada")
    for body in ("text", {"credential_configuration_id": "none"}, {"credential_configuration_id": "ssh", "proofs": {}}):
        ada.issue("nonsense", body=body)
    note(ada, bo, authority)
    share_calls(ada, bo)
    lists(ada)
    one_too_many(authority, api)
    for _ in range(60):
        bo.token({"grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "none"}}}, dpop=False)
    # What only a broken or full disk or a full queue can cause is documented alone.
    missing = {(name, status) for name, status in api.operations() - api.seen if status not in (503, 507)}
    assert not missing, missing


def note(ada, bo, authority):
    """Redeems once more and says what became of it; every refusal of the two endpoints on the way."""
    token = ada.token(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h"))).json()["access_token"]
    ada.issue(token, proof="not a proof")
    identity = ada.issue(token).json()["notification_id"]
    for body, headers in (({"notification_id": identity, "event": "credential_accepted"}, ada.bearing(token, "POST", "/notification")),
                          ({"notification_id": "none", "event": "credential_accepted"}, ada.bearing(token, "POST", "/notification")),
                          ({"notification_id": identity, "event": "credential_accepted"}, {})):
        ada.call("POST", "/notification", headers, json=body)


def share_calls(ada, bo):
    """Every answer of the calls under /v1/shares and of renewal."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    ada.v1("POST", "/v1/shares", key, json={"kind": "ssh"})
    ada.v1("POST", "/v1/shares", key, json={"kind": "ssh", "depth": 1})
    ada.v1("POST", "/v1/shares", json={"kind": "ssh", "depth": -1})
    ada.v1("POST", "/v1/shares", json={"kind": "ssh", "rights": {"logins": ["somebody"]}})
    ada.v1("POST", "/v1/shares", {"Content-Type": "text/plain"}, body="x")
    ada.renew()
    ada.v1("POST", "/v1/credentials/renew", json={"proofs": {}})
    ada.v1("POST", "/v1/credentials/renew", {"Content-Type": "text/plain"}, body="x")
    locked = ada.share(pin="123456")
    for _ in range(5):
        bo.token(locked["credential_offer"], pin="000000")
    path = f"/v1/shares/{locked['share']}"
    ada.v1("POST", f"{path}/pin", json={"pin": "1"})
    ada.v1("POST", f"{path}/pin", {"Content-Type": "text/plain"}, body="x")
    ada.v1("POST", f"{path}/offer", json={})
    ada.v1("POST", f"{path}/refuse", json={})
    ada.v1("POST", f"{path}/pin", json={"pin": "654321"})
    ada.v1("POST", f"{path}/pin", json={"pin": "654321"})
    ada.v1("POST", f"{path}/offer", json={})
    ada.v1("POST", f"{path}/refuse", json={})
    tag = ada.v1("GET", path).headers["etag"]
    ada.v1("GET", path, {"If-None-Match": tag})
    for query in ("", "?limit=1", "?limit=0", "?state=over", "?after=x"):
        ada.v1("GET", f"/v1/shares{query}")
    confirmed = f"/v1/shares/{ada.share(mode='confirmed')['share']}"
    ada.v1("POST", f"{confirmed}/grant", json={"thumbprint": "short"})
    ada.v1("POST", f"{confirmed}/grant", {"Content-Type": "text/plain"}, body="x")
    ada.v1("POST", f"{confirmed}/grant", json={"thumbprint": bo.key.thumbprint, "label": "Bo"})
    ada.v1("POST", f"{confirmed}/grant", json={"thumbprint": ada.key.thumbprint})
    child = ada.share(depth=1)
    bo.redeem(child["credential_offer"], dpop=False)
    bo.v1("GET", "/v1/shares")
    ada.v1("DELETE", f"/v1/shares/{child['share']}")
    calls = [("GET", ""), ("DELETE", ""), ("POST", "/pin"), ("POST", "/offer"), ("POST", "/refuse"), ("POST", "/grant")]
    for method, rest in calls:
        body = {"json": {"pin": "123456", "thumbprint": "A" * 43}} if method == "POST" else {}
        ada.v1(method, f"/v1/shares/{UNKNOWN}{rest}", **body)
        bo.v1(method, f"/v1/shares/{UNKNOWN}{rest}", **body)
        ada.call(method, f"/v1/shares/{UNKNOWN}{rest}", **body)
    for method, path in (("GET", "/v1/shares"), ("DELETE", "/v1/shares"), ("POST", "/v1/shares"), ("POST", "/v1/credentials/renew")):
        ada.call(method, path, {"Authorization": f"DPoP {secrets.token_urlsafe(32)}"}, **({"json": {}} if method == "POST" else {}))
        bo.v1(method, path, **({"json": {"kind": "ssh", "proofs": {"jwt": [bo.proof()]}}} if method == "POST" else {}))
    ada.v1("DELETE", "/v1/shares")


def one_too_many(authority, api):
    """Every call that a holder can make, until it is held up."""
    eve = Checked(authority, api)
    offer = eve.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1"))
    eve.redeem(offer)
    while (answer := eve.token(offer)).status == 200:
        token = answer.json()["access_token"]
    assert answer.status == 429
    path = f"/v1/shares/{UNKNOWN}"
    calls = [lambda: eve.login(), lambda: eve.issue(token, proof="none"),
             lambda: eve.call("POST", "/notification", eve.bearing(token, "POST", "/notification"),
                              json={"notification_id": "none", "event": "credential_accepted"}),
             lambda: eve.renew(), lambda: eve.v1("POST", "/v1/shares", json={}), lambda: eve.v1("GET", "/v1/shares"),
             lambda: eve.v1("GET", path), lambda: eve.v1("DELETE", path), lambda: eve.v1("DELETE", "/v1/shares"),
             *(lambda step=step: eve.v1("POST", f"{path}/{step}", json={}) for step in ("grant", "pin", "offer", "refuse"))]
    for number, call in enumerate(calls):
        answers = (call() for _ in range(20 * CALLS))
        slow = next((answer for answer in answers if answer.status == 429), None)
        assert slow and int(slow.headers["retry-after"]) >= 1, number


def lists(ada):
    for name in ("ssh.krl", "ssh.krl.jws"):
        tag = ada.call("GET", f"/v1/lists/{name}").headers["etag"]
        for ack in ({}, {"Keyferry-Ack": "a word that nobody said"}):
            ada.call("GET", f"/v1/lists/{name}", {"If-None-Match": tag, **ack})
    ada.call("GET", "/v1/lists/none")
