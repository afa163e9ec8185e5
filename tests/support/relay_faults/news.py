"""Faults of the extensions: the queue, waiting, what the creator is told."""

import json
import time

from ..fault_proxy import Answer
from .registry import Creators, edited, fault, no_repeat


def after_of(request):
    try:
        return json.loads(request.body)["after"]
    except (ValueError, KeyError, TypeError):
        return None


@fault("A-20.once", "a repeated Update")
def queues_a_repeat(request, forward):
    answer = forward(request)
    if request.method == "PUT" and answer.status == 201:
        forward(no_repeat(request))
    return answer


@fault("A-20", "did not give message", make=True)
def gives_the_newest_first():
    newest = {}

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 200:
            newest[request.box] = json.loads(request.body)["payload"]
        if request.reads and after_of(request) == 0 and answer.status == 200 and request.box in newest:
            edited(answer, lambda body: body.update(payload=newest[request.box]))
        return answer
    return run


@fault("A-20.again", "answered 204", make=True)
def gives_each_message_once():
    given = set()

    def run(request, forward):
        answer = forward(request)
        key = (request.box, request.claim, after_of(request))
        if request.reads and key[2] is not None and answer.status == 200:
            if key in given:
                return Answer(204)
            given.add(key)
        return answer
    return run


@fault("A-20.next", "after the recipient gave up", make=True)
def keeps_what_the_former_recipient_wrote():
    creators, wrote = Creators(), {}

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.method == "PUT" and answer.success and request.claim != creators.of.get(request.box):
            wrote[request.box] = json.loads(request.body)["payload"]
        if request.reads and answer.status == 204 and request.claim == creators.of.get(request.box) and request.box in wrote:
            return Answer(200, body=json.dumps({"payload": wrote[request.box], "seq": 9}).encode())
        return answer
    return run


@fault("A-27", "the same ETag", make=True)
def shows_the_next_recipient_the_old_version():
    creators, tags = Creators(), {}

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success and request.claim != creators.of.get(request.box):
            answer.headers.set("ETag", tags.get((request.box, "kept"), answer.headers.get("ETag")))
            tags[request.box] = answer.headers.get("ETag")
        if request.method == "PATCH" and answer.success:
            tags[request.box, "kept"] = tags.get(request.box)
        return answer
    return run


def without_wait(request):
    request = request.but()
    request.headers.drop("Prefer")
    return request


@fault("A-34.news", "slept through a POST")
def wakes_for_writes_only(request, forward):
    """A waiting Read is asked again and again, and hears of nothing but a new seq."""
    if not request.headers.get("Prefer"):
        return forward(request)
    seconds = int(request.headers.get("Prefer").split("=")[1])
    plain = without_wait(request).but()
    plain.headers.drop("If-None-Match")
    begin = forward(plain)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        now = forward(plain)
        if now.status != 200 or json.loads(now.body)["payload"] != json.loads(begin.body)["payload"]:
            return now
    return Answer(204)


@fault("A-34.known", "answered 204, not 200")
def keeps_old_readers_in_the_dark(request, forward):
    """Whoever names a version hears that there is nothing new."""
    answer = forward(request)
    if request.headers.get("If-None-Match") and not request.headers.get("Prefer") and answer.status == 200:
        return Answer(204)
    return answer


@fault("A-30", "after a Relinquish", make=True)
def remembers_that_it_was_claimed():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and request.claim == creators.of.get(request.box) and request.box in creators.reader:
            edited(answer, lambda body: body.update(recipientBound=True))
        return answer
    return run


@fault("A-30", "ETag", make=True)
def moves_no_version_when_claimed():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        tag = answer.headers.get("ETag")
        if tag and "." in tag:
            answer.headers.set("ETag", tag.split(".")[0] + '"')
        return answer
    return run


@fault("A-21", "is not", make=True)
def tells_who_made_the_mailbox_as_writer():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.status == 200:
            mine = request.claim == creators.of.get(request.box)
            edited(answer, lambda body: body.update(origin="self" if mine else "peer"))
        return answer
    return run


@fault("A-34.given", "the mailbox was claimed")
def binds_who_gave_up_while_waiting(request, forward):
    answer = forward(request)
    return forward(without_wait(request)) if request.headers.get("Prefer") and answer.status == 401 else answer


@fault("A-34.after", "slept through a POST", make=True)
def hears_of_messages_only_with_after():
    def run(request, forward):
        if request.headers.get("Prefer") and after_of(request) is not None:
            request.headers.drop("If-None-Match")
        return forward(request)
    return run


@fault("A-19.claims", "answered 403", make=True)
def forbids_an_update_with_the_version_before_a_claim():
    creators = Creators()

    def run(request, forward):
        if request.method == "PUT" and request.headers.get("If-Match") == '"1.0"' and request.box in creators.reader:
            return Answer(403)
        return creators.note(request, forward(request))
    return run


@fault("IDM-08.former", "another payload", make=True)
def writes_again_for_who_gave_up():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        stranger = request.claim not in (creators.of.get(request.box), creators.reader.get(request.box))
        if request.method == "PUT" and answer.status == 201 and stranger:
            forward(no_repeat(request, claim=creators.of[request.box]))
        return answer
    return run
