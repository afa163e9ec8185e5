"""Bad input gets a clear answer and changes nothing; each case reads the message."""

import base64
import json
import uuid

import pytest
from support import Relay
from support.mailbox import Device, configuration, display, instant, path_of, sealed


@pytest.fixture(scope="module")
def shared(request):
    from support import Place
    with Place() as place:
        yield Relay(place, engine="memory").start()


def good():
    return {"payload": sealed(), "displayInformation": display(),
            "mailboxConfiguration": {"accessRights": "RWD", "expiration": instant(3600)}}


def with_member(path, value):
    body = good()
    where = body
    for name in path[:-1]:
        where = where.setdefault(name, {})
    if value is None:
        where.pop(path[-1], None)
    else:
        where[path[-1]] = value
    return json.dumps(body)


DATA = ("payload", "data")
CONFIG = "mailboxConfiguration"
HASH = base64.urlsafe_b64encode(b"h" * 32).decode().rstrip("=")
DEEP = json.dumps(good())[:-1] + ',"x":' + "[" * 20 + "]" * 20 + "}"
DOUBLE = json.dumps(good())[:-1] + ',"payload":{}}'
BODIES = {
    "empty": ("", 400, "JSON"),
    "cut": (json.dumps(good())[:-5], 400, "JSON"),
    "not-an-object": ("[]", 400, "object"),
    "text-behind": (json.dumps(good()) + "x", 400, "JSON"),
    "byte-order-mark": ("\ufeff" + json.dumps(good()), 400, "JSON"),
    "duplicate-member": (DOUBLE, 400, "has a member twice"),
    "deep": (DEEP, 400, "more than 8"),
    "invalid-utf8": (b'{"payload":"\xff"}', 400, "syntax error"),
    "no-payload": (with_member(["payload"], None), 400, '"payload" is missing'),
    "payload-text": (with_member(["payload"], "x"), 400, '"payload" must be an object'),
    "type-unknown": (with_member(["payload", "type"], "ROT13"), 400, "AEAD_AES_128_GCM or AEAD_AES_256_GCM"),
    "type-number": (with_member(["payload", "type"], 7), 400, '"type" must be'),
    "data-not-base64": (with_member(DATA, "a*b="), 400, "must be base64"),
    "data-spare-bits": (with_member(DATA, base64.b64encode(b"x" * 31).decode()[:-2] + "B="), 400, "must be base64"),
    "data-short": (with_member(DATA, base64.b64encode(b"x" * 27).decode()), 400, "28 octets"),
    "data-long": (with_member(DATA, base64.b64encode(b"x" * 65537).decode()), 413, "65536 octets"),
    "no-display": (with_member(["displayInformation"], None), 400, '"displayInformation" is missing'),
    "no-title": (with_member(["displayInformation", "title"], None), 400, '"title" is missing'),
    "no-image": (with_member(["displayInformation", "imageURL"], None), 400, '"imageURL" is missing'),
    "display-long": (with_member(["displayInformation", "title"], "t" * 1024), 413, "1024 octets"),
    "half-a-token": (with_member(["notificationToken"], {"type": "x"}), 400, '"tokenData" is missing'),
    "token-long": (with_member(["notificationToken"], {"type": "x", "tokenData": "y" * 4096}), 413, "4096 octets"),
    "no-expiration": (with_member([CONFIG, "expiration"], None), 400, '"expiration" is missing'),
    "past": (with_member([CONFIG, "expiration"], instant(-1)), 400, "in the past"),
    "absurd-past": (with_member([CONFIG, "expiration"], "0001-01-01T00:00:00Z"), 400, "in the past"),
    "offset": (with_member([CONFIG, "expiration"], "2030-01-01T00:00:00+01:00"), 400, "2030-01-31T12:00:00Z"),
    "fraction": (with_member([CONFIG, "expiration"], "2030-01-01T00:00:00.5Z"), 400, "2030-01-31T12:00:00Z"),
    "no-such-day": (with_member([CONFIG, "expiration"], "2030-02-30T00:00:00Z"), 400, "2030-01-31T12:00:00Z"),
    "expiration-number": (with_member([CONFIG, "expiration"], 86400), 400, '"expiration" must be'),
    "rights-unknown": (with_member([CONFIG, "accessRights"], "RX"), 400, "letters R, W and D"),
    "rights-twice": (with_member([CONFIG, "accessRights"], "RR"), 400, "twice"),
    "rights-small": (with_member([CONFIG, "accessRights"], "rw"), 400, "letters R, W and D"),
    "rights-without-read": (with_member([CONFIG, "accessRights"], "WD"), 400, "must hold R"),
    "hash-short": (with_member([CONFIG, "claimHash"], "abc"), 400, "claimHash"),
    "hash-number": (with_member([CONFIG, "claimHash"], 7), 400, "claimHash"),
    "policy-alone": (with_member([CONFIG, "claimPolicy"], "proof"), 400, "claimHash"),
    "policy-unknown": (json.dumps({**good(), CONFIG: {"expiration": instant(60), "claimHash": HASH, "claimPolicy": "x"}}),
                       400, '"proof"'),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_faulty_create_says_what_is_wrong_and_makes_nothing(shared, name):
    body, status, words = BODIES[name]
    device = Device(shared)
    headers = {**device.headers("same-id"), "Content-Type": "application/json"}
    answer = shared.call("POST", "/v1/m", headers=headers, body=body)
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert words in problem["detail"] and problem["status"] == status and problem["error"]
    # The same request id is free still: nothing was made under it.
    assert device.create(request_id="same-id").status == 200


#= spec:tigress#A-06 test
@pytest.mark.parametrize("value", [None, "", "x" * 129, "sp ace", "tab\tinside", "\u00e9"])
def test_a_missing_or_unfit_request_id_is_400_and_never_echoed(shared, value):
    headers = {"Mailbox-Device-Claim": str(uuid.uuid4())}
    if value is not None:
        headers["Mailbox-Request-ID"] = value.encode("utf-8")
    made = Device(shared).create()
    for method, path in (("POST", "/v1/m"), ("PUT", path_of(made)), ("DELETE", path_of(made)), ("PATCH", path_of(made))):
        answer = shared.call(method, path, headers=headers, json=good() if method in ("POST", "PUT") else None)
        assert answer.status == 400, (method, answer)
        assert answer.json()["error"] == "request_id" and "Mailbox-Request-ID" in answer.json()["detail"]
        assert "mailbox-request-id" not in answer.headers


#= spec:tigress#CLM-01 test
#= spec:tigress#CLM-04 test
#= spec:tigress#A-13 test
#= spec:tigress#A-32 test
@pytest.mark.parametrize("value", [None, "", "no-uuid", "{7d0ffb4c-0cd0-4b5a-a3a1-6f0f7f0c9d3e}", "7d0ffb4c0cd04b5aa3a16f0f7f0c9d3e"])
def test_a_missing_or_malformed_claim_is_401_on_all_five_calls(shared, value):
    headers = {"Mailbox-Request-ID": "x"}
    if value is not None:
        headers["Mailbox-Device-Claim"] = value
    made = Device(shared).create()
    calls = [("POST", "/v1/m"), ("POST", path_of(made)), ("PUT", path_of(made)), ("DELETE", path_of(made)),
             ("PATCH", path_of(made)), ("POST", "/v1/m/" + str(uuid.uuid4()))]
    for method, path in calls:
        answer = shared.call(method, path, headers=headers)
        assert answer.status == 401, (method, answer)
        assert answer.json()["error"] == "device_claim" and "Mailbox-Device-Claim" in answer.json()["detail"]
        assert answer.headers["www-authenticate"] == "Mailbox-Device-Claim"


#= spec:tigress#A-31 test
def test_claims_are_uuids_of_any_version_and_case(shared):
    for claim in (str(uuid.uuid1()), str(uuid.uuid4()).upper(), "00000000-0000-0000-0000-000000000000"):
        device = Device(shared, claim)
        made = device.create()
        assert made.status == 200
        assert Device(shared, claim.lower()).update(made).status == 200


def test_several_claims_are_none(shared):
    import http.client
    import ssl
    connection = http.client.HTTPSConnection("127.0.0.1", shared.port, context=ssl.create_default_context(
        cafile=str(shared.place.ca.path)))
    connection.putrequest("POST", "/v1/m")
    for _ in range(2):
        connection.putheader("Mailbox-Device-Claim", str(uuid.uuid4()))
    connection.putheader("Mailbox-Request-ID", "x")
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 401 and "more than once" in json.loads(answer.read())["detail"]
    connection.close()


#= spec:tigress#TRN-03 test
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_content_type_is_415(shared, content_type):
    device = Device(shared)
    made = device.create()
    headers = device.headers()
    if content_type:
        headers["Content-Type"] = content_type
    for method, path in (("POST", "/v1/m"), ("PUT", path_of(made)), ("POST", path_of(made))):
        answer = shared.call(method, path, headers=headers, body=json.dumps(good()))
        assert answer.status == 415 and "application/json" in answer.json()["detail"]
    headers["Content-Type"] = "Application/JSON; charset=utf-8"
    assert shared.call("PUT", path_of(made), headers=headers, body=json.dumps(good())).status == 200


#= spec:tigress#A-07 test
def test_read_takes_an_empty_body_or_a_token(shared):
    ada, bo = Device(shared), Device(shared)
    made = ada.create(configuration=configuration())
    assert bo.read(made, json={"notificationToken": {"type": "com.example.push"}}).status == 400
    assert shared.call("POST", path_of(made), headers=bo.headers(), body="[]").status == 415
    assert bo.read(made, json={"notificationToken": {"type": "com.example.push", "tokenData": "x"}, "new": 1}).status == 200
    bare = shared.call("POST", path_of(made), headers={"Mailbox-Device-Claim": bo.claim})
    assert bare.status == 200 and "mailbox-request-id" not in bare.headers


#= spec:tigress#A-48 test
def test_a_body_over_every_limit_is_413(shared):
    device = Device(shared)
    headers = {**device.headers(), "Content-Type": "application/json"}
    answer = shared.call("POST", "/v1/m", headers=headers, body=b" " * 400_000)
    assert answer.status == 413, answer


#= spec:tigress#A-49 test
def test_an_operator_may_take_other_payload_types(place):
    relay = Relay(place, engine="memory", config={"mailbox": {"strict": False, "max_payload": 100}}).start()
    device = Device(relay)
    other = {**sealed(50), "type": "CHACHA20"}
    made = device.create(other)
    assert made.status == 200 and device.read(made).json()["payload"] == other
    assert device.create(sealed(101)).status == 413


#= spec:tigress#A-47 test
def test_unknown_members_are_ignored(shared):
    device = Device(shared)
    body = good()
    body["x"] = body["payload"]["y"] = body[CONFIG]["receivers"] = "queue"
    answer = shared.call("POST", "/v1/m", headers=device.headers(), json=body)
    assert answer.status == 200 and "receivers" not in answer.json()
