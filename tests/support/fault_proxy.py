"""A proxy in front of a real relay that makes one thing wrong: relays that are nearly right, for tests of the judge.

    proxy = FaultProxy(place, relay, {"no-echo": drop_the_echo}).start()
    proxy.url("no-echo")          # http://127.0.0.1:PORT/no-echo: a relay with that fault

A fault is a function `fault(request, forward)` that returns an Answer; forward(request) asks the real relay. The first
part of the path chooses it. `tls=True` serves TLS from 1.0 on, and plain HTTP on the same port.
"""

import http.client
import http.server
import socket
import ssl
import threading
import warnings
from dataclasses import dataclass, field

from .process import free_port

HOP = {"connection", "keep-alive", "host", "transfer-encoding", "content-length"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "SEARCH", "REPORT")


class Fields:
    """Header lines in their order; names compare without case."""

    def __init__(self, lines):
        self.lines = list(lines)

    def get(self, name, otherwise=None):
        return next((value for key, value in self.lines if key.lower() == name.lower()), otherwise)

    def drop(self, name):
        self.lines = [(key, value) for key, value in self.lines if key.lower() != name.lower()]

    def set(self, name, value):
        self.drop(name)
        self.lines.append((name, value))


@dataclass
class Request:
    method: str
    path: str
    headers: Fields
    body: bytes = b""

    @property
    def claim(self):
        return self.headers.get("Mailbox-Device-Claim")

    @property
    def request_id(self):
        return self.headers.get("Mailbox-Request-ID")

    @property
    def creates(self):
        return self.method == "POST" and self.path.endswith("/m")

    @property
    def reads(self):
        return self.method == "POST" and not self.creates

    @property
    def box(self):
        return self.path.rsplit("/", 1)[-1]

    def but(self, **changes):
        """A copy with other members; `claim` and `request_id` are header lines."""
        copy = Request(changes.get("method", self.method), changes.get("path", self.path), Fields(self.headers.lines),
                       changes.get("body", self.body))
        for name, header in (("claim", "Mailbox-Device-Claim"), ("request_id", "Mailbox-Request-ID")):
            if name in changes:
                copy.headers.set(header, changes[name])
        return copy


@dataclass
class Answer:
    status: int
    headers: Fields = field(default_factory=lambda: Fields([]))
    body: bytes = b""

    @property
    def success(self):
        return 200 <= self.status < 300


class FaultProxy:
    def __init__(self, place, relay, faults, tls=False):
        self.relay, self.faults, self.tls, self.port = relay, faults, tls, free_port()
        self.context = None
        if tls:
            certificate, key = place.ca.issue(place.folder("fault-proxy"))
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self.context.minimum_version = ssl.TLSVersion.TLSv1
            self.context.set_ciphers("ALL:@SECLEVEL=0")
            self.context.load_cert_chain(certificate, key)
        place.add(self)

    def url(self, fault):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/{fault}"

    def start(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                if proxy.tls and self.request.recv(1, socket.MSG_PEEK) == b"\x16":
                    self.request = proxy.context.wrap_socket(self.request, server_side=True)
                super().setup()
                self.upstream = http.client.HTTPConnection("127.0.0.1", proxy.relay.port, timeout=120)

            def finish(self):
                self.upstream.close()
                super().finish()

            def log_message(self, *_):
                pass

            def serve(self):
                proxy.serve(self)

        for method in METHODS:
            setattr(Handler, f"do_{method}", Handler.serve)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def serve(self, handler):
        name, _, path = handler.path[1:].partition("/")
        lines = [(key, value) for key, value in handler.headers.items() if key.lower() not in HOP]
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        request = Request(handler.command, "/" + path, Fields(lines), body)
        answer = self.faults[name](request, lambda changed: forward(handler.upstream, changed))
        handler.send_response_only(answer.status)
        for key, value in answer.headers.lines:
            if key.lower() not in HOP:
                handler.send_header(key, value)
        length = answer.headers.get("Content-Length") if request.method == "HEAD" else None
        handler.send_header("Content-Length", length or str(len(answer.body)))
        handler.end_headers()
        if request.method != "HEAD":
            handler.wfile.write(answer.body)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def forward(connection, request):
    """What the real relay answers."""
    connection.putrequest(request.method, request.path, skip_accept_encoding=True)
    for key, value in request.headers.lines:
        connection.putheader(key, value)
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
    answer = connection.getresponse()
    return Answer(answer.status, Fields(answer.getheaders()), answer.read())
