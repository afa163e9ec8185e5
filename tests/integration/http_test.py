"""The HTTPS server of our programs as curl and openssl see it, on the real relay."""

import re
import signal
import socket
import subprocess
import time

import pytest
from support import Relay, run, wait_until
from support.process import free_port

UNKNOWN = "/v1/m/00000000-0000-4000-8000-000000000000"


@pytest.fixture
def relay(place):
    return Relay(place, engine="memory").start()


def s_client(relay, *arguments, code=None):
    """One handshake with openssl, then the end of input."""
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", "-CAfile", relay.place.ca.path, *arguments]
    return run(argv, input="", code=code)


def curl(relay, *arguments, code=0):
    return run(["curl", "-sS", "--max-time", "10", "--cacert", relay.place.ca.path, *arguments], code=code)


#= spec:tigress#TRN-07 test
def test_only_tls_1_2_and_1_3(relay):
    for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        done = s_client(relay, version, "-verify_return_error", code=0)
        assert f"Protocol  : {name}" in done.out or f"New, {name}" in done.out
        assert "Verify return code: 0 (ok)" in done.out
    for version in ("-tls1", "-tls1_1"):
        done = s_client(relay, version, "-cipher", "DEFAULT@SECLEVEL=0")
        assert done.code != 0 and "Cipher is (NONE)" in done.out
        assert "alert protocol version" in done.err


def test_tls_1_2_has_forward_secrecy_and_authenticated_ciphers_only(relay):
    for weak in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"):
        done = s_client(relay, "-tls1_2", "-cipher", f"{weak}@SECLEVEL=0")
        assert done.code != 0 and "handshake failure" in done.err, weak


def test_alpn_is_http_1_1_or_nothing(relay):
    assert "ALPN protocol: http/1.1" in s_client(relay, "-alpn", "h2,http/1.1", code=0).out
    assert "No ALPN negotiated" in s_client(relay, code=0).out
    refused = s_client(relay, "-alpn", "h2")
    assert refused.code != 0 and "no application protocol" in refused.err


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_sessions_resume(relay, version):
    session = relay.directory / "session"
    # In TLS 1.3 the ticket comes after the handshake, so an answer has to be read.
    request = f"GET {UNKNOWN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", version, "-ign_eof"]
    first = run([*argv, "-sess_out", session], input=request, code=None)
    assert "New, TLS" in first.out and session.exists()
    assert "Reused, TLS" in run([*argv, "-sess_in", session], input=request, code=None).out


def test_plain_http_on_the_tls_port_is_told_to_use_https(relay):
    done = curl(relay, "-i", f"http://127.0.0.1:{relay.port}/")
    assert done.out.startswith("HTTP/1.1 400 Bad Request")
    assert "this port speaks TLS: use https://" in done.out


def test_curl_keeps_the_connection_and_head_has_no_body(relay):
    done = curl(relay, "-v", relay.url + UNKNOWN, relay.url + UNKNOWN)
    assert "Re-using existing connection" in done.err
    head = curl(relay, "-I", relay.url + UNKNOWN).out
    assert head.startswith("HTTP/1.1 404 Not Found\r\n") or head.startswith("HTTP/1.1 404 Not Found\n")
    length = re.search(r"Content-Length: (\d+)", head)
    body = curl(relay, relay.url + UNKNOWN).out
    assert int(length[1]) == len(body.encode())
    assert re.search(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", head) and "Server: keyferry" in head


def test_unknown_paths_and_methods_are_problem_documents(relay):
    unknown = relay.call("GET", "/nowhere")
    assert (unknown.status, unknown.headers["content-type"]) == (404, "application/problem+json")
    wrong = relay.call("PROPFIND", "/v1/m")
    assert wrong.status == 405 and "POST" in wrong.headers["allow"]
    assert wrong.headers["content-type"] == "application/problem+json"


def test_a_big_body_is_refused_before_it_is_sent(relay):
    big = relay.directory / "big"
    big.write_bytes(b"x" * 3_000_000)
    done = curl(relay, "-i", "-H", "Expect: 100-continue", "--data-binary", f"@{big}", f"{relay.url}/v1/m")
    assert done.out.startswith("HTTP/1.1 413 ") and "100 Continue" not in done.out


def test_a_port_in_use_is_said_and_nothing_changes(relay, place):
    second = Relay(place, "second", engine="memory", config={"listen": {"api": f"127.0.0.1:{relay.port}"}})
    done = run(second.argv, code=None, timeout=20)
    assert done.code != 0
    assert f"address 127.0.0.1:{relay.port} is in use by another program" in done.err
    assert relay.call("GET", UNKNOWN).status == 404


@pytest.mark.parametrize("wrong, words", [
    ("key", "does not belong to certificate"),
    ("absent", "No such file or directory"),
    ("certificate", "is not a usable PEM chain"),
])
def test_a_wrong_certificate_stops_the_start_with_its_name(place, wrong, words):
    certificate, key = place.ca.issue(place.directory, stem="other-")
    broken = {"key": {"key": str(key)}, "absent": {"certificate": str(place.directory / "absent.pem")},
              "certificate": {"certificate": str(key)}}[wrong]
    relay = Relay(place, engine="memory", config={"tls": broken})
    done = run(relay.argv, code=None, timeout=20)
    assert done.code != 0 and words in done.err, done
    assert str(list(broken.values())[0]) in done.err


def test_a_renewed_certificate_is_served_after_hup_and_a_broken_one_is_not(relay):
    def serial():
        shown = run(["openssl", "x509", "-noout", "-serial"], input=s_client(relay, code=0).out)
        return shown.out.strip()

    before = serial()
    certificate, key = (relay.directory / name for name in ("cert.pem", "key.pem"))
    good_key = key.read_bytes()
    relay.place.ca.issue(relay.directory)
    new_key = key.read_bytes()
    key.write_bytes(good_key)
    relay.signal(signal.SIGHUP)
    wait_until(lambda: "does not belong to certificate" in relay.log(), "the refusal in the log")
    assert serial() == before
    key.write_bytes(new_key)
    relay.signal(signal.SIGHUP)
    wait_until(lambda: serial() != before, "the new certificate")
    assert certificate.exists() and relay.running


def test_plain_http_on_a_public_address_is_refused(place):
    relay = Relay(place, engine="memory", tls=False, config={"listen": {"api": f"0.0.0.0:{free_port()}"}})
    done = run(relay.argv, code=None, timeout=20)
    assert done.code != 0 and "plain HTTP on 0.0.0.0:" in done.err and "is refused" in done.err


def test_many_silent_connections_hinder_nobody(relay):
    silent = [socket.create_connection(("127.0.0.1", relay.port)) for _ in range(200)]
    begun = time.monotonic()
    assert relay.call("GET", UNKNOWN).status == 404
    assert time.monotonic() - begun < 20
    for one in silent:
        one.close()


def test_term_ends_with_0_although_a_client_holds_its_connection(relay):
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", "-quiet"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        begun = time.monotonic()
        assert relay.stop() == 0
        assert time.monotonic() - begun < 9, "the drain did not end by its limit"
        client.stdin.close()
        client.wait(60)
