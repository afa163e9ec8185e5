"""The six documented calls on the real relay, on both engines (docs/protocol.md)."""

import uuid

import pytest
from support import Relay
from support.mailbox import Device, configuration, display, instant, page, path_of, sealed


@pytest.fixture(params=["memory", "sqlite"])
def relay(request, place):
    return Relay(place, engine=request.param).start()


#= spec:tigress#MBX-06 test
#= spec:tigress#MBX-10 test
#= spec:tigress#REL-07 test
#= spec:tigress#REQ-05 test
#= spec:tigress#NTF-07 test
#= spec:tigress#A-35 test
#= spec:tigress#A-41 test
#= spec:tigress#A-42 test
def test_a_message_goes_from_sender_to_receiver_and_back(relay):
    ada, bo = Device(relay), Device(relay)
    first, reply, last = sealed(), sealed(5000), sealed(65536)
    made = ada.create(first, configuration=configuration())
    assert made.status == 200 and made.json()["isPushNotificationSupported"] is False
    assert made.json()["urlLink"] == relay.url + path_of(made)
    assert uuid.UUID(path_of(made)[-36:]).version == 4

    got = bo.read(made)
    assert got.status == 200
    assert got.json() == {"payload": first, "displayInformation": display(), "expiration": made.json()["expiration"],
                          "seq": 1, "origin": "peer"}
    assert bo.update(made, reply).json() == {"isPushNotificationSupported": False}
    assert ada.read(made).json()["payload"] == reply
    assert ada.update(made, last).status == 200
    assert bo.read(made).json()["payload"] == last
    assert bo.delete(made).status == 200
    assert ada.read(made).status == 404


#= spec:tigress#IDM-01 test
def test_every_answer_echoes_the_request_id(relay):
    ada = Device(relay)
    made = ada.create(request_id="my-id-1")
    assert made.headers["mailbox-request-id"] == "my-id-1"
    for answer in (ada.update(made, request_id="a!~"), Device(relay).update(made, request_id="a!~"),
                   ada.delete(made, request_id="a!~"), ada.delete(made, request_id="a!~"),
                   ada.relinquish(str(uuid.uuid4()), request_id="a!~")):
        assert answer.headers["mailbox-request-id"] == "a!~", answer


#= spec:tigress#IDM-06 test
#= spec:tigress#IDM-07 test
#= spec:tigress#A-01 test
#= spec:tigress#A-02 test
#= spec:tigress#A-05 test
def test_a_repeated_create_gives_the_same_mailbox_and_ignores_the_new_body(relay):
    ada, first = Device(relay), sealed()
    made = ada.create(first, request_id="again")
    repeated = ada.create(sealed(), request_id="again")
    assert (made.status, repeated.status) == (200, 201)
    assert repeated.json() == made.json()
    assert ada.read(made).json()["payload"] == first
    assert path_of(Device(relay).create(request_id="again")) != path_of(made)


#= spec:tigress#A-50 test
def test_a_create_repeated_after_the_delete_revives_nothing(relay):
    ada = Device(relay)
    made = ada.create(request_id="late")
    assert ada.delete(made).status == 200
    repeated = ada.create(request_id="late")
    assert repeated.status == 201 and repeated.json() == made.json()
    assert ada.read(made).status == 404


#= spec:tigress#IDM-08 test
#= spec:tigress#A-03 test
def test_a_repeated_update_does_not_write(relay):
    ada = Device(relay)
    made, second = ada.create(), sealed()
    assert ada.update(made, second, request_id="u").status == 200
    repeated = ada.update(made, sealed(), request_id="u")
    assert repeated.status == 201 and repeated.json() == {"isPushNotificationSupported": False}
    assert ada.read(made).json()["payload"] == second


#= spec:tigress#IDM-09 test
#= spec:tigress#A-28 test
def test_a_repeated_relinquish_unbinds_nobody_else(relay):
    ada, bo, cy = Device(relay), Device(relay), Device(relay)
    made = ada.create()
    bo.read(made)
    assert bo.relinquish(made, request_id="r").status == 200
    assert cy.read(made).status == 200
    assert bo.relinquish(made, request_id="r").status == 201
    assert cy.read(made).status == 200
    assert bo.read(made).json()["error"] == "claimed"


#= spec:tigress#A-27 test
def test_giving_back_restores_the_senders_message_unless_the_sender_went_on(relay):
    ada, bo, cy = Device(relay), Device(relay), Device(relay)
    first = sealed()
    made = ada.create(first)
    bo.read(made)
    bo.update(made)
    assert bo.relinquish(made).status == 200
    assert cy.read(made).json()["payload"] == first
    assert ada.update(made).status == 200
    refused = cy.relinquish(made)
    assert refused.status == 409 and refused.json()["error"] == "exchange_advanced"


#= spec:tigress#MBX-09 test
@pytest.mark.parametrize("rights", ["R", "RW", "RD", "RWD", "DWR", None])
def test_access_rights_bind_both_sides_but_the_creator_may_always_delete(relay, rights):
    ada, bo = Device(relay), Device(relay)
    made = ada.create(configuration=configuration(rights))
    assert bo.read(made).status == 200
    held = rights or "RD"
    for device in (ada, bo):
        written = device.update(made)
        assert written.status == (200 if "W" in held else 401)
        if written.status == 401:
            assert written.json()["error"] == "access_right"
            assert written.headers["www-authenticate"] == "Mailbox-Device-Claim"
    deleted = bo.delete(made)
    assert deleted.status == (200 if "D" in held else 401)
    if deleted.status == 401:
        assert ada.delete(made).status == 200


#= spec:tigress#REL-13 test
#= spec:tigress#REL-02 test
def test_a_third_party_changes_nothing_on_any_call(relay):
    ada, bo, eve = Device(relay), Device(relay), Device(relay)
    made, first = ada.create(configuration=configuration()), None
    bo.read(made)
    for turn in range(50):
        device, other = (bo, ada) if turn % 2 else (ada, bo)
        first = sealed()
        assert device.update(made, first).status == 200
        assert other.read(made).json()["payload"] == first
        for attempt in (eve.read(made), eve.update(made), eve.delete(made), eve.relinquish(made)):
            assert attempt.status == 401, attempt
    for method in ("GET", "HEAD", "OPTIONS"):
        relay.call(method, path_of(made))
    assert bo.read(made).json()["payload"] == first


#= spec:tigress#MBX-08 test
def test_without_configuration_all_rights_hold_for_two_days(relay):
    ada = Device(relay)
    made = ada.create()
    assert instant(48 * 3600 - 60) < made.json()["expiration"] <= instant(48 * 3600)
    assert ada.update(made).status == 200


#= spec:tigress#A-15 test
def test_an_expiration_beyond_the_maximum_is_cut_and_told(relay):
    made = Device(relay).create(configuration=configuration(seconds=400 * 86400))
    assert instant(30 * 86400 - 60) < made.json()["expiration"] <= instant(30 * 86400)


#= spec:tigress#TRN-04 test
def test_texts_come_back_as_nfc_and_payloads_unchanged(relay):
    ada = Device(relay)
    made = ada.create(display_information=display("Cafe\u0301 \u202eרמ <b>", "\u200b"))
    got = ada.read(made).json()["displayInformation"]
    assert got == display("Caf\u00e9 \u202eרמ <b>", "\u200b")


#= spec:tigress#TRN-05 test
def test_other_versions_and_paths_are_unknown(relay):
    for path in ("/v2/m", "/v1", "/", "/v1/m/", "/v1/m/x", "/v1/mm", f"/v1/m/{uuid.uuid4()}/x", "/v1/pictures/no.png"):
        assert relay.call("GET", path).status == 404, path
    answer = relay.call("GET", "/v1/m")
    assert answer.status == 405 and "POST" in answer.headers["allow"]
    assert relay.call("TRACE", f"/v1/m/{uuid.uuid4()}").status in (405, 501)


#= spec:tigress#A-24 test
def test_an_update_or_delete_never_binds(relay):
    ada, eve, bo = Device(relay), Device(relay), Device(relay)
    made = ada.create(configuration=configuration())
    for answer in (eve.update(made), eve.delete(made), eve.relinquish(made)):
        assert answer.status == 401 and answer.json()["error"] == "not_bound"
    assert bo.read(made).status == 200


#= spec:tigress#A-29 test
#= spec:quality#1-gone test
def test_unknown_deleted_and_foreign_ids_look_the_same(relay):
    ada, eve = Device(relay), Device(relay)
    made = ada.create()
    ada.delete(made)
    for act in (Device.read, Device.update, Device.delete, Device.relinquish):
        gone, never = act(eve, made), act(eve, str(uuid.uuid4()))
        assert (gone.status, gone.body) == (never.status, never.body)
        for volatile in ("date", "mailbox-request-id"):
            gone.headers.pop(volatile), never.headers.pop(volatile)
        assert gone.headers == never.headers
    gone, never = page(relay, made, Accept="text/html"), page(relay, str(uuid.uuid4()), Accept="text/html")
    assert (gone.status, gone.body) == (404, never.body)
    assert "leads nowhere any more" in gone.text


def test_web_pages_may_call_without_credentials(relay):
    made = Device(relay).create()
    answer = relay.call("OPTIONS", path_of(made), headers={"Origin": "https://web.example",
                                                           "Access-Control-Request-Method": "PUT"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "mailbox-claim-key" in answer.headers["access-control-allow-headers"]
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


#= spec:tigress#REL-05 test
#= spec:tigress#REQ-04 test
#= spec:tigress#CLM-05 test
def test_a_mailbox_survives_a_restart(place):
    relay = Relay(place).start()
    ada, bo, first = Device(relay), Device(relay), sealed()
    made = ada.create(first, request_id="before")
    bo.read(made)
    bo.update(made, first, request_id="u")
    relay.restart()
    assert Device(relay).read(made).json()["error"] == "claimed"
    assert ada.create(request_id="before").status == 201
    assert bo.update(made, request_id="u").status == 201
    assert bo.read(made).json()["payload"] == first
