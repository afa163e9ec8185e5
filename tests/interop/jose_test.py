"""Our JOSE against npm jose: each signs and the other verifies; what one must refuse, is refused."""

import json

import pytest

from support import BIN, run
from support.npm import node

PEER = BIN.parent / "tests" / "jose_peer"
PAYLOAD = {"aud": "https://authority.example", "iat": 1700000000, "text": "schlüssel \"\\ \u20ac"}
TYP = "openid4vci-proof+jwt"
KINDS = [("ed25519", "EdDSA"), ("p256", "ES256")]


def ours(*arguments):
    return json.loads(run([PEER, *arguments]).out)


def theirs(*arguments):
    return json.loads(node("jose.mjs", *arguments).out)


def compact(value):
    return json.dumps(value, separators=(",", ":"))


@pytest.mark.parametrize("kind, alg", KINDS)
def test_jose_verifies_what_we_signed(kind, alg):
    signed = ours("sign", kind, TYP, compact(PAYLOAD))
    seen = theirs("verify", compact(signed["jwk"]), TYP, signed["jws"])
    assert seen == {"thumbprint": signed["thumbprint"], "payload": PAYLOAD}
    assert "error" in theirs("verify", compact(signed["jwk"]), TYP, tampered(signed["jws"]))


@pytest.mark.parametrize("kind, alg", KINDS)
def test_we_verify_what_jose_signed(kind, alg):
    signed = theirs("sign", alg, TYP, compact(PAYLOAD))
    seen = ours("verify", compact(signed["jwk"]), TYP, signed["jws"])
    assert seen == {"thumbprint": signed["thumbprint"], "payload": PAYLOAD}
    assert ours("verify", compact(signed["jwk"]), TYP, tampered(signed["jws"])) == {
        "error": "the signature of the JWS does not fit the key"}
    assert ours("verify", compact(signed["jwk"]), "dpop+jwt", signed["jws"]) == {
        "error": "the JWS must have the type dpop+jwt"}


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES384"])
def test_we_refuse_keys_of_other_algorithms(alg):
    signed = theirs("sign", alg, TYP, compact(PAYLOAD))
    assert ours("verify", compact(signed["jwk"]), TYP, signed["jws"]) == {
        "error": "the JWK is neither an Ed25519 nor a P-256 key"}


def test_we_refuse_the_other_name_of_eddsa():
    signed = theirs("sign", "Ed25519", TYP, compact(PAYLOAD))
    assert ours("verify", compact(signed["jwk"]), TYP, signed["jws"]) == {
        "error": "the signature of the JWS does not fit the key"}


@pytest.mark.parametrize("kind, alg", KINDS)
def test_we_refuse_a_mac_under_the_public_key(kind, alg):
    jwk = compact(ours("sign", kind, TYP, "{}")["jwk"])
    forged = theirs("mac", jwk, TYP, compact(PAYLOAD))
    assert ours("verify", jwk, TYP, forged["jws"]) == {"error": "the signature of the JWS does not fit the key"}


def tampered(jws):
    """The same JWS with another character in the middle of its signature."""
    at = len(jws) - 40
    return jws[:at] + ("A" if jws[at] != "A" else "B") + jws[at + 1:]
