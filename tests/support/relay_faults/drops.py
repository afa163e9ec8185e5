"""Faults of the dropbox (Draft R)."""

import threading
import time

from ..fault_proxy import Answer
from .registry import changing, fault


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


def taken_down(tell, applies=lambda request: True):
    gone = set()

    def run(request, forward):
        answer = forward(request)
        if request.method == "DELETE" and answer.success:
            gone.add(request.box)
        elif answer.status == 404 and request.box in gone and applies(request):
            tell(answer)
        return answer
    return run


@fault("B-07.same", "the header x-deleted", make=True)
def tells_a_deleted_drop_by_a_header():
    return taken_down(lambda answer: answer.headers.set("X-Deleted", "yes"))


@fault("B-07.same", "differ in", make=True)
def tells_a_deleted_drop_to_head():
    return taken_down(lambda answer: answer.headers.set("X-Deleted", "yes"), lambda request: request.method == "HEAD")


@fault("B-06", "gave other octets")
def puts_over_and_says_412(request, forward):
    answer = forward(request)
    if request.method == "PUT" and answer.status == 412:
        forward(request.but(method="DELETE", body=b""))
        forward(request)
    return answer


@fault("B-08.refused", "a PUT that was refused")
def puts_another_type_and_says_415(request, forward):
    answer = forward(request)
    if request.method == "PUT" and answer.status == 415:
        sound = request.but()
        sound.headers.set("Content-Type", "application/octet-stream")
        forward(sound)
    return answer


@fault("B-01.others", "nearly another", make=True)
def knows_addresses_without_case():
    first = {}

    def run(request, forward):
        if request.path.startswith("/t/"):
            box = first.setdefault(request.box.lower(), request.box)
            request = request.but(path="/t/" + box)
        return forward(request)
    return run


@fault("B-12", "answered 404")
def gives_a_drop_away_to_head(request, forward):
    answer = forward(request)
    if request.method == "HEAD" and answer.status == 200:
        forward(request.but(method="DELETE"))
    return answer


@fault("B-12.kept", "answered 404", make=True)
def keeps_twenty_drops():
    names = []

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 201:
            names.append(request.box)
        return Answer(404) if request.method == "GET" and request.box in names[:-20] else answer
    return run


@fault("B-07", "a PUT after the DELETE", make=True)
def gives_the_first_message_of_an_address_for_ever():
    first = {}

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 201:
            first.setdefault(request.box, request.body)
        if request.method == "GET" and answer.status == 200 and request.box in first:
            answer.body = first[request.box]
        return answer
    return run


@changing("REL-07.drop", "other octets")
def cuts_large_drops(request, answer):
    if request.method == "GET" and answer.status == 200:
        answer.body = answer.body[:65000]


@changing("REL-07.drop", "other octets")
def loses_carriage_returns(request, answer):
    if request.method == "GET" and answer.status == 200:
        answer.body = answer.body.replace(b"\r\n", b"\n")


@fault("B-06.again", "a GET after the same PUT again", make=True)
def doubles_a_message_that_comes_again():
    once, again = set(), set()

    def run(request, forward):
        answer = forward(request)
        if request.method == "PUT" and answer.status == 201:
            (again if request.box in once else once).add(request.box)
        if request.method == "GET" and answer.status == 200 and request.box in again:
            answer.body += answer.body
        return answer
    return run
