"""Pushes by webhook: real HTTPS receivers that are well, slow, redirecting or down (docs/protocol.md)."""

import hashlib
import hmac
import os
import re
import threading
import time
import uuid

import pytest
from support import ROOT, Relay, run, wait_until
from support.mailbox import Device, base64url, configuration, path_of, sealed
from support.webhook import Receiver


def relay_with(place, engine="sqlite", allow=("127.0.0.0/8",), **more):
    webhook = {"allow": list(allow), "ca_file": str(place.ca.path), **more}
    return Relay(place, engine=engine, config={"webhook": webhook})


def token(receiver, path):
    return {"type": "webhook", "tokenData": receiver.url + path}


def pushes(relay, outcome):
    return int(float(re.search(rf'^keyferry_relay_pushes_total\{{outcome="{outcome}"\}} (\S+)$', relay.metrics(), re.MULTILINE)[1]))


def update(device, made, request_id=None, **more):
    """An Update with further members."""
    return device.relay.call("PUT", path_of(made), headers=device.headers(request_id), json={"payload": sealed(), **more})


def told(receiver, *paths):
    """Waits until exactly `paths` were called, and forgets them."""
    wait_until(lambda: len(receiver.calls) >= len(paths), f"pushes to {paths}", 30)
    assert [path for path, _, _ in receiver.calls] == list(paths)
    calls = list(receiver.calls)
    receiver.calls.clear()
    return calls


#= spec:tigress#NTF-01 test
#= spec:tigress#NTF-05 test
#= spec:tigress#NTF-09 test
#= spec:tigress#A-36 test
@pytest.mark.parametrize("engine", ["memory", "sqlite"])
def test_each_side_is_told_of_what_the_other_does_and_of_nothing_else(place, engine):
    relay, receiver = relay_with(place, engine).start(), Receiver(place)
    ada, bo, cy = Device(relay), Device(relay), Device(relay)
    made = ada.create(configuration=configuration(), notificationToken=token(receiver, "/ada"))
    assert made.json()["isPushNotificationSupported"] is True
    Device(relay).relay.call("GET", path_of(made))
    ada.read(made)
    assert bo.read(made, json={"notificationToken": token(receiver, "/bo")}).status == 200
    told(receiver, "/ada")
    assert bo.read(made).status == 200
    assert bo.update(made, request_id="u").json() == {"isPushNotificationSupported": True}
    told(receiver, "/ada")
    assert bo.update(made, request_id="u").status == 201
    assert ada.update(made).status == 200
    told(receiver, "/bo")

    made = ada.create(notificationToken=token(receiver, "/ada2"))
    bo.read(made, json={"notificationToken": token(receiver, "/bo2")})
    told(receiver, "/ada2")
    assert bo.relinquish(made).status == 200
    told(receiver, "/ada2")
    assert cy.read(made).status == 200
    told(receiver, "/ada2")
    assert update(cy, made, notificationToken=token(receiver, "/cy")).json()["isPushNotificationSupported"] is True
    told(receiver, "/ada2")
    assert ada.delete(made).status == 200
    (_, headers, body), = told(receiver, "/cy")
    assert body == b'{"event":"changed"}' and headers["content-type"] == "application/json"
    wait_until(lambda: pushes(relay, "delivered") == 8, "all to be counted")
    assert pushes(relay, "failed") == pushes(relay, "refused") == 0


#= spec:tigress#NTF-05 test
#= spec:tigress#NTF-03 test
def test_a_push_is_signed_and_says_nothing_else(place):
    relay, receiver = relay_with(place, engine="memory").start(), Receiver(place)
    ada, bo = Device(relay), Device(relay)
    made = ada.create(notificationToken=token(receiver, "/x?y=z"))
    bo.read(made)
    (path, headers, body), = told(receiver, "/x?y=z")
    key_file = relay.directory / "webhook.key"
    assert key_file.stat().st_mode & 0o777 == 0o600
    stamp, mac = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["keyferry-signature"]).groups()
    signed = f"{stamp}\n{receiver.url}{path}\n".encode() + body
    assert mac == hmac.new(key_file.read_bytes().strip(), signed, hashlib.sha256).hexdigest()
    assert abs(int(stamp) - time.time()) < 60
    sent = repr((path, headers, body))
    for secret in (path_of(made)[-36:], ada.claim, bo.claim, relay.url):
        assert secret not in sent


def put_drop(relay, path, content, *tokens):
    headers = {"Content-Type": "application/octet-stream"}
    if tokens:
        headers["Keyferry-Push-Token"] = tokens[0]
    return relay.call("PUT", path, body=content, headers=headers)


#= spec:tigress#B-09 test
def test_who_put_a_drop_is_told_when_it_is_taken_and_of_nothing_else(place):
    relay, receiver = relay_with(place).start(), Receiver(place)
    mine, other, quiet = ("/t/" + base64url(os.urandom(32)) for _ in range(3))
    content, wish = os.urandom(64), f"webhook {receiver.url}/mine"
    made = put_drop(relay, mine, content, wish)
    assert made.status == 201 and made.headers["keyferry-push-supported"] == "true"
    again = put_drop(relay, mine, content, wish)
    assert again.status == 201 and again.headers["keyferry-push-supported"] == "true"
    assert put_drop(relay, mine, os.urandom(64), f"webhook {receiver.url}/clash").status == 412
    assert relay.call("GET", mine).body == content
    plain = put_drop(relay, quiet, content)
    assert plain.status == 201 and "keyferry-push-supported" not in plain.headers
    late = put_drop(relay, quiet, content, wish)
    assert late.status == 201 and late.headers["keyferry-push-supported"] == "false", "what lies there has no token"
    relay.restart()
    assert relay.call("DELETE", quiet).status == 204
    assert relay.call("DELETE", mine).status == 204
    (_, headers, body), = told(receiver, "/mine")
    assert body == b'{"event":"changed"}'
    assert mine[3:] not in repr(headers)
    assert relay.call("DELETE", mine).status == 404
    # Not of the deadline: the next push is of a later delete.
    relay.write_config({"mailbox": {"default_lifetime": "1s"}})
    relay.restart()
    put_drop(relay, mine, content, f"webhook {receiver.url}/ends")
    wait_until(lambda: relay.call("GET", mine).status == 404, "the deadline", 20)
    relay.write_config({"mailbox": {"default_lifetime": "1h"}})
    relay.restart()
    put_drop(relay, other, content, f"webhook {receiver.url}/other")
    relay.call("DELETE", other)
    told(receiver, "/other")


#= spec:tigress#B-09 test
def test_a_token_that_cannot_be_told_is_said_or_refused_before_anything_is_put(place):
    relay = relay_with(place, engine="memory").start()
    path = "/t/" + base64url(os.urandom(32))
    for wrong in ("webhook", "webhook http://push.example/", "webhook https://u@push.example/", "x" * 129 + " y"):
        assert put_drop(relay, path, os.urandom(64), wrong).status == 400, wrong
    assert relay.call("GET", path).status == 404
    for useless in ("com.apple.apns abc", "webhook https://10.0.0.1/x"):
        made = put_drop(relay, "/t/" + base64url(os.urandom(32)), os.urandom(64), useless)
        assert made.status == 201 and made.headers["keyferry-push-supported"] == "false", useless


#= spec:tigress#A-35 test
#= spec:tigress#NTF-07 test
def test_the_answer_tells_the_truth_about_push(place):
    relay, receiver = relay_with(place, engine="memory").start(), Receiver(place)
    ada, bo = Device(relay), Device(relay)

    def said(answer):
        assert answer.status in (200, 201), answer
        return answer.json()["isPushNotificationSupported"]

    assert said(ada.create()) is False
    assert said(ada.create(notificationToken={"type": "com.apple.apns", "tokenData": "x"})) is False
    # An address that is not of the public Internet, and is not allowed.
    assert said(ada.create(notificationToken={"type": "webhook", "tokenData": "https://10.0.0.1/x"})) is False
    made = ada.create(request_id="c", notificationToken=token(receiver, "/a"))
    assert said(made) is True and ada.create(request_id="c").json() == made.json()
    bo.read(made)
    assert said(bo.update(made)) is False
    assert said(ada.update(made)) is True
    assert said(update(ada, made, notificationToken={"type": "unknown", "tokenData": "x"})) is False
    for url in ("http://push.example/", "push.example", "https://user@push.example/", "https://push.example/#x"):
        refused = ada.create(notificationToken={"type": "webhook", "tokenData": url})
        assert refused.status == 400 and "tokenData" in refused.json()["detail"], refused
    assert ada.delete(made).status == 200
    assert ada.create(request_id="c").json() == made.json()

    plain = Relay(place, name="plain", engine="memory").start()
    assert said(Device(plain).create(notificationToken=token(receiver, "/a"))) is False


def test_a_redirect_is_not_followed(place):
    relay, receiver, other = relay_with(place, engine="memory").start(), Receiver(place), Receiver(place, "other")
    receiver.answers = [other.url + "/elsewhere"]
    ada = Device(relay)
    Device(relay).read(ada.create(notificationToken=token(receiver, "/a")))
    wait_until(lambda: pushes(relay, "failed") == 1, "the refusal of the redirect", 30)
    told(receiver, "/a")
    assert other.calls == [] and pushes(relay, "retried") == 0


def test_a_receiver_that_fails_or_is_down_is_tried_again(place):
    relay, down, ill = relay_with(place, engine="memory").start(), Receiver(place, start=False), Receiver(place, "ill")
    ill.answers = [503, 429]
    ada = Device(relay)
    for receiver in (down, ill):
        Device(relay).read(ada.create(notificationToken=token(receiver, "/a")))
    wait_until(lambda: pushes(relay, "retried") >= 2, "the first attempts", 30)
    down.start()
    told(down, "/a")
    told(ill, "/a", "/a", "/a")
    wait_until(lambda: pushes(relay, "delivered") == 2, "both deliveries", 30)


def test_a_slow_receiver_holds_up_neither_callers_nor_others(place):
    relay, slow = relay_with(place, engine="memory").start(), Receiver(place)
    neighbour, other = Receiver(place, "neighbour"), Receiver(place, "other", host="127.0.0.2")
    slow.hold = threading.Event()
    ada = Device(relay)
    for number in range(20):
        Device(relay).read(ada.create(notificationToken=token(slow, f"/{number}")))
    wait_until(lambda: len(slow.calls) == 2, "two calls, not more, to the slow one", 30)
    begun = time.monotonic()
    # Another port is the same receiver; another address is not.
    Device(relay).read(ada.create(notificationToken=token(neighbour, "/same")))
    made = ada.create(notificationToken=token(other, "/a"))
    assert Device(relay).read(made).status == 200
    told(other, "/a")
    assert time.monotonic() - begun < 30 and len(slow.calls) == 2 and neighbour.calls == []
    assert "keyferry_relay_pushes_waiting 19" in relay.metrics()
    assert relay.stop() == 0


def test_many_names_of_one_address_are_one_receiver(place):
    names = [f"n{number}.localhost" for number in range(12)]
    relay, slow = relay_with(place, engine="memory").start(), Receiver(place, names=names)
    other = Receiver(place, "other", host="127.0.0.2")
    slow.hold = threading.Event()
    ada = Device(relay)
    for name in names:
        wish = {"type": "webhook", "tokenData": f"https://{name}:{slow.port}/{name}"}
        Device(relay).read(ada.create(notificationToken=wish))
    wait_until(lambda: len(slow.calls) == 2 and "keyferry_relay_pushes_waiting 10" in relay.metrics(), "two calls, the others held", 30)
    # The threads that the others would have taken are free.
    Device(relay).read(ada.create(notificationToken=token(other, "/a")))
    told(other, "/a")
    assert len(slow.calls) == 2
    slow.hold.set()
    wait_until(lambda: len(slow.calls) == 12, "all in the end", 30)
    assert {path for path, _, _ in slow.calls} == {f"/{name}" for name in names}


def test_pushes_to_one_address_that_wait_become_one(place):
    relay, slow = relay_with(place, engine="memory").start(), Receiver(place)
    slow.hold = threading.Event()
    ada, bo = Device(relay), Device(relay)
    made = ada.create(notificationToken=token(slow, "/a"))
    bo.read(made)
    wait_until(lambda: slow.calls, "the first push", 30)
    for _ in range(30):
        bo.update(made)
    slow.hold.set()
    wait_until(lambda: pushes(relay, "delivered") >= 2 and "keyferry_relay_pushes_waiting 0" in relay.metrics(), "the rest", 30)
    assert 2 <= len(slow.calls) <= 4


def test_a_name_that_leads_to_a_local_address_is_refused_when_it_is_called(place):
    relay, receiver = relay_with(place, engine="memory", allow=()).start(), Receiver(place)
    ada = Device(relay)
    made = ada.create(notificationToken={"type": "webhook", "tokenData": f"https://localhost:{receiver.port}/a"})
    assert made.status == 200
    Device(relay).read(made)
    wait_until(lambda: pushes(relay, "refused") == 1, "the refusal", 30)
    assert receiver.calls == [] and pushes(relay, "retried") == 0
    assert not re.search(r"localhost|webhook", relay.log().split('"event":"started"', 1)[1]), "no address in the log"


def test_tokens_survive_a_restart_and_leave_with_the_mailbox(place):
    relay, receiver = relay_with(place).start(), Receiver(place)
    ada, bo = Device(relay), Device(relay)
    path = f"/{uuid.uuid4()}"
    made = ada.create(notificationToken=token(receiver, path))
    bo.read(made)
    told(receiver, path)
    relay.restart()
    bo.update(made)
    told(receiver, path)
    assert path not in relay.log() and path not in bo.read(made).text + ada.read(made).text
    assert ada.delete(made).status == 200
    relay.stop()
    rows = run(["sqlite3", place.folder("relay/store") / "cells.db", "SELECT hex(value) FROM cell"]).out
    assert rows and path.encode().hex().upper() not in rows


def test_the_key_is_made_beside_the_other_secret_where_the_service_may_write(place):
    secrets = place.folder("secrets")
    relay = relay_with(place, engine="memory")
    relay.write_config({"secret": {"path": str(secrets / "relay.secret")}})
    relay.start()
    assert {path.name for path in secrets.iterdir()} == {"relay.secret", "webhook.key"}
    assert not (relay.directory / "webhook.key").exists()
    # What a package installs: that folder is the unit's own.
    example, unit = ((ROOT / "deploy" / name).read_text("utf-8") for name in ("relay.toml", "keyferry-relay.service"))
    state, = re.findall(r"^StateDirectory=(.*)$", unit, re.MULTILINE)
    path, = re.findall(r'^path = "(.*)/relay.secret"$', example, re.MULTILINE)
    assert path.removeprefix("/var/lib/") in state.split()


def test_faults_of_the_configuration_are_named(place):
    relay = relay_with(place, allow=("10.0.0.1/8",))
    assert "webhook.allow" in relay.run("--check", code=1).err
    relay.write_config({"webhook": {"allow": [], "key": "short.key"}})
    short = relay.directory / "short.key"
    short.write_text("short\n")
    short.chmod(0o600)
    assert "at least 32 characters" in relay.run("--check", code=1).err
    short.write_text("k" * 32 + "\n")
    assert "is good" in relay.run("--check").err
