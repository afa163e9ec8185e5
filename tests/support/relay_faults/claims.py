"""Faults about claims: who may do what."""

import hashlib
import re
import threading
import time
import uuid

from ..fault_proxy import Answer
from .registry import FAULTS, Creators, changing, edited, fault, fresh, refusing


def one_reader(request):
    """All who read under one claim."""
    return str(uuid.UUID(bytes=hashlib.sha256(request.box.encode()).digest()[:16]))


@fault("CLM-06.order", "a second other claim answered 200", make=True)
def lets_every_reader_in():
    creators = Creators()

    def run(request, forward):
        if request.creates or request.claim in (None, creators.of.get(request.box)):
            return creators.note(request, forward(request))
        return forward(request.but(claim=one_reader(request)))
    return run


@fault("CLM-06", "64 of 64", make=True)
def lets_all_racers_in():
    return FAULTS["lets_every_reader_in"][2]


@fault("CLM-06.proof", "64 of 64", make=True)
def lets_all_racers_with_proof_in():
    return FAULTS["lets_every_reader_in"][2]


@fault("CLM-06", "of 64 simultaneous", make=True)
def checks_then_binds():
    """Right one after the other; who reads while another reads gets the same answer."""
    creators, lock, changed = Creators(), threading.Lock(), threading.Condition()
    running, won = {}, {}

    def run(request, forward):
        if not request.reads or request.claim == creators.of.get(request.box):
            return creators.note(request, forward(request))
        with lock:
            running[request.box] = running.get(request.box, 0) + 1
        answer = creators.note(request, forward(request))
        with changed:
            if answer.success:
                won[request.box] = answer
            changed.notify_all()
            alone = running[request.box] == 1
            if not alone:
                changed.wait_for(lambda: request.box in won, 2)
                answer = won.get(request.box, answer)
        with lock:
            running[request.box] -= 1
        return answer
    return run


@fault("CLM-07", "DELETE by a third claim", make=True)
def lets_anybody_delete():
    creators = Creators()

    def run(request, forward):
        if request.method == "DELETE" and request.claim:
            request = request.but(claim=creators.of.get(request.box, request.claim))
        return creators.note(request, forward(request))
    return run


@fault("REL-13", "another payload", make=True)
def lets_anybody_write():
    creators = Creators()

    def run(request, forward):
        if request.method == "PUT" and request.claim != creators.reader.get(request.box):
            request = request.but(claim=creators.of.get(request.box, request.claim))
        return creators.note(request, forward(request))
    return run


@fault("CLM-01", "malformed claim")
def accepts_a_short_claim(request, forward):
    claim = request.claim
    if claim and not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", claim):
        request = request.but(claim=str(uuid.uuid5(uuid.NAMESPACE_URL, claim)))
    return forward(request)


@fault("CLM-04", "without a claim")
def needs_no_claim(request, forward):
    return forward(request if request.claim or request.method == "GET" else request.but(claim=fresh()))


@fault("CLM-02", "the mailbox was claimed", make=True)
def binds_the_creator_as_recipient():
    creators = Creators()

    def run(request, forward):
        if request.reads and request.claim == creators.of.get(request.box):
            forward(request.but(claim=fresh(), request_id=fresh()))
        return creators.note(request, forward(request))
    return run


@fault("A-25", "recipientBound")
def binds_on_get(request, forward):
    if request.method == "GET":
        forward(request.but(method="POST", claim=fresh()))
    return forward(request)


@fault("A-24", "recipientBound")
def binds_on_put(request, forward):
    answer = forward(request)
    if request.method == "PUT" and answer.status == 401:
        forward(request.but(method="POST", body=b""))
    return answer


@fault("A-26", "a Relinquish by the creator", make=True)
def lets_the_creator_relinquish():
    creators = Creators()

    def run(request, forward):
        if request.method == "PATCH" and request.claim == creators.of.get(request.box):
            request = request.but(claim=creators.reader.get(request.box, request.claim))
        return creators.note(request, forward(request))
    return run


@fault("CLM-08", "by the next claim")
def keeps_who_gave_up(request, forward):
    return Answer(200) if request.method == "PATCH" else forward(request)


@fault("API-06", "answered 405")
def knows_no_patch(request, forward):
    return Answer(405) if request.method == "PATCH" else forward(request)


@refusing("A-31", "not 200", 401)
def refuses_claims_in_upper_case(request):
    return request.claim and request.claim != request.claim.lower()


@fault("CLM-05", "by the creator before any Read", make=True)
def needs_a_read_before_a_write():
    read = set()

    def run(request, forward):
        if request.reads:
            read.add(request.claim)
        return Answer(401) if request.method == "PUT" and request.claim not in read else forward(request)
    return run


@fault("A-08", "a repeated Read", make=True)
def reads_once_only():
    read = set()

    def run(request, forward):
        if request.reads and (request.claim, request.box) in read:
            return Answer(404)
        read.add((request.claim, request.box))
        return forward(request)
    return run


@fault("REL-03", "in a row", make=True)
def wants_strict_turns():
    last = {}

    def run(request, forward):
        if request.method == "PUT":
            if last.get(request.box) == request.claim:
                return Answer(409)
            last[request.box] = request.claim
        return forward(request)
    return run


@fault("A-55.echo", "another claimHash")
def echoes_another_hash(request, forward):
    return edited(forward(request), lambda body: body.update(claimHash=body["claimHash"][::-1]))


@fault("A-55.proof", "with the right proof answered 401")
def looks_at_no_proof(request, forward):
    request.headers.drop("Mailbox-Claim-Key")
    return forward(request)


@fault("A-55.malformed", "malformed claim rule")
def takes_any_claim_rule(request, forward):
    def repair(body):
        wish = body["mailboxConfiguration"]
        if not re.fullmatch(r"[\w-]{43}", str(wish.get("claimHash"))) or wish.get("claimPolicy", "proof") != "proof":
            wish.pop("claimHash", None), wish.pop("claimPolicy", None)
    return forward(edited(request, repair) if request.creates else request)


@fault("A-34.others", "was let wait")
def lets_everybody_wait(request, forward):
    answer = forward(request)
    if "Prefer" in dict(request.headers.lines) and answer.status == 401:
        time.sleep(8.2)
    return answer


@changing("A-55.policy", "may show whether")
def words_each_refusal_anew(_request, answer):
    if answer.status == 401:
        edited(answer, lambda body: body.update(at=fresh()))


@fault("A-55.policy", "shows whether", make=True)
def tells_free_from_claimed():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.status == 401 and request.box in creators.reader:
            edited(answer, lambda body: body.update(error="claimed"))
        return answer
    return run


@fault("A-55.policy", "answered 200")
def forgets_the_policy(request, forward):
    wish = {}

    def drop(body):
        wish["claimPolicy"] = body["mailboxConfiguration"].pop("claimPolicy")
    if not request.creates:
        return forward(request)
    answer = forward(edited(request, drop))
    return edited(answer, lambda body: body.update(wish))
