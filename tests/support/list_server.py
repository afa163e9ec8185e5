"""A small authority that speaks only of revocation lists, so that tests can make it lie: real signatures, real KRLs
(made by ssh-keygen), long poll, TLS. What an honest authority does is tested with keyferry-authority itself."""

import base64
import datetime
import hashlib
import http.server
import json
import socketserver
import ssl
import struct
import threading
import time
import urllib.parse
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from .process import free_port, run


def b64u(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class ListKey:
    """An Ed25519 key that signs lists."""

    def __init__(self, private=None):
        self._key = private or ed25519.Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64u(raw)}
        canonical = json.dumps({k: self.jwk[k] for k in ("crv", "kty", "x")}, separators=(",", ":"))
        self.kid = b64u(hashlib.sha256(canonical.encode()).digest())

    def sign(self, payload, typ="keyferry-list+jwt", kid=None):
        header = {"alg": "EdDSA", "typ": typ, "kid": kid or self.kid}
        signed = ".".join(b64u(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload))
        return f"{signed}.{b64u(self._key.sign(signed.encode()))}"


def krl_number(path):
    """The version in the header of a KRL file (PROTOCOL.krl): keyferry's list number."""
    octets = Path(path).read_bytes()
    assert octets[:8] == b"SSHKRL\n\0", octets[:16]
    return struct.unpack(">Q", octets[12:20])[0]


def instant(seconds):
    return datetime.datetime.utcfromtimestamp(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


class ListServer:
    """Serves /v1/lists/ssh.krl and its signature over TLS. `ca` is an SSH CA whose certificates it revokes.

    publish() signs and serves a list; serve() puts any signature and octets in place. `.requests` counts the polls.
    `.honours_wait = False` answers every poll at once. `.date_offset`: seconds added to the Date header.
    """

    def __init__(self, place, name="list-server"):
        self.directory = place.folder(name)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.certificate, self.tls_key = place.ca.issue(self.directory)
        self.key = ListKey()
        self.ca = self.directory / "ssh_ca"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ca", "-f", self.ca])
        self.lists, self.jws, self.etag = {}, None, ""
        self.requests, self.honours_wait, self.date_offset = 0, True, 0
        self.number = 0
        self._changed, self._server = threading.Condition(), None
        place.add(self)

    # What tests/support/programs.py and sshd.py ask an Authority for.
    def trust(self, *keys):
        return {"authority": self.url, "list_keys": [key.jwk for key in keys or [self.key]],
                "ssh_ca_keys": [self.ca.with_suffix(".pub").read_text("utf-8").strip()], "lists": ["ssh.krl"]}

    def trust_file(self, *keys):
        path = self.directory / "trust.json"
        path.write_text(json.dumps(self.trust(*keys)), "utf-8")
        return path

    def certify(self, public_key, serial, principals, ca=None):
        """Makes PUBLIC_KEY's certificate beside it; returns its path."""
        run(["ssh-keygen", "-q", "-s", ca or self.ca, "-I", f"share{serial}", "-z", serial, "-n", ",".join(principals),
             "-V", "-5m:+1h", public_key])
        return public_key.with_name(public_key.name.replace(".pub", "-cert.pub"))

    def krl(self, serials, number):
        """The octets of a KRL that refuses these serials of the CA."""
        spec, out = self.directory / "spec", self.directory / "krl"
        spec.write_text("".join(f"serial: {serial}\n" for serial in serials) or "# none\n", "utf-8")
        run(["ssh-keygen", "-q", "-k", "-f", out, "-s", self.ca.with_suffix(".pub"), "-z", number, spec])
        return out.read_bytes()

    def payload(self, octets, number=None, epoch=1, name="ssh.krl", issued=None, lifetime=86400):
        issued = time.time() if issued is None else issued
        return {"name": name, "epoch": epoch, "number": number or self.number, "issued": instant(issued),
                "next_update": instant(issued + lifetime), "sha256": b64u(hashlib.sha256(octets).digest()),
                "audit_head": b64u(bytes(32))}

    def next_number(self):
        self.number = max(self.number + 1, int(time.time() * 1000))
        return self.number

    def publish(self, serials=(), **more):
        """Signs and serves a list that refuses `serials`; returns its number."""
        number = self.next_number()
        octets = self.krl(serials, number)
        self.serve(self.key.sign(self.payload(octets, number, **more)), octets, number)
        return number

    def serve(self, jws, octets, number=None):
        with self._changed:
            self.jws, self.lists[number or self.number] = jws, octets
            self.etag = '"' + hashlib.sha256(jws.encode()).hexdigest()[:16] + '"'
            self._changed.notify_all()

    def wait_news(self, etag, seconds):
        with self._changed:
            self._changed.wait_for(lambda: self.etag != etag, seconds)

    def start(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def date_time_string(self, timestamp=None):
                return super().date_time_string((timestamp or time.time()) + server.date_offset)

            def do_GET(self):
                server.answer(self)

        class Tls(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def get_request(self):
                connection, address = super().get_request()
                server.open.append(connection)
                return connection, address

            def handle_error(self, *_):
                pass

        self.open = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.tls_key)
        self._server = Tls(("127.0.0.1", self.port), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def answer(self, request):
        parts = urllib.parse.urlsplit(request.path)
        if parts.path == "/v1/lists/ssh.krl.jws":
            self.requests += 1
            etag = request.headers.get("If-None-Match", "")
            wait = request.headers.get("Prefer", "wait=0").split("=")[1]
            if self.honours_wait and etag == self.etag:
                self.wait_news(etag, int(wait))
            if etag and etag == self.etag:
                return self.send(request, 304, b"")
            if self.jws is None:
                return self.send(request, 503, b"")
            return self.send(request, 200, self.jws.encode())
        number = int(urllib.parse.parse_qs(parts.query).get("number", ["0"])[0])
        octets = self.lists.get(number) if parts.path == "/v1/lists/ssh.krl" else None
        return self.send(request, 404, b"") if octets is None else self.send(request, 200, octets)

    def send(self, request, status, body):
        request.send_response(status)
        request.send_header("ETag", self.etag)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    @property
    def running(self):
        return self._server is not None

    def stop(self):
        """Closes the port and every connection."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        server.server_close()
        for connection in self.open:
            try:
                connection.shutdown(2)
            except OSError:
                pass
        with self._changed:
            self._changed.notify_all()
        self._thread.join(5)

    close = stop
