"""Faults about ids, deadlines and access rights."""

import datetime

from ..fault_proxy import Answer
from .registry import Creators, changing, edited, fault, in_an_hour, link_id, refusing


@fault("MBX-03", "with a Date that is after the expiration")
def never_expires(request, forward):
    if request.creates:
        edited(request, lambda body: body["mailboxConfiguration"].update(expiration=in_an_hour()))
    return forward(request)


@changing("MBX-05.form", "is not like")
def writes_another_time(_request, answer):
    edited(answer, lambda body: body.update(expiration=body["expiration"].replace("Z", "+00:00")))


@fault("MBX-05.refused", "the expiration")
def takes_any_expiration(request, forward):
    def repair(body):
        wish = body["mailboxConfiguration"]
        if "expiration" in wish and not str(wish["expiration"]).endswith("Z"):
            wish["expiration"] = in_an_hour()
    return forward(edited(request, repair) if request.creates else request)


@fault("A-15.past", "expired an hour ago")
def takes_a_past_expiration(request, forward):
    def repair(body):
        wish = body["mailboxConfiguration"]
        if wish["expiration"] < datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"):
            wish["expiration"] = in_an_hour()
    return forward(edited(request, repair) if request.creates else request)


def with_ids(make_id):
    """Mailboxes get other ids."""
    inner, outer = {}, {}

    def run(request, forward):
        real = inner.get(request.box)
        answer = forward(request.but(path=f"/v1/m/{real}") if real else request)
        made = link_id(answer) if request.creates else None
        if made:
            if made not in outer:
                outer[made] = make_id(made, len(outer))
                inner[outer[made]] = made
            edited(answer, lambda body: body.update(urlLink=body["urlLink"].replace(made, outer[made])))
        return answer
    return run


@fault("MBX-02", "version 1", make=True)
def makes_ids_of_version_1():
    return with_ids(lambda made, _number: made[:14] + "1" + made[15:])


@fault("MBX-01", "not a UUID", make=True)
def makes_short_ids():
    return with_ids(lambda made, _number: made[:8])


@fault("MBX-01", "do not look random", make=True)
def counts_mailboxes():
    return with_ids(lambda _made, number: f"7d9f7c3a-53b1-4d2e-9a57-{number + 1:012x}")


@fault("MBX-07.creator", "after the Delete")
def deletes_nothing(request, forward):
    return Answer(200) if request.method == "DELETE" else forward(request)


@fault("A-29", "answered 403", make=True)
def tells_deleted_from_unknown():
    gone = set()

    def run(request, forward):
        answer = forward(request)
        if request.method == "DELETE" and answer.success:
            gone.add(request.box)
        return Answer(403) if answer.status == 404 and request.box in gone else answer
    return run


@fault("MBX-09", "with R answered 200")
def gives_all_rights(request, forward):
    if request.creates:
        edited(request, lambda body: body["mailboxConfiguration"].update(accessRights="RWD"))
    return forward(request)


@fault("A-09", "no rights named")
def gives_all_rights_by_default(request, forward):
    if request.creates:
        edited(request, lambda body: body["mailboxConfiguration"].setdefault("accessRights", "RWD"))
    return forward(request)


@refusing("MBX-08", "without mailboxConfiguration", 400)
def needs_a_configuration(request):
    return request.creates and b"mailboxConfiguration" not in request.body


@fault("MBX-07.recipient", "by the recipient", make=True)
def lets_only_the_creator_delete():
    creators = Creators()

    def run(request, forward):
        if request.method == "DELETE" and request.claim != creators.of.get(request.box):
            return Answer(401)
        return creators.note(request, forward(request))
    return run


@fault("A-10.delete", "without D", make=True)
def binds_the_creator_to_d():
    without = set()

    def run(request, forward):
        if request.method == "DELETE" and request.box in without:
            return Answer(401)
        answer = forward(request)
        if request.creates and b'"accessRights":"R"' in request.body.replace(b" ", b""):
            without.add(link_id(answer))
        return answer
    return run


@changing("MBX-06", "isPushNotificationSupported")
def tells_nothing_of_push(request, answer):
    if request.creates:
        edited(answer, lambda body: body.pop("isPushNotificationSupported"))


@changing("NTF-07", "isPushNotificationSupported")
def tells_push_in_words(request, answer):
    if request.method == "PUT":
        edited(answer, lambda body: body.update(isPushNotificationSupported="no"))


@changing("A-42", "query or a fragment")
def adds_a_vertical_to_the_link(request, answer):
    if request.creates:
        edited(answer, lambda body: body.update(urlLink=body["urlLink"] + "?v=h"))
