"""Faults in which requests, claims and mailboxes are taken for the same."""

import json

from ..fault_proxy import Answer
from .registry import Creators, edited, fault, fresh, link_id


def known_by(key):
    """A repeat is what has the same key(request); it gets 201 and the first answer."""
    seen = {}

    def run(request, forward):
        if request.request_id is None or request.method not in ("POST", "PUT", "PATCH", "DELETE") or request.reads:
            return forward(request)
        name = key(request)
        if name in seen and not is_repeat(request, seen[name]):
            kept = seen[name][1]
            return Answer(201, kept.headers, kept.body)
        answer = forward(request)
        if answer.success:
            seen.setdefault(name, ((request.method, request.path, request.claim, request.request_id), answer))
        return answer
    return run


def is_repeat(request, kept):
    return kept[0] == (request.method, request.path, request.claim, request.request_id)


@fault("A-05.mailboxes", "in another mailbox answered 201", make=True)
def knows_ids_of_all_mailboxes():
    return known_by(lambda request: (request.claim, request.method, request.request_id))


@fault("A-05.calls", "taken for a repeat", make=True)
def knows_ids_of_all_calls():
    return known_by(lambda request: (request.claim, request.request_id))


@fault("A-05.calls", "taken for a repeat", make=True)
def knows_ids_of_all_calls_of_a_mailbox():
    return known_by(lambda request: (request.claim, request.box, request.request_id))


@fault("A-05.case", "case only answered 201", make=True)
def knows_ids_without_case():
    return known_by(lambda request: (request.claim, request.box, request.method, request.request_id.lower()))


@fault("A-05.case", "answered 201", make=True)
def knows_eight_characters_of_an_id():
    return known_by(lambda request: (request.claim, request.box, request.method, request.request_id[:8]))


@fault("A-05.refused", "answered 201", make=True)
def uses_up_ids_of_refused_updates():
    used = set()

    def run(request, forward):
        name = (request.claim, request.box, request.request_id)
        if request.method == "PUT" and name in used:
            return Answer(201, body=b'{"isPushNotificationSupported":false}')
        answer = forward(request)
        if request.method == "PUT" and answer.status in (400, 415):
            used.add(name)
        return answer
    return run


@fault("A-31.path", "answered 404")
def knows_mailbox_ids_in_lower_case_only(request, forward):
    return Answer(404) if request.box != request.box.lower() else forward(request)


def other_claim(claim):
    """Another claim that follows from this one."""
    return claim[:-1].lower() + ("0" if claim[-1] != "0" else "1")


@fault("A-31.case", "in upper case")
def takes_upper_case_for_another_device(request, forward):
    if request.claim and request.claim != request.claim.lower():
        request = request.but(claim=other_claim(request.claim))
    return forward(request)


@fault("A-31.case", "in upper case", make=True)
def repeats_an_update_in_upper_case():
    seen = {}

    def run(request, forward):
        if request.method == "PUT" and request.claim:
            before = seen.setdefault((request.claim.lower(), request.request_id), request.claim)
            if before != request.claim:
                return edited(forward(request.but(request_id=fresh())), lambda body: None)
        return forward(request)
    return run


@fault("A-31.bound", "second mailbox")
def makes_another_mailbox_for_upper_case(request, forward):
    if request.creates and request.claim != request.claim.lower():
        request = request.but(claim=other_claim(request.claim))
    return forward(request)


@fault("A-31.bound", "answered 401", make=True)
def binds_the_case_of_a_claim():
    creators, case = Creators(), {}

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success and request.claim != creators.of.get(request.box):
            if case.setdefault(request.box, request.claim) != request.claim and case[request.box].lower() == request.claim.lower():
                return Answer(401)
        return answer
    return run


@fault("IDM-07", "another urlLink", make=True)
def names_another_link_in_a_repeat():
    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.status == 201:
            box = json.loads(answer.body)["urlLink"].rsplit("/", 1)[-1]
            edited(answer, lambda body: body.update(urlLink=f"https://other.example/v1/m/{box}"))
        return answer
    return run


@fault("IDM-08", "another payload", make=True)
def remembers_one_id_a_mailbox():
    """The other side's Update makes it forget: the repeat is carried out again."""
    last = {}

    def run(request, forward):
        if request.method != "PUT":
            return forward(request)
        before = last.get(request.box)
        last[request.box] = (request.claim, request.request_id)
        if before and before[0] != request.claim:
            answer = forward(request)
            if answer.status == 201:
                forward(request.but(request_id=fresh()))
            return answer
        return forward(request)
    return run


@fault("IDM-01.run", "echoes an id", make=True)
def echoes_the_id_of_the_last_call():
    last = {}

    def run(request, forward):
        answer = forward(request)
        if request.reads and answer.headers.get("Mailbox-Request-ID"):
            answer.headers.set("Mailbox-Request-ID", last.get(request.box, request.request_id))
        last[request.box] = request.request_id or last.get(request.box)
        if request.creates and answer.success:
            last[link_id(answer)] = request.request_id
        return answer
    return run
