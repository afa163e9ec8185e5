"""A small authority that tells one lie, over real TLS; everything else in it is as it should be."""

import base64
import datetime
import http.server
import json
import ssl
import threading
import urllib.parse

from .process import free_port, run

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
