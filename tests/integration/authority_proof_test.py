"""Each call that takes a DPoP proof takes it once, fresh, and for that call: every such call of the document is tried."""

import time

import pytest
import yaml
from support import LOGIN, ROOT, Authority, Place, Sshd
from support.faults import Faults
from support.openid import Client, Key, b64u

DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi" / "authority.yaml").read_text("utf-8"))


def calls_with_a_proof():
    """(method, path, operation) of each operation whose parameters name the DPoP header."""
    for path, item in DOCUMENT["paths"].items():
        for method in ("get", "post", "delete", "patch", "put"):
            if method not in item:
                continue
            parameters = [*item.get("parameters", []), *item[method].get("parameters", [])]
            if any(parameter.get("$ref", "").endswith("Dpop") for parameter in parameters):
                yield method.upper(), path, item[method]["operationId"]


# The token endpoint has its own tests (authority_redeem_test.py): there the proof comes without a token.
CALLS = [call for call in calls_with_a_proof() if call[1] != "/token"]


class Site:
    """A holder who may share on, and a receiver whose access token is not used yet."""

    def __init__(self, place, prepare=lambda authority: None):
        self.authority = Authority(place)
        self.authority.add_host(Sshd(place, "web", self.authority))
        prepare(self.authority)
        self.authority.start()
        ca = place.ca.path
        self.ada, self.bo = Client(self.authority.url, ca=ca), Client(self.authority.url, ca=ca)
        self.ada.redeem(self.ada.read(self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")))
        assert self.ada.login().status == 200
        self.child = self.ada.share()
        self.confirmed = self.ada.share(mode="confirmed")["share"]
        answer = self.bo.token(self.child["credential_offer"])
        assert answer.status == 200, answer
        self.bo.access = answer.json()["access_token"]

    def prepared(self, method, path, operation):
        """Who calls, with which key, where, and what else it sends."""
        if operation in ("IssueCredential", "NoteEvent"):
            body = {"credential_configuration_id": "ssh", "proofs": {"jwt": [self.bo.proof()]}}
            return self.bo, self.bo.dpop_key, path, {"json": body if operation == "IssueCredential" else {"notification_id": "a", "event": "credential_accepted"}}
        share = self.confirmed if operation == "GrantShare" else self.child["share"]
        bodies = {"RenewCredential": lambda: {"proofs": {"jwt": [self.ada.proof()]}}, "MakeShare": lambda: {"kind": "ssh"},
                  "GrantShare": lambda: {"thumbprint": self.bo.key.thumbprint}, "RearmShare": lambda: {"pin": "123456"}}
        body = bodies.get(operation, dict)()
        return self.ada, self.ada.key, path.replace("{id}", share), {"json": body} if method == "POST" else {}

    def send(self, caller, method, path, proof, **more):
        return caller.call(method, path, {"Authorization": f"DPoP {caller.access}", "DPoP": proof}, **more)

    def state(self):
        """All that the authority knows of its shares, and how much it has written down."""
        return self.authority.run("list", "--json").out, self.authority.run("audit").out


@pytest.fixture(scope="module")
def site():
    with Place() as place:
        yield Site(place)


@pytest.fixture(params=CALLS, ids=[call[2] for call in CALLS])
def call(request):
    return request.param


def refused(answer, word):
    assert answer.status == 401 and answer.json()["error"] == word, answer
    return True


def test_there_are_calls_to_try():
    assert {"IssueCredential", "NoteEvent", "RenewCredential", "MakeShare", "RevokeShare", "RevokeBelow", "ListShares"} <= {c[2] for c in CALLS}


#= spec:authority#3-dpop test
def test_a_stale_or_missing_nonce_is_no_proof(site, call):
    method, path, operation = call
    caller, key, path, more = site.prepared(method, path, operation)
    before = site.state()
    other_purpose = caller.call("POST", "/nonce").json()["c_nonce"]
    # Good for a proof of possession, and for nothing else.
    old = b64u((int(time.time() * 1000) - 1000).to_bytes(8, "big") + bytes(16))
    for nonce in (None, "", "nonsense", other_purpose, old):
        assert refused(site.send(caller, method, path, caller.dpop(method, path, caller.access, key, nonce=nonce), **more), "use_dpop_nonce")
    assert site.state() == before


#= spec:authority#3-dpop test
@pytest.mark.parametrize("apart", [-3600, -125, 180, 3600])
def test_another_time_is_no_proof(site, call, apart):
    method, path, operation = call
    caller, key, path, more = site.prepared(method, path, operation)
    before = site.state()
    proof = caller.dpop(method, path, caller.access, key, iat=int(time.time()) + apart)
    answer = site.send(caller, method, path, proof, **more)
    assert refused(answer, "invalid_dpop_proof") and "clock" in (answer.json().get("detail") or answer.json()["error_description"])
    assert site.state() == before


#= spec:authority#3-dpop test
def test_a_proof_for_another_call_token_or_key_is_none(site, call):
    method, path, operation = call
    caller, key, path, more = site.prepared(method, path, operation)
    before = site.state()
    for bent in ({"htm": "PUT"}, {"htu": site.authority.url + path + "/"}, {"htu": "https://other.example" + path}, {"ath": b64u(bytes(32))}, {"ath": None},
                 {"jti": None}, {"jti": ""}, {"iat": None}):
        assert refused(site.send(caller, method, path, caller.dpop(method, path, caller.access, key, **bent), **more), "invalid_dpop_proof")
    assert site.send(caller, method, path, caller.dpop(method, path, caller.access, Key()), **more).status == 401
    assert site.state() == before


#= spec:authority#3-dpop test
def test_a_nonce_lives_five_minutes(place):
    faults = []
    site = Site(place, lambda authority: faults.append(Faults(authority)))
    # A renewal looks at the proof of its key first, whose nonce is as old.
    calls = [call for call in CALLS if call[2] != "RenewCredential"]
    made = [(method, path, *site.prepared(method, path, operation)) for method, path, operation in calls]
    later = 6 * 60
    proofs = [caller.dpop(method, path, caller.access, key, iat=int(time.time()) + later) for method, _, caller, key, path, _ in made]
    faults[0].clock_step = later * 1000
    before = site.state()
    for (method, _, caller, _, path, more), proof in zip(made, proofs):
        assert refused(site.send(caller, method, path, proof, **more), "use_dpop_nonce")
    assert site.state() == before


# Last: what it calls may end the share or the access.
#= spec:authority#3-dpop test
def test_a_proof_is_good_once(place, call):
    method, path, operation = call
    site = Site(place)
    caller, key, path, more = site.prepared(method, path, operation)
    proof = caller.dpop(method, path, caller.access, key)
    first = site.send(caller, method, path, proof, **more)
    assert first.status != 401, first
    before = site.state()
    assert refused(site.send(caller, method, path, proof, **more), "invalid_dpop_proof")
    assert site.state() == before
