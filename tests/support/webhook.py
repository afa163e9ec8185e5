"""A receiver of pushes over real HTTPS that can be slow, redirect, fail, or be down."""

import http.server
import ssl
import threading

from .process import free_port


class Receiver:
    """Counts what it is sent: `.calls` is a list of (path, headers in lower case, body).

    `.answers`: statuses to give before 204s; a number, or a URL to redirect to. `.hold`: an Event that answers wait for.
    """

    def __init__(self, place, name="receiver", start=True, host="127.0.0.1", names=()):
        """`names`: what the certificate is for, besides `host`."""
        self.place, self.host, self.port = place, host, free_port()
        self.url = f"https://{host}:{self.port}"
        self.certificate, self.key = place.ca.issue(place.folder(name), names=(host, *names))
        self.calls, self.answers, self.hold, self._server = [], [], None, None
        place.add(self)
        if start:
            self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                answer = receiver.answers.pop(0) if receiver.answers else 204
                if receiver.hold:
                    receiver.hold.wait(60)
                self.send_response(answer if isinstance(answer, int) else 307)
                if not isinstance(answer, int):
                    self.send_header("Location", answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self._server = http.server.ThreadingHTTPServer((self.host, self.port), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        if self.hold:
            self.hold.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    close = stop
