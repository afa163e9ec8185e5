"""An authority that lies: what it issues is discarded, and the private key never leaves the wallet."""

import base64
import datetime
import http.server
import json
import ssl
import threading
import urllib.parse

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_ssh_private_key
from support import Wallet, free_port, run

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def rfc3339(hours):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


class Liar:
    """A small issuer over TLS whose `fault` names its one lie; `seen` holds everything that was sent to it."""

    def __init__(self, place, fault):
        self.fault, self.seen, self.folder = fault, [], place.folder(f"liar-{fault}")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.rights = {"logins": ["deploy"], "hosts": ["web"], "extensions": ["permit-pty"]}
        self.window = {"valid_from": rfc3339(-1), "valid_until": rfc3339(4)}
        for name in ("ca", "other"):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.folder / name])
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer({})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.answer({"body": body})

            def answer(self, more):
                body = more.get("body", b"")
                liar.seen.append(f"{self.command} {self.path}\n{self.headers}".encode() + body)
                status, headers, text = liar.answer(self.path, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        certificate, key = place.ca.issue(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def public(self, name):
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

    def offer(self):
        offer = {"credential_issuer": self.url, "credential_configuration_ids": ["ssh"],
                 "grants": {GRANT: {"pre-authorized_code": "code"}},
                 "keyferry": {"kind": "ssh", "rights": self.rights, **self.window}}
        return "openid-credential-offer://?credential_offer=" + urllib.parse.quote(json.dumps(offer), safe="")

    def answer(self, path, body):
        if path.startswith("/.well-known/openid-credential-issuer"):
            endpoint = "https://127.0.0.1:1/credential" if self.fault == "foreign_endpoint" else f"{self.url}/credential"
            return self.json({"credential_issuer": self.url, "credential_endpoint": endpoint,
                              "nonce_endpoint": f"{self.url}/nonce",
                              "credential_configurations_supported": {"ssh": {"format": "ssh-certificate"}},
                              "keyferry": {"ssh_ca_keys": [self.public("ca")]}})
        if path.startswith("/.well-known/oauth-authorization-server"):
            return self.json({"issuer": self.url, "token_endpoint": f"{self.url}/token"})
        if path == "/token":
            if self.fault == "redirect":
                return 302, {"Location": f"{self.url}/elsewhere"}, b""
            if self.fault == "oversized":
                return 200, {}, b'{"x": "' + b"x" * (3 << 20) + b'"}'
            return self.json({"access_token": "t", "token_type": "Bearer", "expires_in": 300})
        if path == "/nonce":
            return self.json({"c_nonce": "n"})
        if path == "/credential":
            return self.json(self.issue(json.loads(body)["proofs"]["jwt"][0]))
        return 404, {}, b"{}"

    @staticmethod
    def json(value):
        return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()

    def issue(self, proof):
        head = proof.split(".")[0]
        x = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["jwk"]["x"]
        raw = base64.urlsafe_b64decode(x + "=")
        blob = len(b"ssh-ed25519").to_bytes(4, "big") + b"ssh-ed25519" + (32).to_bytes(4, "big") + raw
        (self.folder / "k.pub").write_text("ssh-ed25519 " + base64.b64encode(blob).decode() + "\n")
        key = "other" if self.fault == "wrong_key" else "k"
        authority = "other" if self.fault == "foreign_ca" else "ca"
        principals = {"wider_certificate": "deploy@web,root@web", "bare_login": "deploy"}.get(self.fault, "deploy@web")
        hours = 40 if self.fault == "longer" else 3
        run(["ssh-keygen", "-q", "-s", self.folder / authority, "-I", "share1", "-n", principals, "-z", "7", "-V",
             f"-1m:+{hours}h", "-O", "clear", "-O", "permit-pty", self.folder / f"{key}.pub"])
        line = " ".join((self.folder / f"{key}-cert.pub").read_text().split()[:2])
        rights = dict(self.rights)
        if self.fault == "wider_answer":
            rights["logins"] = ["deploy", "root"]
        hosts = ["web", "db"] if self.fault == "foreign_host" else ["web"]
        window = {"valid_from": self.window["valid_from"],
                  "valid_until": rfc3339(90) if self.fault == "longer_answer" else self.window["valid_until"]}
        return {"credentials": [{"credential": line}],
                "keyferry": {"credential_id": "c1", "share": "another" if self.fault == "other_share" else "share1",
                             "rights": rights, **window, "renew": False,
                             "hosts": [{"name": name, "address": "127.0.0.1", "port": 22, "host_keys": [self.public("ca")],
                                        "host_cas": []} for name in hosts]}}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(name="liar")
def make_liar(place, request):
    liar = Liar(place, request.param)
    yield liar
    liar.close()


def take(place, liar, *more, code):
    wallet = Wallet(place, "bob")
    return wallet, wallet.run("accept", "--yes", *more, "-", input=liar.offer(), code=code)


@pytest.mark.parametrize("liar", ["none"], indirect=True)
def test_an_honest_one_is_taken_and_sees_no_private_key(place, liar):
    wallet, _ = take(place, liar, "--allow-local", code=0)
    key = load_ssh_private_key((wallet.home / "ssh/web/id_ed25519").read_bytes(), None)
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    everything = b"".join(liar.seen)
    assert b"/credential" in everything
    for form in (seed, seed.hex().encode(), base64.b64encode(seed).rstrip(b"="), base64.urlsafe_b64encode(seed).rstrip(b"=")):
        assert form not in everything
        for path in wallet.home.rglob("*"):
            assert path.name == "id_ed25519" or not path.is_file() or form not in path.read_bytes(), path


@pytest.mark.parametrize("liar", ["wrong_key", "foreign_ca", "wider_certificate", "bare_login", "longer", "wider_answer",
                                  "longer_answer", "other_share", "foreign_host"], indirect=True)
def test_what_is_not_as_offered_is_discarded(place, liar):
    wallet, refused = take(place, liar, "--allow-local", code=3)
    assert "was discarded" in refused.err and "Tell the sender" in refused.err
    nothing_is_left(wallet)


@pytest.mark.parametrize("liar, words", [("redirect", "redirect"), ("oversized", ""), ("foreign_endpoint", "not its own")],
                         indirect=["liar"])
def test_odd_answers_end_it(place, liar, words):
    wallet, refused = take(place, liar, "--allow-local", code=None)
    assert refused.code in (1, 3) and words in refused.err, refused
    assert not any(b"/elsewhere" in request for request in liar.seen)
    nothing_is_left(wallet)


@pytest.mark.parametrize("liar", ["none"], indirect=True)
def test_local_addresses_need_a_word(place, liar):
    wallet, refused = take(place, liar, code=3)
    assert "local" in refused.err
    assert liar.seen == []
    nothing_is_left(wallet)


def nothing_is_left(wallet):
    assert wallet.json("list")["credentials"] == []
    assert not list((wallet.home / "ssh").iterdir())
