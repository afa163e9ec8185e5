"""Confirmed shares over HTTP: no code before the grant, one key for ever, no try and no credential for anybody else."""

import pytest
from support import LOGIN, Authority, Sshd
from support.openid import PRE_AUTHORIZED, Client

OTHER = "A" * 43


class Receiver(Client):
    """One key for DPoP and credential, as confirmed mode demands."""

    def __init__(self, authority, kind="ed25519"):
        super().__init__(authority.url, authority.place.ca.path, kind=kind)
        self.dpop_key = self.key


@pytest.fixture
def authority(place):
    authority = Authority(place, config={"limits": {"failures_per_minute": 0}})
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


@pytest.fixture
def ada(authority):
    """A holder who may share on twice."""
    ada = Receiver(authority)
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "2")), label="Ada's laptop")
    return ada


def grant(sender, made, thumbprint, **more):
    return sender.v1("POST", f"/v1/shares/{made['share']}/grant", json={"thumbprint": thumbprint, **more})


def error(answer):
    body = answer.json()
    return body.get("keyferry", {}).get("error") or body["error"]


#= spec:authority#2-grant test
@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_only_the_granted_key_gets_the_credential(authority, ada, kind):
    made = ada.share(mode="confirmed")
    assert made["mode"] == "confirmed" and made["state"] == "open" and "credential_offer" not in made
    bo = Receiver(authority, kind)
    granted = grant(ada, made, bo.key.thumbprint, label="Bo's \u202elaptop").json()
    assert granted["state"] == "claimed" and granted["times"]["claimed"]
    assert granted["holder"] == {"label": "Bo's laptop", "label_from": "sender", "thumbprint": bo.key.thumbprint}
    offer = granted["credential_offer"]
    for stranger in (Receiver(authority), Client(authority.url, authority.place.ca.path)):
        assert error(stranger.token(offer)) == "wrong_key" and stranger.token(offer).json()["error"] == "invalid_grant"
    assert error(bo.token(offer, dpop=False)) == "wrong_key"
    token = bo.token(offer).json()
    assert token["token_type"] == "DPoP"
    answer = bo.issue(token["access_token"], proof=bo.proof(key=Receiver(authority).key))
    assert answer.status == 400 and answer.json()["error"] == "invalid_grant"
    assert bo.issue(token["access_token"], label="what bo calls itself").status == 200
    record = ada.v1("GET", f"/v1/shares/{made['share']}").json()
    assert record["state"] == "redeemed" and record["holder"]["label"] == "Bo's laptop"
    assert record["holder"]["fingerprint"].startswith("SHA256:")


#= spec:authority#2-grant test
def test_the_first_grant_is_for_ever(authority, ada):
    made = ada.share(mode="confirmed")
    bo, mallory = Receiver(authority), Receiver(authority)
    first = grant(ada, made, bo.key.thumbprint).json()["credential_offer"]
    answer = grant(ada, made, mallory.key.thumbprint)
    assert answer.status == 409 and answer.json()["error"] == "already_granted"
    second = grant(ada, made, bo.key.thumbprint).json()["credential_offer"]
    assert first["grants"] != second["grants"]
    assert error(bo.token(first)) == "unknown_code"
    bo.redeem(second)
    assert error(grant(ada, made, bo.key.thumbprint)) == "redeemed"
    assert error(grant(ada, made, mallory.key.thumbprint)) == "already_granted"


def test_a_lost_grant_answer_is_repaired_even_over_a_kill(authority, ada):
    made = ada.share(mode="confirmed")
    bo = Receiver(authority)
    grant(ada, made, bo.key.thumbprint)
    authority.kill()
    authority.start()
    assert error(grant(ada, made, OTHER)) == "already_granted"
    bo.redeem(grant(ada, made, bo.key.thumbprint).json()["credential_offer"])


#= spec:authority#2-grant test
def test_only_the_maker_grants(authority, ada):
    middle, stranger = Receiver(authority), Receiver(authority)
    middle.redeem(ada.share(depth=1)["credential_offer"])
    stranger.redeem(ada.share()["credential_offer"])
    made = middle.share(mode="confirmed")
    answer = grant(ada, made, OTHER)
    assert answer.status == 403 and answer.json()["error"] == "not_maker"
    assert grant(stranger, made, OTHER).status == 404
    assert grant(middle, made, OTHER).status == 200


#= spec:authority#2-bound test
#= spec:authority#2-rearm-confirmed test
def test_nobody_but_the_granted_key_spends_a_try_and_a_new_pin_keeps_the_code(authority, ada):
    made = ada.share(mode="confirmed", pin="123456")
    bo, mallory = Receiver(authority), Receiver(authority)
    offer = grant(ada, made, bo.key.thumbprint).json()["credential_offer"]
    assert offer["grants"][PRE_AUTHORIZED]["tx_code"] == {"input_mode": "numeric", "length": 6}
    for _ in range(8):
        assert error(mallory.token(offer, pin="000000")) == "wrong_key"
    assert [bo.token(offer, pin="000000").json()["keyferry"].get("tries_left") for _ in range(5)] == [4, 3, 2, 1, None]
    assert error(bo.token(offer, pin="123456")) == "locked"
    assert error(grant(ada, made, bo.key.thumbprint)) == "locked"
    armed = ada.v1("POST", f"/v1/shares/{made['share']}/pin", json={"pin": "654321"}).json()
    assert armed["state"] == "claimed" and "credential_offer" not in armed and armed["rearms_left"] == 2
    bo.redeem(offer, pin="654321")


def test_a_refused_share_is_never_granted(authority, ada):
    made = ada.share(mode="confirmed")
    path = f"/v1/shares/{made['share']}"
    assert ada.v1("POST", f"{path}/refuse", json={}).json()["state"] == "refused"
    assert error(grant(ada, made, OTHER)) == "refused"
    granted = ada.share(mode="confirmed")
    grant(ada, granted, OTHER)
    assert error(ada.v1("POST", f"/v1/shares/{granted['share']}/refuse", json={})) == "not_open"
    assert error(ada.v1("POST", f"/v1/shares/{granted['share']}/offer", json={})) == "confirmed"
    immediate = ada.share()
    assert error(grant(ada, immediate, OTHER)) == "not_confirmed"


def test_a_grant_that_was_revoked_or_ran_out_redeems_nothing(authority, ada):
    bo = Receiver(authority)
    made = ada.share(mode="confirmed")
    offer = grant(ada, made, bo.key.thumbprint).json()["credential_offer"]
    ada.v1("DELETE", f"/v1/shares/{made['share']}")
    assert error(bo.token(offer)) == "revoked"
    assert error(grant(ada, made, bo.key.thumbprint)) == "revoked"


def test_a_bad_grant_is_refused_and_changes_nothing(authority, ada):
    made = ada.share(mode="confirmed")
    for body in ({}, {"thumbprint": ""}, {"thumbprint": "A" * 42}, {"thumbprint": "A" * 44}, {"thumbprint": "A" * 42 + "B"},
                 {"thumbprint": "A" * 42 + "="}, {"thumbprint": 7}, {"thumbprint": OTHER, "label": 7}):
        answer = ada.v1("POST", f"/v1/shares/{made['share']}/grant", json=body)
        assert answer.status == 400 and answer.json()["error"] == "invalid", body
    record = ada.v1("GET", f"/v1/shares/{made['share']}").json()
    assert record["state"] == "open" and "holder" not in record


def test_the_same_request_makes_one_confirmed_share_and_tells_no_code(authority, ada):
    key = {"Idempotency-Key": "once"}
    body = {"kind": "ssh", "mode": "confirmed"}
    made = ada.v1("POST", "/v1/shares", key, json=body).json()
    grant(ada, made, OTHER)
    again = ada.v1("POST", "/v1/shares", key, json=body).json()
    assert again["share"] == made["share"] and again["state"] == "claimed" and "credential_offer" not in again
