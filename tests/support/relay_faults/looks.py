"""Faults that tell strangers something by what else stands in an answer: a header, a word, a length."""

from ..fault_proxy import Answer
from .registry import Creators, changing, edited, fault, is_page, link_id


def telling_gone(applies, tell):
    """404s of what is deleted are changed by tell(answer)."""
    gone = set()

    def run(request, forward):
        answer = forward(request)
        if request.method == "DELETE" and answer.success:
            gone.add(request.box.split("?")[0])
        elif answer.status == 404 and request.box.split("?")[0] in gone and applies(request):
            return tell(answer) or answer
        return answer
    return run


def add_header(name, value):
    return lambda answer: answer.headers.set(name, value)


def not_a_page(request):
    return not is_page(request)


@fault("A-29", "the header x-deleted", make=True)
def tells_deleted_by_a_header():
    return telling_gone(not_a_page, add_header("X-Deleted", "yes"))


@fault("A-29", "differ in", make=True)
def tells_deleted_by_a_word():
    return telling_gone(not_a_page, lambda answer: edited(answer, lambda body: body.update(detail="this mailbox was deleted")))


@fault("A-29", "cache-control", make=True)
def tells_deleted_by_how_long_it_is_kept():
    return telling_gone(lambda request: request.method == "GET", add_header("Cache-Control", "max-age=600"))


@fault("A-29.page", "the header x-deleted", make=True)
def tells_deleted_by_a_header_of_head():
    return telling_gone(lambda request: request.method == "HEAD", add_header("X-Deleted", "yes"))


@fault("A-29.page", "differ in", make=True)
def shows_a_page_after_the_end():
    pages = {}
    gone = telling_gone(lambda request: request.method == "GET", lambda answer: None)

    def run(request, forward):
        answer = gone(request, forward)
        if request.creates and answer.success:
            edited(request, lambda body: pages.update({link_id(answer): body["displayInformation"]["title"]}))
        title = pages.get(request.box.split("?")[0])
        if request.method == "GET" and answer.status == 404 and title:
            answer.body += f"<!-- {title} -->".encode()
        return answer
    return run


@fault("A-29.page", "answered 200", make=True)
def answers_head_after_the_end():
    return telling_gone(lambda request: request.method == "HEAD", lambda answer: Answer(200))


@fault("A-29.sides", "answered 401", make=True)
def tells_its_users_of_the_end():
    creators, gone = Creators(), set()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.method == "DELETE" and answer.success:
            gone.add(request.box)
        elif answer.status == 404 and request.box in gone and request.claim == creators.reader.get(request.box):
            return Answer(401)
        return answer
    return run


@fault("A-29.sides", "the header x-yours", make=True)
def tells_the_creator_of_the_end_by_a_header():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if answer.status == 404 and request.claim and request.claim == creators.of.get(request.box):
            answer.headers.set("X-Yours", "yes")
        return answer
    return run


@fault("A-16", "the header x-expired", make=True)
def tells_expired_by_a_header():
    boxes = set()

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            boxes.add(link_id(answer))
        if answer.status == 404 and request.box in boxes:
            answer.headers.set("X-Expired", "yes")
        return answer
    return run


@fault("A-24.alike", "differ in", make=True)
def tells_strangers_that_it_is_claimed():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.method == "PUT" and answer.status == 401 and request.box in creators.reader:
            edited(answer, lambda body: body.update(error="claimed"))
        return answer
    return run


@fault("A-55.policy", "shows whether", make=True)
def tells_claimed_by_a_header_of_the_refusal():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.status == 401 and request.box in creators.reader:
            answer.headers.set("Retry-After", "3600")
        return answer
    return run


@fault("A-55.policy", "a wrong one differ", make=True)
def tells_a_wrong_proof_from_none():
    def run(request, forward):
        answer = forward(request)
        if request.reads and answer.status == 401 and request.headers.get("Mailbox-Claim-Key"):
            answer.headers.set("X-Proof", "wrong")
        return answer
    return run


def page_once(applies, tell):
    """The page is changed by tell(answer) once applies(creators, box, request) has been so."""
    creators, told = Creators(), set()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if applies(creators, request, answer):
            told.add(request.box)
        if request.method == "GET" and answer.status == 200 and request.box in told:
            tell(answer)
        return answer
    return run


def was_claimed(creators, request, answer):
    return request.reads and answer.success and request.box in creators.reader


@fault("A-52", "the header x-claimed", make=True)
def shows_on_the_page_by_a_header_that_it_is_claimed():
    return page_once(was_claimed, add_header("X-Claimed", "yes"))


@fault("A-52", "the body", make=True)
def shows_on_the_page_that_it_is_claimed():
    def tell(answer):
        answer.body += b"<!-- claimed -->"
    return page_once(was_claimed, tell)


@fault("A-52", "after an Update", make=True)
def shows_on_the_page_that_it_was_written():
    return page_once(lambda _creators, request, answer: request.method == "PUT" and answer.success, add_header("ETag", '"2"'))


@fault("API-04.head", "another Content-Type")
def answers_head_as_text(request, forward):
    answer = forward(request)
    if request.method == "HEAD":
        answer.headers.set("Content-Type", "text/plain")
    return answer


@changing("A-39.answers", "may be kept by caches")
def lets_caches_keep_a_read(request, answer):
    if request.reads and answer.success:
        answer.headers.set("Cache-Control", "public, max-age=600")


# What is given away

@fault("TMS-06.run", "shows a payload", make=True)
def shows_the_old_payload_to_who_writes():
    slots = {}

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.success:
            edited(request, lambda body: slots.setdefault(request.box, []).append(body["payload"]))
            edited(answer, lambda body: body.update(payload=slots[request.box][-1]))
        return answer
    return run


@fault("TMS-06.run", "another device's claim", make=True)
def names_the_holder_in_a_refusal():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if answer.status == 401 and request.box in creators.reader:
            edited(answer, lambda body: body.update(holder=creators.reader[request.box]))
        return answer
    return run


@fault("A-12.run", "the relay failed", make=True)
def breaks_on_a_strangers_relinquish():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        stranger = request.claim not in (creators.of.get(request.box), creators.reader.get(request.box))
        return Answer(500) if request.method == "PATCH" and stranger and request.box in creators.of else answer
    return run
