"""What the faulty relays are made with. A fault is registered by one of the decorators under its function's name.

FAULTS is {name: (check, words of what it sees, fault)}, DROPBOX_FAULTS the same for /t/; how a fault works: ../fault_proxy.py. Faults that
remember something are made by a function that is called once.
"""

import datetime
import json
import uuid

from ..fault_proxy import Answer

FAULTS, DROPBOX_FAULTS = {}, {}


def fault(check, seen, make=False):
    """Adds a fault; with `make` the function makes it."""
    def add(function):
        table_of(check)[function.__name__] = (check, seen, function() if make else function)
        return function
    return add


def table_of(check):
    return DROPBOX_FAULTS if check.startswith(("B-", "DRR-")) or check.endswith(".drop") else FAULTS


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


def is_page(request):
    return request.method in ("GET", "HEAD")


def reader_of(request, creators):
    """Whether the caller is the one who reads there and did not make the mailbox."""
    return bool(request.claim) and request.claim == creators.reader.get(request.box)


def no_repeat(request, **changes):
    """The same request as one that was not made before."""
    return request.but(request_id=fresh(), **changes)
