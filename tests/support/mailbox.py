"""The v1 mailbox calls as plain HTTP, for tests of the relay: no wallet code, so that both can be wrong alone."""

import base64
import datetime
import hashlib
import hmac
import os
import uuid

from .http import call


def sealed(octets=64, text=b""):
    """A payload that looks sealed: random octets, with `text` somewhere inside for tests that look for it."""
    data = os.urandom(12) + text + os.urandom(max(16, octets - 12 - len(text)))
    return {"type": "AEAD_AES_256_GCM", "data": base64.b64encode(data).decode()}


def display(title="A login", description="for web", image=""):
    return {"title": title, "description": description, "imageURL": image}


def instant(seconds):
    """`seconds` from now as the relay writes times."""
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def claim_key(secret):
    """HKDF-SHA-256 with an empty salt and the info "keyferry claim" (A-55)."""
    prk = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(prk, b"keyferry claim\x01", hashlib.sha256).digest()


class Device:
    """One side: a device claim, fresh request ids, the calls. Every call returns an Answer."""

    def __init__(self, relay, claim=None, proof=None):
        self.relay = relay
        self.claim = claim or str(uuid.uuid4())
        self.proof = proof

    def headers(self, request_id=None, **more):
        headers = {"Mailbox-Device-Claim": self.claim, "Mailbox-Request-ID": request_id or str(uuid.uuid4())}
        headers.update({name.replace("_", "-"): value for name, value in more.items()})
        return {name: value for name, value in headers.items() if value is not None}

    def create(self, payload=None, request_id=None, configuration=None, display_information=None, **more):
        body = {"payload": payload or sealed(), "displayInformation": display_information or display(), **more}
        if configuration is not None:
            body["mailboxConfiguration"] = configuration
        return self.relay.call("POST", "/v1/m", headers=self.headers(request_id), json=body)

    def read(self, box, proof=None, json=None, after=None, known=None, wait=None):
        """`after`: the cursor of a queue; `known`: an ETag (or an Answer that had one); `wait`: seconds."""
        proof = proof or self.proof
        headers = self.headers(Mailbox_Claim_Key=base64url(proof) if proof else None, If_None_Match=etag(known),
                               Prefer=None if wait is None else f"wait={wait}")
        if after is not None:
            json = {**(json or {}), "after": after}
        return self.relay.call("POST", path_of(box), headers=headers, json=json, timeout=120)

    def update(self, box, payload=None, request_id=None, known=None):
        """`known`: the ETag (or the Answer that had it) for If-Match."""
        return self.relay.call("PUT", path_of(box), headers=self.headers(request_id, If_Match=etag(known)),
                               json={"payload": payload or sealed()})

    def delete(self, box, request_id=None):
        return self.relay.call("DELETE", path_of(box), headers=self.headers(request_id))

    def relinquish(self, box, request_id=None):
        return self.relay.call("PATCH", path_of(box), headers=self.headers(request_id))


def etag(known):
    return known.headers["etag"] if hasattr(known, "headers") else known


def path_of(box):
    """The path of a mailbox, given as a link, a Create answer, or its id."""
    if hasattr(box, "json"):
        box = box.json()["urlLink"]
    return "/v1/m/" + box.rsplit("/", 1)[-1]


def configuration(rights="RWD", seconds=3600, secret=None, policy=None, delivery=None):
    """A mailboxConfiguration; with `secret` it carries the hash of the claim key."""
    result = {"accessRights": rights, "expiration": instant(seconds)}
    if rights is None:
        del result["accessRights"]
    if secret is not None:
        result["claimHash"] = base64url(hashlib.sha256(claim_key(secret)).digest())
    if policy is not None:
        result["claimPolicy"] = policy
    if delivery is not None:
        result["delivery"] = delivery
    return result


def page(relay, box, method="GET", query="", **headers):
    """What a browser or a chat's preview gets."""
    return call(method, relay.url + path_of(box) + query, ca=relay.place.ca.path,
                headers={name.replace("_", "-"): value for name, value in headers.items()})
