"""Faults of calls that are refused and act all the same: a caller that looks at the status alone sees nothing wrong."""

import json

from ..fault_proxy import Answer
from .registry import FAULTS, Creators, edited, fault, fresh, link_id, no_repeat

OTHER = {"type": "AEAD_AES_256_GCM", "data": "B" * 60}


def written(box_request, claim):
    """An Update by this claim with another payload."""
    request = no_repeat(box_request, method="PUT", claim=claim, body=json.dumps({"payload": OTHER}).encode())
    request.headers.set("Content-Type", "application/json")
    request.headers.drop("If-Match")
    return request


def acting(refused_as, act):
    """A call that gets one of these statuses does `act(request, forward, creators)` too."""
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if answer.status in refused_as:
            act(request, forward, creators)
        return answer
    return run


def writes(request, forward, creators):
    if request.method == "PUT" and request.box in creators.of:
        forward(written(request, creators.of[request.box]))


def deletes(request, forward, creators):
    if request.method == "DELETE" and request.box in creators.of:
        forward(no_repeat(request, claim=creators.of[request.box]))


def binds(request, forward, creators):
    if request.reads:
        forward(no_repeat(request, claim=fresh(), body=b""))


@fault("CLM-01", "recipientBound", make=True)
def binds_malformed_claims_and_says_401():
    return acting({401}, binds)


@fault("CLM-04", "recipientBound", make=True)
def binds_nobody_and_says_401():
    return acting({401}, lambda request, *rest: None if request.claim else binds(request, *rest))


@fault("A-32", "recipientBound", make=True)
def binds_two_claims_and_says_401():
    return acting({401}, binds)


@fault("A-55.policy", "recipientBound", make=True)
def binds_without_proof_and_says_401():
    """The mailbox has no policy inside: a Read without proof binds provisionally, and its answer is kept back."""
    boxes, makers, proven = set(), set(), {}

    def run(request, forward):
        if request.creates:
            wish = {}
            edited(request, lambda body: wish.update(claimPolicy=body["mailboxConfiguration"].pop("claimPolicy")))
            answer = edited(forward(request), lambda body: body.update(wish))
            makers.add(request.claim)
            if wish:
                boxes.add(link_id(answer))
            return answer
        answer = forward(request)
        if request.reads and answer.success and request.headers.get("Mailbox-Claim-Key"):
            proven[request.box] = request.claim
        if request.reads and answer.success and request.box in boxes and request.claim not in makers | {proven.get(request.box)}:
            return Answer(401, body=b"{}")
        return answer
    return run


@fault("API-01.malformed", "another payload", make=True)
def writes_for_malformed_updates_and_says_400():
    return acting({400}, writes)


@fault("API-01.payload", "another payload", make=True)
def writes_for_updates_without_payload_and_says_400():
    return acting({400}, writes)


@fault("A-49", "another payload", make=True)
def writes_for_bad_payloads_and_says_400():
    return acting({400}, writes)


@fault("A-48.size", "another payload", make=True)
def writes_for_large_updates_and_says_413():
    return acting({413}, writes)


@fault("TRN-03.refused", "another payload", make=True)
def writes_for_other_types_and_says_415():
    return acting({415}, writes)


@fault("TRN-04.utf8", "another payload", make=True)
def writes_for_broken_utf8_and_says_400():
    return acting({400}, writes)


@fault("TRN-05", "another payload", make=True)
def writes_under_v2_and_says_404():
    def act(request, forward, creators):
        if request.path.startswith("/v2/"):
            writes(request.but(path=request.path.replace("/v2/", "/v1/")), forward, creators)
    return acting({404}, act)


@fault("TRN-05", "a Read by the creator answered 404", make=True)
def deletes_under_v2_and_says_404():
    def act(request, forward, creators):
        if request.path.startswith("/v2/"):
            deletes(request.but(path=request.path.replace("/v2/", "/v1/")), forward, creators)
    return acting({404}, act)


@fault("CLM-04", "another payload", make=True)
def writes_without_a_claim_and_says_401():
    return acting({401}, lambda request, *rest: None if request.claim else writes(request, *rest))


@fault("CLM-07", "another payload", make=True)
def writes_for_a_third_claim_and_says_401():
    return acting({401}, writes)


@fault("CLM-07", "a Read by the creator answered 404", make=True)
def deletes_for_a_third_claim_and_says_401():
    return acting({401}, deletes)


@fault("MBX-09", "another payload", make=True)
def writes_without_w_and_says_401():
    """Every mailbox has all rights inside; outside the refusal is played."""
    rights, creators = {}, Creators()

    def run(request, forward):
        if request.creates:
            wish = {}
            edited(request, lambda body: wish.update(rights=body["mailboxConfiguration"]["accessRights"]))
            edited(request, lambda body: body["mailboxConfiguration"].update(accessRights="RWD"))
            answer = creators.note(request, forward(request))
            rights[link_id(answer)] = wish.get("rights", "RD")
            return answer
        answer = creators.note(request, forward(request))
        return Answer(401) if request.method == "PUT" and "W" not in rights.get(request.box, "W") else answer
    return run


@fault("MBX-09", "a Read by the creator answered 404", make=True)
def deletes_without_d_and_says_401():
    return acting({401}, deletes)


@fault("A-10.write", "another payload", make=True)
def writes_for_the_creator_without_w_and_says_401():
    return FAULTS["writes_without_w_and_says_401"][2]


@fault("A-26", "was unbound", make=True)
def gives_up_for_others_and_says_401():
    def act(request, forward, creators):
        if request.method == "PATCH" and request.box in creators.reader:
            forward(no_repeat(request, claim=creators.reader[request.box]))
    return acting({401}, act)


@fault("A-27.advanced", "another payload", make=True)
def empties_the_slot_and_says_409():
    def act(request, forward, creators):
        if request.method == "PATCH":
            forward(written(request, creators.of[request.box]))
    return acting({409}, act)


@fault("A-19", "another payload", make=True)
def writes_a_stale_update_and_says_412():
    return acting({412}, writes)


@fault("A-06.needed", "another payload", make=True)
def writes_without_a_request_id_and_says_400():
    return acting({400}, writes)


@fault("A-05.creates", "answered 201, not 200")
def makes_a_mailbox_and_says_400(request, forward):
    answer = forward(request)
    if request.creates and answer.status in (400, 415):
        sound = {"payload": OTHER, "displayInformation": {"title": "", "description": "", "imageURL": ""}}
        made = request.but(body=json.dumps(sound).encode())
        made.headers.set("Content-Type", "application/json")
        forward(made)
    return answer


@fault("CLM-08.former", "another payload", make=True)
def writes_for_who_gave_up_and_says_401():
    return acting({401}, writes)


@fault("CLM-06.order", "another payload", make=True)
def empties_the_slot_for_a_second_reader():
    def act(request, forward, creators):
        if request.reads and request.box in creators.of:
            forward(written(request, creators.of[request.box]))
    return acting({401}, act)


@fault("A-55.provisional", "displaced", make=True)
def lets_the_displaced_write():
    first, creators = {}, Creators()

    def run(request, forward):
        if request.reads and not request.headers.get("Mailbox-Claim-Key") and request.claim != creators.of.get(request.box):
            first.setdefault(request.box, request.claim)
        if request.method == "PUT" and first.get(request.box) == request.claim:
            answer = forward(request)
            return answer if answer.success else forward(request.but(claim=creators.of[request.box]))
        return creators.note(request, forward(request))
    return run
