"""Faults about request ids and repeats."""

import json

from ..fault_proxy import Answer
from .registry import Creators, changing, fault, fresh, link_id


@changing("IDM-01", "does not echo")
def drops_the_echo(_request, answer):
    if answer.success:
        answer.headers.drop("Mailbox-Request-ID")


@changing("IDM-01", "echoes another id")
def echoes_another_id(_request, answer):
    if answer.headers.get("Mailbox-Request-ID"):
        answer.headers.set("Mailbox-Request-ID", fresh())


@changing("IDM-01.errors", "does not echo")
def drops_the_echo_of_errors(_request, answer):
    if not answer.success:
        answer.headers.drop("Mailbox-Request-ID")


@changing("A-01", "answered 200, not 201")
def answers_repeats_with_200(_request, answer):
    answer.status = 200 if answer.status == 201 else answer.status


@changing("API-01", "answered 201")
def answers_a_new_create_with_201(request, answer):
    answer.status = 201 if request.creates and answer.success else answer.status


def renamed(applies):
    """Every request gets a new id on the way to the relay: no repeat is known."""
    def run(request, forward):
        if not applies(request) or request.request_id is None:
            return forward(request)
        answer = forward(request.but(request_id=fresh()))
        answer.headers.set("Mailbox-Request-ID", request.request_id)
        return answer
    return run


@fault("IDM-07", "made a second mailbox", make=True)
def repeats_a_create():
    return renamed(lambda request: request.creates)


@fault("IDM-07.race", "made 32 mailboxes", make=True)
def repeats_creates_at_once():
    return renamed(lambda request: request.creates)


@fault("IDM-08.race", "were carried out", make=True)
def repeats_updates_at_once():
    return renamed(lambda request: request.method == "PUT")


@fault("A-28", "a repeated Relinquish", make=True)
def knows_no_relinquish():
    return renamed(lambda request: request.method == "PATCH")


@fault("IDM-08", "another payload", make=True)
def writes_a_repeated_update():
    seen, rename = set(), renamed(lambda request: request.method == "PUT")

    def run(request, forward):
        answer = rename(request, forward)
        if request.method == "PUT":
            answer.status = 201 if (request.claim, request.request_id) in seen else answer.status
            seen.add((request.claim, request.request_id))
        return answer
    return run


@fault("IDM-06", "another payload", make=True)
def takes_the_body_of_a_repeated_create():
    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.status == 201:
            body = json.dumps({"payload": json.loads(request.body)["payload"]}).encode()
            forward(request.but(method="PUT", path=f"/v1/m/{link_id(answer)}", request_id=fresh(), body=body))
        return answer
    return run


@fault("IDM-05", "one mailbox", make=True)
def mixes_up_ids_of_two_claims():
    known = {}

    def run(request, forward):
        if not request.creates or not request.request_id:
            return forward(request)
        if request.request_id in known:
            kept = known[request.request_id]
            return Answer(200, kept.headers, kept.body)
        answer = forward(request)
        known[request.request_id] = answer
        return answer
    return run


@fault("IDM-09", "unbound", make=True)
def relinquishes_again():
    creators, done = Creators(), set()

    def run(request, forward):
        if request.method == "PATCH" and (request.claim, request.request_id) in done:
            forward(request.but(claim=creators.reader[request.box], request_id=fresh()))
            return Answer(201)
        answer = creators.note(request, forward(request))
        if request.method == "PATCH" and answer.success:
            done.add((request.claim, request.request_id))
        return answer
    return run


@fault("A-50", "second mailbox", make=True)
def revives_what_was_deleted():
    creators, gone = Creators(), set()

    def run(request, forward):
        if request.method == "DELETE":
            gone.add(request.claim)
        if request.creates and request.claim in gone:
            return forward(request.but(request_id=fresh()))
        return creators.note(request, forward(request))
    return run
