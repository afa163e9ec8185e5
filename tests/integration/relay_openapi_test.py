"""docs/openapi/relay.yaml is what the running relay serves and does."""

import os
import uuid

from support import ROOT, Answer, Relay
from support.mailbox import Device, base64url, claim_key, configuration, display, path_of, sealed
from support.openapi import OpenApi

DOCUMENT = ROOT / "docs" / "openapi" / "relay.yaml"


class Checked:
    """A relay whose every answer is compared with the document."""

    def __init__(self, relay):
        self.relay, self.place, self.url = relay, relay.place, relay.url
        self.api = OpenApi(relay.call("GET", "/v1/openapi.yaml").body)

    def call(self, method, path, **more):
        answer = self.relay.call(method, path, **more)
        assert isinstance(answer, Answer)
        return self.api.check(method, path, answer, more.get("json"))


def test_the_relay_serves_its_document(place):
    relay = Relay(place, engine="memory").start()
    answer = relay.call("GET", "/v1/openapi.yaml")
    assert answer.status == 200 and answer.body == DOCUMENT.read_bytes()
    assert answer.headers["content-type"] == "application/yaml"


#= spec:tigress#API-01 test
#= spec:tigress#MBX-06 test
#= spec:tigress#MBX-10 test
#= spec:tigress#A-18 test
def test_every_documented_answer_is_given_as_documented(place):
    relay = Checked(Relay(place, engine="memory", config={"limits": {"misses_per_minute": 40, "creates_per_minute": 30},
                                                            "web": {"origin": "https://get.example"}}).start())
    secret = os.urandom(32)
    ada, bo, eve = Device(relay), Device(relay, proof=claim_key(secret)), Device(relay)
    made = ada.create(request_id="1", configuration=configuration(secret=secret, policy="proof"),
                      notificationToken={"type": "com.example", "tokenData": "x"})
    ada.create(request_id="1")
    for method in ("GET", "HEAD"):
        relay.call(method, path_of(made) + "?v=h")
    relay.call("GET", path_of(made), headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})
    bo.read(made, json={"notificationToken": {"type": "com.example", "tokenData": "x"}})
    bo.update(made, request_id="2")
    bo.update(made, request_id="2")
    bo.update(made, known='"1"')
    bo.read(made, known=bo.read(made), wait=0)
    queue = ada.create(configuration=configuration(delivery="queue"))
    ada.read(queue, after=0)
    for _ in range(17):
        ada.update(queue)
    for act in (Device.read, Device.update, Device.delete, Device.relinquish):
        act(eve, made)
        act(ada, str(uuid.uuid4()))
        relay.call({Device.read: "POST", Device.update: "PUT", Device.delete: "DELETE", Device.relinquish: "PATCH"}[act],
                   path_of(made), headers={**ada.headers("x" * 200), "Content-Type": "application/json"}, body="{}")
    for method, path in (("POST", "/v1/m"), ("PUT", path_of(made)), ("POST", path_of(made))):
        relay.call(method, path, headers=ada.headers(), body="text")
        relay.call(method, path, headers={**ada.headers(), "Content-Type": "application/json"}, body="{")
    relay.call("POST", "/v1/m", headers={"Mailbox-Request-ID": "1"})
    ada.create(sealed(65537))
    ada.update(made, sealed(65537))
    relay.call("POST", path_of(made), headers=bo.headers(Mailbox_Claim_Key=base64url(claim_key(secret))),
               json={"notificationToken": {"type": "x", "tokenData": "y" * 5000}})
    bo.relinquish(made, request_id="3")
    bo.relinquish(made, request_id="3")
    bo.read(made)
    ada.update(made)
    bo.relinquish(made)
    ada.delete(made)
    relay.call("GET", path_of(made))
    drop, octets = "/t/" + base64url(os.urandom(32)), {"Content-Type": "application/octet-stream"}
    relay.call("GET", "/t/?v=c")
    relay.call("HEAD", "/t/")
    for method in ("GET", "HEAD", "DELETE"):
        relay.call(method, drop)
    for size, headers in ((64, octets), (64, octets), (70_000, octets), (10, octets), (64, {})):
        relay.call("PUT", drop, body=os.urandom(size), headers=headers)
    for method in ("GET", "HEAD", "DELETE"):
        relay.call(method, drop)
    relay.call("GET", "/v1/openapi.yaml")
    relay.call("GET", "/v1/pictures/car.png")
    relay.call("GET", "/v1/pictures/none.png")
    def until_too_many(call):
        """Calls until one more 429 was seen; what is let through again meanwhile is far less than what any machine calls."""
        before = {name for name, status in relay.api.seen if status == 429}
        for _ in range(1000):
            call()
            if {name for name, status in relay.api.seen if status == 429} > before:
                return
        raise AssertionError("no limit")

    until_too_many(lambda: eve.create(display_information=display()))
    until_too_many(lambda: relay.call("PUT", "/t/" + base64url(os.urandom(32)), body=os.urandom(64), headers=octets))
    until_too_many(lambda: relay.call("GET", f"/v1/m/{uuid.uuid4()}"))
    for act in (Device.read, Device.update, Device.delete, Device.relinquish):
        until_too_many(lambda act=act: act(eve, str(uuid.uuid4())))
    for method in ("GET", "DELETE"):
        until_too_many(lambda method=method: relay.call(method, "/t/" + base64url(os.urandom(32))))
    # What only a broken or full disk can cause is documented and tested with one (relay_disk_test.py); a relay that
    # wants a token (dropbox_test.py) would refuse all of the above.
    missing = {(name, status) for name, status in relay.api.operations() - relay.api.seen if status not in (503, 507) and (name, status) != ("PutDrop", 401)}
    assert not missing, missing
