"""Version 1 of the relay's calls stays what it is: a kept transcript is played against the real relay."""

import json
import re

import pytest
from support import ROOT, Relay
from support.mailbox import display, path_of, sealed

TRANSCRIPT = json.loads((ROOT / "tests/vectors/relay_v1/transcript.json").read_text("utf-8"))


def filled(value, uses):
    """`value` with what "$NAME" stands for."""
    if isinstance(value, dict):
        return {name: filled(member, uses) for name, member in value.items()}
    if isinstance(value, str):
        whole = re.fullmatch(r"\$([A-Z]+)", value)
        return uses[whole[1]] if whole else re.sub(r"\$([A-Z]+)", lambda name: uses[name[1]], value)
    return value


def agrees(wanted, got):
    if wanted == "text":
        return isinstance(got, str)
    if wanted == "time":
        return isinstance(got, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", got)
    return wanted == got


def play(relay, step, uses):
    method, path = filled(step["call"], uses).split()
    headers = {}
    if "as" in step:
        headers["Mailbox-Device-Claim"] = uses[step["as"]]
    if "id" in step:
        headers["Mailbox-Request-ID"] = step["id"]
    answer = relay.call(method, path, headers=headers, json=filled(step["body"], uses) if "body" in step else None)
    assert answer.status == step["status"], (step, answer)
    if "id" in step and answer.status != 404:
        assert answer.headers["mailbox-request-id"] == step["id"], step
    for name, wanted in filled(step.get("answer", {}), uses).items():
        assert agrees(wanted, answer.json()[name]), (step, answer)
    if "problem" in step:
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["error"] == step["problem"], (step, answer)
    assert answer.headers.get("content-type", "").startswith(step.get("type", ""))
    assert all(text in answer.text for text in step.get("holds", []))
    if "box" in step:
        uses["BOX"] = answer.json()[step["box"]]
        uses["PATH"] = path_of(answer)


#= spec:tigress#TRN-06 test
@pytest.mark.parametrize("engine", ["memory", "sqlite"])
def test_a_client_of_version_1_is_answered_as_ever(place, engine):
    relay, uses = Relay(place, engine=engine).start(), dict(TRANSCRIPT["uses"])
    for step in TRANSCRIPT["steps"]:
        play(relay, step, uses)


#= spec:tigress#A-00 test
def test_the_names_that_headers_had_in_older_drafts_are_not_served(place):
    relay = Relay(place, engine="memory").start()
    body, claim = {"payload": sealed(), "displayInformation": display()}, TRANSCRIPT["uses"]["ADA"]
    for headers, status in (({"Mailbox-Device-Claim": claim, "Mailbox-Correlation-ID": "x"}, 400),
                            ({"deviceClaim": claim, "Mailbox-Request-ID": "x"}, 401),
                            ({"mailbox-device-CLAIM": claim, "MAILBOX-REQUEST-ID": "x"}, 200)):
        assert relay.call("POST", "/v1/m", headers=headers, json=body).status == status, headers


#= spec:tigress#DRR-07 test
def test_nobody_can_list_what_the_relay_holds(place):
    relay = Relay(place, engine="memory").start()
    there = "/t/" + "A" * 43
    assert relay.call("PUT", there, body=b"x" * 64, headers={"Content-Type": "application/octet-stream"}).status == 201
    for path in ("/", "/t", "/t/", "/v1", "/v1/", "/v1/m", "/v1/m/", "/v1/pictures/"):
        for method in ("GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH", "TRACE"):
            answer = relay.call(method, path)
            assert "A" * 43 not in answer.text, (method, path)
            assert answer.status in (404, 405, 501) or method == "OPTIONS" or (method in ("GET", "HEAD") and path in ("/", "/t/")), (method, path, answer)
