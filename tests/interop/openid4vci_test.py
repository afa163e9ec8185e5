"""A wallet library that we did not write redeems our offer: npm @openid4vc/openid4vci, over TLS, with a PIN."""

import json
import os

import pytest

from support import LOGIN, Authority, Sshd, run
from support.npm import node


@pytest.fixture
def authority(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


def share(authority, *options):
    """Makes a root share; returns (offer URI, PIN or "")."""
    lines = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", *options).out.splitlines()
    return lines[0], lines[1] if len(lines) > 1 else ""


def redeem(authority, offer, pin, alg, *options):
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(authority.place.ca.path)}
    return json.loads(node("openid4vci.mjs", offer, pin, alg, *options, env=env).out)


#= spec:authority#2-openid4vci test
@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
@pytest.mark.parametrize("dpop", [[], ["dpop"]])
def test_a_foreign_wallet_redeems_an_offer_with_a_pin(place, authority, alg, dpop):
    offer, pin = share(authority, "--pin")
    redeemed = redeem(authority, offer, pin, alg, *dpop)
    assert "credential" in redeemed, redeemed
    assert redeemed["tokenType"].lower() == ("dpop" if dpop else "bearer")
    path = place.directory / "foreign-cert.pub"
    path.write_text(redeemed["credential"] + "\n", "utf-8")
    shown = run(["ssh-keygen", "-L", "-f", path]).out
    assert f"{LOGIN}@web" in shown
    listed = json.loads(authority.run("list", "--json").out)["shares"][0]
    assert listed["state"] == "redeemed"
    assert redeemed["thumbprint"] in json.dumps(listed)


def test_a_foreign_wallet_is_told_that_the_pin_is_wrong_and_the_offer_is_used(authority):
    offer, pin = share(authority, "--pin")
    wrong = f"{(int(pin) + 1) % 1000000:06}"
    assert redeem(authority, offer, wrong, "ES256")["answer"]["error"] == "invalid_grant"
    assert "credential" in redeem(authority, offer, pin, "ES256")
    used = redeem(authority, offer, pin, "ES256")
    assert "credential" not in used
    assert "404" in used["error"], "the offer behind the reference is gone with its code"


#= spec:tigress#REQ-10 test
def test_a_foreign_wallet_redeems_an_offer_without_a_pin(authority):
    offer, pin = share(authority)
    assert pin == ""
    assert "credential" in redeem(authority, offer, pin, "EdDSA", "dpop")
