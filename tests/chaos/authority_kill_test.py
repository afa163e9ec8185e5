"""kill -9 under load: nothing that the authority acknowledged is lost, and what is over stays over.

Workers make shares, try wrong PINs, redeem, fetch credentials and revoke, each on shares of its own, and write down what was
acknowledged. At the kill their running request may or may not have been carried out; everything before it must hold.
"""

import http.client
import json
import os
import random
import socket
import ssl
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from support import LOGIN, Authority, Sshd, Verifier, run, wait_until
from support.list_server import b64u, krl_number

WORKERS, IN_FLIGHT = 32, 16
KILLS = int(os.environ.get("KEYFERRY_KILLS", "4"))
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class Lost(Exception):
    """The connection broke while a request ran."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class Share:
    """What was acknowledged about one share."""

    def __init__(self, made):
        self.id, self.pin = made["share"], made.get("pin")
        self.offer = urllib.parse.parse_qs(urllib.parse.urlsplit(made["offer"]).query)["credential_offer_uri"][0]
        self.code, self.certificate = None, None
        self.wrong = 0
        self.redeemed = self.revoked = False
        self.running = False    # a request about it ran at the kill


class Client:
    """Calls of one worker: the API over TLS, the administrator's commands over admin.sock."""

    def __init__(self, authority, context):
        self.authority = authority
        self.api = http.client.HTTPSConnection("127.0.0.1", authority.port, context=context, timeout=60)
        self.admin = UnixConnection(authority.directory / "state" / "admin.sock")
        self.in_flight, self.acknowledged = False, 0

    def _call(self, connection, method, path, body, headers):
        self.in_flight = True
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            octets = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        self.in_flight = False
        self.acknowledged += 1
        return answer.status, json.loads(octets) if octets else None

    def command(self, **command):
        status, answer = self._call(self.admin, "POST", "/command", json.dumps(command),
                                    {"Content-Type": "application/json"})
        assert status == 200, answer
        return answer

    def code_of(self, share):
        _, offer = self._call(self.api, "GET", urllib.parse.urlsplit(share.offer).path, None, {})
        return offer["grants"][GRANT]["pre-authorized_code"]

    def token(self, code, pin):
        form = {"grant_type": GRANT, "pre-authorized_code": code, **({"tx_code": pin} if pin else {})}
        return self._call(self.api, "POST", "/token", urllib.parse.urlencode(form),
                          {"Content-Type": "application/x-www-form-urlencoded"})

    def credential(self, token):
        """Redeems with a new key, as docs/authority.md says; returns the certificate's line."""
        key = ed25519.Ed25519PrivateKey.generate()
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        _, nonce = self._call(self.api, "POST", "/nonce", "", {})
        header = {"alg": "EdDSA", "typ": "openid4vci-proof+jwt", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64u(raw)}}
        payload = {"aud": self.authority.url, "iat": int(time.time()), "nonce": nonce["c_nonce"]}
        signed = ".".join(b64u(json.dumps(part).encode()) for part in (header, payload))
        body = {"credential_configuration_id": "ssh", "proofs": {"jwt": [f"{signed}.{b64u(key.sign(signed.encode()))}"]}}
        status, answer = self._call(self.api, "POST", "/credential", json.dumps(body),
                                    {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
        assert status == 200, answer
        return answer["credentials"][0]["credential"]


class Worker(threading.Thread):
    def __init__(self, authority, context, stopping, seed):
        super().__init__(daemon=True)
        self.client, self.stopping, self.random = Client(authority, context), stopping, random.Random(seed)
        self.shares = []

    def run(self):
        share = None
        try:
            while not self.stopping.is_set():
                share = Share(self.client.command(command="share", kind="ssh", valid_for=14400,
                                                  rights={"logins": [LOGIN], "hosts": ["web"]},
                                                  pin=self.random.random() < 0.7))
                self.shares.append(share)
                self.play(share)
                share = None
        except Lost:
            if share:
                share.running = True

    def play(self, share):
        share.code = self.client.code_of(share)
        for _ in range(self.random.randrange(4) if share.pin else 0):
            status, answer = self.client.token(share.code, f"{(int(share.pin) + 1) % 1000000:06}")
            assert status == 400 and answer["keyferry"]["error"] == "wrong_pin", answer
            share.wrong += 1
        if self.random.random() < 0.7:
            status, answer = self.client.token(share.code, share.pin)
            assert status == 200, answer
            share.redeemed = True
            if self.random.random() < 0.7:
                share.certificate = self.client.credential(answer["access_token"])
        if self.random.random() < 0.5:
            assert share.id in self.client.command(command="revoke", share=share.id)["revoked"]
            share.revoked = True


def audit(client, shares, records):
    """Every acknowledged step of every share holds."""
    for share in shares:
        record = records.get(share.id)
        assert record, "an acknowledged share is lost"
        spent = 5 - record["pin_tries_left"] if share.pin else 0
        assert share.wrong <= spent <= share.wrong + share.running, "an acknowledged try is lost"
        if share.revoked:
            assert record["state"] == "revoked", "an acknowledged revoke is lost"
        if share.redeemed or share.revoked:
            status, answer = client.token(share.code, share.pin)
            assert status == 400, f"a share that is over was redeemed: {answer}"
        if share.certificate:
            assert record["credentials"], "an acknowledged credential has no record"


def audit_list(place, krl, shares):
    """OpenSSH refuses every acknowledged revoked certificate, and takes those of shares that live."""
    folder = place.folder("certificates")
    revoked, live = [], []
    for share in shares:
        if share.certificate and not share.running:
            path = folder / f"{share.id}-cert.pub"
            path.write_text(share.certificate + "\n")
            (revoked if share.revoked else live).append(path)
    for path in revoked:
        assert run(["ssh-keygen", "-Q", "-f", krl, path], code=None).code == 1, "a revoked certificate is accepted"
    for path in live[:20]:
        run(["ssh-keygen", "-Q", "-f", krl, path])
    return len(revoked)


#= spec:quality#1-durable test
#= spec:quality#1-once test
#= spec:authority#3-serials test
#= spec:authority#7-kill test
def test_kill_9_under_load_loses_nothing_acknowledged(place):
    authority = Authority(place, config={"limits": {"failures_per_minute": 0}})
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    context = ssl.create_default_context(cafile=str(place.ca.path))
    shares, acknowledged = [], 0
    for kill in range(KILLS):
        stopping = threading.Event()
        workers = [Worker(authority, context, stopping, kill * WORKERS + n) for n in range(WORKERS)]
        for worker in workers:
            worker.start()
        wanted = 150 + 90 * kill
        wait_until(lambda: sum(worker.client.acknowledged for worker in workers) >= wanted, "load", 60)
        wait_until(lambda: sum(worker.client.in_flight for worker in workers) >= IN_FLIGHT, "requests in flight", 20)
        in_flight = sum(worker.client.in_flight for worker in workers)
        authority.kill()
        stopping.set()
        for worker in workers:
            worker.join(60)
        authority.start()
        acknowledged += sum(worker.client.acknowledged for worker in workers)
        shares += [share for worker in workers for share in worker.shares]
        client = Client(authority, context)
        records = {record["share"]: record for record in client.command(command="list")["shares"]}
        serials = [c["serial"] for record in records.values() for c in record["credentials"]]
        assert len(serials) == len(set(serials)), "a serial was used twice"
        audit(client, shares, records)
        client.command(command="audit")
        print(f"kill {kill + 1}: {in_flight} requests in flight, {acknowledged} acknowledged so far")
    verifier = Verifier(place, authority).start()
    refused = audit_list(place, verifier.krl, shares)
    print(f"{len(shares)} shares, {acknowledged} acknowledged operations held over {KILLS} kills; "
          f"{refused} revoked certificates refused by list {krl_number(verifier.krl)}")
    assert refused > 0
