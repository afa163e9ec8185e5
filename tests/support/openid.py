"""A client of the authority's interface, written from docs/authority.md alone: it redeems, renews and manages shares.

    receiver = Client(authority.url, ca=place.ca.path)              # own DPoP and credential keys
    credential = receiver.redeem(receiver.read(offer_uri), pin="123456", label="Ada's laptop")
    child = receiver.v1("POST", "/v1/shares", json={"kind": "ssh", "valid_for": 60}).json()

Every step can be taken alone and bent (`token(..., dpop=False)`, `proof(aud="…")`), for the tests of bad input.
"""

import base64
import hashlib
import json as json_module
import secrets
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from .http import call

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def b64u(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Key:
    """An Ed25519 (default) or P-256 key that signs compact JWS."""

    def __init__(self, kind="ed25519"):
        self.kind = kind
        self.private = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self):
        public = self.private.public_key()
        if self.kind == "ed25519":
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": b64u(raw)}
        numbers = public.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": b64u(numbers.x.to_bytes(32, "big")), "y": b64u(numbers.y.to_bytes(32, "big"))}

    @property
    def thumbprint(self):
        members = {name: self.jwk[name] for name in ("crv", "kty", "x", "y") if name in self.jwk}
        return b64u(hashlib.sha256(json_module.dumps(members, separators=(",", ":")).encode()).digest())

    def sign(self, typ, payload, header=None):
        head = {"alg": "EdDSA" if self.kind == "ed25519" else "ES256", "typ": typ, **(header or {})}
        text = ".".join(b64u(json_module.dumps(part).encode()) for part in (head, payload))
        if self.kind == "ed25519":
            signature = self.private.sign(text.encode())
        else:
            r, s = decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"{text}.{b64u(signature)}"

    def write(self, path):
        """Writes an OpenSSH private key file for ssh -i."""
        path.touch(mode=0o600)
        path.write_bytes(self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH,
                                                    serialization.NoEncryption()))
        return path


class Client:
    """One receiver: its keys, what it was given, and the nonce that the authority told last."""

    def __init__(self, url, ca=None, kind="ed25519", source=None):
        self.url, self.ca, self.source = url, ca, source
        self.key, self.dpop_key = Key(kind), Key(kind)
        self.nonce, self.access, self.credential = "", None, None

    # Plain calls

    def call(self, method, path, headers=None, **more):
        url = path if path.startswith("https://") else self.url + path
        answer = call(method, url, ca=self.ca, headers=headers, source=self.source, **more)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    def read(self, offer_uri):
        """The offer object behind an openid-credential-offer:// URI, by value or by reference."""
        query = urllib.parse.parse_qs(offer_uri.split("?", 1)[1])
        if "credential_offer" in query:
            return json_module.loads(query["credential_offer"][0])
        return self.call("GET", query["credential_offer_uri"][0]).json()

    # Proofs

    def dpop(self, method, path, token=None, key=None, **bent):
        key = key or self.dpop_key
        payload = {"htm": method, "htu": self.url + path.split("?")[0], "iat": int(time.time()), "jti": secrets.token_urlsafe(12), "nonce": self.nonce}
        if token:
            payload["ath"] = b64u(hashlib.sha256(token.encode()).digest())
        payload.update(bent)
        return key.sign("dpop+jwt", {k: v for k, v in payload.items() if v is not None}, {"jwk": key.jwk})

    def proof(self, key=None, label=None, typ="openid4vci-proof+jwt", **bent):
        key = key or self.key
        if "nonce" not in bent:
            bent["nonce"] = self.call("POST", "/nonce").json()["c_nonce"]
        payload = {"aud": self.url, "iat": int(time.time()), **bent}
        if label is not None:
            payload["keyferry"] = {"label": label}
        return key.sign(typ, {k: v for k, v in payload.items() if v is not None}, {"jwk": key.jwk})

    # Redeeming

    def token(self, offer, pin=None, dpop=True, proof=None, form=None):
        """POST /token; once more with the nonce if that is all that was missing."""
        fields = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"]}
        if pin is not None:
            fields["tx_code"] = pin
        return self._post_form("/token", {**fields, **(form or {})}, dpop, proof)

    def _post_form(self, path, fields, dpop=True, proof=None, key=None):
        for _ in range(2):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            if dpop:
                headers["DPoP"] = proof or self.dpop("POST", path, key=key)
            answer = self.call("POST", path, headers, body=urllib.parse.urlencode(fields))
            if answer.status == 200 or answer.json().get("error") != "use_dpop_nonce" or proof:
                break
        return answer

    def bearing(self, token, method, path, dpop=True, key=None):
        if not dpop:
            return {"Authorization": f"Bearer {token}"}
        return {"Authorization": f"DPoP {token}", "DPoP": self.dpop(method, path, token, key)}

    def issue(self, token, proof=None, label=None, dpop=True, body=None):
        """POST /credential."""
        if body is None:
            body = {"credential_configuration_id": "ssh", "proofs": {"jwt": [proof or self.proof(label=label)]}}
        return self.call("POST", "/credential", self.bearing(token, "POST", "/credential", dpop), json=body)

    def redeem(self, offer, pin=None, label=None, dpop=True):
        """Both steps; keeps and returns the credential's answer."""
        answer = self.token(offer, pin, dpop)
        assert answer.status == 200, answer
        answer = self.issue(answer.json()["access_token"], label=label, dpop=dpop)
        assert answer.status == 200, answer
        self.credential = answer.json()
        return self.credential

    # Managing shares, as the holder of self.credential

    def assertion(self, key=None, typ="keyferry-holder+jwt", **bent):
        now, name = int(time.time()), self.credential["keyferry"]["credential_id"]
        payload = {"iss": name, "sub": name, "aud": self.url, "iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(12),
                   "nonce": self.nonce, **bent}
        return (key or self.key).sign(typ, {k: v for k, v in payload.items() if v is not None})

    def login(self, assertion=None, key=None):
        """POST /token with the jwt-bearer grant; keeps the token."""
        self.call("POST", "/nonce")
        answer = self._post_form("/token", {"grant_type": JWT_BEARER, "assertion": assertion or self.assertion()},
                                 key=key or self.key)
        if answer.status == 200:
            self.access = answer.json()["access_token"]
        return answer

    def v1(self, method, path, headers=None, **more):
        """A share call; logs in first if there is no token yet, and again for a fresh nonce if asked to."""
        if not self.access:
            answer = self.login()
            assert answer.status == 200, answer
        for _ in range(2):
            answer = self.call(method, path, {**self.bearing(self.access, method, path, key=self.key), **(headers or {})}, **more)
            if answer.status != 401 or answer.json().get("error") != "use_dpop_nonce":
                break
        return answer

    def share(self, pin=None, **wish):
        """POST /v1/shares; returns the record with its offer."""
        body = {"kind": "ssh", **wish}
        if pin:
            body["pin"] = pin
        answer = self.v1("POST", "/v1/shares", json=body)
        assert answer.status == 201, answer
        return answer.json()

    def renew(self):
        body = {"proofs": {"jwt": [self.proof()]}}
        return self.v1("POST", "/v1/credentials/renew", json=body)

    def write(self, directory):
        """Key and certificate for ssh: returns both paths."""
        key = self.key.write(directory / "id")
        certificate = directory / "id-cert.pub"
        certificate.write_text(self.credential["credentials"][0]["credential"] + "\n", "utf-8")
        return key, certificate
