"""A proxy that ends connections early: at any octet of a request or of its answer, on new connections and on kept ones.

    proxy = CutProxy(place, "authority")
    authority = Authority(place, config={"public": {"url": proxy.url}})
    proxy.forward_to(authority.start())
    proxy.plan = every_other(Cut("answer", "head"))       # called with each Call; returns where it is cut, or None

Clients speak TLS with it (a leaf of the place's CA), as it does with the server where that has TLS. A request that is cut reaches the
server only that far; one whose answer is cut was carried out.
"""

import contextlib
import socket
import ssl
import struct
import threading

from .process import free_port

HEAD = b"\r\n\r\n"
ENDS = ("close_notify", "fin", "reset")


class Cut:
    """`octets` of the request reach the server, or of the answer the client: a number, or "line" (the first one), "almost head",
    "head" (with its empty line), "almost all", "all". `end`: how the connection ends; by default each octet has another of ENDS."""

    def __init__(self, side, octets, end=None):
        self.side, self.octets, self.end = side, octets, end

    def of(self, text):
        head = text.index(HEAD) + len(HEAD)
        named = {"line": text.index(b"\r\n") + 2, "almost head": head - 2, "head": head, "almost all": len(text) - 1, "all": len(text)}
        return min(named.get(self.octets, self.octets), len(text) - (self.side == "answer"))  # a whole answer is not cut

    def __repr__(self):
        return f"{self.side} {self.octets}"


# The boundaries of a call: nothing of the answer came after the last of these requests, though the server has acted.
REQUESTS = [Cut("request", octets) for octets in (1, "line", "head", "almost all")]
ANSWERS = [Cut("answer", octets) for octets in (0, 1, "line", "almost head", "head", "almost all")]


def every_other(cut):
    """A plan that cuts the first, third, fifth … call of each method and path: what is tried again comes through."""
    counts, lock = {}, threading.Lock()

    def plan(call):
        with lock:
            counts[call.name] = counts.get(call.name, 0) + 1
            return cut if counts[call.name] % 2 else None
    return plan


class Call:
    def __init__(self, request, number):
        self.request, self.number, self.answer, self.cut = request, number, b"", None
        self.method, target = request.split(b" ", 2)[:2]
        self.method, self.path = self.method.decode(), target.decode().split("?")[0]

    @property
    def name(self):
        return f"{self.method} {self.path}"

    @property
    def kept(self):
        return self.number > 0

    def header(self, name):
        for line in self.request.split(HEAD)[0].split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode().lower() == name.lower():
                return value.strip().decode()
        return None

    def __repr__(self):
        return f"<{self.name} {self.cut or ''}>"


class CutProxy:
    def __init__(self, place, name):
        self.plan, self.after, self.keep, self.seen, self._target = lambda call: None, lambda call: None, True, [], None
        self._connections = set()
        certificate, key = place.ca.issue(place.folder(f"cut-{name}"))
        self._server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server_side.load_cert_chain(certificate, key)
        self._server_side.set_alpn_protocols(["h2", "http/1.1"])
        self._client_side = ssl.create_default_context(cafile=str(place.ca.path))
        self._listener = socket.create_server(("127.0.0.1", free_port()), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()
        place.add(self)

    def forward_to(self, server):
        self._target = server

    def honest(self):
        self.plan, self.keep = lambda call: None, True
        self.seen.clear()

    def close(self):
        """Of Place: called when the test ends."""
        self._listener.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain):
        with contextlib.suppress(OSError, ValueError):
            with self._server_side.wrap_socket(plain, server_side=True) as connection:
                assert connection.selected_alpn_protocol() in (None, "http/1.1"), "a client that can be made to repeat (HTTP/2)"
                self._connections.add(connection)
                try:
                    number = 0
                    while self._serve_one(connection, number):
                        number += 1
                finally:
                    self._connections.discard(connection)

    def _serve_one(self, connection, number):
        request = read_message(connection)
        if not request:
            return False
        call = Call(request, number)
        call.cut = self.plan(call)
        self.seen.append(call)
        if call.cut and call.cut.side == "request":
            octets = call.cut.of(request)
            self._ask(request[:octets], whole=False)
            return end(connection, octets, call.cut.end)
        call.answer = self._ask(request)
        self.after(call)
        if call.cut:
            octets = call.cut.of(call.answer)
            connection.sendall(call.answer[:octets])
            return end(connection, octets, call.cut.end)
        connection.sendall(call.answer)
        return self.keep and call.answer != b""

    def _ask(self, request, whole=True):
        server = socket.create_connection(("127.0.0.1", self._target.port), timeout=120)
        if "tls" in self._target.tables:
            server = self._client_side.wrap_socket(server, server_hostname="127.0.0.1")
        with server:
            server.sendall(request)
            return read_message(server, bare=request.startswith(b"HEAD ")) if whole else b""


def read_message(stream, bare=False):
    """One request or answer, whole; empty when the other side has ended."""
    text = b""
    while HEAD not in text:
        more = stream.recv(65536)
        if not more:
            return b""
        text += more
    head = text.index(HEAD) + len(HEAD)
    length = next((int(line.split(b":")[1]) for line in text[:head].split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    assert b"transfer-encoding" not in text[:head].lower()
    while not bare and len(text) < head + length:
        more = stream.recv(65536)
        if not more:
            return b""
        text += more
    return text


def end(connection, octets, how=None):
    how = how or ENDS[octets % len(ENDS)]
    if how == "close_notify":
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            connection.unwrap()
    elif how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return False
