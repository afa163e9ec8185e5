"""The servers under a service manager: what they tell it, and the sockets that they take from it."""

import fcntl
import json
import signal
import socket
import ssl
import subprocess

import pytest
from support import BIN, Authority, Relay, Verifier, call, free_port, wait_until

SERVERS = ["relay", "authority", "verifier"]


def make(name, place):
    if name == "relay":
        return Relay(place)
    authority = Authority(place)
    return authority if name == "authority" else Verifier(place, authority)


@pytest.mark.parametrize("name", SERVERS)
def test_the_manager_hears_when_it_serves_reloads_and_stops(name, place):
    server = make(name, place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place.base / "notify"))
        manager.settimeout(20)
        server.env["NOTIFY_SOCKET"] = str(place.base / "notify")
        server.launch()
        assert manager.recv(100) == b"READY=1"
        # /readyz of a verifier speaks of its lists.
        assert call("GET", f"{server.admin_url}/healthz").status == 200
        server.signal(signal.SIGHUP)
        assert manager.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert manager.recv(100) == b"READY=1"
        server.signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"
        assert server.wait() == 0


def started(server):
    lines = [json.loads(line) for line in server.log().splitlines() if '"started"' in line]
    return lines[-1] if lines else None


@pytest.mark.parametrize("name", ["relay", "authority"])
def test_systemd_starts_it_at_the_first_call_on_its_sockets(name, place):
    server = make(name, place)
    api, admin = free_port(), free_port()
    server.argv = ["systemd-socket-activate", "-l", f"127.0.0.1:{api}", "-l", f"127.0.0.1:{admin}",
                   "--fdname=api:admin", BIN / server.program, "--config", server.config_path]
    server.launch()
    listening = "Listening on 127.0.0.1"
    wait_until(lambda: server.log().count(listening) == 2, "both sockets", 20)
    assert started(server) is None
    wait_until(lambda: call("GET", f"http://127.0.0.1:{admin}/readyz").status == 200, "readiness", 20)
    path = "/healthz" if name == "relay" else "/.well-known/openid-credential-issuer"
    assert call("GET", f"https://127.0.0.1:{api}{path}", ca=place.ca.path).status in (200, 404)
    assert started(server)["address"] == f"127.0.0.1:{api}"
    # The addresses of the configuration are free.
    for port in (server.port, server.admin_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def with_sockets(server, sockets, names):
    """Lets the next start get these sockets as descriptors from 3 on, as systemd gives them."""
    server.env["LISTEN_FDS"], server.env["LISTEN_FDNAMES"] = str(len(sockets)), ":".join(names)
    moves = " ".join(f"{3 + i}<&{held.fileno()}" for i, held in enumerate(sockets))
    arguments = [str(part) for part in (BIN / server.program, "--config", server.config_path)]
    command = ["/bin/bash", "-c", f'export LISTEN_PID=$$; exec "$@" {moves}', "bash", *arguments]
    with open(server.log_path, "ab") as log:
        server._process = subprocess.Popen(command, env=server.env, cwd=server.directory, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, pass_fds=[held.fileno() for held in sockets])
    return server


def listening_on(address):
    """A socket that listens, under a number out of the way of 3, 4, …"""
    with socket.create_server((address, 0)) as low:
        return socket.socket(fileno=fcntl.fcntl(low.fileno(), fcntl.F_DUPFD, 50))


def test_a_restart_refuses_no_call(place):
    relay = Relay(place)
    with listening_on("127.0.0.1") as held:
        port = held.getsockname()[1]
        with_sockets(relay, [held], ["api"])
        wait_until(lambda: relay.ready(), "the relay", 20)
        assert relay.stop() == 0
        # Nobody serves now; the caller waits instead of being refused.
        with socket.create_connection(("127.0.0.1", port), timeout=20) as early:
            with_sockets(relay, [held], ["api"])
            wait_until(lambda: relay.ready(), "the relay", 20)
            context = ssl.create_default_context(cafile=str(place.ca.path))
            with context.wrap_socket(early, server_hostname="127.0.0.1") as line:
                line.sendall(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                assert line.recv(100).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("names, said", [
    (["http"], 'each must be named "api" or "admin"'),
    (["api", "admin"], "LISTEN_FDNAMES must name each"),
])
def test_sockets_that_it_does_not_understand_are_refused(names, said, place):
    relay = Relay(place)
    with listening_on("127.0.0.1") as held:
        with_sockets(relay, [held], names)
        assert relay.wait() == 1
        assert said in relay.log()


def test_plain_http_on_a_socket_that_others_can_reach_is_refused(place):
    relay = Relay(place, tls=False)
    with listening_on("0.0.0.0") as held:
        with_sockets(relay, [held], ["api"])
        assert relay.wait() == 1
        assert "plain HTTP on 0.0.0.0:" in relay.log()
