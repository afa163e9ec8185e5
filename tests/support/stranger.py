#!/usr/bin/python3
"""A client of the confirmed exchange (docs/confirmed.md) over the v1 mailbox, both roles, and of the authority.

Written from the documents alone. As a module: Relay, Authority, Holder, ConfirmedSender, ConfirmedReceiver. As a program:
    confirmed_client.py share --ca FILE --relay URL --offer LINK [--pin] [--code] [--note TEXT]
    confirmed_client.py accept --ca FILE --label TEXT [--code DIGITS] [--pin DIGITS] LINK
"""
import argparse, base64, calendar, ctypes, hashlib, hmac, http.client, itertools, json, os, re, secrets, socket, ssl, struct, sys
import threading, time, unicodedata, urllib.parse, uuid
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT, GRANT = "keyferry.share.v1", "urn:ietf:params:oauth:grant-type:pre-authorized_code"
REASONS = "user refused words code expired order reflected misplaced damaged version offer other".split()
GIVEN_UP = "unknown_code revoked refused wrong_key credential_request_denied redeemed".split()        # `locked` is none: the sender can rearm
CALL_SECONDS = 30


class Ended(Exception):
    """The exchange ended, or a step of it cannot go on; `reason` is a word of the documents."""
    def __init__(self, reason, detail="", tries_left=None):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail, self.tries_left = reason, detail, tries_left

class Abort(Ended): "We end it: a rule of reading was broken, or the mailbox is gone."
class Cancelled(Ended): "The other side ended it."

class Refused(Ended):
    """An error answer of relay or authority; `reason` is its `error`."""
    def __init__(self, status, word, detail="", tries_left=None):
        super().__init__(word, detail, tries_left)
        self.status = status

class Lost(Exception): "No answer that can be believed; whether the call was carried out is not known."


# ---- octets, JSON, keys -------------------------------------------------------------------------------------------

def H(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64u(octets): return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
def u8(n): return bytes([n])
def extract(salt, ikm): return hmac.new(salt, ikm, "sha256").digest()
def expand(prk, info, n):
    info = info.encode() if isinstance(info, str) else info
    out, block = b"", b""
    for i in range(1, -(-n // 32) + 1):
        block = extract(prk, block + info + u8(i))
        out += block
    return out[:n]

def unb64u(text, size=None):
    """Strict: no padding, no other alphabet, spare bits zero."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1: raise Abort("damaged", "base64url")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u(octets) != text or size not in (None, len(octets)): raise Abort("damaged", "base64url")
    return octets

def read_json(octets, limit=32768, depth=8):
    """One JSON object within the limits of a plaintext, else Abort("damaged")."""
    def members(pairs):
        if len(dict(pairs)) != len(pairs): raise ValueError("a member twice")
        return dict(pairs)
    def no(word): raise ValueError(word)
    def level(v):
        inner = v.values() if isinstance(v, dict) else v if isinstance(v, list) else None
        return 0 if inner is None else 1 + max(map(level, inner), default=0)
    try:
        if len(octets) > limit or octets.startswith(b"\xef\xbb\xbf"): raise ValueError("size or BOM")
        value = json.loads(octets.decode("utf-8"), object_pairs_hook=members, parse_constant=no)
        json.dumps(value, ensure_ascii=False).encode()             # half a surrogate pair is no text
        if not isinstance(value, dict) or level(value) > depth: raise ValueError("no object, or too deep")
    except (ValueError, RecursionError) as error: raise Abort("damaged", f"JSON: {error}") from None
    return value

def write_json(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

def gcm_seal(key, plain):
    iv = secrets.token_bytes(12)
    return iv + AESGCM(key).encrypt(iv, plain, b"")

def gcm_open(key, octets):
    if len(octets) < 28: raise Abort("damaged", "sealed is too short")
    try: return AESGCM(key).decrypt(octets[:12], octets[12:], b"")
    except InvalidTag: raise Abort("damaged", "does not open") from None

def clean(text, most=200):
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zs", "Zl", "Zp") else c for c in unicodedata.normalize("NFC", text)
                   if c in "\t\r\n" or not (unicodedata.category(c) in ("Cf", "Cs", "Co", "Cn") or c in "\u034f\u115f\u1160\u3164\uffa0" or "\ufe00" <= c <= "\ufe0f"))
    return " ".join(text.split())[:most]

def form(ok, what):
    if not ok: raise Abort("damaged", what)

def is_text(v): return isinstance(v, str)
def is_number(v): return isinstance(v, (int, float)) and not isinstance(v, bool)
def is_instant(v): return is_text(v) and bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", v))
def six_digits(v):
    digits = "".join(str(unicodedata.digit(c)) for c in str(v) if unicodedata.category(c) == "Nd")
    if len(digits) != 6: raise ValueError("six digits are wanted")
    return digits


class Key:
    """A signing key that is to be certified: Ed25519 or P-256."""
    def __init__(self, alg="EdDSA"):
        self.alg = alg
        if alg == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
            self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64u(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
            n = self.private.public_key().public_numbers()
            self.jwk = {"kty": "EC", "crv": "P-256", "x": b64u(n.x.to_bytes(32, "big")), "y": b64u(n.y.to_bytes(32, "big"))}
    def sign(self, octets):
        if self.alg == "EdDSA": return self.private.sign(octets)
        r, s = utils.decode_dss_signature(self.private.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    def jws(self, header, payload):
        head = ".".join(b64u(write_json(part)) for part in ({"alg": self.alg, **header}, payload))
        return head + "." + b64u(self.sign(head.encode()))

def check_jwk(jwk):
    form(isinstance(jwk, dict), "jwk")
    if jwk.get("kty") == "OKP": form(set(jwk) == {"kty", "crv", "x"} and jwk["crv"] == "Ed25519", "jwk")
    else: form(set(jwk) == {"kty", "crv", "x", "y"} and jwk["kty"] == "EC" and jwk["crv"] == "P-256", "jwk")
    point = [unb64u(jwk[c], 32) for c in "xy" if c in jwk]
    try: len(point) == 1 or ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + point[0] + point[1])
    except ValueError: raise Abort("damaged", "jwk is no point") from None

def thumbprint(jwk): return b64u(H(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()))


# ---- words and code -----------------------------------------------------------------------------------------------

def load_words(path=None, _cache={}):
    """The two columns of words.txt; without a path docs/words.txt of a folder above, or the list that was read before."""
    if path is None and "" in _cache: return _cache[""]
    if path is None:
        above = [*Path(__file__).resolve().parents, *[Path.cwd().resolve(), *Path.cwd().resolve().parents]]
        path = next(p for p in (folder / "docs" / "words.txt" for folder in above) if p.is_file())
    words = [line.split() for line in Path(path).read_text().splitlines()]
    if len(words) != 256 or any(len(pair) != 2 for pair in words): raise ValueError("no list of 256 pairs of words")
    _cache[""] = words
    return words

def words_of(three):
    rows, n = load_words(), f"{int.from_bytes(three, 'big'):08d}"
    return " ".join((rows[three[0]][0], rows[three[1]][1], rows[three[2]][0])), f"{n[:4]} {n[4:]}"

def same_words(typed, three):
    strip = lambda t: re.sub(r"[\s\-,;.]", "", "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in t)).lower()
    return strip(typed) in [strip(t) for t in words_of(three)]

def sodium(_cache=[]):
    if not _cache:
        _cache.append(ctypes.CDLL("libsodium.so.23"))
        if _cache[0].sodium_init() < 0: raise OSError("libsodium")
    return _cache[0]

class CPace:
    """CPACE-RISTR255-SHA512, one side of it."""
    def __init__(self, digits, transfer, sid):
        dsi, prs, ci = b"CPaceRistretto255", digits.encode(), b"keyferry v1 cpace" + transfer
        zeros = bytes(max(0, 128 - (1 + len(prs)) - (1 + len(dsi)) - 1))
        hashed = hashlib.sha512(b"".join(map(self.lv, (dsi, prs, zeros, ci, sid)))).digest()
        generator, scalar, self.sid = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32), sid
        sodium().crypto_core_ristretto255_from_hash(generator, hashed)
        sodium().crypto_core_ristretto255_scalar_random(scalar)
        self.scalar = scalar.raw
        self.y = self.times(generator.raw)
    @staticmethod
    def lv(x):
        n, out = len(x), b""
        while n > 127: out, n = out + u8(n & 127 | 128), n >> 7
        return out + u8(n) + x
    def times(self, element):
        out = ctypes.create_string_buffer(32)
        if sodium().crypto_scalarmult_ristretto255(out, self.scalar, element) != 0: raise Abort("code", "neutral or no element")
        return out.raw
    def isk(self, ya, yb):
        k = self.times(yb if ya == self.y else ya)
        return hashlib.sha512(b"".join(map(self.lv, (b"CPaceRistretto255_ISK", self.sid, k, ya, b"", yb, b"")))).digest()


# ---- HTTP ---------------------------------------------------------------------------------------------------------

class Https:
    """One origin, one connection a call. `hold`, a list, gets the socket while the call lasts, so that another thread can end a wait."""
    def __init__(self, url, ca):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username: raise Abort("damaged", f"no https address: {url!r}")
        self.host, self.port, self.base = parts.hostname, parts.port or 443, parts.path.rstrip("/")
        self.context = ssl.create_default_context(cafile=ca)
    def __call__(self, method, path, headers, body=None, seconds=CALL_SECONDS, hold=None):
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=max(0.1, seconds), context=self.context)
        try:
            connection.connect()
            if hold is not None: hold.append(connection.sock)
            connection.request(method, self.base + path, body=body, headers=headers)
            answer = connection.getresponse()
            octets = answer.read(1 << 20)
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, octets
        except ssl.SSLCertVerificationError: raise
        except (OSError, http.client.HTTPException, ValueError) as error: raise Lost(f"{method} {path}: {error!r}") from None
        finally:
            if hold: hold.clear()
            connection.close()

def as_json(headers, octets):
    try: return read_json(octets, 1 << 20, 64) if "json" in headers.get("content-type", "") else None
    except Abort: return None

def again(deadline, delays, wait=0):
    """Sleep before the next try; False when there is no time for one."""
    delay = max(next(delays), wait)
    if time.monotonic() + delay > deadline: return False
    time.sleep(delay)
    return True

def pauses(): return itertools.chain([0.1, 0.3, 1, 2], itertools.repeat(4))
def retry_after(headers): return min(60, int(headers["retry-after"])) if headers.get("retry-after", "").isdigit() else 0


class Relay:
    """The calls of the v1 mailbox. An answer without the echo of the request id is none; a lost one is asked for again under its request id."""
    def __init__(self, url, ca):
        self.url, self.ca, self.https = url.rstrip("/"), ca, Https(url, ca)
    def call(self, method, path, claim, rid=None, headers=None, body=None, wait=0, hold=None):
        """→ (status, headers, JSON). Refused for an error of the relay, Lost if none of its answers came."""
        rid = rid or str(uuid.uuid4())
        sent = {"Mailbox-Request-ID": rid, "Mailbox-Device-Claim": claim, **(headers or {}), **({"Content-Type": "application/json"} if body is not None else {})}
        octets = None if body is None else write_json(body)
        end, delays = time.monotonic() + CALL_SECONDS, pauses()
        while True:
            last, status, doc, got = Lost(f"{method} {path}"), 0, None, {}
            try:
                status, got, raw = self.https(method, "/v1" + path, sent, octets, wait + 20 if wait else end - time.monotonic(), hold)
                if got.get("mailbox-request-id") == rid:
                    doc = as_json(got, raw)
                    if 200 <= status < 300 and (doc is not None or not raw): return status, got, doc
                    if doc and is_text(doc.get("error")):
                        last = Refused(status, doc["error"], str(doc.get("detail", "")))
                        if status not in (429, 500, 502, 503, 504): raise last
            except Lost as lost:
                last = lost
                if hold is not None: raise
            if not again(end, delays, retry_after(got)): raise last
    def create(self, claim, payload, expiration, claim_hash):
        return self.call("POST", "/m", claim, body={
            "payload": payload, "displayInformation": {"title": "", "description": "", "imageURL": ""},
            "mailboxConfiguration": {"accessRights": "RWD", "expiration": expiration, "claimHash": claim_hash, "claimPolicy": "proof"}})
    def read(self, mailbox, claim, claim_key=None, etag=None, wait=0, hold=None):
        headers = {**({"Mailbox-Claim-Key": claim_key} if claim_key else {}), **({"If-None-Match": etag} if etag else {}), **({"Prefer": f"wait={wait}"} if wait and etag else {})}
        return self.call("POST", "/m/" + mailbox, claim, headers=headers, wait=wait if etag else 0, hold=hold)
    def update(self, mailbox, claim, payload, rid, etag=None):
        return self.call("PUT", "/m/" + mailbox, claim, rid, {"If-Match": etag} if etag else {}, {"payload": payload})
    def relinquish(self, mailbox, claim): return self.call("PATCH", "/m/" + mailbox, claim)
    def delete(self, mailbox, claim):
        try: return self.call("DELETE", "/m/" + mailbox, claim)
        except Refused as refused:
            if refused.status != 404: raise                        # a retry of a Delete gives 404


class Authority:
    """The calls of the authority. No proof is sent twice: what gets no answer is sent again with new ones."""
    def __init__(self, url, ca):
        self.url, self.ca, self.https, self.nonce, self._metadata = url, ca, Https(url, ca), None, None
    def call(self, method, path, key=None, token=None, build=None, headers=None, query="", wait=0, deadline=None):
        """→ (status, headers, JSON). `build` makes (body, content type) anew for every try."""
        end, delays, proofs = deadline or time.monotonic() + CALL_SECONDS + wait, pauses(), 0
        while True:
            sent, last, doc, got, status = dict(headers or {}), Lost(f"{method} {path}"), None, {}, 0
            if key and not self.nonce: self.fresh_nonce()
            body, kind = build() if build else (None, None)
            if kind: sent["Content-Type"] = kind
            if key:
                ath = {"ath": b64u(H(token.encode()))} if token else {}
                sent["DPoP"] = key.jws({"typ": "dpop+jwt", "jwk": key.jwk}, {"jti": str(uuid.uuid4()), "htm": method, "htu": self.url.rstrip("/") + path,
                                                                             "iat": int(time.time()), "nonce": self.nonce, **ath})
                if token: sent["Authorization"] = "DPoP " + token
            try: status, got, raw = self.https(method, path + query, sent, body, wait + 20 if wait else end - time.monotonic())
            except Lost as lost: last = lost
            else:
                self.nonce = got.get("dpop-nonce", self.nonce)
                doc = as_json(got, raw)
                if status in (204, 304) or (200 <= status < 300 and doc is not None): return status, got, doc
                if doc and is_text(doc.get("error")):
                    inner = doc.get("keyferry") if isinstance(doc.get("keyferry"), dict) else {}
                    last = Refused(status, inner.get("error", doc["error"]), str(doc.get("error_description", doc.get("detail", ""))), inner.get("tries_left"))
                    if doc["error"] in ("use_dpop_nonce", "invalid_dpop_proof", "invalid_proof", "invalid_nonce"):
                        proofs += 1
                        if proofs > 4: raise last
                        continue
                    if status not in (429, 500, 502, 503, 504) or (path == "/token" and status == 429): raise last
            if not again(end, delays, retry_after(got)): raise last
    def fresh_nonce(self):
        _, got, doc = self.call("POST", "/nonce")
        self.nonce = got.get("dpop-nonce", self.nonce)
        return doc["c_nonce"]
    def metadata(self):
        if self._metadata is None:
            doc = self.call("GET", "/.well-known/openid-credential-issuer")[2]
            if doc.get("credential_issuer") != self.url: raise Ended("offer", "the metadata is of another issuer")
            self._metadata = doc
        return self._metadata
    def check_kind(self, kind):
        known = self.metadata().get("credential_configurations_supported", {}).get(kind)
        if not isinstance(known, dict) or known.get("format") != "ssh-certificate": raise Abort("offer", f"the authority gives no {clean(kind)!r} that we know")
    def read_offer(self, link):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(link.strip()).query)
        if "credential_offer" in query: offer = read_json(query["credential_offer"][0].encode())
        else:
            where = query["credential_offer_uri"][0]
            if not where.startswith(self.url.rstrip("/") + "/"): raise Ended("offer", "the offer lies at another authority")
            offer = self.call("GET", where[len(self.url.rstrip("/")):])[2]
        if offer.get("credential_issuer") != self.url: raise Ended("offer", "the offer is of another authority")
        return offer
    def redeem(self, offer, key, label, pin=None):
        """The answer of /credential. Refused, with the authority's word: `wrong_pin` and `pin_required` can be tried again with another PIN."""
        grant, kind = offer["grants"][GRANT], offer["credential_configuration_ids"][0]
        if "tx_code" in grant and pin is None: raise Ended("pin_required")
        fields = {"grant_type": GRANT, "pre-authorized_code": grant["pre-authorized_code"], **({"tx_code": pin} if "tx_code" in grant else {})}
        typing = {"Idempotency-Key": str(uuid.uuid4())}
        def proof():
            payload = {"aud": self.url, "iat": int(time.time()), "nonce": self.fresh_nonce(), "keyferry": {"label": clean(label, 64)}}
            jwt = key.jws({"typ": "openid4vci-proof+jwt", "jwk": key.jwk}, payload)
            return write_json({"credential_configuration_id": kind, "proofs": {"jwt": [jwt]}}), "application/json"
        for last in (False, False, True):
            token = self.call("POST", "/token", key, build=lambda: (urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"), headers=typing)[2]
            if token.get("token_type") != "DPoP": raise Ended("offer", "the token is not bound to our key")
            try: return self.call("POST", "/credential", key, token["access_token"], proof)[2]
            except Refused as refused:
                if refused.reason != "invalid_token" or last: raise


# ---- the certificate ----------------------------------------------------------------------------------------------

def strings(octets):
    out = []
    while octets:
        n = int.from_bytes(octets[:4], "big")
        if len(octets) < 4 + n: raise ValueError("cut off")
        out.append(octets[4:4 + n])
        octets = octets[4 + n:]
    return out

def string(octets): return struct.pack(">I", len(octets)) + octets
def unix(instant): return calendar.timegm(time.strptime(instant, "%Y-%m-%dT%H:%M:%SZ"))

def check_certificate(line, jwk, rights, share, until, authority):
    """Our key, this share, these rights or less, and a signature of the authority's; else Ended("offer")."""
    try:
        kind, text = line.split()[:2]
        rest = whole = base64.b64decode(text, validate=True)
        def take(n=None):
            nonlocal rest
            if n is None: n, rest = int.from_bytes(rest[:4], "big"), rest[4:]
            if len(rest) < n: raise ValueError("cut off")
            part, rest = rest[:n], rest[n:]
            return part
        xy = [unb64u(jwk[c]) for c in "xy" if c in jwk]
        ours = ("ssh-ed25519", [xy[0]]) if len(xy) == 1 else ("ecdsa-sha2-nistp256", [b"nistp256", b"\4" + xy[0] + xy[1]])
        if kind != ours[0] + "-cert-v01@openssh.com" or take().decode() != kind or not take(): raise ValueError("type")
        if [take() for _ in ours[1]] != ours[1]: raise ValueError("another key")
        _serial, usage, key_id, principals = take(8), take(4), take(), [p.decode() for p in strings(take())]
        after, before = (int.from_bytes(take(8), "big") for _ in "ab")
        pairs = [[(b[i].decode(), b[i + 1]) for i in range(0, len(b), 2)] for b in (strings(take()), strings(take()))]
        take()
        ca = take()
        signed = whole[:len(whole) - len(rest)]
        algorithm, signature = strings(take())
        if rest or usage != b"\0\0\0\1" or key_id.decode() != share: raise ValueError("usage or share")
        if not principals or not set(principals) <= {f"{l}@{h}" for l in rights["logins"] for h in rights["hosts"]}: raise ValueError("principals")
        options = {name: strings(data)[0].decode() for name, data in pairs[0]}
        if not set(options) <= {"force-command", "source-address"} or not after < before <= unix(until): raise ValueError("options or window")
        if "command" in rights and options.get("force-command") != rights["command"]: raise ValueError("command")
        if "source" in rights and not set(options.get("source-address", "*").split(",")) <= set(rights["source"]): raise ValueError("source")
        if not {name for name, _ in pairs[1]} <= set(rights.get("extensions", ["permit-pty"])): raise ValueError("extensions")
        if ca not in [base64.b64decode(k.split()[1]) for k in authority.metadata()["keyferry"]["ssh_ca_keys"]]: raise ValueError("another CA")
        parts = strings(ca)
        if algorithm != parts[0]: raise ValueError("signature")
        if algorithm == b"ssh-ed25519": ed25519.Ed25519PublicKey.from_public_bytes(parts[1]).verify(signature, signed)
        else: ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), parts[2]).verify(
            utils.encode_dss_signature(*[int.from_bytes(n, "big") for n in strings(signature)]), signed, ec.ECDSA(hashes.SHA256()))
    except (ValueError, KeyError, IndexError, InvalidSignature) as error: raise Ended("offer", f"the certificate is not what was offered: {error}") from None


class Holder:
    """A credential of one's own, from which shares are made."""
    def __init__(self, authority, key, credential):
        self.authority, self.key, self.credential, self._token = authority, key, credential, None
    @classmethod
    def redeem(cls, authority, offer_link, label="confirmed client", alg="EdDSA", pin=None):
        offer, key = authority.read_offer(offer_link), Key(alg)
        answer = authority.redeem(offer, key, label, pin)
        told, wish = answer["keyferry"], offer.get("keyferry", answer["keyferry"])
        check_certificate(answer["credentials"][0]["credential"], key.jwk, wish["rights"], told["share"], wish["valid_until"], authority)
        return cls(authority, key, answer)
    def token(self):
        """A holder's token; ten minutes, renewed a minute before."""
        if self._token is None or time.monotonic() > self._token[1]:
            me = self.credential["keyferry"]["credential_id"]
            def build():
                now = int(time.time())
                assertion = self.key.jws({"typ": "keyferry-holder+jwt"}, {"iss": me, "sub": me, "aud": self.authority.url, "iat": now, "exp": now + 60,
                                                                         "jti": str(uuid.uuid4()), "nonce": self.authority.nonce})
                fields = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
                return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
            doc = self.authority.call("POST", "/token", self.key, build=build)[2]
            self._token = doc["access_token"], time.monotonic() + doc["expires_in"] - 60
        return self._token[0]
    def call(self, method, path, body=None, headers=None, query="", wait=0):
        for last in (False, True):
            try: return self.authority.call(method, path, self.key, self.token(), (lambda: (write_json(body), "application/json")) if body is not None else None, headers, query, wait)
            except Refused as refused:
                if refused.status != 401 or last: raise
                self._token = None
    def make(self, **wish):
        return self.call("POST", "/v1/shares", {"kind": "ssh", "mode": "confirmed", **wish}, {"Idempotency-Key": str(uuid.uuid4())})[2]
    def read(self, share): return self.call("GET", f"/v1/shares/{share}")[2]
    def list(self): return self.call("GET", "/v1/shares")[2]["shares"]
    def grant(self, share, thumb, label=""):
        return self.call("POST", f"/v1/shares/{share}/grant", {"thumbprint": thumb, **({"label": label} if label else {})})[2]
    def refuse(self, share): return self.call("POST", f"/v1/shares/{share}/refuse", {})[2]
    def rearm(self, share, pin): return self.call("POST", f"/v1/shares/{share}/pin", {"pin": pin})[2]
    def revoke(self, share): return self.call("DELETE", f"/v1/shares/{share}")[2]


# ---- the exchange, what both sides do -----------------------------------------------------------------------------

def new_secret():
    while True:
        secret = secrets.token_bytes(32)
        if good_secret(secret): return secret

def good_secret(secret):
    return int.from_bytes(H(b"keyferry link", secret)[:2], "big") < 16 and b64u(secret).isalnum()

def read_link(link):
    """→ (relay's base, mailbox id, secret)."""
    found = re.search(r"(https://[^\s#?%<>\"']+)/v1/m/([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?:\?[^\s#]*?)?(?:#|%23)([A-Za-z0-9_\-+/]{43})(?![A-Za-z0-9_\-+/])", link)
    if not found: raise Ended("damaged", "no share link")
    secret = unb64u(found[3].replace("+", "-").replace("/", "_"), 32)
    if not good_secret(secret): raise Ended("damaged", "the last part of the link is damaged")
    return found[1], found[2].lower(), secret

def claim_key(secret): return expand(extract(b"", secret), "keyferry claim", 32)

class Exchange:
    """One side: what it sealed, what it accepted, and the rules of reading. `expect` is the message whose turn it is, None while it is ours."""
    def __init__(self, side, relay, secret, wait=25):
        self.side, self.other, self.relay, self.secret, self.wait = side, "receiver" if side == "sender" else "sender", relay, secret, wait
        self.claim, self.mailbox, self.transfer, self.etag, self.claim_key = str(uuid.uuid4()), None, None, None, None
        self.seq, self.own, self.pending = 0, None, None               # number of our next message; plaintext of the last; one being written
        self.theirs, self.their_seq, self.expect = None, -1, None
        self.ended, self.lock, self.hold, self.deadline = None, threading.RLock(), [], float("inf")
        self.dh = X25519PrivateKey.generate()
        self.public = self.dh.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def seal(self, kind, content):
        head = {"v": 1, "type": kind, "transfer": b64u(self.transfer), "from": self.side, "seq": self.seq}
        if self.mailbox is not None: head["mailbox"] = self.mailbox
        if self.theirs is not None: head["prev"] = b64u(H(self.theirs))
        plain = write_json({"format": FORMAT, "content": content, "keyferry": head})
        if len(plain) > 32768: raise ValueError("the message is too large")
        return plain, {"type": "AEAD_AES_256_GCM", "data": base64.b64encode(gcm_seal(self.secret, plain)).decode()}

    def judge(self, payload):
        """The rules of docs/confirmed.md, Reading, in their order. → None if there is nothing to do, else (type, content, plaintext), not accepted yet."""
        try:
            data = base64.b64decode(payload["data"], validate=True)
            if payload["type"] != "AEAD_AES_256_GCM" or base64.b64encode(data).decode() != payload["data"]: raise ValueError
            plain = gcm_open(self.secret, data)                        # 1
        except (ValueError, KeyError, TypeError): raise Abort("damaged", "payload") from None
        message = read_json(plain)                                     # 2
        name, content, head = (message.get(m) for m in ("format", "content", "keyferry"))
        form(is_text(name) and isinstance(content, dict) and isinstance(head, dict), "format, content, keyferry")
        if is_number(head.get("v")) and head["v"] != 1: raise Abort("version")
        seq, kind = head.get("seq"), head.get("type")
        form(isinstance(head.get("v"), int) and is_number(head["v"]) and is_text(kind) and head.get("from") in ("sender", "receiver"), "v, type, from")
        form(isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= 255, "seq")
        transfer = unb64u(head.get("transfer"), 16)
        form(is_text(head.get("mailbox", "")), "mailbox")
        prev = unb64u(head["prev"], 32) if "prev" in head else None
        if plain in (self.own, self.pending): return None              # 3
        if head["from"] == self.side: raise Abort("reflected")         # 4
        if plain == self.theirs: return None                           # 5
        first = self.side == "receiver" and self.theirs is None        # 6
        place = "mailbox" not in head if first else head.get("mailbox") == self.mailbox
        if name != FORMAT:
            known = not name.startswith("keyferry.") or name in ("keyferry.offer.v1", "keyferry.delegation.v1")
            raise Abort("misplaced" if known or not first else "version", name)
        if not place or (not first and transfer != self.transfer): raise Abort("misplaced")
        if kind == "cancel":                                           # 7
            if seq <= self.their_seq: raise Abort("order", "an old cancel")
            reason, text = content.get("reason"), content.get("text", "")
            form(is_text(reason) and is_text(text), "cancel")
            raise Cancelled(reason if reason in REASONS else "other", clean(text))
        if seq != self.their_seq + 1 or kind != self.expect or prev != (H(self.own) if self.own is not None else None):
            raise Abort("order", f"{clean(kind)} {seq}")               # 8
        if first: self.transfer = transfer
        return kind, content, plain

    def accept(self, plain):
        self.theirs, self.their_seq, self.expect = plain, self.their_seq + 1, None

    def look(self, wait=0):
        """One Read, judged. → None, or a message that has not been accepted yet."""
        fresh = False
        while True:
            etag = None if fresh else self.etag
            try: status, got, doc = self.relay.read(self.mailbox, self.claim, self.claim_key, etag, wait, self.hold if wait else None)
            except Lost:
                if not wait: raise
                if not self.ended: time.sleep(1)                       # asked again by the caller
                return None
            except Refused as refused:
                if refused.status == 404: raise Abort("expired", "the mailbox is gone") from None
                raise
            with self.lock:
                if self.ended: raise Ended(self.ended)
                if status == 204: return None
                self.etag = got.get("etag", self.etag)
                if is_instant(doc.get("expiration")): self.deadline = unix(doc["expiration"])
                try: return self.judge(doc.get("payload"))
                except Abort as abort:
                    if fresh or abort.detail not in ("does not open", "payload", "sealed is too short"): raise
                    fresh = True                                       # 1: read it once more

    def next(self, kind):
        """Wait for the message whose turn it is; → its content and plaintext."""
        self.expect = kind
        while True:
            message = self.look(self.wait)
            if message: return message[1:]
            if self.ended: raise Ended(self.ended)
            if time.time() > self.deadline + 60: raise Abort("expired", "no answer until the deadline")
            time.sleep(0.1)

    def write(self, kind, content):
        with self.lock:
            if self.ended: raise Ended(self.ended)
            self.pending, payload = self.seal(kind, content)
            rid = str(uuid.uuid4())
            for _ in range(16):                                        # whoever writes against us that often is out of order
                try:
                    self.etag = self.relay.update(self.mailbox, self.claim, payload, rid, self.etag)[1].get("etag", self.etag)
                    break
                except Refused as refused:
                    if refused.status == 404: raise Abort("expired", "the mailbox is gone") from None
                    if refused.status != 412: raise
                self.look()                                            # read, judge: raises unless there is nothing to do; then decide anew
            else: raise Abort("order", "the slot changes again and again")
            self.own, self.pending, self.seq = self.pending, None, self.seq + 1

    def write_cancel(self, reason, text=None):
        """Over whatever lies there, three times at most; a mailbox that is gone needs none."""
        with self.lock:
            plain, payload = self.seal("cancel", {"reason": reason, **({"text": text} if text else {})})
            rid = str(uuid.uuid4())
            for _ in range(4):
                try:
                    self.relay.update(self.mailbox, self.claim, payload, rid, self.etag)
                    self.own, self.seq = plain, self.seq + 1
                    return
                except (Refused, Lost) as error:
                    if getattr(error, "status", 0) != 412: return
                try: self.etag = self.relay.read(self.mailbox, self.claim, self.claim_key)[1].get("etag")
                except (Refused, Lost): return

    def end(self, reason):
        self.ended = reason
        for sock in list(self.hold):
            try: sock.shutdown(socket.SHUT_RDWR)
            except OSError: pass

    def shared(self, public):
        try: return self.dh.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError: raise Abort("order", "X25519 is zero") from None
    def first_keys(self, invite, peer, receiver, nr):
        self.base = u8(len(self.secret)) + self.secret + self.shared(peer)
        first = H(b"keyferry v1 first\0", H(invite), receiver, nr)
        return expand(extract(first, self.base + u8(0)), "keyferry v1 request", 32)
    def later_keys(self, invite, request, ns, isk):
        hs = H(b"keyferry v1 transcript\0", H(invite), H(request), ns)
        self.prk = extract(hs, self.base + u8(len(isk)) + isk)
        self.words, self.confirm = expand(self.prk, "keyferry v1 words", 3), expand(self.prk, "keyferry v1 confirm receiver", 32)
    def key(self, side): return expand(self.prk, f"keyferry v1 key {side} 2", 32)


# ---- the sender ---------------------------------------------------------------------------------------------------

class ConfirmedSender(Exchange):
    def __init__(self, holder, relay, *, pin=False, code=False, words=True, note=None, valid_for=3600, wait=25):
        if not words and not code: raise ValueError("without a code the words are compared")
        super().__init__("sender", relay, new_secret(), wait)
        self.holder, self.compare, self.granted = holder, words, False
        draw = lambda: f"{secrets.randbelow(10**6):06d}"
        self.pin, self.code = draw() if pin else None, draw() if code else None
        record = holder.make(valid_for=valid_for, **({"pin": self.pin} if pin else {}))
        self.share, self.transfer, self.ns = record["share"], secrets.token_bytes(16), secrets.token_bytes(32)
        handshake = {"suite": "X25519", "key": b64u(self.public), "commit": b64u(H(b"keyferry v1 commit\0", self.ns))}
        if code:
            self.cpace = CPace(self.code, self.transfer, secrets.token_bytes(16))
            handshake["code"] = {"sid": b64u(self.cpace.sid), "y": b64u(self.cpace.y)}
        invite = {"authority": holder.authority.url, "kind": "ssh", "rights": record["rights"], "share": self.share, "expires": record["valid_until"],
                  **({"note": clean(note)} if note else {}), "handshake": handshake}
        try:
            plain, payload = self.seal("invite", invite)
            want = b64u(H(claim_key(self.secret)))
            _, got, answer = relay.create(self.claim, payload, record["link_until"], want)
            found = re.fullmatch(re.escape(relay.url) + r"/v1/m/([0-9a-fA-F-]{36})", answer.get("urlLink", ""))
            if answer.get("claimHash") != want or answer.get("claimPolicy") != "proof" or not found:
                if found: relay.delete(found[1].lower(), self.claim)
                raise Ended("other", "the relay does not keep the rules for claims")
        except BaseException:
            holder.revoke(self.share)
            raise
        self.own, self.seq, self.etag, self.mailbox, self.invite = plain, 1, got.get("etag"), found[1].lower(), plain
        self.link, self.deadline = answer["urlLink"] + "#" + b64u(self.secret), unix(record["link_until"])

    def read_request(self, content, plain):
        form("y" not in content or is_text(content["y"]), "y")
        key, nr, sealed = unb64u(content.get("key"), 32), unb64u(content.get("nonce"), 32), unb64u(content.get("sealed"))
        y = unb64u(content["y"], 32) if "y" in content else None
        if key == self.public: raise Abort("reflected", "our own key")
        if (y is not None) != bool(self.code): raise Abort("order", "y")
        inner = read_json(gcm_open(self.first_keys(self.invite, key, key, nr), sealed))
        check_jwk(inner.get("jwk"))
        form(is_text(inner.get("label")), "label")
        self.jwk, self.label = inner["jwk"], clean(inner["label"], 64)
        self.later_keys(self.invite, plain, self.ns, self.cpace.isk(self.cpace.y, y) if self.code else b"")

    def run(self, ask_words=None):
        """To the end: "redeemed", or why not."""
        try:
            content, plain = self.next("request")
            self.read_request(content, plain)
            self.accept(plain)
            self.write("reveal", {"nonce": b64u(self.ns)})
            content, plain = self.next("ready")
            if not hmac.compare_digest(unb64u(content.get("confirm"), 32), self.confirm): raise Abort("code" if self.code else "order", "confirm")
            self.accept(plain)
            if self.compare: self.ask(ask_words)
            self.look()                                                # a cancel that came while the person read
            with self.lock:
                if self.ended: raise Ended(self.ended)
                self.granted = True
                try: offer = self.holder.grant(self.share, thumbprint(self.jwk), self.label)["credential_offer"]
                except Refused as refused: raise Abort("other", f"the authority: {refused}") from None
            self.write("grant", {"sealed": b64u(gcm_seal(self.key("sender"), write_json({"credential_offer": offer, "share": self.share})))})
            content, plain = self.next("done")
            inner = read_json(gcm_open(self.key("receiver"), unb64u(content.get("sealed"))))
            form(inner.get("outcome") in ("redeemed", "failed") and is_text(inner.get("reason", "")), "done")
            self.accept(plain)
            if inner["outcome"] == "failed": raise Cancelled("failed", clean(inner.get("reason", "")))
            self.end("redeemed")
            self.relay.delete(self.mailbox, self.claim)
            return "redeemed"
        except Cancelled as why: return self.finish(why.reason, mailbox=True)
        except Abort as why:
            if why.reason != "expired": self.write_cancel(why.reason)
            return self.finish(why.reason, own=True)
        except Ended:
            if self.ended: return self.ended
            raise

    def ask(self, ask_words):
        for left in (3, 2, 1):
            typed = ask_words(self.label, left)
            self.look()
            if typed is None: raise Abort("refused")
            if same_words(typed, self.words): return
        raise Abort("words")

    def finish(self, reason, own=False, mailbox=False):
        """Take the share back as the documents say, and say how it ended."""
        with self.lock:
            if self.ended: return self.ended
            if own and reason in ("words", "refused"): self.holder.refuse(self.share)
            elif not (own and reason == "code"):
                if self.holder.read(self.share)["state"] == "redeemed": reason = "redeemed"
                else: self.holder.revoke(self.share)
            self.end(reason)
            if mailbox: self.relay.delete(self.mailbox, self.claim)
            return reason

    def cancel(self, reason="user", text=None):
        """Give it up, at any time and from any thread; run() then returns the reason."""
        with self.lock:
            if self.ended: return self.ended
            unread = self.theirs is None and self.nobody_claimed()     # a cancel would be misplaced as the first message that somebody reads
            if not unread: self.write_cancel(reason, text)
            return self.finish(reason, own=True, mailbox=unread)
    def nobody_claimed(self):
        try: return self.relay.read(self.mailbox, self.claim)[2].get("recipientBound") is False
        except (Refused, Lost): return False


# ---- the receiver -------------------------------------------------------------------------------------------------

class ConfirmedReceiver(Exchange):
    def __init__(self, link, ca, *, label, alg="EdDSA", wait=25):
        base, mailbox, secret = read_link(link)
        super().__init__("receiver", Relay(base, ca), secret, wait)
        self.ca, self.label, self.mailbox, self.claim_key, self.signer = ca, clean(label, 64), mailbox, b64u(claim_key(secret)), Key(alg)
        self.content = self.offer = self.answer = None

    def ends(self, work):
        """Run a step; a broken rule ends the exchange as the documents say."""
        try: return work()
        except Abort as why:
            with self.lock:
                if not self.ended and why.reason != "expired": self.write_cancel(why.reason) if self.seq else self.give_back()
                if not self.ended: self.end(why.reason)
            raise
        except Cancelled as why:
            self.end(why.reason)
            raise

    def give_back(self):
        try: self.relay.relinquish(self.mailbox, self.claim)
        except (Refused, Lost): pass

    def read_invite(self):
        """Claim the mailbox and read what is offered; → the invite's content. The person says yes (run) or no (decline)."""
        def work():
            self.expect, self.etag = "invite", None
            message = self.look()
            if message is None: raise Abort("damaged")
            _, content, plain = message
            form(all(is_text(content.get(m)) for m in ("authority", "kind", "share", "expires")) and isinstance(content.get("rights"), dict), "invite")
            form(is_instant(content["expires"]) and is_text(content.get("note", "")), "invite")
            hand = content.get("handshake")
            form(isinstance(hand, dict) and hand.get("suite") == "X25519" and ("code" not in hand or isinstance(hand["code"], dict)), "handshake")
            self.peer, self.commit = unb64u(hand.get("key"), 32), unb64u(hand.get("commit"), 32)
            self.code = (unb64u(hand["code"].get("sid"), 16), unb64u(hand["code"].get("y"), 32)) if "code" in hand else None
            if self.peer == self.public: raise Abort("reflected")
            self.shared(self.peer)
            self.authority = Authority(content["authority"], self.ca)
            self.authority.check_kind(content["kind"])
            if "note" in content: content["note"] = clean(content["note"])
            self.accept(plain)
            self.invite, self.content = plain, content
            return content
        return self.ends(work)

    def run(self, show_words, code=None, pin=None):
        """To the end; → the answer of /credential. After `wrong_pin`, `pin_required` or `locked` (the sender rearms) it can be called again with another PIN. `pin` may be a function of the tries left."""
        if self.content is None: self.read_invite()
        if self.offer is None: self.ends(lambda: self.until_grant(show_words, code))
        return self.redeem(pin)

    def until_grant(self, show_words, code):
        if self.code and code is None: raise Ended("code_required")
        cpace = CPace(six_digits(code), self.transfer, self.code[0]) if self.code else None
        isk = cpace.isk(self.code[1], cpace.y) if cpace else b""
        nr = secrets.token_bytes(32)
        sealed = gcm_seal(self.first_keys(self.invite, self.peer, self.public, nr), write_json({"jwk": self.signer.jwk, "label": self.label}))
        self.write("request", {"key": b64u(self.public), "nonce": b64u(nr), **({"y": b64u(cpace.y)} if cpace else {}), "sealed": b64u(sealed)})
        request = self.own
        content, plain = self.next("reveal")
        ns = unb64u(content.get("nonce"), 32)
        if H(b"keyferry v1 commit\0", ns) != self.commit: raise Abort("order", "the commitment is not kept")
        self.accept(plain)
        self.later_keys(self.invite, request, ns, isk)
        self.write("ready", {"confirm": b64u(self.confirm)})
        show_words(*words_of(self.words))
        content, plain = self.next("grant")
        inner = read_json(gcm_open(self.key("sender"), unb64u(content.get("sealed"))))
        offer = inner.get("credential_offer")
        form(isinstance(offer, dict) and is_text(inner.get("share")), "grant")
        if (inner["share"], offer.get("credential_issuer"), offer.get("credential_configuration_ids")) != (
                self.content["share"], self.content["authority"], [self.content["kind"]]): raise Abort("offer", "granted is not what was offered")
        grants = offer.get("grants")
        given = grants.get(GRANT) if isinstance(grants, dict) else None
        form(isinstance(given, dict) and is_text(given.get("pre-authorized_code")), "grant")
        with self.lock:
            if self.ended: raise Ended(self.ended)
            self.accept(plain)
            self.offer = offer                                         # from here on the authority alone decides

    def redeem(self, pin):
        if self.answer: return self.answer
        wanted, left = "tx_code" in self.offer["grants"][GRANT], None
        while True:
            typed = (pin(left) if callable(pin) else pin) if wanted else None
            try:
                answer = self.authority.redeem(self.offer, self.signer, self.label, None if typed is None else six_digits(typed))
                check_certificate(answer["credentials"][0]["credential"], self.signer.jwk, self.content["rights"], self.content["share"], self.content["expires"], self.authority)
                break
            except Ended as why:
                if why.reason == "wrong_pin" and callable(pin):
                    left = why.tries_left
                    continue
                if why.reason in GIVEN_UP + ["offer"]: self.fail(why.reason)
                raise
        self.answer = answer
        self.done({"outcome": "redeemed"})
        self.end("redeemed")
        return answer

    def done(self, inner):
        try: self.write("done", {"sealed": b64u(gcm_seal(self.key("receiver"), write_json(inner)))})
        except (Ended, Lost): pass                                     # the sender asks the authority

    def fail(self, reason):
        """Give up after the grant: the sender is told and takes the share back."""
        if self.ended: return
        self.done({"outcome": "failed", "reason": reason})
        self.end(reason)

    def decline(self):
        """The person says no to what is offered: nothing was written, somebody else may take the link."""
        if self.seq: return self.cancel("refused")
        self.give_back()
        self.end("refused")

    def cancel(self, reason="user", text=None):
        """Give it up, from any thread; run() then raises the reason. Not after the grant: then the authority may have issued."""
        with self.lock:
            if self.ended: return self.ended
            if self.offer: raise ValueError("the sender has confirmed; the authority decides now")
            self.write_cancel(reason, text) if self.seq else self.give_back()
            self.end(reason)
            return reason


# ---- the program --------------------------------------------------------------------------------------------------

def say(*words): print(*words, flush=True)
def line(question):
    print(question, end=" ", file=sys.stderr, flush=True)
    typed = sys.stdin.readline()
    return None if not typed else typed.strip()

def share(args):
    offer = json_issuer(args.offer)
    holder = Holder.redeem(Authority(offer, args.ca), args.offer)
    sender = ConfirmedSender(holder, Relay(args.relay, args.ca), pin=args.pin, code=args.code, words=not args.code, note=args.note)
    for name in ("link", "pin", "code"):
        if getattr(sender, name): say(name, getattr(sender, name))
    def ask(label, left):
        while (typed := line(f"words that {label!r} says ({left} tries left; no):")) == "": pass
        return None if typed is None or typed.lower() == "no" else typed
    try: how = sender.run(ask)
    except KeyboardInterrupt: how = sender.cancel()
    say("ended", how)
    say("share", sender.share, holder.read(sender.share)["state"])
    return how == "redeemed"

def json_issuer(link):
    """The issuer of an offer link: named in it, or whose /offers/ it is."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(link.strip()).query)
    if "credential_offer" in query: return read_json(query["credential_offer"][0].encode())["credential_issuer"]
    return query["credential_offer_uri"][0].rsplit("/offers/", 1)[0]

def accept(args):
    receiver = ConfirmedReceiver(args.link, args.ca, label=args.label)
    try:
        invite = receiver.read_invite()
        for name in ("authority", "kind", "rights", "expires", "note"):
            if name in invite: say(name, json.dumps(invite[name]) if name == "rights" else invite[name])
        first = iter([args.pin] if args.pin else [])
        why, answer = None, None
        def pin(left):
            typed = next(first, None) or line(f"PIN{' (locked: a new one)' if why else '' if left is None else f' ({left} tries left)'}:")
            if not typed: raise why or Ended("wrong_pin" if left else "pin_required", "no PIN was typed")
            return typed
        code = args.code or (line("code:") if receiver.code else None)
        while not answer:
            try: answer = receiver.run(lambda words, digits: say("words", words, digits), code, pin)
            except Ended as error:
                if error.reason != "locked" or error is why: raise
                why = error
    except KeyboardInterrupt:
        receiver.cancel() if not receiver.offer else receiver.fail("user")
        raise Ended("user") from None
    except Ended as why:
        if receiver.offer: receiver.fail(why.reason)
        elif not receiver.ended: receiver.cancel()
        raise
    say("certificate", answer["credentials"][0]["credential"])
    return True

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--word-list", help="words.txt; else docs/words.txt of a folder above")
    todo = parser.add_subparsers(dest="todo", required=True)
    one, two = todo.add_parser("share"), todo.add_parser("accept")
    for option in ("--ca", "--relay", "--offer"): one.add_argument(option, required=True)
    for option in ("--pin", "--code"):
        one.add_argument(option, action="store_true")
        two.add_argument(option)
    one.add_argument("--note")
    for option in ("--ca", "--label"): two.add_argument(option, required=True)
    two.add_argument("link")
    args = parser.parse_args()
    try:
        load_words(args.word_list)
        return 0 if (share if args.todo == "share" else accept)(args) else 3
    except Ended as why:
        say("ended", why)
        return 3
    except (Lost, OSError, ValueError) as error:
        say("failed", error)
        return 1

if __name__ == "__main__": sys.exit(main())
