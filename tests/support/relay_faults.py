"""Faults of relays, one thing wrong in each, and the check of keyferry-conformance that has to find it.

FAULTS is {name: (check, words of what it sees, fault)}, DROPBOX_FAULTS the same for /t/; how a fault works: fault_proxy.py. Faults that remember something
are made by a function that is called once.
"""

import datetime
import hashlib
import json
import re
import threading
import time
import uuid

from .fault_proxy import Answer

FAULTS, DROPBOX_FAULTS = {}, {}


def fault(check, seen, make=False):
    """Adds a fault; with `make` the function makes it."""
    def add(function):
        table_of(check)[function.__name__] = (check, seen, function() if make else function)
        return function
    return add


def table_of(check):
    return DROPBOX_FAULTS if check.startswith(("B-", "DRR-")) or check == "REL-07.drop" else FAULTS


def changing(check, seen):
    """Adds a fault that alters the answer: the function gets request and answer."""
    def add(function):
        def run(request, forward):
            answer = forward(request)
            function(request, answer)
            return answer
        table_of(check)[function.__name__] = (check, seen, run)
        return function
    return add


def refusing(check, seen, status):
    """Adds a fault that refuses what it should take: the function says which requests."""
    def add(function):
        def run(request, forward):
            return Answer(status) if function(request) else forward(request)
        FAULTS[function.__name__] = (check, seen, run)
        return function
    return add


def fresh():
    return str(uuid.uuid4())


def in_an_hour():
    return (datetime.datetime.utcnow() + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def edited(message, edit):
    """Lets `edit` change the JSON object of a request or answer; leaves alone what is none."""
    try:
        value = json.loads(message.body)
        if isinstance(value, dict):
            edit(value)
            message.body = json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return message


def link_id(answer):
    try:
        return json.loads(answer.body)["urlLink"].rsplit("/", 1)[-1]
    except (ValueError, KeyError):
        return None


class Creators:
    """Who made which mailbox, and who reads there."""

    def __init__(self):
        self.of, self.reader = {}, {}

    def note(self, request, answer):
        if request.creates and answer.success:
            self.of[link_id(answer)] = request.claim
        elif request.reads and answer.status == 200 and request.claim != self.of.get(request.box):
            self.reader[request.box] = request.claim
        return answer


# Request ids

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


# Claims

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
        if request.method == "PUT":
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


@fault("A-25", "the mailbox was claimed")
def binds_on_get(request, forward):
    if request.method == "GET":
        forward(request.but(method="POST", claim=fresh()))
    return forward(request)


@fault("A-24", "that has not read answered 200")
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


@changing("A-55.policy", "shows whether")
def tells_free_from_claimed(_request, answer):
    if answer.status == 401:
        edited(answer, lambda body: body.update(at=fresh()))


@fault("A-55.policy", "answered 200")
def forgets_the_policy(request, forward):
    wish = {}

    def drop(body):
        wish["claimPolicy"] = body["mailboxConfiguration"].pop("claimPolicy")
    if not request.creates:
        return forward(request)
    answer = forward(edited(request, drop))
    return edited(answer, lambda body: body.update(wish))


# Life and rights

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
        if request.creates and b'"accessRights":"R"' in request.body:
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


# Calls and bodies


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


# Page and privacy

@fault("API-04", "answered 302")
def redirects_the_preview(request, forward):
    answer = forward(request)
    if request.method == "GET":
        answer.status = 302
        answer.headers.set("Location", "https://relay.example/page")
    return answer


@changing("API-04", "og:title")
def has_no_open_graph(request, answer):
    if request.method == "GET":
        answer.body = answer.body.replace(b"og:title", b"title")


@fault("API-04.sealed", "shows the payload", make=True)
def shows_the_payload():
    data = {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            data[link_id(answer)] = json.loads(request.body)["payload"]["data"].encode()
        if request.method == "GET":
            answer.body += b"<!-- " + data.get(request.box, b"") + b" -->"
        return answer
    return run


@fault("A-37.escaped", "as HTML", make=True)
def shows_texts_as_html():
    titles = {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            titles[link_id(answer)] = json.loads(request.body)["displayInformation"]["title"].encode()
        if request.method == "GET":
            answer.body += titles.get(request.box, b"")
        return answer
    return run


@changing("A-39.policy", "no Content-Security-Policy")
def has_no_policy(_request, answer):
    answer.headers.drop("Content-Security-Policy")


@changing("PRV-06", "script of a third party")
def runs_foreign_scripts(request, answer):
    if request.method == "GET":
        answer.body += b'<script src="https://count.example/a.js"></script>'


@changing("PRV-02", "sets a cookie")
def sets_cookies(_request, answer):
    answer.headers.set("Set-Cookie", "visitor=1")


@fault("TMS-06", "notification token", make=True)
def leaks_a_token():
    tokens = {}

    def run(request, forward):
        if b"notificationToken" in request.body:
            edited(request, lambda body: tokens.update({"last": body["notificationToken"]}))
        answer = forward(request)
        if request.reads and answer.success:
            edited(answer, lambda body: body.update(notificationToken=tokens.get("last")))
        return answer
    return run


@fault("TMS-06.claim", "another device's claim", make=True)
def leaks_a_claim():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success:
            answer.headers.set("X-Creator", creators.of[request.box])
        return answer
    return run


# The dropbox (Draft R)

@fault("B-06", "a taken address answered 201")
def puts_over_what_is_there(request, forward):
    if request.method == "PUT":
        forward(request.but(method="DELETE", body=b""))
    return forward(request)


@changing("B-06", "a free address answered 204")
def answers_a_new_drop_with_204(_request, answer):
    answer.status = 204 if answer.status == 201 else answer.status


@changing("B-06", "a taken address answered 201")
def says_yes_and_keeps_the_first(_request, answer):
    answer.status = 201 if answer.status == 412 else answer.status


@fault("B-06.race", "of 32 different PUTs at once got 201", make=True)
def looks_then_puts():
    """Right one after the other; of PUTs that run together all are told that theirs was taken."""
    running, lock = {}, threading.Lock()

    def run(request, forward):
        if request.method != "PUT":
            return forward(request)
        with lock:
            running[request.box] = running.get(request.box, 0) + 1
        answer = forward(request)
        time.sleep(0.05)
        with lock:
            alone = running[request.box] == 1
            running[request.box] -= 1
        return answer if alone else Answer(201)
    return run


@fault("B-07", "a GET after the DELETE answered 200")
def deletes_no_drop(request, forward):
    return Answer(204) if request.method == "DELETE" else forward(request)


@changing("B-08", "text/plain")
def calls_octets_text(request, answer):
    if request.method == "GET":
        answer.headers.set("Content-Type", "text/plain")


@fault("B-09.wait", "not with its octets")
def wakes_with_nothing(request, forward):
    answer = forward(request)
    if request.headers.get("Prefer"):
        answer.body = b""
    return answer


@fault("B-12", "a repeated GET answered 404")
def gives_a_drop_once(request, forward):
    answer = forward(request)
    if request.method == "GET" and answer.status == 200:
        forward(request.but(method="DELETE"))
    return answer


@changing("DRR-06", "sets a cookie")
def sets_cookies_on_drops(_request, answer):
    answer.headers.set("Set-Cookie", "visitor=1")


@fault("DRR-07", "lists addresses", make=True)
def lists_its_drops():
    names = []

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 201:
            names.append(request.box)
        if request.method == "GET" and request.path == "/t/":
            answer.body = "\n".join(names).encode()
        return answer
    return run


@changing("REL-07.drop", "other octets")
def damages_a_drop(request, answer):
    if request.method == "GET" and answer.status == 200:
        answer.body = answer.body[:-1] + bytes([answer.body[-1] ^ 1])
