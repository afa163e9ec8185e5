"""Redeeming and sharing on, as a stranger would write it from docs/authority.md; and bad input, which loses nothing."""

import json
import subprocess
import time
import urllib.parse

import pytest
from support import LOGIN, Authority, Sshd, call, run
from support.openid import PRE_AUTHORIZED, Client, Key, b64u


@pytest.fixture
def authority(place):
    authority = Authority(place, config={"limits": {"failures_per_minute": 0}})
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


@pytest.fixture
def ada(authority):
    """A holder who may share on twice."""
    ada = client(authority)
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "2")), label="Ada's laptop")
    return ada


def client(authority, **more):
    return Client(authority.url, authority.place.ca.path, **more)


def error(answer):
    body = answer.json()
    return body.get("keyferry", {}).get("error") or body["error"]


# A client of forty lines, from docs/authority.md alone (the JWS of its key is in support/openid.py).
def redeem_from_the_document(offer_uri, pin, ca):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(offer_uri).query)
    offer = call("GET", query["credential_offer_uri"][0], ca=ca).json()
    issuer = offer["credential_issuer"]
    metadata = call("GET", f"{issuer}/.well-known/openid-credential-issuer", ca=ca).json()
    oauth = call("GET", f"{issuer}/.well-known/oauth-authorization-server", ca=ca).json()
    assert metadata["credential_issuer"] == issuer and oauth["issuer"] == issuer
    grant = offer["grants"][PRE_AUTHORIZED]
    assert grant["tx_code"] == {"input_mode": "numeric", "length": 6}
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": grant["pre-authorized_code"], "tx_code": pin}
    token = call("POST", oauth["token_endpoint"], ca=ca, body=urllib.parse.urlencode(form),
                 headers={"Content-Type": "application/x-www-form-urlencoded"}).json()
    assert token["token_type"] == "Bearer"
    nonce = call("POST", metadata["nonce_endpoint"], ca=ca).json()["c_nonce"]
    key = Key()
    proof = key.sign("openid4vci-proof+jwt", {"aud": issuer, "iat": int(time.time()), "nonce": nonce}, {"jwk": key.jwk})
    configuration = offer["credential_configuration_ids"][0]
    assert metadata["credential_configurations_supported"][configuration]["format"] == "ssh-certificate"
    answer = call("POST", metadata["credential_endpoint"], ca=ca, headers={"Authorization": f"Bearer {token['access_token']}"},
                  json={"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}})
    assert answer.status == 200, answer
    return key, answer.json()


#= spec:authority#2-openid4vci test
#= spec:authority#5-trust test
def test_a_client_written_from_the_document_redeems(place, authority):
    lines = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", "--pin").out.splitlines()
    _, answer = redeem_from_the_document(lines[0], lines[1], place.ca.path)
    certificate = place.directory / "id-cert.pub"
    certificate.write_text(answer["credentials"][0]["credential"], "utf-8")
    shown = run(["ssh-keygen", "-L", "-f", certificate]).out
    assert f"{LOGIN}@web" in shown and f'Key ID: "{answer["keyferry"]["share"]}"' in shown
    assert "permit-pty" in shown and "permit-agent-forwarding" not in shown
    host = answer["keyferry"]["hosts"][0]
    public = (place.directory / "sshd-web" / "host_key.pub").read_text("utf-8").split()
    assert host["host_keys"] == [" ".join(public[:2])] and host["address"] == "127.0.0.1"


def test_the_documented_calls_work_with_curl(place, authority):
    def curl(*arguments):
        return subprocess.run(["curl", "-sS", "--cacert", place.ca.path, *arguments], capture_output=True, text=True, check=True).stdout
    assert json.loads(curl(f"{authority.url}/.well-known/openid-credential-issuer"))["credential_issuer"] == authority.url
    offer = authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
    offer = json.loads(curl(urllib.parse.unquote(offer.split("credential_offer_uri=")[1])))
    token = json.loads(curl(f"{authority.url}/token", "--data-urlencode", f"grant_type={PRE_AUTHORIZED}", "--data-urlencode",
                            f"pre-authorized_code={offer['grants'][PRE_AUTHORIZED]['pre-authorized_code']}"))
    assert token["token_type"] == "Bearer" and token["expires_in"] <= 300
    assert "c_nonce" in json.loads(curl("-X", "POST", f"{authority.url}/nonce"))
    headers = curl("-i", f"{authority.url}/v1/lists/ssh.krl.jws")
    assert "Keyferry-List: epoch=1, number=" in headers and "application/jwt" in headers


def test_who_took_a_share_is_seen_by_its_sender(authority, ada):
    made = ada.share(pin="123456")
    bo = client(authority, kind="p256")
    bo.redeem(made["credential_offer"], pin="123456", label="Bo's \u202ephone\u200b")
    record = ada.v1("GET", f"/v1/shares/{made['share']}").json()
    assert record["state"] == "redeemed" and record["holder"]["label"] == "Bo's phone"
    assert record["holder"]["thumbprint"] == bo.key.thumbprint
    assert record["holder"]["fingerprint"].startswith("SHA256:") and record["times"]["redeemed"]
    assert error(client(authority).token(made["credential_offer"], pin="123456")) == "unknown_code"


def test_a_waiting_reader_is_woken_by_the_change(authority, ada):
    made = ada.share()
    path = f"/v1/shares/{made['share']}"
    tag = ada.v1("GET", path).headers["etag"]
    assert ada.v1("GET", path, {"If-None-Match": tag, "Prefer": "wait=1"}).status == 304
    waiting = Client(authority.url, authority.place.ca.path)
    waiting.key, waiting.access, waiting.nonce = ada.key, ada.access, ada.nonce
    import threading
    answers = []
    thread = threading.Thread(target=lambda: answers.append(waiting.v1("GET", path, {"If-None-Match": tag, "Prefer": "wait=25"})), daemon=True)
    began = time.monotonic()
    thread.start()
    client(authority).token(made["credential_offer"])
    thread.join(20)
    assert answers[0].status == 200 and answers[0].json()["state"] == "claimed"
    assert time.monotonic() - began < 15


#= spec:authority#3-dpop test
def test_bad_dpop_proofs_are_refused_and_lose_nothing(authority, ada):
    made = ada.share()
    bo = client(authority)
    bo.call("POST", "/nonce")
    bad = [bo.dpop("GET", "/token"), bo.dpop("POST", "/credential"), bo.dpop("POST", "/token", iat=int(time.time()) - 200),
           bo.dpop("POST", "/token", jti=None), "x.y.z", bo.proof(nonce=bo.nonce)]
    for proof in bad:
        assert error(bo.token(made["credential_offer"], proof=proof)) == "invalid_dpop_proof"
    assert error(bo.token(made["credential_offer"], proof=bo.dpop("POST", "/token", nonce="old"))) == "use_dpop_nonce"
    assert "set your clock" in bo.token(made["credential_offer"], proof=bad[2]).json()["error_description"]
    proof = bo.dpop("POST", "/token")
    assert bo.token(made["credential_offer"], proof=proof).status == 200
    assert error(bo.token(made["credential_offer"], proof=proof)) == "invalid_dpop_proof"
    assert bo.token(made["credential_offer"]).status == 200, "a fresh proof of the same key repairs a lost answer"
    assert error(client(authority).token(made["credential_offer"])) == "unknown_code"


def test_bad_proofs_of_the_key_are_refused_and_lose_nothing(authority, ada):
    bo = client(authority)
    token = bo.token(ada.share()["credential_offer"]).json()["access_token"]
    other = Key()
    bent = other.sign("openid4vci-proof+jwt", {"aud": bo.url, "iat": int(time.time()), "nonce": "x"}, {"jwk": bo.key.jwk})
    bad = [bo.proof(aud="https://other.example"), bo.proof(typ="dpop+jwt"), bo.proof(iat=1), bent, "", bo.proof() + "A"]
    for proof in bad:
        assert error(bo.issue(token, body={"credential_configuration_id": "ssh", "proofs": {"jwt": [proof]}})) == "invalid_proof"
    assert error(bo.issue(token, proof=bo.proof(nonce="stale"))) == "invalid_nonce"
    assert error(bo.issue(token, body={"credential_configuration_id": "x509"})) == "unknown_credential_configuration"
    assert bo.issue(token).status == 200
    assert error(bo.issue(token, proof=bo.proof(key=other))) == "redeemed"


#= spec:authority#4-attenuate test
def test_nothing_wider_is_shared_and_the_answer_says_why(ada):
    for body, word, names in (({"rights": {"logins": ["mallory"]}}, "wider_than_parent", "mallory"),
                              ({"rights": {"hosts": ["web", "db"]}}, "wider_than_parent", "db"),
                              ({"rights": {"uses": 3}}, "right_not_enforceable", "uses"),
                              ({"rights": {"extensions": ["permit-agent-forwarding"]}}, "wider_than_parent", "extensions"),
                              ({"valid_for": 400000}, "wider_than_parent", ""), ({"depth": 2}, "wider_than_parent", "depth"),
                              ({"valid_until": "2020-01-01T00:00:00Z"}, "window", ""), ({"pin": "12345"}, "invalid", "pin"),
                              ({"link_for": 400000}, "window", ""), ({"kind": 7}, "invalid", "kind")):
        answer = ada.v1("POST", "/v1/shares", json={"kind": "ssh", **body})
        assert answer.json()["error"] == word and names in answer.json()["detail"], (body, answer)
    for text in ("{", '{"kind":"ssh","kind":"ssh"}', "[" * 100, '{"kind":"ssh"', "null", '{"kind":"ssh"} x'):
        answer = ada.v1("POST", "/v1/shares", {"Content-Type": "application/json"}, body=text)
        assert answer.status == 400 and answer.json()["error"] == "invalid", text
    assert ada.v1("POST", "/v1/shares", {"Content-Type": "application/json"}, body="x" * 70000).status == 413
    assert ada.v1("GET", "/v1/shares").json() == {"more": 0, "shares": []}


def test_bad_tokens_forms_and_assertions_are_refused(authority, ada):
    for headers, body in (({}, "x"), ({"Content-Type": "application/x-www-form-urlencoded"}, "grant_type=x&grant_type=y"),
                          ({"Content-Type": "application/x-www-form-urlencoded"}, "a=%zz"),
                          ({"Content-Type": "application/x-www-form-urlencoded"}, "")):
        assert authority.call("POST", "/token", headers=headers, body=body).json()["error"] == "invalid_request"
    answer = authority.call("POST", "/token", headers={"Content-Type": "application/x-www-form-urlencoded"}, body="grant_type=password")
    assert answer.json()["error"] == "unsupported_grant_type"
    ada.call("POST", "/nonce")
    for assertion in (ada.assertion(aud="x"), ada.assertion(exp=int(time.time()) + 500), ada.assertion(key=Key()),
                      ada.assertion(typ="dpop+jwt"), ada.assertion(iss="b" * 20, sub="b" * 20), "junk"):
        assert ada.login(assertion).json()["error"] == "invalid_grant"
    assertion = ada.assertion()
    assert ada.login(assertion).status == 200
    assert ada.login(assertion).json()["error"] == "invalid_grant", "an assertion is taken once"
    assert ada.call("GET", "/v1/shares", {"Authorization": f"Bearer {ada.access}"}).status == 401
    assert ada.call("GET", "/v1/shares", {"Authorization": f"DPoP {ada.access}"}).json()["error"] == "invalid_dpop_proof"


def test_the_older_code_is_dead_after_a_new_offer(authority, ada):
    made = ada.share()
    lost = client(authority)
    token = lost.token(made["credential_offer"], dpop=False).json()["access_token"]
    again = ada.v1("POST", f"/v1/shares/{made['share']}/offer", json={}).json()
    assert error(lost.token(made["credential_offer"], dpop=False)) == "unknown_code"
    assert lost.issue(token, dpop=False).status == 401
    lost.redeem(again["credential_offer"], dpop=False)
    assert ada.v1("POST", f"/v1/shares/{made['share']}/offer", json={}).json()["error"] == "redeemed"


#= spec:authority#3-path test
def test_revoke_races_leave_nothing_live_below(authority, ada):
    import threading
    for round_number in range(20):
        middle = client(authority)
        made = ada.share(depth=1)
        middle.redeem(made["credential_offer"])
        open_offer, claimed = middle.share()["credential_offer"], client(authority)
        token = claimed.token(middle.share()["credential_offer"]).json()["access_token"]
        taker, proof, bound = client(authority), claimed.proof(), client(authority)
        confirmed = f"/v1/shares/{middle.share(mode='confirmed')['share']}/grant"
        granter = client(authority)
        granter.key, granter.access, granter.nonce = middle.key, middle.access, middle.nonce
        racers = [threading.Thread(target=work, daemon=True) for work in (
            lambda: ada.v1("DELETE", f"/v1/shares/{made['share']}"), lambda: middle.v1("POST", "/v1/shares", json={"kind": "ssh"}),
            lambda: granter.v1("POST", confirmed, json={"thumbprint": bound.key.thumbprint}),
            lambda: taker.token(open_offer), lambda: claimed.issue(token, proof=proof))]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        tree = {share["share"]: share for share in ada.v1("GET", "/v1/shares").json()["shares"]}
        under = [share for share in tree.values() if share.get("parent") == made["share"]]
        assert tree[made["share"]]["state"] == "revoked" and all(share["state"] == "revoked" for share in under), round_number


#= spec:authority#2-cors test
def test_any_web_page_may_call_without_credentials(authority):
    answer = authority.call("OPTIONS", "/token", headers={"Origin": "https://app.example", "Access-Control-Request-Method": "POST",
                                                          "Access-Control-Request-Headers": "dpop"})
    assert answer.status == 204 and answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["access-control-allow-headers"] == "authorization, dpop, content-type, prefer, if-none-match, idempotency-key"
    answer = authority.call("POST", "/nonce")
    assert answer.headers["access-control-expose-headers"] == "dpop-nonce, www-authenticate, retry-after, etag"
    assert answer.headers["cache-control"] == "no-store" and "date" in answer.headers


#= spec:authority#7-keys test
def test_no_secret_is_in_log_or_ledger_and_files_are_closed(place, authority, ada):
    made = ada.share(pin="904177")
    bo = client(authority)
    for pin in ("904178", "904177"):
        answer = bo.token(made["credential_offer"], pin=pin)
    token = answer.json()["access_token"]
    bo.issue(token, label="Bo's secret label")
    ada.v1("DELETE", f"/v1/shares/{made['share']}")
    code = made["credential_offer"]["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    state = place.directory / "authority" / "state"
    authority.stop()
    ledger = b"".join(path.read_bytes() for path in state.glob("ledger.db*"))
    for secret in (code, token, ada.access, bo.nonce, "904177", b64u(b"904177")):
        assert secret not in authority.log() and secret.encode() not in ledger
    for word in ("Bo's secret label", made["share"], "127.0.0.1:5"):
        assert word not in authority.log().replace(authority.url, "").replace(f"127.0.0.1:{authority.port}", "")
    for path in [*(state / "keys").iterdir(), state / "ledger.db"]:
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert "exists; init never overwrites keys" in authority.run("init", code=1).err
    assert "the audit log is whole" in authority.run("audit").out
