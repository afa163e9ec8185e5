"""A relay on the open internet: behind a real nginx, smuggled and pipelined requests, slow clients, two IP families,
a certificate that is renewed under load."""

import os
import re
import signal
import socket
import ssl
import threading
import time
import uuid

import pytest
from support import ROOT, Program, Relay, call, free_port, wait_until
from support.dropbox import base64url
from support.mailbox import Device, configuration, path_of, sealed
from support.process import run


class Nginx(Program):
    """nginx with deploy/nginx-relay.conf in front of `relay`, which speaks plain HTTP."""

    def __init__(self, place, relay):
        super().__init__(place, "nginx")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        cert, key = place.ca.issue(self.directory)
        site = (ROOT / "deploy" / "nginx-relay.conf").read_text("utf-8")
        for pattern, text in ((r"127\.0\.0\.1:8443;", f"127.0.0.1:{relay.port};"), (r"/var/log/nginx/error\.log", "stderr"), (r"listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
                              (r"listen \[::\]:443 ssl;\n", "\n"), (r"/etc/\S+fullchain\.pem", f'"{cert}"'), (r"/etc/\S+privkey\.pem", f'"{key}"')):
            site, count = re.subn(pattern, text, site, count=1 if "listen" in pattern else 0)
            assert count, pattern
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join(f'{kind}_temp_path "{self.directory}/{kind}";' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid "{self.directory}/nginx.pid"; error_log stderr error;
events {{ worker_connections 1024; }}
http {{ {temporary} {site} }}
""", "utf-8")
        self.argv = ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf"]

    def ready(self):
        try:
            return self.call("GET", "/v1/openapi.yaml").status == 200
        except OSError:
            return False

    def call(self, method, path, **more):
        return call(method, self.url + path, ca=self.place.ca.path, **more)


class Site:
    """A relay behind nginx, with what support.mailbox.Device needs."""

    def __init__(self, place):
        self.place = place
        self.relay = Relay(place, engine="memory", tls=False, config={"listen": {"trusted_proxies": ["127.0.0.1"]}})
        self.nginx = Nginx(place, self.relay)
        self.relay.write_config({"public": {"url": self.nginx.url}})
        self.relay.start()
        self.nginx.start()
        self.call, self.metrics = self.nginx.call, self.relay.metrics


@pytest.fixture
def site(place):
    return Site(place)


def stream(place, port):
    context = ssl.create_default_context(cafile=str(place.ca.path))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname="127.0.0.1")


def exchange(connection, octets):
    """Sends `octets` and reads until the other side ends the connection, or 3 s nothing comes."""
    connection.settimeout(3)
    got = b""
    try:
        connection.sendall(octets)
        while part := connection.recv(65536):
            got += part
    except (TimeoutError, OSError):
        pass
    connection.close()
    return got


#= spec:quality#1-behind test
def test_all_calls_go_through_nginx_and_a_wait_is_woken(site):
    ada, bo = Device(site), Device(site)
    made = ada.create(configuration=configuration(delivery="queue"))
    assert made.json()["urlLink"] == site.nginx.url + path_of(made)
    shown = site.call("GET", path_of(made))
    assert shown.status == 200 and f'property="og:image" content="{site.nginx.url}/v1/pictures/access.png"' in shown.text
    assert site.call("GET", "/v1/pictures/access.png").headers["content-type"] == "image/png"
    seen, answers, message = bo.read(made), [], sealed(65536)
    thread = threading.Thread(target=lambda: answers.append(bo.read(made, known=seen, wait=25)), daemon=True)
    thread.start()
    wait_until(lambda: "keyferry_relay_waiting_calls 1" in site.metrics(), "the Read to wait")
    assert ada.update(made, message, known=made).status in (200, 412)
    assert ada.update(made, message).status == 200
    thread.join(40)
    assert answers[0].status == 200 and answers[0].headers["etag"] != seen.headers["etag"]
    assert bo.relinquish(made).status == 409 and bo.delete(made).status == 200
    drop, content = "/t/" + base64url(os.urandom(32)), os.urandom(65536)
    assert site.call("PUT", drop, body=content, headers={"Content-Type": "application/octet-stream"}).status == 201
    assert site.call("GET", drop).body == content and site.call("DELETE", drop).status == 204
    # The relay's own refusals arrive, not the proxy's.
    assert ada.create(sealed(70_000)).json()["error"] == "too_large"


def smuggled(drop):
    """Requests that two servers could read as one or as two; the second would fill `drop`."""
    body = b"x" * 64
    hidden = (f"PUT {drop} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 64\r\n\r\n").encode() + body
    path = f"/v1/m/{uuid.uuid4()}"

    def request(headers, rest):
        return f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode() + rest

    yield "two plain requests", request("Content-Length: 0\r\n", hidden)
    chunked = b"0\r\n\r\n" + hidden
    yield "length before chunked", request(f"Content-Length: {len(chunked)}\r\nTransfer-Encoding: chunked\r\n", chunked)
    yield "length behind chunked", request("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"1\r\nZ\r\n" + chunked)
    yield "two lengths", request(f"Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n", hidden)
    yield "length with a sign", request(f"Content-Length: +{len(hidden)}\r\n", hidden)
    yield "length list", request(f"Content-Length: 0, {len(hidden)}\r\n", hidden)
    for name, line in {"chunked with a space": "Transfer-Encoding : chunked", "other coding": "Transfer-Encoding: xchunked",
                       "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "tab": "Transfer-Encoding:\tchunked",
                       "vertical tab": "Transfer-Encoding: \x0bchunked", "folded": "X: y\r\n Transfer-Encoding: chunked",
                       "bare line feed": "X: y\nTransfer-Encoding: chunked", "upper case": "TRANSFER-ENCODING: CHUNKED"}.items():
        yield name, request(f"{line}\r\nContent-Length: {len(chunked)}\r\n", chunked)
    yield "chunk extension", request("Transfer-Encoding: chunked\r\n", b"0;\n\r\n\r\n" + hidden)
    yield "chunk size beyond", request("Transfer-Encoding: chunked\r\n", b"ffffffffffffffff0\r\n\r\n" + hidden)
    yield "chunk size with 0x", request("Transfer-Encoding: chunked\r\n", b"0x0\r\n\r\n" + hidden)


SMUGGLED = [name for name, _ in smuggled("/t/x")]


@pytest.mark.parametrize("through", ["nginx", "relay"])
def test_no_request_is_smuggled_past_nginx_or_into_the_relay(place, site, through):
    """What hides in the body of another request is served by neither; the first of them shows that it could be."""
    relay = site.relay
    for name in SMUGGLED:
        drop = "/t/" + base64url(os.urandom(32))
        octets = dict(smuggled(drop))[name]
        if through == "nginx":
            got = exchange(stream(place, site.nginx.port), octets)
        else:
            got = exchange(socket.create_connection(("127.0.0.1", relay.port)), octets)
        filled = site.call("GET", drop).status == 200
        # What nginx itself reads as two requests it may pass on as two, and answers twice.
        seen_as_two = name == "two plain requests" or (through == "nginx" and name == "chunk extension")
        assert filled == seen_as_two, f"{name}: {got[:400]!r}"
        assert not filled or got.count(b"HTTP/1.1 ") == 2, name
        # Connections between the two still carry one answer for each request.
        for _ in range(3):
            device = Device(site)
            answer = device.create(request_id="mine")
            assert answer.status == 200 and answer.headers["mailbox-request-id"] == "mine", name
    assert relay.running


def test_pipelined_requests_are_answered_in_their_order_a_waiting_one_too(place):
    relay = Relay(place, engine="memory").start()
    ada, bo = Device(relay), Device(relay)
    made = ada.create()
    known = bo.read(made).headers["etag"]

    def read(number, *more):
        lines = [f"POST {path_of(made)} HTTP/1.1", "Host: x", "Content-Length: 0", *more,
                 *(f"{name}: {value}" for name, value in bo.headers(f"n{number}").items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    requests = b"".join(read(n, f"If-None-Match: {known}", "Prefer: wait=1") if n == 5 else read(n) for n in range(40))
    connection = stream(place, relay.port)
    connection.sendall(requests)
    got, end = b"", time.monotonic() + 30
    while got.count(b"HTTP/1.1 ") < 40 and time.monotonic() < end:
        got += connection.recv(65536)
    connection.close()
    assert re.findall(rb"[Mm]ailbox-[Rr]equest-[Ii][Dd]: n(\d+)", got) == [str(n).encode() for n in range(40)]
    assert got.count(b"HTTP/1.1 204 ") == 1 and got.count(b"HTTP/1.1 200 ") == 39


def test_clients_that_send_an_octet_at_a_time_hinder_nobody(place):
    relay = Relay(place, engine="memory").start()
    ada, slow, stop = Device(relay), [], threading.Event()
    head = f"POST /v1/m HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\nX: {'y' * 500}\r\n\r\n".encode()
    for _ in range(100):
        slow.append(socket.create_connection(("127.0.0.1", relay.port)))
    slow += [stream(place, relay.port) for _ in range(50)]

    def trickle():
        for octet in head:
            for connection in slow[100:]:
                try:
                    connection.send(bytes([octet]))
                except OSError:
                    pass
            for connection in slow[:100]:
                try:
                    connection.send(b"\x16")
                except OSError:
                    pass
            if stop.wait(0.01):
                return

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    try:
        for _ in range(30):
            begun = time.monotonic()
            made = ada.create()
            assert made.status == 200 and ada.read(made).status == 200
            assert time.monotonic() - begun < 30
    finally:
        stop.set()
        thread.join()
        for connection in slow:
            connection.close()
    assert relay.stop() == 0


#= spec:quality#1-behind test
def test_both_ip_families_are_served_by_one_address(place):
    if not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    relay = Relay(place, engine="memory", config={"limits": {"misses_per_minute": 5}})
    relay.write_config({"listen": {"api": f"[::]:{relay.port}"}})
    relay.start()
    ada = Device(relay)
    made = ada.create()
    six = call("POST", f"https://[::1]:{relay.port}{path_of(made)}", ca=place.ca.path, headers=ada.headers())
    assert six.status == 200 and six.json()["payload"] == ada.read(made).json()["payload"]
    # They are different sources: a storm from one leaves the other alone.
    statuses = [call("GET", f"https://[::1]:{relay.port}/v1/m/{uuid.uuid4()}", ca=place.ca.path).status for _ in range(8)]
    assert 429 in statuses
    assert relay.call("GET", f"/v1/m/{uuid.uuid4()}").status == 404


#= spec:quality#1-behind test
def test_certificates_are_renewed_under_load_without_a_failed_call(place):
    relay = Relay(place, engine="memory").start()
    faults, counts, stop = [], [0] * 4, threading.Event()

    def work(number):
        device = Device(relay)
        while not stop.is_set():
            try:
                answer = device.create()
                if answer.status != 200 or device.delete(answer).status != 200:
                    faults.append(answer)
                counts[number] += 1
            except OSError as error:
                faults.append(error)

    def serial():
        with stream(place, relay.port) as connection:
            return connection.getpeercert()["serialNumber"]

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    seen = {serial()}
    try:
        for turn in range(5):
            place.ca.issue(relay.directory)
            relay.signal(signal.SIGHUP)
            wait_until(lambda: relay.log().count('"event":"reloaded"') == turn + 1, "the reload", 20)
            seen.add(serial())
            before = sum(counts)
            wait_until(lambda: sum(counts) > before + 20 or faults, "calls under the new certificate", 30)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not faults and len(seen) == 6, faults[:3]


def test_tokens_of_creators_are_taken_over_by_a_reload(place):
    tokens = place.folder("relay") / "tokens.txt"
    tokens.write_text("old-token\n")
    tokens.chmod(0o600)
    relay = Relay(place, engine="memory", config={"create": {"require": "token-file", "token_file": str(tokens)}}).start()

    def put(token):
        return relay.call("PUT", "/t/" + base64url(os.urandom(32)), body=os.urandom(64),
                          headers={"Content-Type": "application/octet-stream", "Authorization": f"Bearer {token}"}).status

    assert (put("old-token"), put("new-token")) == (201, 401)
    tokens.write_text("new-token\n")
    relay.signal(signal.SIGHUP)
    wait_until(lambda: '"event":"reloaded"' in relay.log(), "the reload")
    assert (put("old-token"), put("new-token")) == (401, 201)


def test_the_metrics_tell_what_an_operator_asks(place):
    relay = Relay(place, engine="sqlite").start()
    open_ones = [stream(place, relay.port) for _ in range(3)]
    wait_until(lambda: "keyferry_relay_connections 3" in relay.metrics(), "the connections to be counted")
    for connection in open_ones:
        connection.close()
    wait_until(lambda: "keyferry_relay_connections 0" in relay.metrics(), "their end to be counted")
    assert "keyferry_relay_short_of_space 0" in relay.metrics()
    if run(["which", "promtool"], code=None).code == 0:
        assert run(["promtool", "check", "metrics"], input=relay.metrics(), code=None).code == 0
