"""Faults about calls, bodies and extensions."""

from ..fault_proxy import Answer
from .registry import Creators, changing, edited, fault, refusing


@changing("TRN-03.html", "text/plain")
def calls_the_page_text(request, answer):
    if request.method == "GET":
        answer.headers.set("Content-Type", "text/plain")


@fault("API-03", "without a claim", make=True)
def deletes_without_a_claim():
    creators = Creators()

    def run(request, forward):
        if request.method == "DELETE" and not request.claim:
            request = request.but(claim=creators.of.get(request.box))
        return creators.note(request, forward(request))
    return run


@refusing("API-05", "answered 204", 204)
def reads_nothing(request):
    return request.reads


@refusing("A-07.empty", "answered 415", 415)
def wants_a_body_in_every_read(request):
    return request.reads and not request.body


@fault("API-01.payload", "without payload")
def needs_no_payload(request, forward):
    return forward(edited(request, lambda body: body.setdefault("payload", {"type": "AEAD_AES_256_GCM", "data": "A" * 40})))


@changing("TRN-03.json", "text/plain")
def calls_json_text(_request, answer):
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        answer.headers.set("Content-Type", "text/plain")


@fault("TRN-03.refused", "text/plain")
def takes_any_type(request, forward):
    if request.body:
        request.headers.set("Content-Type", "application/json")
    return forward(request)


@fault("TRN-04.utf8", "not UTF-8")
def takes_any_octets(request, forward):
    return forward(request.but(body=request.body.decode("utf-8", "replace").encode()))


@fault("TRN-05", "/v2/m")
def accepts_v2(request, forward):
    return forward(request.but(path=request.path.replace("/v2/", "/v1/")))


@fault("API-01", "answered 307")
def redirects_create(request, forward):
    answer = forward(request)
    if request.creates:
        answer.status = 307
        answer.headers.set("Location", "https://relay.example/v1/m")
    return answer


@fault("API-02", "another payload")
def loses_an_update(request, forward):
    if request.method != "PUT":
        return forward(request)
    return forward(request.but(method="POST", body=b""))


@changing("REL-07", "another payload")
def damages_a_payload(request, answer):
    if request.reads:
        edited(answer, lambda body: body["payload"].update(data="AAAA" + body["payload"]["data"][4:]))


@fault("API-01.malformed", "answered 500")
def breaks_on_malformed_bodies(request, forward):
    answer = forward(request)
    return Answer(500) if answer.status == 400 else answer


@fault("API-07", "displayInformation.title")
def needs_no_title(request, forward):
    if request.creates:
        edited(request, lambda body: body["displayInformation"].setdefault("title", ""))
    return forward(request)


@fault("A-47", "unknown members")
def refuses_what_it_does_not_know(request, forward):
    return Answer(400) if b"x-unknown" in request.body else forward(request)


@fault("REL-02", "Update 11", make=True)
def carries_ten_messages():
    written = {}

    def run(request, forward):
        if request.method == "PUT":
            written[request.box] = written.get(request.box, 0) + 1
            if written[request.box] > 10:
                return Answer(409)
        return forward(request)
    return run


@changing("MBX-10", "no member displayInformation")
def reads_without_display(request, answer):
    if request.reads:
        edited(answer, lambda body: body.pop("displayInformation"))


@changing("A-19", "the same after a write")
def gives_a_stale_etag(request, answer):
    if request.reads and answer.success:
        answer.headers.set("ETag", '"1"')


@fault("A-19", "not 412")
def overlooks_if_match(request, forward):
    request.headers.drop("If-Match")
    return forward(request)


@fault("A-20", "did not give message")
def knows_no_queue_but_says_so(request, forward):
    """One slot, and every Read shows it."""
    wish = {}
    if request.creates:
        edited(request, lambda body: wish.update(delivery=body["mailboxConfiguration"].pop("delivery")))
    if request.reads:
        edited(request, lambda body: body.pop("after"))
    return edited(forward(request), lambda body: body.update(wish))


@changing("A-21", "not \"self\"")
def says_that_all_is_from_the_other(request, answer):
    if request.reads:
        edited(answer, lambda body: body.update(origin="peer"))


@changing("A-30", "before any claim")
def always_says_claimed(request, answer):
    if request.reads:
        edited(answer, lambda body: body.update(recipientBound=True))


@changing("A-34", "something else than was written")
def wakes_with_old_content(request, answer):
    if request.headers.get("Prefer") and answer.status == 200:
        edited(answer, lambda body: body["payload"].update(data="A" * 40))
