"""Running a relay: configuration faults, addresses, certificates, reload, drain, health."""

import os
import signal
import socket
import ssl
import threading
import time
import uuid

import pytest
from support import BIN, Relay, call, free_port, run, wait_until
from support.mailbox import Device, configuration, path_of, sealed


def refusal(relay, *arguments):
    """What the relay says when it does not start."""
    done = run([BIN / "keyferry-relay", "--config", relay.config_path, *arguments], cwd=relay.directory, code=None, timeout=20)
    assert done.code == 1, done
    assert done.err.startswith("keyferry-relay: ") and done.err.count("\n") == 1, done
    return done.err


FAULTS = {
    "unknown-key": ({"mailbox": {"max_lifetme": "1d"}}, ["max_lifetme", "max_lifetime"]),
    "wrong-type": ({"limits": {"misses_per_minute": "many"}}, ["limits.misses_per_minute"]),
    "negative": ({"limits": {"misses_per_minute": -1}}, ["limits.misses_per_minute"]),
    "duration": ({"mailbox": {"default_lifetime": "2 days"}}, ["mailbox.default_lifetime"]),
    "lifetimes-crossed": ({"mailbox": {"default_lifetime": "3d", "max_lifetime": "1d"}}, ["must not exceed"]),
    "engine": ({"store": {"engine": "rocks"}}, ["store.engine", "sqlite", "memory"]),
    "no-url": ({"public": {"url": None}}, ["public.url"]),
    "url-scheme": ({"public": {"url": "ftp://relay.example"}}, ["public.url", "https://relay.example"]),
    "url-plain": ({"public": {"url": "http://relay.example"}}, ["public.url", "https://"]),
    "url-local-lookalike": ({"public": {"url": "http://127.0.0.1.evil.example"}}, ["public.url", "https://"]),
    "url-odd": ({"public": {"url": "https://relay.example/?x"}}, ["public.url"]),
    "secret-in-store": ({"secret": {"path": "store/relay.secret"}}, ["secret.path", "must not lie under store.path"]),
    "token-file-missing": ({"create": {"require": "token-file", "token_file": "nowhere.txt"}}, ["create.token_file"]),
    "image-origin": ({"mailbox": {"image_origins": ["http://x"]}}, ["mailbox.image_origins"]),
    "trusted-proxy": ({"listen": {"trusted_proxies": ["proxy.example"]}}, ["listen.trusted_proxies", "10.0.0.0/8"]),
    "certificate-missing": ({"tls": {"certificate": "nowhere.pem"}}, ["nowhere.pem"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_configuration_is_named_by_check_and_at_the_start(place, name):
    config, words = FAULTS[name]
    relay = Relay(place, config=config)
    for arguments in (["--check"], []):
        said = refusal(relay, *arguments)
        assert all(word in said for word in words), said
    assert not list(place.folder("relay/store").glob("cells.db*"))


def test_check_says_yes_and_touches_nothing(place):
    relay = Relay(place)
    assert "is good" in relay.run("--check").err
    assert not (relay.directory / "relay.secret").exists()
    assert not list(place.folder("relay/store").iterdir())


def test_usage_errors_exit_with_2():
    for arguments in ([], ["--nonsense"], ["--config"], ["--config", "a", "serve"]):
        assert run([BIN / "keyferry-relay", *arguments], code=2).err
    assert "keyferry-relay --config" in run([BIN / "keyferry-relay", "--help"]).out
    assert run([BIN / "keyferry-relay", "--version"]).out.startswith("keyferry-relay 0.")


def test_a_missing_configuration_file_is_named():
    assert "/no/such.toml" in run([BIN / "keyferry-relay", "--config", "/no/such.toml"], code=1).err


def test_a_port_in_use_is_named(place):
    relay = Relay(place)
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", relay.port))
        holder.listen()
        assert f"127.0.0.1:{relay.port} is in use" in refusal(relay)
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", relay.admin_port))
        holder.listen()
        assert f"127.0.0.1:{relay.admin_port} is in use" in refusal(relay)


def test_a_certificate_that_does_not_match_its_key_is_refused(place):
    relay = Relay(place)
    _, other_key = place.ca.issue(relay.directory, stem="other-")
    relay.write_config({"tls": {"key": str(other_key)}})
    for arguments in (["--check"], []):
        assert "does not belong to certificate" in refusal(relay, *arguments)


def test_plain_http_only_on_loopback(place):
    relay = Relay(place, tls=False, config={"listen": {"api": f"0.0.0.0:{free_port()}"}})
    said = refusal(relay)
    assert "loopback" in said or "plain HTTP" in said


def test_a_store_has_one_process(place):
    first = Relay(place).start()
    second = Relay(place, name="second", config={"store": {"path": str(place.folder("relay/store"))}})
    assert "in use by another process" in refusal(second)
    assert first.running


def test_an_unreadable_store_and_a_newer_one_are_named(place):
    relay = Relay(place).start()
    relay.stop()
    database = place.folder("relay/store") / "cells.db"
    run(["sqlite3", database, "PRAGMA user_version = 99"])
    assert "made by a newer version" in refusal(relay)
    database.write_bytes(os.urandom(8192))
    said = refusal(relay)
    assert str(database) in said and "not a database" in said


def test_the_start_says_address_store_and_version_in_one_line(place):
    relay = Relay(place).start()
    lines = relay.log().splitlines()
    assert len(lines) == 1
    for word in ('"event":"started"', f'"address":"127.0.0.1:{relay.port}"', '"store":"sqlite ', '"version":"0.'):
        assert word in lines[0]


def test_health_and_metrics_are_on_the_admin_address_alone(place):
    relay = Relay(place).start()
    ada = Device(relay)
    ada.read(ada.create())
    Device(relay).read(str(uuid.uuid4()))
    for path in ("/healthz", "/readyz", "/metrics"):
        assert call("GET", relay.admin_url + path).status == 200
        assert relay.call("GET", path).status == 404
    metrics = relay.metrics()
    for line in ('keyferry_relay_requests_total{call="create",status="2xx"} 1', 'keyferry_relay_requests_total{call="read",status="2xx"} 1',
                 'keyferry_relay_refusals_total{error="not_found"} ', 'keyferry_relay_request_seconds_bucket{call="create"',
                 "keyferry_relay_cells ", "keyferry_relay_sweeps_total "):
        assert line in metrics, line


def test_a_unix_socket_serves_plain_http(place):
    path = place.directory / "api.sock"
    relay = Relay(place, tls=False, config={"listen": {"api": f"unix:{path}"}}).start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"GET /v1/openapi.yaml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert relay.stop() == 0


#= spec:tigress#TRN-07 test
#= spec:tigress#TRN-01 test
def test_tls_below_1_2_and_plain_http_are_refused(place):
    relay = Relay(place, engine="memory").start()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", relay.port)) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)
    with socket.create_connection(("127.0.0.1", relay.port)) as plain:
        plain.sendall(b"GET /v1/m/x HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = plain.recv(100)
        assert not answer.startswith(b"HTTP/1.1 3") and b"Location" not in answer


def test_sighup_takes_new_limits_and_certificates_without_dropping_a_connection(place):
    relay = Relay(place, engine="memory").start()
    context = ssl.create_default_context(cafile=str(place.ca.path))
    import http.client
    kept = http.client.HTTPSConnection("127.0.0.1", relay.port, context=context)
    kept.request("GET", "/v1/openapi.yaml")
    kept.getresponse().read()

    def serial():
        with socket.create_connection(("127.0.0.1", relay.port)) as plain, context.wrap_socket(
                plain, server_hostname="127.0.0.1") as stream:
            return stream.getpeercert()["serialNumber"]

    before, sock = serial(), kept.sock
    place.ca.issue(relay.directory)
    relay.write_config({"mailbox": {"max_lifetime": "1h", "default_lifetime": "1h"}})
    relay.signal(signal.SIGHUP)
    wait_until(lambda: '"event":"reloaded"' in relay.log(), "the reload")
    assert serial() != before
    kept.request("GET", "/v1/openapi.yaml")
    assert kept.getresponse().read() and kept.sock is sock
    made = Device(relay).create(configuration=configuration(seconds=86400))
    assert made.json()["expiration"] < time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3700))

    relay.write_config({"mailbox": {"max_lifetime": "nonsense"}})
    relay.signal(signal.SIGHUP)
    wait_until(lambda: '"event":"reload_failed"' in relay.log(), "the refusal")
    assert "mailbox.max_lifetime" in relay.log() and Device(relay).create().status == 200


def test_sigterm_answers_what_runs_and_ends_with_0(place):
    relay = Relay(place).start()
    ada, answers, go = Device(relay), [], threading.Event()

    def create():
        while not go.is_set():
            try:
                answers.append(ada.create().status)
            except OSError:
                return

    threads = [threading.Thread(target=create, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) > 30, "some load")
    begun = time.monotonic()
    assert relay.stop() == 0
    assert time.monotonic() - begun < 10
    go.set()
    for thread in threads:
        thread.join()
    assert set(answers) == {200} and '"event":"stopped"' in relay.log()


#= spec:quality#1-behind test
def test_under_a_base_path_links_and_calls_carry_it(place):
    relay = Relay(place, engine="memory")
    relay.write_config({"public": {"url": relay.url + "/relay"}})
    relay.start()
    ada = Device(relay)
    made = ada.create()
    link = made.json()["urlLink"]
    assert link == relay.url + "/relay" + path_of(made)
    # A proxy may cut the base path off or pass it on.
    for path in (path_of(made), "/relay" + path_of(made)):
        assert relay.call("POST", path, headers=ada.headers()).status == 200
    shown = relay.call("GET", "/relay" + path_of(made)).text
    assert f'content="{relay.url}/relay/v1/pictures/access.png"' in shown
    assert relay.call("GET", "/relay/v1/pictures/access.png").status == 200
    assert relay.call("PUT", "/relay" + path_of(made), headers=ada.headers(), json={"payload": sealed()}).status == 200
