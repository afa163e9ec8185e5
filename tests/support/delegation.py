"""Delegations, deny lists and what a wallet says at a lock, written from docs/lock.md alone with Debian's cbor2 and cryptography:
nothing here comes from keyferry's own code. It makes bad ones as readily as good ones.

    owner, ada = Key("owner"), Key("ada")
    root = link(owner, ada, doors=[door_id(lock_key, b"front")], nbf=0, exp=2**31, root=True)
    answer = plain_answer(ada, chain([root]), challenge)
"""

import base64
import hashlib
import hmac
import json

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PREV, DEPTH, DOORS, USES, HOURS, FRESH, LABEL = range(-65537, -65544, -1)
CLAIMS = {"exp": 4, "nbf": 5, "cti": 7, "cnf": 8, "prev": PREV, "depth": DEPTH, "doors": DOORS, "uses": USES, "hours": HOURS,
          "fresh": FRESH, "label": LABEL}
AAD_LINK, AAD_DENY, AAD_OPEN = b"keyferry delegation v1", b"keyferry deny v1", b"keyferry open v1"
HELLO, CHALLENGE, PLAIN, SEALED, RESULT, REPLY, PUT, PUT_DONE, GET, GIVEN = range(1, 11)
PAIR_START, PAIR_SID, PAIR_SHARE, PAIR_LOCK, PAIR_OWNER = range(16, 21)
ADD_OWNER, REMOVE_OWNER, SET_CLOCK, LISTS_ONLY = range(1, 5)
# The numbers of the reply, in their order.
REASONS = ("refused opened done nonce late sealed form owner prev window depth doors uses hours fresh point signature clock early "
           "expired door hour stale denied answer used full state old forked ahead signer last").split()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def encode(value):
    return cbor2.dumps(value, canonical=True)


def hkdf(salt, ikm, info):
    prk = hmac.new(salt, ikm, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def signing_nonces(scalar, digest):
    """RFC 6979, so that what is made twice is equal: the vectors can be made again."""
    v, k = b"\x01" * 32, b"\x00" * 32
    seed = scalar.to_bytes(32, "big") + (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    for octet in (b"\x00", b"\x01"):
        k = hmac.new(k, v + octet + seed, hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()
    while True:
        v = hmac.new(k, v, hashlib.sha256).digest()
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < ORDER:
            yield nonce
        k = hmac.new(k, v + b"\x00", hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()


class Key:
    """A P-256 key; a text as seed gives the same key each time."""

    def __init__(self, seed=None):
        if seed is None:
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            octets = seed if isinstance(seed, bytes) else sha256(b"keyferry lock " + seed.encode())
            self.private = ec.derive_private_key(int.from_bytes(octets, "big") % ORDER, ec.SECP256R1())
        self.scalar = self.private.private_numbers().private_value
        numbers = self.private.public_key().public_numbers()
        self.xy = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")

    @property
    def cose_key(self):
        return cose_key(self.xy)

    @property
    def thumbprint(self):
        return thumbprint(self.xy)

    @property
    def jwk(self):
        x, y = (base64.urlsafe_b64encode(half).decode().rstrip("=") for half in (self.xy[:32], self.xy[32:]))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    @property
    def jwk_thumbprint(self):
        """RFC 7638, in base64url."""
        digest = sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode())
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def sign(self, message):
        digest = sha256(message)
        for nonce in signing_nonces(self.scalar, digest):
            r = ec.derive_private_key(nonce, ec.SECP256R1()).public_key().public_numbers().x % ORDER
            s = pow(nonce, -1, ORDER) * (int.from_bytes(digest, "big") + r * self.scalar) % ORDER
            if r and s:
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        raise AssertionError("no nonce")

    def agree(self, xy):
        return self.private.exchange(ec.ECDH(), point(xy))


def point(xy):
    return ec.EllipticCurvePublicNumbers(int.from_bytes(xy[:32], "big"), int.from_bytes(xy[32:], "big"), ec.SECP256R1()).public_key()


def cose_key(xy):
    return {1: 2, -1: 1, -2: xy[:32], -3: xy[32:]}


def xy_of(key):
    return key[-2] + key[-3]


def thumbprint(xy):
    return sha256(encode(cose_key(xy)))


def verify(xy, message, signature):
    try:
        der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        point(xy).verify(der, message, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def to_sign(protected, aad, payload):
    return encode(["Signature1", protected, aad, payload])


def sign1(key, payload, aad, named=False, detached=False, protected=None):
    if protected is None:
        protected = encode({1: -7, 4: key.thumbprint} if named else {1: -7})
    signature = key.sign(to_sign(protected, aad, payload))
    return encode([protected, {}, None if detached else payload, signature])


def link(signer, holder, above=None, *, root=False, cti=None, raw=None, protected=None, **claims):
    """One delegation. `holder` is a Key or x || y; `above` is the link above; `raw` replaces the claims' octets."""
    xy = holder.xy if isinstance(holder, Key) else holder
    values = {"cti": cti or sha256(b"cti", signer.xy, xy, encode(sorted(claims)))[:16], "cnf": {1: cose_key(xy)}}
    if above is not None:
        values["prev"] = sha256(above)
    values.update(claims)
    payload = raw if raw is not None else encode({CLAIMS.get(name, name): value for name, value in values.items() if value is not None})
    return sign1(signer, payload, AAD_LINK, named=root, protected=protected)


def payload_of(cose):
    return cbor2.loads(cbor2.loads(cose)[2])


def link_id(signer, cose):
    xy = signer.xy if isinstance(signer, Key) else signer
    return sha256(thumbprint(xy), payload_of(cose)[7])[:16]


def chain(links):
    return encode(list(links))


def door_id(lock_xy, name):
    return thumbprint(lock_xy)[:16] + name


def deny_list(signer, number, issued, ids=(), since=0, root=None):
    values = [number, issued, since, sorted(ids)]
    return sign1(signer, encode(values if root is None else values + [root]), AAD_DENY, named=True)


def challenge(nonce, lock_xy, door, time):
    return encode([nonce, cose_key(lock_xy), door, time])


def answer_signature(key, chain_octets, message, named=False, statement=None):
    aad = AAD_OPEN + sha256(chain_octets)
    if statement is None:
        return sign1(key, message, aad, named, detached=True)
    return sign1(key, b"\x83" + message + encode(statement[0]) + encode(statement[1]), aad, named)


def plain_answer(key, chain_octets, message):
    """What the holder says; `chain_octets` as chain() gives them."""
    return b"\x82" + chain_octets + answer_signature(key, chain_octets, message)


def owner_answer(owner, message, statement=None):
    """statement: (op, value), or nothing to open the door."""
    empty = chain([])
    return b"\x82" + empty + answer_signature(owner, empty, message, named=True, statement=statement)


class Sealing:
    """The wallet's side of a sealed answer: one key of its own for one message of the lock."""

    def __init__(self, lock_xy, message, e=None):
        self.e = e or Key()
        self.salt, self.shared = sha256(message), self.e.agree(lock_xy)
        self.sent = self.got = 0

    def key(self, label):
        return hkdf(self.salt, self.shared, label + self.e.xy)

    def answer(self, plain):
        return encode([self.e.xy, AESGCM(self.key(b"keyferry open v1")).encrypt(bytes(12), plain, None)])

    def reply(self, sealed):
        reason, lists = cbor2.loads(AESGCM(self.key(b"keyferry reply v1")).decrypt(bytes(12), sealed, None))
        return REASONS[reason], lists

    def say_reply(self, reason, lists):
        """What the lock answers, for the vectors."""
        return AESGCM(self.key(b"keyferry reply v1")).encrypt(bytes(12), encode([REASONS.index(reason), lists]), None)

    def say_list(self, octets):
        nonce = b"\x01" + bytes(7) + self.got.to_bytes(4, "big")
        self.got += 1
        return AESGCM(self.key(b"keyferry lists v1")).encrypt(nonce, octets, None)

    def say_put(self, reason):
        return self.say_list(encode(REASONS.index(reason)))

    def seal_list(self, octets):
        nonce = bytes(8) + self.sent.to_bytes(4, "big")
        self.sent += 1
        return AESGCM(self.key(b"keyferry lists v1")).encrypt(nonce, octets, None)

    def open_list(self, sealed):
        nonce = b"\x01" + bytes(7) + self.got.to_bytes(4, "big")
        self.got += 1
        return AESGCM(self.key(b"keyferry lists v1")).decrypt(nonce, sealed, None)


def frame(kind, body=b""):
    return bytes([kind]) + len(body).to_bytes(2, "big") + body


def pieces(octets, size=240):
    """A frame in pieces of at most `size` octets."""
    step = size - 1
    parts = [octets[at:at + step] for at in range(0, len(octets), step)]
    return [bytes([at < len(parts) - 1]) + part for at, part in enumerate(parts)]
