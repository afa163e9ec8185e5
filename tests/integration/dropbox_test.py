"""The Draft R front end on the real relay: whole exchanges with a client written from docs/dropbox.md alone."""

import json
import os
import re
import socket
import threading
import time

import pytest
from support import ROOT, Relay, run, wait_until
from support.dropbox import SUITES, Exchange, Side, base64url, draw_secret
from support.mailbox import Device

VECTORS = ROOT / "tests" / "vectors" / "dropbox"
OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture(params=["memory", "sqlite"])
def relay(request, place):
    return Relay(place, engine=request.param).start()


def somewhere():
    return "/t/" + base64url(os.urandom(32))


def put(relay, path, content=None, **headers):
    return relay.call("PUT", path, body=content or os.urandom(64), headers={**OCTETS, **headers})


#= spec:tigress#B-01 test
#= spec:tigress#B-02 test
#= spec:tigress#B-04 test
#= spec:tigress#B-05 test
#= spec:tigress#B-12 test
@pytest.mark.parametrize("suite", SUITES)
def test_three_messages_go_from_side_to_side_and_leave_nothing(relay, suite):
    secret, texts, got = draw_secret(), [b"invite", b"request" * 1000, b"grant"], []
    ada, bo = Side(relay, "sender", secret, suite), Side(relay, "receiver", secret, suite)
    locations = []

    def receiver():
        got.append(bo.receive())
        bo.send(texts[1])
        got.append(bo.receive())

    thread = threading.Thread(target=receiver, daemon=True)
    thread.start()
    locations.append(ada.keys()[0])
    ada.send(texts[0])
    locations.append(ada.keys()[0])
    assert ada.receive() == texts[1]
    locations.append(ada.keys()[0])
    ada.send(texts[2])
    thread.join(60)
    assert got == [texts[0], texts[2]]
    for location in locations:
        assert relay.call("GET", "/t/" + base64url(location)).status == 404
    # Whoever gets the link now does not find the way behind message 0.
    assert Exchange(secret, suite).keys()[0] == locations[0] and len(set(locations)) == 3


#= spec:tigress#B-10 test
def test_a_cancel_reaches_the_other_side_out_of_turn(relay):
    secret = draw_secret()
    ada, bo = Side(relay, "sender", secret), Side(relay, "receiver", secret)
    ada.send(b"invite")
    ada.cancel(b"never mind")
    assert bo.receive() == ("cancel", b"never mind")
    bo.cancel(b"no, thank you")
    assert ada.receive(wait=0) == ("cancel", b"no, thank you")


#= spec:tigress#B-03 test
def test_what_was_changed_or_put_elsewhere_does_not_open():
    secret = draw_secret()
    location, sealed = Exchange(secret).seal(b"invite")
    assert Exchange(secret).open(sealed) == b"invite"
    for at in (0, 15, 16, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(ValueError):
            Exchange(secret).open(bytes(changed))
    later = Exchange(secret)
    later.seal(b"another")
    with pytest.raises(ValueError):
        later.open(sealed)
    assert later.keys()[0] != location


def test_the_published_vectors_are_what_the_document_gives():
    run([VECTORS / "make.py", "--check"])
    for suite in SUITES:
        vector = json.loads((VECTORS / f"{suite}.json").read_text("utf-8"))
        reader = Exchange(bytes.fromhex(vector["secret"]), suite)
        for message in vector["messages"]:
            assert reader.keys()[0].hex() == message["location"]
            assert reader.open(bytes.fromhex(message["sealed"])).hex() == message["message"]
        assert re.fullmatch(rf"https://relay\.example/t/\?v=c#{suite}\.[A-Za-z0-9]{{43}}", vector["link"])


#= spec:tigress#B-06 test
#= spec:tigress#B-07 test
#= spec:tigress#B-08 test
def test_a_location_is_filled_once_read_often_and_emptied(relay):
    path, content = somewhere(), os.urandom(1000)
    assert relay.call("GET", path).status == 404
    made = put(relay, path, content)
    assert made.status == 201 and made.body == b""
    assert put(relay, path, content).status == 201, "a retry"
    clash = put(relay, path)
    assert clash.status == 412 and clash.json()["error"] == "taken"
    assert put(relay, path, **{"If-None-Match": "*"}).status == 412
    for _ in range(3):
        got = relay.call("GET", path)
        assert (got.status, got.body) == (200, content)
        assert got.headers["content-type"] == "application/octet-stream" and got.headers["cache-control"] == "no-store"
        head = relay.call("HEAD", path)
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "1000")
    assert relay.call("DELETE", path).status == 204
    for method in ("GET", "HEAD", "DELETE"):
        assert relay.call(method, path).status == 404
    assert put(relay, path).status == 201


#= spec:tigress#B-06 test
def test_of_32_parallel_puts_exactly_one_is_taken(relay):
    path, answers, start = somewhere(), [], threading.Barrier(32)

    def race(content):
        start.wait()
        answers.append((put(relay, path, content).status, content))

    threads = [threading.Thread(target=race, args=(os.urandom(64),), daemon=True) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [201] + [412] * 31
    assert relay.call("GET", path).body == dict(answers)[201]


#= spec:tigress#B-09 test
def test_bad_puts_are_refused_by_the_rules_of_the_relay(place):
    tokens = place.directory / "tokens.txt"
    tokens.write_text("letmein\n")
    tokens.chmod(0o600)
    relay = Relay(place, engine="memory", config={"create": {"require": "token-file", "token_file": str(tokens)},
                                                  "limits": {"creates_per_minute": 5}, "mailbox": {"max_payload": 100}}).start()
    path, token = somewhere(), {"Authorization": "Bearer letmein"}
    assert put(relay, path).json()["error"] == "create_token"
    assert put(relay, path, os.urandom(101), **token).status == 413
    assert put(relay, path, os.urandom(38), **token).status == 400
    assert relay.call("PUT", path, body=os.urandom(64), headers=token).status == 415
    assert relay.call("PUT", path, body=b"{}", headers={**token, "Content-Type": "application/json"}).status == 415
    assert relay.call("GET", path).status == 404
    assert [put(relay, somewhere(), **token).status for _ in range(7)] == [201] * 5 + [429] * 2
    for method in ("POST", "PATCH"):
        refused = relay.call(method, path)
        assert refused.status == 405 and "PUT" in refused.headers["allow"]


#= spec:tigress#B-09 test
def test_a_get_that_waits_is_woken_by_the_put(relay):
    path, content, answers = somewhere(), os.urandom(64), []
    begun = time.monotonic()
    assert relay.call("GET", path, headers={"Prefer": "wait=1"}).status == 404
    assert time.monotonic() - begun >= 1
    thread = threading.Thread(target=lambda: answers.append(relay.call("GET", path, headers={"Prefer": "wait=25"}, timeout=60)), daemon=True)
    thread.start()
    wait_until(lambda: "keyferry_relay_waiting_calls 1" in relay.metrics(), "the GET to wait")
    begun = time.monotonic()
    assert put(relay, path, content).status == 201
    thread.join(40)
    assert answers[0].body == content and time.monotonic() - begun < 20
    # HEAD never waits, and who has missed too often does not get to wait either.
    begun = time.monotonic()
    assert relay.call("HEAD", somewhere(), headers={"Prefer": "wait=25"}).status == 404
    assert time.monotonic() - begun < 20


def test_a_storm_of_misses_gets_no_place_to_wait(place):
    relay = Relay(place, engine="memory", config={"limits": {"misses_per_minute": 5}}).start()
    path = somewhere()
    put(relay, path)
    statuses = [relay.call("GET", somewhere(), headers={"Prefer": "wait=0"}).status for _ in range(10)]
    assert statuses[:5] == [404] * 5 and 429 in statuses
    begun = time.monotonic()
    assert relay.call("GET", somewhere(), headers={"Prefer": "wait=25"}).status == 429
    assert time.monotonic() - begun < 20
    assert relay.call("GET", path).status == 200, "what is there is no miss"


def test_a_wait_where_nothing_lies_is_a_miss_from_its_beginning_and_only_once(place):
    relay = Relay(place, engine="memory", tls=False, config={"limits": {"misses_per_minute": 4}}).start()
    sockets = []
    for _ in range(3):
        sockets.append(socket.create_connection(("127.0.0.1", relay.port)))
        sockets[-1].sendall(f"GET {somewhere()} HTTP/1.1\r\nHost: x\r\nPrefer: wait=25\r\n\r\n".encode())
    wait_until(lambda: "keyferry_relay_waiting_calls 3" in relay.metrics(), "three to wait", 20)
    for waiter in sockets:
        waiter.close()
    wait_until(lambda: "keyferry_relay_waiting_calls 0" in relay.metrics(), "them to leave", 20)
    statuses = [relay.call("GET", somewhere()).status for _ in range(6)]
    assert statuses[0] == 404 and 429 in statuses, statuses


def test_every_wrong_path_has_the_same_404(relay):
    gone = somewhere()
    put(relay, gone)
    relay.call("DELETE", gone)
    wanted = relay.call("GET", somewhere())
    for path in (gone, somewhere()[:-1], somewhere() + "A", "/t/x", f"/t/%23{base64url(os.urandom(32))}", "/t/" + "A" * 42 + "B",
                 somewhere() + "/", "/t/" + "=" * 43):
        answer = relay.call("GET", path)
        assert (answer.status, answer.body) == (404, wanted.body), path
    assert wanted.json()["error"] == "not_found"


#= spec:tigress#B-11 test
def test_the_path_of_the_link_is_a_page_for_people_without_script(relay):
    for query, word in (("", "Access is being shared"), ("?v=c", "A car is being shared"), ("?v=h", "A door is being shared")):
        page = relay.call("GET", "/t/" + query)
        assert page.status == 200 and word in page.text and "<script" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert f'content="{relay.url}/t/"' in page.text
    assert relay.call("HEAD", "/t/").status == 200
    assert relay.call("PUT", "/t/", body=b"x" * 64, headers=OCTETS).status == 405
    assert relay.call("GET", "/t").status == 404


#= spec:tigress#DRR-14 test
def test_what_a_put_acknowledged_survives_a_kill(place):
    relay, drops = Relay(place).start(), [(somewhere(), os.urandom(64)) for _ in range(20)]
    for path, content in drops:
        assert put(relay, path, content).status == 201
    relay.kill()
    relay.start()
    assert [relay.call("GET", path).body for path, _ in drops] == [content for _, content in drops]
    assert relay.call("DELETE", drops[0][0]).status == 204
    relay.kill()
    relay.start()
    assert relay.call("GET", drops[0][0]).status == 404


def test_a_drop_survives_a_restart_and_a_new_key_and_ends_at_its_deadline(place):
    relay = Relay(place, config={"mailbox": {"default_lifetime": "1h"}}).start()
    path, content = somewhere(), os.urandom(64)
    put(relay, path, content)
    relay.stop()
    relay.run("--rotate-secret")
    relay.start()
    assert relay.call("GET", path).body == content
    assert put(relay, path).status == 412
    assert relay.call("DELETE", path).status == 204
    relay.stop()
    relay.write_config({"mailbox": {"default_lifetime": "2s"}})
    relay.start()
    put(relay, path, content)
    wait_until(lambda: relay.call("GET", path).status == 404, "the deadline", 20)
    assert put(relay, path).status == 201


#= spec:tigress#B-09 test
def test_the_store_holds_the_sealed_octets_and_no_location(place):
    relay = Relay(place, config={"log": {"level": "debug"}}).start()
    location, content = os.urandom(32), os.urandom(64)
    path = "/t/" + base64url(location)
    put(relay, path, content)
    relay.call("GET", path)
    relay.call("GET", path + "x")
    Device(relay).create()
    relay.stop()
    told = relay.log().encode() + b"".join(file.read_bytes() for file in place.folder("relay/store").iterdir() if file.name != "reserve")
    assert content in told
    for form in (location, location.hex().encode(), base64url(location).encode()):
        assert form not in told
