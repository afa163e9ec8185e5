"""A client of the confirmed exchange, both roles, written from docs/ alone (confirmed.md, formats.md, protocol.md, authority.md, words.txt).

It shares no line with the wallet nor with the other helpers here, so that it also tells whether the documents are enough.

    holder = Holder.redeem(Authority(url, ca), "openid-credential-offer://…", label="a laptop")
    sender = ConfirmedSender(holder, Relay(url, ca), pin=True)
    receiver = ConfirmedReceiver(sender.link, ca, label="a phone")
    receiver.read_invite(); receiver.run(show_words, pin=sender.pin)          # beside sender.run(ask_words)
"""

import base64
import ctypes
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import ssl
import time
import unicodedata
import uuid
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REASONS = {"user", "refused", "words", "code", "expired", "order", "reflected", "misplaced", "damaged", "version", "offer", "other"}
TYPES = {"sender": ["invite", "reveal", "grant"], "receiver": ["request", "ready", "done"]}
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
sodium = ctypes.CDLL("libsodium.so.23")


class Ended(Exception):
    """The exchange is over: `reason` is a word of docs/confirmed.md."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Abort(Ended):
    """This side ends it."""


class Cancelled(Ended):
    """The other side ended it."""


class Refused(Exception):
    """A server said no: `status`, `word` (the `error` for programs), `answer`."""

    def __init__(self, status, answer):
        self.status, self.answer = status, answer if isinstance(answer, dict) else {}
        inner = self.answer.get("keyferry")
        self.word = inner["error"] if isinstance(inner, dict) and "error" in inner else self.answer.get("error")
        super().__init__(f"{status} {self.word}: {self.answer.get('detail') or self.answer.get('error_description')}")


# Octets and JSON

def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text, length=None):
    """Without padding, in one alphabet, spare bits zero."""
    if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise ValueError("no base64url")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text or length is not None and len(octets) != length:
        raise ValueError("spare bits, or another length")
    return octets


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def read_object(octets):
    if len(octets) > 32768:
        raise ValueError("too long")
    value = json.loads(octets.decode("utf-8"), object_pairs_hook=unique)
    if not isinstance(value, dict) or depth(value) > 8:
        raise ValueError("no object, or too deep")
    return value


def whole(value, low, high):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def for_people(text, limit=200):
    shown = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return shown[:limit]


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def extract(salt, ikm):
    return hmac.digest(salt or bytes(32), ikm, "sha256")


def expand(prk, info, length=32):
    return hmac.digest(prk, info + b"\x01", "sha256")[:length]


def seal(key, octets):
    iv = os.urandom(12)
    return iv + AESGCM(key).encrypt(iv, octets, None)


def open_sealed(key, octets):
    return AESGCM(key).decrypt(octets[:12], octets[12:], None)


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def instant(text):
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        raise ValueError("no instant")
    return text


# HTTP

class Web:
    """One request a connection. What got no answer is asked again: `headers` and `body` are made anew for each try."""

    def __init__(self, ca):
        self.tls = ssl.create_default_context(cafile=str(ca))

    def ask(self, method, url, headers, body=None, tries=4):
        there = urlsplit(url)
        for left in reversed(range(tries)):
            line = http.client.HTTPSConnection(there.hostname, there.port or 443, context=self.tls, timeout=60)
            try:
                line.request(method, there.path + ("?" + there.query if there.query else ""), body=body() if callable(body) else body,
                             headers=headers() if callable(headers) else headers)
                answer = line.getresponse()
                return answer.status, answer.headers, answer.read()
            except (OSError, http.client.HTTPException):
                if not left:
                    raise
                time.sleep(0.2)
            finally:
                line.close()


def parsed(octets):
    try:
        return json.loads(octets) if octets else {}
    except ValueError:
        return {}


class Key:
    """A private key of one credential: P-256 or Ed25519."""

    def __init__(self, curve="Ed25519"):
        self.ec = curve == "P-256"
        self.private = ec.generate_private_key(ec.SECP256R1()) if self.ec else ed25519.Ed25519PrivateKey.generate()
        self.public = self.private.public_key()

    def jwk(self):
        if not self.ec:
            return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw(self.public))}
        numbers = self.public.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": encode(numbers.x.to_bytes(32, "big")), "y": encode(numbers.y.to_bytes(32, "big"))}

    def ssh(self):
        """The last `string` of the public key in SSH's form."""
        return self.public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) if self.ec else raw(self.public)

    def sign(self, header, payload):
        header = {"alg": "ES256" if self.ec else "EdDSA"} | header
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, payload)).encode()
        if not self.ec:
            return (text + b"." + encode(self.private.sign(text)).encode()).decode()
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return (text + b"." + encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).encode()).decode()


def read_jwk(value):
    """The exact `jwk` of a request: public, no other member."""
    sizes = {("OKP", "Ed25519"): {"x"}, ("EC", "P-256"): {"x", "y"}}
    names = sizes[value["kty"], value["crv"]]
    if set(value) != names | {"kty", "crv"}:
        raise ValueError("another member in jwk")
    octets = [decode(value[name], 32) for name in sorted(names)]
    if len(octets) == 2:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + b"".join(octets))
    return value


def thumbprint(jwk):
    return encode(sha256(json.dumps(dict(sorted(jwk.items())), separators=(",", ":")).encode()))


class Authority:
    """Redeeming and managing, with DPoP (docs/authority.md)."""

    def __init__(self, url, ca):
        self.url, self.web, self.nonce = url, Web(ca), None

    def metadata(self, kind="openid-credential-issuer"):
        there = urlsplit(self.url)
        status, _, body = self.web.ask("GET", f"https://{there.netloc}/.well-known/{kind}{there.path}", {})
        found = parsed(body)
        if status != 200 or found.get("credential_issuer" if kind == "openid-credential-issuer" else "issuer") != self.url:
            raise Refused(status, found)
        return found

    def ask(self, key, method, url, body=b"", *, token=None, content="application/json", extra=None):
        """A call with a new DPoP proof for each try; `body` and `extra` may be functions where they hold a proof, too."""
        def headers():
            payload = {"jti": encode(os.urandom(16)), "htm": method, "htu": url.split("?")[0], "iat": int(time.time())}
            if self.nonce:
                payload["nonce"] = self.nonce
            if token:
                payload["ath"] = encode(sha256(token.encode()))
            made = {"DPoP": key.sign({"typ": "dpop+jwt", "jwk": key.jwk()}, payload)}
            return made | ({"Authorization": "DPoP " + token} if token else {}) | ({"Content-Type": content} if body else {}) | (extra or {})
        for _ in range(4):
            status, answered, octets = self.web.ask(method, url, headers, body)
            self.nonce = answered["DPoP-Nonce"] or self.nonce
            answer = parsed(octets)
            if status < 400:
                return status, answered, answer
            if answer.get("error") not in ("use_dpop_nonce", "invalid_dpop_proof", "invalid_proof", "invalid_nonce"):
                break
        raise Refused(status, answer)

    def c_nonce(self):
        status, answered, body = self.web.ask("POST", self.metadata()["nonce_endpoint"], {})
        self.nonce = answered["DPoP-Nonce"] or self.nonce
        if status != 200:
            raise Refused(status, parsed(body))
        return parsed(body)["c_nonce"]

    def token(self, key, form, extra=None):
        url = self.metadata("oauth-authorization-server")["token_endpoint"]
        return self.ask(key, "POST", url, lambda: urlencode(form()), content="application/x-www-form-urlencoded", extra=extra)[2]["access_token"]

    def redeem(self, key, offer, label, pin=None):
        """The credential of `offer` for `key`: the answer of /credential. `pin(tries_left)` is asked as often as it is wrong."""
        found = self.metadata()
        grant = offer["grants"][GRANT]
        self.c_nonce()
        tries = None
        while True:
            form = {"grant_type": GRANT, "pre-authorized_code": grant["pre-authorized_code"]}
            if "tx_code" in grant:
                form["tx_code"] = pin(tries)
            try:
                token = self.token(key, lambda: form, {"Idempotency-Key": str(uuid.uuid4())})
                break
            except Refused as refused:
                if refused.word != "wrong_pin" or form.get("tx_code") is None:
                    raise
                tries = refused.answer["keyferry"]["tries_left"]

        def body():
            proof = key.sign({"typ": "openid4vci-proof+jwt", "jwk": key.jwk()},
                             {"aud": self.url, "iat": int(time.time()), "nonce": self.c_nonce(), "keyferry": {"label": label}})
            return json.dumps({"credential_configuration_id": "ssh", "proofs": {"jwt": [proof]}})
        answer = self.ask(key, "POST", found["credential_endpoint"], body, token=token)[2]
        self.check_certificate(answer["credentials"][0]["credential"], key, found["keyferry"]["ssh_ca_keys"])
        return answer

    @staticmethod
    def check_certificate(line, key, ca_keys):
        """What docs/formats.md says of it: for this key, and signed by a CA of the metadata."""
        octets = base64.b64decode(line.split()[1], validate=True)
        fields = SshFields(octets)
        fields.string(), fields.string()
        public = [fields.string() for _ in range(2 if key.ec else 1)][-1]
        fields.take(12)                                  # serial and kind
        fields.string(), fields.string(), fields.take(16)  # key id, principals, window
        fields.string(), fields.string(), fields.string()
        ca = fields.string()
        signed = octets[:fields.at]
        signature = SshFields(fields.string())
        kind, value = signature.string(), signature.string()
        if public != key.ssh():
            raise ValueError("the certificate is for another key")
        if base64.b64encode(ca).decode() not in [one.split()[1] for one in ca_keys] or kind != b"ssh-ed25519" or fields.at != len(octets):
            raise ValueError("the certificate is signed by another CA")
        ed25519.Ed25519PublicKey.from_public_bytes(SshFields(ca).strings(2)[1]).verify(value, signed)


class SshFields:
    """The fields of RFC 4251, one after the other."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def take(self, count):
        if self.at + count > len(self.octets):
            raise ValueError("cut")
        self.at += count
        return self.octets[self.at - count:self.at]

    def string(self):
        return self.take(int.from_bytes(self.take(4), "big"))

    def strings(self, count):
        return [self.string() for _ in range(count)]


class Holder:
    """Who has a credential, makes shares and manages them."""

    def __init__(self, authority, key, credential_id):
        self.authority, self.key, self.id, self.access = authority, key, credential_id, None

    @classmethod
    def redeem(cls, authority, offer_link, *, label):
        query = parse_qs(urlsplit(offer_link).query, strict_parsing=True)
        if "credential_offer" in query:
            offer = json.loads(query["credential_offer"][0])
        else:
            status, _, body = authority.web.ask("GET", query["credential_offer_uri"][0], {})
            offer = parsed(body)
            if status != 200:
                raise Refused(status, offer)
        if offer["credential_issuer"] != authority.url:
            raise ValueError("the offer is another authority's")
        key = Key("P-256")
        return cls(authority, key, authority.redeem(key, offer, label)["keyferry"]["credential_id"])

    def log_in(self):
        self.authority.c_nonce()

        def form():
            now = int(time.time())
            claims = {"iss": self.id, "sub": self.id, "aud": self.authority.url, "iat": now, "exp": now + 60, "jti": encode(os.urandom(16)),
                      "nonce": self.authority.nonce}
            return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    "assertion": self.key.sign({"typ": "keyferry-holder+jwt"}, claims)}
        self.access = self.authority.token(self.key, form)

    def call(self, method, path, body=None, extra=None):
        for last in (False, True):
            if not self.access:
                self.log_in()
            try:
                return self.authority.ask(self.key, method, self.authority.url + path, json.dumps(body) if body is not None else b"",
                                          token=self.access, extra=extra)[2]
            except Refused as refused:
                if last or refused.word != "invalid_token":
                    raise
                self.access = None

    def share(self, **wanted):
        return self.call("POST", "/v1/shares", {"kind": "ssh"} | wanted, {"Idempotency-Key": str(uuid.uuid4())})

    def record(self, share):
        return self.call("GET", f"/v1/shares/{share}")

    def grant(self, share, jwk, label):
        return self.call("POST", f"/v1/shares/{share}/grant", {"thumbprint": thumbprint(jwk), "label": label})["credential_offer"]

    def refuse(self, share):
        return self.call("POST", f"/v1/shares/{share}/refuse", {})

    def revoke(self, share):
        return self.call("DELETE", f"/v1/shares/{share}")


class Relay:
    def __init__(self, url, ca):
        self.url, self.web = url, Web(ca)

    def create(self, secret, sealed, expiration):
        """A mailbox with this first message; returns the creator's side of it and the `urlLink`."""
        wanted = {"accessRights": "RWD", "expiration": expiration, "claimHash": encode(sha256(claim_key(secret))), "claimPolicy": "proof"}
        box = Mailbox(self.web, self.url + "/v1/m")
        answer, _ = box.ask("POST", {"payload": payload(sealed), "displayInformation": {"title": "", "description": "", "imageURL": ""},
                                     "mailboxConfiguration": wanted}, change=True)
        if any(answer.get(name) != wanted[name] for name in ("claimHash", "claimPolicy")):
            raise ValueError("the relay does not know claims by proof")
        box.url = answer["urlLink"].split("?")[0]
        return box, answer["urlLink"]


def claim_key(secret):
    return expand(extract(b"", secret), b"keyferry claim")


def payload(sealed):
    return {"type": "AEAD_AES_256_GCM", "data": base64.b64encode(sealed).decode()}


class Mailbox:
    """One side of one mailbox, with a device claim of its own."""

    def __init__(self, web, url, key=None):
        self.web, self.url, self.claim, self.claim_key, self.version = web, url, str(uuid.uuid4()), key, None

    def ask(self, method, body=None, *, change=False, headers=None):
        sent = {"Mailbox-Device-Claim": self.claim} | (headers or {})
        if change:
            sent["Mailbox-Request-ID"] = str(uuid.uuid4())
        if body is not None:
            sent["Content-Type"] = "application/json"
        status, answered, octets = self.web.ask(method, self.url, sent, json.dumps(body) if body is not None else None)
        if change and answered["Mailbox-Request-ID"] != sent["Mailbox-Request-ID"]:
            raise ValueError("the relay answers another request")
        if status == 404:
            raise Ended("expired")
        if status >= 400:
            raise Refused(status, parsed(octets))
        self.version = answered["ETag"] or self.version
        return parsed(octets), status

    def read(self, wait=True):
        """The sealed octets in the slot, or None if nothing is new."""
        headers = {"Mailbox-Claim-Key": encode(self.claim_key)} if self.claim_key else {}
        if self.version:
            headers |= {"If-None-Match": self.version}
            headers |= {"Prefer": "wait=25"} if wait else {}
        answer, status = self.ask("POST", headers=headers)
        if status == 204:
            return None
        if answer["payload"]["type"] != "AEAD_AES_256_GCM":
            return b""
        return base64.b64decode(answer["payload"]["data"])

    def write(self, sealed):
        """False where the other side has written meanwhile."""
        try:
            self.ask("PUT", {"payload": payload(sealed)}, change=True, headers={"If-Match": self.version})
            return True
        except Refused as refused:
            if refused.status != 412:
                raise
            return False


# The conversation

class Side:
    """What both roles share: the messages, the rules of reading, ending it."""

    def __init__(self, me):
        self.me, self.other = me, "receiver" if me == "sender" else "sender"
        self.box = self.secret = self.transfer = self.mailbox = None
        self.sent, self.accepted = [], []              # plaintexts
        self.private = x25519.X25519PrivateKey.generate()
        self.public = raw(self.private.public_key())
        self.isk = b""

    def plaintext(self, kind, content):
        place = {"v": 1, "type": kind, "transfer": encode(self.transfer), "from": self.me, "seq": len(self.sent)}
        if self.mailbox is not None:
            place["mailbox"] = self.mailbox
        if self.accepted:
            place["prev"] = encode(sha256(self.accepted[-1]))
        return json.dumps({"format": "keyferry.share.v1", "content": content, "keyferry": place}).encode()

    def write(self, kind, content):
        octets = self.plaintext(kind, content)
        sealed = seal(self.secret, octets)
        while not self.box.write(sealed):
            if self.look(wait=False):
                raise Abort("order")
        self.sent.append(octets)

    def look(self, wait=True):
        """The next message of the other side, judged and accepted; None if there is none yet."""
        sealed = self.box.read(wait)
        if sealed is None:
            return None
        try:
            octets = open_sealed(self.secret, sealed)
        except (InvalidTag, ValueError):
            self.box.version = None
            try:
                octets = open_sealed(self.secret, self.box.read(wait=False))
            except (InvalidTag, ValueError):
                raise Abort("damaged") from None
        return self.judge(octets)

    def judge(self, octets):
        try:
            message = read_object(octets)
            place, content = message["keyferry"], message["content"]
            formed = all((isinstance(message["format"], str), isinstance(content, dict), isinstance(place["type"], str),
                          place["from"] in TYPES, whole(place["seq"], 0, 255)))
            version = place["v"]
            transfer = decode(place["transfer"], 16)
            prev = decode(place["prev"], 32) if "prev" in place else None
            if not isinstance(place.get("mailbox", ""), str) or isinstance(version, bool) or not isinstance(version, (int, float)):
                raise ValueError("form")
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Abort("damaged") from None
        if version != 1:
            raise Abort("version")
        if not formed:
            raise Abort("damaged")
        if self.sent and octets == self.sent[-1]:
            return None
        if place["from"] == self.me:
            raise Abort("reflected")
        if self.accepted and octets == self.accepted[-1]:
            return None
        first = self.transfer is None
        here = "mailbox" not in place if first else place.get("mailbox") == self.mailbox
        if message["format"] != "keyferry.share.v1" or not here or not first and transfer != self.transfer:
            raise Abort("misplaced")
        if place["type"] == "cancel":
            if place["seq"] < len(self.accepted):
                raise Abort("order")
            reason = content.get("reason")
            raise Cancelled(reason if isinstance(reason, str) and reason in REASONS else "other")
        turn = len(self.accepted)
        before = sha256(self.sent[-1]) if self.sent else None
        if place["seq"] != turn or turn >= 3 or place["type"] != TYPES[self.other][turn] or prev != before:
            raise Abort("order")
        try:
            accepted = getattr(self, "check_" + place["type"])(content, octets)
        except (ValueError, KeyError, TypeError, InvalidTag):
            raise Abort("damaged") from None
        self.transfer = transfer
        self.accepted.append(octets)
        return accepted or content

    def next(self):
        while True:
            message = self.look()
            if message:
                return message

    def cancel(self, reason):
        """Tells the other side; what has ended already is no harm."""
        octets = seal(self.secret, self.plaintext("cancel", {"reason": reason}))
        try:
            for _ in range(3):
                if self.box.write(octets):
                    return
                self.box.version = None
                self.box.read(wait=False)
        except (Ended, Refused):
            pass

    def secret_base(self, theirs):
        if theirs == self.public:
            raise Abort("reflected")
        try:
            shared = self.private.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
        except ValueError:
            shared = bytes(32)
        if shared == bytes(32):
            raise Abort("order")
        self.base = bytes([len(self.secret)]) + self.secret + shared

    def request_key(self, invite, receiver_key, nr):
        salt = sha256(b"keyferry v1 first\0", sha256(invite), receiver_key, nr)
        return expand(extract(salt, self.base + b"\0"), b"keyferry v1 request")

    def derive(self, invite, request, ns):
        salt = sha256(b"keyferry v1 transcript\0", sha256(invite), sha256(request), ns)
        self.prk = extract(salt, self.base + bytes([len(self.isk)]) + self.isk)
        w = expand(self.prk, b"keyferry v1 words", 3)
        lines = [line.split() for line in (Path(__file__).parents[2] / "docs" / "words.txt").read_text().splitlines()]
        self.words = f"{lines[w[0]][0]} {lines[w[1]][1]} {lines[w[2]][0]}"
        self.digits = f"{int.from_bytes(w, 'big'):08}"
        self.confirm = expand(self.prk, b"keyferry v1 confirm receiver")

    def key_of(self, side, seq):
        return expand(self.prk, f"keyferry v1 key {side} {seq}".encode())


def leb128(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def lv(octets):
    return leb128(len(octets)) + octets


class Cpace:
    """CPACE-RISTR255-SHA512 with the six digits."""

    def __init__(self, digits, transfer, sid):
        name, prs = b"CPaceRistretto255", digits.encode()
        zeros = bytes(max(0, 128 - (1 + len(prs)) - (1 + len(name)) - 1))
        seed = hashlib.sha512(lv(name) + lv(prs) + lv(zeros) + lv(b"keyferry v1 cpace" + transfer) + lv(sid)).digest()
        generator = ctypes.create_string_buffer(32)
        sodium.crypto_core_ristretto255_from_hash(generator, seed)
        self.scalar, self.sid = ctypes.create_string_buffer(32), sid
        sodium.crypto_core_ristretto255_scalar_random(self.scalar)
        self.y = self.times(generator.raw)

    def times(self, point):
        product = ctypes.create_string_buffer(32)
        if sodium.crypto_scalarmult_ristretto255(product, self.scalar, point):
            raise Abort("code")
        return product.raw

    def isk(self, theirs, initiator):
        k = self.times(theirs)
        ya, yb = (self.y, theirs) if initiator else (theirs, self.y)
        return hashlib.sha512(lv(b"CPaceRistretto255_ISK") + lv(self.sid) + lv(k) + lv(ya) + lv(b"") + lv(yb) + lv(b"")).digest()


class ConfirmedSender(Side):
    def __init__(self, holder, relay, *, pin=False, code=False, words=True, note=None, valid_for=3600):
        super().__init__("sender")
        self.holder, self.ask_for_words = holder, words or not code
        self.pin = f"{secrets.randbelow(10 ** 6):06}" if pin else None
        self.code = f"{secrets.randbelow(10 ** 6):06}" if code else None
        record = holder.share(mode="confirmed", valid_for=valid_for, **({"pin": self.pin} if pin else {}))
        self.share, self.granted = record["share"], False
        self.transfer, self.ns = os.urandom(16), os.urandom(32)
        self.secret = link_secret()
        handshake = {"suite": "X25519", "key": encode(self.public), "commit": encode(sha256(b"keyferry v1 commit\0", self.ns))}
        if code:
            self.cpace = Cpace(self.code, self.transfer, os.urandom(16))
            handshake["code"] = {"sid": encode(self.cpace.sid), "y": encode(self.cpace.y)}
        invite = {"authority": holder.authority.url, "kind": "ssh", "rights": record["rights"], "share": self.share,
                  "expires": record["valid_until"], "handshake": handshake} | ({"note": note} if note else {})
        octets = self.plaintext("invite", invite)
        self.box, url = relay.create(self.secret, seal(self.secret, octets), record["link_until"])
        self.sent.append(octets)
        self.mailbox = self.box.url.rsplit("/", 1)[1]
        self.link = f"{url}#{encode(self.secret)}"

    def check_request(self, content, octets):
        theirs, nr = decode(content["key"], 32), decode(content["nonce"], 32)
        sealed = decode(content["sealed"])
        y = decode(content["y"], 32) if "y" in content else None
        self.secret_base(theirs)
        if (y is not None) != bool(self.code):
            raise Abort("order")
        inner = read_object(open_sealed(self.request_key(self.sent[0], theirs, nr), sealed))
        if not isinstance(inner["label"], str):
            raise ValueError("label")
        jwk = read_jwk(inner["jwk"])
        if self.code:
            self.isk = self.cpace.isk(y, True)
        self.derive(self.sent[0], octets, self.ns)
        return {"jwk": jwk, "label": for_people(inner["label"], 64)}

    def check_ready(self, content, _octets):
        if not hmac.compare_digest(decode(content["confirm"], 32), self.confirm):
            raise Abort("code" if self.code else "order")

    def check_done(self, content, _octets):
        done = read_object(open_sealed(self.key_of("receiver", 2), decode(content["sealed"])))
        if done["outcome"] not in ("redeemed", "failed"):
            raise ValueError("outcome")
        return done

    def compare(self, label, ask_words):
        for left in (3, 2, 1):
            typed = ask_words(label, left)
            if typed is None:
                raise Abort("refused")
            plain = re.sub(r"[\s,;.-]", "", typed.lower())
            if plain in (self.words.replace(" ", ""), self.digits):
                return
        raise Abort("words")

    def run(self, ask_words=None):
        try:
            asked = self.next()
            self.write("reveal", {"nonce": encode(self.ns)})
            self.next()
            if self.ask_for_words:
                self.compare(asked["label"], ask_words)
                self.look(wait=False)
            offer = self.holder.grant(self.share, asked["jwk"], asked["label"])
            self.granted = True
            sealed = seal(self.key_of("sender", 2), json.dumps({"credential_offer": offer, "share": self.share}).encode())
            self.write("grant", {"sealed": encode(sealed)})
            if self.next()["outcome"] == "failed":
                raise Ended("failed")
            self.delete_mailbox()
            return "redeemed"
        except Ended as ended:
            return self.end(ended)

    def end(self, ended):
        if isinstance(ended, Abort):
            self.cancel(ended.reason)
        else:
            self.delete_mailbox()
        if self.granted and self.holder.record(self.share)["state"] == "redeemed":
            return "redeemed"
        if isinstance(ended, Abort) and ended.reason in ("words", "refused"):
            self.holder.refuse(self.share)
        elif not (isinstance(ended, Abort) and ended.reason == "code"):
            self.holder.revoke(self.share)
        return ended.reason

    def delete_mailbox(self):
        try:
            self.box.ask("DELETE", change=True)
        except Ended:
            pass


def link_secret():
    while True:
        secret = os.urandom(32)
        if encode(secret).isalnum() and sha256(b"keyferry link", secret)[:2] < b"\x00\x10":
            return secret


class ConfirmedReceiver(Side):
    def __init__(self, link, ca, *, label):
        super().__init__("receiver")
        there = urlsplit(link)
        self.mailbox = there.path.rsplit("/", 1)[1].lower()
        self.secret = decode(there.fragment, 32)
        if not sha256(b"keyferry link", self.secret)[:2] < b"\x00\x10":
            raise ValueError("the secret is damaged")
        self.place, self.mailbox = self.mailbox, None            # the invite names no place
        self.box = Mailbox(Web(ca), f"https://{there.netloc}{there.path}", claim_key(self.secret))
        self.ca, self.label, self.key = ca, label, Key("Ed25519")

    def check_invite(self, content, _octets):
        handshake = content["handshake"]
        if handshake["suite"] != "X25519" or not isinstance(content["rights"], dict):
            raise ValueError("handshake or rights")
        if not all(isinstance(content[name], str) for name in ("authority", "kind", "share")) or not isinstance(content.get("note", ""), str):
            raise ValueError("text")
        instant(content["expires"])
        self.commit, theirs = decode(handshake["commit"], 32), decode(handshake["key"], 32)
        self.sid, self.ya = (decode(handshake["code"]["sid"], 16), decode(handshake["code"]["y"], 32)) if "code" in handshake else (None, None)
        self.secret_base(theirs)
        return content | ({"note": for_people(content["note"])} if "note" in content else {})

    def check_reveal(self, content, _octets):
        ns = decode(content["nonce"], 32)
        if sha256(b"keyferry v1 commit\0", ns) != self.commit:
            raise Abort("order")
        self.derive(self.accepted[0], self.sent[0], ns)

    def check_grant(self, content, _octets):
        granted = read_object(open_sealed(self.key_of("sender", 2), decode(content["sealed"])))
        offer = granted["credential_offer"]
        if (granted["share"], offer["credential_issuer"], offer["credential_configuration_ids"]) != (
                self.invite["share"], self.invite["authority"], [self.invite["kind"]]):
            raise Abort("offer")
        return offer

    def read_invite(self):
        """Claims the mailbox; what is offered. Whatever does not fit gives it up again."""
        try:
            self.invite = self.next()
            self.mailbox = self.place
            self.authority = Authority(self.invite["authority"], self.ca)
            if self.invite["kind"] not in self.authority.metadata()["credential_configurations_supported"]:
                raise Abort("offer")
            return self.invite
        except Abort:
            self.decline()
            raise

    def decline(self):
        self.box.ask("PATCH", change=True)

    def run(self, show_words=None, *, code=None, pin=None):
        """Goes through to the end: the answer of /credential. `pin`: six digits, or a function that is asked for them (tries_left)."""
        try:
            offer = self.until_grant(show_words, code)
        except Abort as ended:
            if self.sent:
                self.cancel(ended.reason)
            else:
                self.decline()
            raise
        try:
            answer = self.authority.redeem(self.key, offer, self.label, pin if callable(pin) else lambda _tries: pin)
        except (Refused, ValueError) as failed:
            self.finish("failed", for_people(str(failed)))
            raise
        self.finish("redeemed")
        return answer

    def until_grant(self, show_words, code):
        content, nr = {"key": encode(self.public)}, os.urandom(32)
        content["nonce"] = encode(nr)
        if self.sid:
            cpace = Cpace(code, self.transfer, self.sid)
            self.isk = cpace.isk(self.ya, False)
            content["y"] = encode(cpace.y)
        sealed = seal(self.request_key(self.accepted[0], self.public, nr), json.dumps({"jwk": self.key.jwk(), "label": self.label}).encode())
        self.write("request", content | {"sealed": encode(sealed)})
        self.next()
        self.write("ready", {"confirm": encode(self.confirm)})
        if show_words:
            show_words(self.words, self.digits)
        return self.next()

    def finish(self, outcome, reason=None):
        """A cancel or the end of the mailbox changes nothing any more: the authority has decided."""
        done = {"outcome": outcome} | ({"reason": reason} if reason else {})
        try:
            self.write("done", {"sealed": encode(seal(self.key_of("receiver", 2), json.dumps(done).encode()))})
        except (Ended, Refused):
            pass
