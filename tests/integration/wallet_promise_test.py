"""What the receiver said yes to is what it gets: a sender that promises one thing and grants another gets it nowhere."""

import pytest
from support import LOGIN, Wallet
from support.exchange import Receiver, World
from support.openid import Client
from support.sender import Sender


class Mallory:
    """A holder at a real authority whose wallet is support/sender.py."""

    def __init__(self, place):
        self.world = World(place)
        self.client = Client(self.world.authority.url, place.ca.path)
        self.client.dpop_key = self.client.key
        offer = self.world.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
        self.client.redeem(self.client.read(offer))

    def share(self, **wish):
        return self.client.share(mode="confirmed", **wish)

    def promise(self, record, **other):
        """An invite for the share; `other` members are what it says instead of the truth."""
        said = {"authority": self.world.authority.url, "share": record["share"], "rights": record["rights"], "expires": record["valid_until"], **other}
        return Sender(self.world.relay, said["authority"], said["share"], said["rights"], said["expires"])

    def granted(self, record, thumbprint):
        answer = self.client.v1("POST", f"/v1/shares/{record['share']}/grant", json={"thumbprint": thumbprint, "label": "Bob"})
        assert answer.status == 200, answer
        return answer.json()["credential_offer"]


@pytest.fixture(name="mallory")
def make_mallory(place):
    return Mallory(place)


def up_to_the_grant(mallory, sender):
    receiver = Receiver(mallory.world.bob, sender.link)
    thumbprint, _ = sender.reveal()
    sender.ready()
    assert receiver.until("words")["digits"] == sender.digits(), "both computed the same from the document"
    return receiver, thumbprint


#= spec:transfer#3-confirmed test
def test_an_honest_sender_written_from_the_document_gives(mallory):
    record = mallory.share(valid_for=3600)
    sender = mallory.promise(record)
    receiver, thumbprint = up_to_the_grant(mallory, sender)
    sender.grant(mallory.granted(record, thumbprint))
    assert sender.done() == {"outcome": "redeemed"}
    assert receiver.wait() == 0, receiver.errors


#= spec:transfer#5-approval test
@pytest.mark.parametrize("lie", ["rights", "expires"])
def test_more_than_was_promised_is_discarded(mallory, lie):
    record = mallory.share(valid_for=3600)
    less = {"rights": {**record["rights"], "extensions": []}}
    if lie == "expires":
        shorter = mallory.share(valid_for=600)
        less["expires"] = shorter["valid_until"]
    sender = mallory.promise(record, **{lie: less[lie]})
    receiver, thumbprint = up_to_the_grant(mallory, sender)
    sender.grant(mallory.granted(record, thumbprint))
    outcome = sender.done()
    assert outcome["outcome"] == "failed" and "not what was offered" in outcome["reason"]
    assert receiver.wait() == 3 and receiver.error["error"] == "not_as_offered"
    assert mallory.world.bob.json("list")["credentials"] == []
    mallory.world.nothing_is_left(mallory.world.bob)


#= spec:transfer#5-approval test
def test_a_grant_of_another_share_or_authority_is_not_redeemed(mallory):
    record, other = mallory.share(valid_for=3600), mallory.share(valid_for=3600)
    for name, lie in (("share", lambda offer: (offer, other["share"])),
                      ("issuer", lambda offer: ({**offer, "credential_issuer": "https://elsewhere.example"}, None)),
                      ("kind", lambda offer: ({**offer, "credential_configuration_ids": ["x509"]}, None))):
        sender = mallory.promise(record)
        mallory.world.bob = Wallet(mallory.world.place, f"bob-{name}")
        receiver, thumbprint = up_to_the_grant(mallory, sender)
        sender.grant(*lie({"credential_issuer": mallory.world.authority.url, "credential_configuration_ids": ["ssh"],
                           "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": thumbprint}}}))
        assert sender.await_type("cancel")["content"]["reason"] == "offer"
        assert receiver.wait() == 3 and receiver.error["error"] == "offer", name
        assert mallory.world.bob.json("list")["credentials"] == []
