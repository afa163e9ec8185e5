"""A proxy that stands between a wallet and a server: it sees every request and may meddle with any answer.

    proxy = Proxy(place, "relay")
    relay = Relay(place, tls=False, config={"public": {"url": proxy.url}}).start()
    proxy.forward_to(relay)
    proxy.meddle = lambda seen: seen.cut()            # called with each Exchange before the wallet gets the answer

The wallet speaks TLS with it (a leaf of the place's CA); it speaks plain HTTP with the server.
"""

import http.client
import http.server
import ssl
import threading
import time

from .process import free_port

# Of one connection only, so not passed on.
_OF_A_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade")


class Exchange:
    """A request and its answer. `headers`: names in lower case. Change `status`, `answer_headers`, `answer` to meddle."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.status, self.answer_headers, self.answer, self.is_cut = 0, {}, b"", False
        self.drips = None

    def cut(self):
        """The server has acted, but the wallet gets no answer: the connection ends."""
        self.is_cut = True

    def drip(self, *pauses):
        """The answer comes in as many parts; before each its event is waited for, or its seconds pass."""
        self.drips = pauses

    def octets(self):
        """All that crossed, both ways, as one line of octets to search in."""
        headers = repr(sorted(self.headers.items()) + sorted(self.answer_headers.items()))
        return f"{self.method} {self.path} {headers} ".encode() + self.body + b" " + self.answer

    def __repr__(self):
        return f"<{self.method} {self.path} {self.status}>"


class Proxy:
    def __init__(self, place, name):
        self.seen, self.meddle, self._target = [], lambda exchange: None, None
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                exchange = Exchange(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                proxy.forward(exchange)
                if exchange.is_cut:
                    return
                self.send_response_only(exchange.status)
                for header, value in exchange.answer_headers.items():
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(exchange.answer)))
                self.end_headers()
                rest = exchange.answer
                for left, pause in zip(range(len(exchange.drips or ()), 0, -1), exchange.drips or ()):
                    part, rest = rest[:len(rest) // left], rest[len(rest) // left:]
                    try:
                        pause.wait() if isinstance(pause, threading.Event) else time.sleep(pause)
                        self.wfile.write(part)
                        self.wfile.flush()
                    except OSError:
                        return
                self.wfile.write(rest)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = any

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        certificate, key = place.ca.issue(place.folder(f"proxy-{name}"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        place.add(self)

    def forward_to(self, server):
        self._target = server.port

    def forward(self, exchange):
        connection = http.client.HTTPConnection("127.0.0.1", self._target, timeout=120)
        try:
            headers = {name: value for name, value in exchange.headers.items() if name not in _OF_A_HOP}
            connection.request(exchange.method, exchange.path, body=exchange.body or None, headers=headers)
            answer = connection.getresponse()
            exchange.status = answer.status
            exchange.answer_headers = {k.lower(): v for k, v in answer.getheaders() if k.lower() not in _OF_A_HOP}
            exchange.answer = answer.read()
        finally:
            connection.close()
        self.seen.append(exchange)
        self.meddle(exchange)

    def methods(self):
        """The methods of what came, in order, since the last call."""
        methods = [exchange.method for exchange in self.seen]
        self.seen.clear()
        return methods

    def close(self):
        """Of Place: called when the test ends."""
        self._server.shutdown()
        self._server.server_close()
