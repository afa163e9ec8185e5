"""Faults in what a call should leave alone: the rest of its mailbox, and other mailboxes."""

import datetime
import json

from ..fault_proxy import Answer
from .registry import Creators, changing, edited, fault, fresh, in_an_hour, link_id, no_repeat


def after_a_write(edit, by=lambda request: request.method == "PUT"):
    """Reads are edited once somebody has written (or done what `by` says)."""
    touched = set()

    def run(request, forward):
        answer = forward(request)
        if by(request) and answer.success:
            touched.add(request.box)
        if request.reads and answer.status == 200 and request.box in touched:
            edited(answer, edit)
        return answer
    return run


@fault("API-02.rest", "displayInformation", make=True)
def forgets_the_texts_when_written():
    return after_a_write(lambda body: body["displayInformation"].update(description=""))


@fault("API-02.rest", "expiration", make=True)
def lives_longer_when_written():
    return after_a_write(lambda body: body.update(expiration=in_an_hour()))


@fault("API-02.rest", "seq", make=True)
def counts_no_message():
    return after_a_write(lambda body: body.update(seq=1))


@fault("API-02.rest", "boundAt", make=True)
def says_that_the_claim_is_new_when_written():
    writes = {}

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.success:
            writes[request.box] = writes.get(request.box, 0) + 1
        if request.reads and b"boundAt" in answer.body:
            edited(answer, lambda body: body.update(boundAt=f"2031-01-01T00:00:{writes.get(request.box, 0):02}Z"))
        return answer
    return run


@fault("API-02.members", "displayInformation", make=True)
def takes_texts_with_an_update():
    titles = {}

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.success:
            edited(request, lambda body: titles.update({request.box: body["displayInformation"]}))
        if request.reads and answer.status == 200 and request.box in titles:
            edited(answer, lambda body: body.update(displayInformation=titles[request.box]))
        return answer
    return run


@fault("API-02.members", "answered 401", make=True)
def takes_rights_with_an_update():
    without = set()

    def run(request, forward):
        if request.method == "PUT" and b'"accessRights":"R"' in request.body:
            without.add(request.box)
            return forward(request)
        return Answer(401) if request.method == "PUT" and request.box in without else forward(request)
    return run


@fault("API-05.rest", "expiration", make=True)
def lives_longer_when_read():
    reads = {}

    def run(request, forward):
        answer = forward(request)
        if request.reads and answer.status == 200:
            reads[request.box] = reads.get(request.box, 0) + 1
            later = f"2031-01-01T00:00:{min(reads[request.box], 59):02}Z"
            edited(answer, lambda body: body.update(expiration=later))
        return answer
    return run


@fault("API-05.rest", "payload", make=True)
def empties_the_slot_once_claimed():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.status == 200 and request.claim == creators.of.get(request.box) and request.box in creators.reader:
            edited(answer, lambda body: body["payload"].update(data="A" * 40))
        return answer
    return run


@fault("CLM-08.rest", "displayInformation", make=True)
def forgets_the_texts_when_given_up():
    return after_a_write(lambda body: body["displayInformation"].update(title=""), lambda request: request.method == "PATCH")


@fault("MBX-10", "another displayInformation", make=True)
def shows_the_recipient_no_description():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success and request.claim != creators.of.get(request.box):
            edited(answer, lambda body: body["displayInformation"].update(description=""))
        return answer
    return run


@fault("A-27", "the same seq", make=True)
def numbers_the_restored_message_like_the_reply():
    shown, freed = {}, set()

    def run(request, forward):
        answer = forward(request)
        if request.method == "PATCH" and answer.success:
            freed.add(request.box)
        if request.reads and answer.status == 200:
            if request.box in freed:
                edited(answer, lambda body: body.update(seq=shown[request.box]))
            edited(answer, lambda body: shown.update({request.box: body["seq"]}))
        return answer
    return run


# The octets and texts themselves

def read_as(edit):
    def run(request, forward):
        answer = forward(request)
        if request.reads and answer.status == 200:
            edited(answer, edit)
        return answer
    return run


def shorter(payload):
    payload["data"] = payload["data"][:40000]


@fault("REL-07", "another payload", make=True)
def cuts_large_payloads():
    return read_as(lambda body: shorter(body["payload"]))


@fault("REL-07.large", "another payload", make=True)
def cuts_large_updates():
    return after_a_write(lambda body: shorter(body["payload"]))


@fault("REL-07.octets", "another payload", make=True)
def names_every_cipher_256():
    return read_as(lambda body: body["payload"].update(type="AEAD_AES_256_GCM"))


@fault("REL-07.octets", "another payload", make=True)
def takes_plus_for_a_blank():
    return read_as(lambda body: body["payload"].update(data=body["payload"]["data"].replace("+", " ")))


@fault("MBX-10.texts", "blanks", make=True)
def trims_texts():
    return read_as(lambda body: body["displayInformation"].update(title=body["displayInformation"]["title"].strip()))


@fault("MBX-10.texts", "capitals", make=True)
def tidies_the_address_of_the_picture():
    return read_as(lambda body: body["displayInformation"].update(imageURL=body["displayInformation"]["imageURL"].rstrip("/").lower()))


@fault("MBX-10.texts", "HTML", make=True)
def escapes_texts_in_reads():
    return read_as(lambda body: body["displayInformation"].update(
        title=body["displayInformation"]["title"].replace("&", "&amp;").replace("<", "&lt;")))


@fault("MBX-10.texts", "characters", make=True)
def cuts_texts():
    return read_as(lambda body: body["displayInformation"].update(description=body["displayInformation"]["description"][:512]))


@fault("MBX-10.texts", "first plane", make=True)
def loses_what_is_beyond_the_first_plane():
    return read_as(lambda body: body["displayInformation"].update(
        title="".join(c if ord(c) < 0x10000 else "?" for c in body["displayInformation"]["title"])))


# Versions

@fault("A-19", "the same after a write", make=True)
def shows_the_recipient_one_version():
    creators, first = Creators(), {}

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success and request.claim != creators.of.get(request.box):
            answer.headers.set("ETag", first.setdefault(request.box, answer.headers.get("ETag")))
        return answer
    return run


@changing("A-19", "different ETags")
def answers_an_update_with_the_old_version(request, answer):
    if request.method == "PUT" and answer.status == 200:
        answer.headers.set("ETag", '"0"')


@fault("A-19.repeats", "answered 412")
def looks_at_the_version_of_a_repeat(request, forward):
    answer = forward(request)
    return Answer(412) if answer.status == 201 and request.headers.get("If-Match") else answer


@fault("A-19.repeats", "has not read", make=True)
def gives_the_present_version_to_a_repeat():
    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 201:
            answer.headers.set("ETag", forward(request.but(method="POST", body=b"")).headers.get("ETag"))
        return answer
    return run


# Other mailboxes

def boxes_of_claims():
    """Notes which claim made which mailboxes, oldest first."""
    made = {}

    def note(request, answer):
        if request.creates and answer.status == 200:
            made.setdefault(request.claim, []).append(link_id(answer))
        return answer
    return made, note


@fault("REL-13.others", "in another mailbox", make=True)
def deletes_all_of_a_claim():
    made, note = boxes_of_claims()

    def run(request, forward):
        answer = note(request, forward(request))
        if request.method == "DELETE" and answer.success:
            for box in made.get(request.claim, []):
                forward(no_repeat(request, path=f"/v1/m/{box}"))
        return answer
    return run


@fault("REL-13.others", "another payload", make=True)
def writes_into_all_of_a_claim():
    made, note = boxes_of_claims()

    def run(request, forward):
        answer = note(request, forward(request))
        if request.method == "PUT" and answer.status == 200:
            for box in made.get(request.claim, []):
                if box != request.box:
                    forward(no_repeat(request, path=f"/v1/m/{box}"))
        return answer
    return run


@fault("REL-13.others", "in another mailbox", make=True)
def gives_up_all_of_a_claim():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.method == "PATCH" and answer.success:
            for box, reader in list(creators.reader.items()):
                if reader == request.claim:
                    forward(no_repeat(request, path=f"/v1/m/{box}"))
        return answer
    return run


@fault("REL-13.others", "by the recipient of another mailbox", make=True)
def lets_a_recipient_write_everywhere():
    creators = Creators()

    def run(request, forward):
        known = request.claim in creators.reader.values()
        if request.method == "PUT" and known and request.claim != creators.of.get(request.box) and request.box not in creators.reader:
            request = request.but(claim=creators.of[request.box])
        return creators.note(request, forward(request))
    return run


@fault("REL-05.kept", "answered 404", make=True)
def keeps_thirty_mailboxes():
    boxes = []

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.status == 200:
            boxes.append(link_id(answer))
        gone = boxes[:-30]
        return Answer(404) if not request.creates and request.box in gone else answer
    return run


@fault("MBX-03.early", "before the expiration", make=True)
def ends_two_seconds_early():
    ends = {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.status == 200:
            text = json.loads(answer.body)["expiration"]
            end = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
            ends[link_id(answer)] = end - datetime.timedelta(seconds=2)
        end = ends.get(request.box)
        return Answer(404) if end and datetime.datetime.now(datetime.timezone.utc) > end else answer
    return run


@fault("IDM-06", "differ in", make=True)
def takes_the_texts_of_a_repeated_create():
    texts, ids = {}, {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            box = link_id(answer)
            ids[box] = ids.get(box, 0) + 1
            if ids[box] > 1:
                texts[box] = fresh()
        if request.reads and request.box in texts:
            edited(answer, lambda body: body["displayInformation"].update(title=texts[request.box]))
        return answer
    return run
