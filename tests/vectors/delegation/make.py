#!/usr/bin/python3 -B
"""Writes the vectors of delegations and of the lock (docs/lock.md) beside itself, with foreign code: Debian's python3-cbor2 and
python3-cryptography (tests/support/delegation.py).

usage: tests/vectors/delegation/make.py [--check]     --check writes nothing and fails if a file would change

One case a file. Header lines, octets in hex: `of` (chain, answer, list, statement, session), `expect` (the reason of the last
decision, by its name), `lock` (the lock's private key), `owners` (x || y of each), `door` (its name), `time` (seconds and minutes
ahead of UTC, or unknown), and in chains `chain` and `holder` (x || y of the last link's key), so that a wallet can check them too:
it finds the same reason up to `signature`, and after it the lock alone decides. Then what is said at the lock, in order:

    challenge NONCE MESSAGE     the lock is greeted; with this nonce it says MESSAGE
    plain ANSWER REASON         what it decides about an answer (-: no octets)
    sealed ANSWER REASON REPLY  likewise; REPLY is the body of the frame that comes back
    put BODY REASON REPLY       a list is brought, sealed
    get BODY REPLY              a list is asked for, sealed
    time SECONDS OFFSET         the clock is set (or: time unknown)
    wait MILLISECONDS
    door NAME                   a new session, perhaps at another door
"""

import sys
from pathlib import Path

import cbor2

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from support.delegation import (  # noqa: E402
    AAD_LINK, ADD_OWNER, CLAIMS, DEPTH, DOORS, FRESH, HOURS, LABEL, LISTS_ONLY, ORDER, PREV, REMOVE_OWNER, SET_CLOCK, USES, Key,
    Sealing, answer_signature, chain, challenge, cose_key, deny_list, door_id, encode, link, link_id, owner_answer, plain_answer,
    sha256, sign1, thumbprint)

NOW = 1_800_000_000  # Friday 15 January 2027, 08:00 UTC: minute 6240 of the week
LOCK, OTHER_LOCK = Key("lock"), Key("other lock")
OWNER, OTHER_OWNER, ADA, BOB, CLEO, EVE = map(Key, ("owner", "second owner", "ada", "bob", "cleo", "eve"))
DOOR, BACK, SIDE = (door_id(LOCK.xy, name) for name in (b"front", b"back", b"side"))
WINDOW = {"nbf": 1_700_000_000, "exp": 1_900_000_000}
FILES = {}


class Case:
    """One file: the lock, and what is said to it."""

    def __init__(self, name, of, owners=(OWNER,), door=b"front", time=(NOW, 0), **header):
        self.name, self.steps, self.time, self.random = name, [], time, 0
        self.door = door_id(LOCK.xy, door)
        self.header = {"source": "docs/lock.md", "of": of, "expect": None, "lock": LOCK.scalar.to_bytes(32, "big").hex(),
                       "owners": " ".join(owner.xy.hex() for owner in owners), "door": door.decode(), "time": self.clock(time), **header}

    @staticmethod
    def clock(time):
        return "unknown" if time is None else f"{time[0]} {time[1]}"

    def draw(self, what):
        self.random += 1
        return sha256(self.name.encode(), what.encode(), bytes([self.random]))

    def greet(self):
        nonce = self.draw("nonce")[:16]
        self.message = challenge(nonce, LOCK.xy, self.door, self.time and self.time[0])
        self.steps.append(f"challenge {nonce.hex()} {self.message.hex()}")
        return self.message

    def decided(self, reason, line):
        self.header["expect"] = reason
        self.steps.append(line)
        return self

    def plain(self, answer, reason):
        return self.decided(reason, f"plain {answer.hex() or '-'} {reason}")

    def sealed(self, answer, reason, reply=None, sealing=None):
        """`reply`: the lists that the lock tells, or nothing for the short refusal."""
        self.sealing = sealing or Sealing(LOCK.xy, self.message, Key(self.draw("e")))
        body = b"\0" if reply is None else self.sealing.say_reply(reason, reply)
        return self.decided(reason, f"sealed {self.sealing.answer(answer).hex()} {reason} {body.hex()}")

    def put(self, octets, reason):
        return self.decided(reason, f"put {self.sealing.seal_list(octets).hex()} {reason} {self.sealing.say_put(reason).hex()}")

    def get(self, which, octets):
        self.steps.append(f"get {self.sealing.seal_list(which).hex()} {self.sealing.say_list(octets).hex()}")
        return self

    def set_time(self, time):
        self.time = time
        self.steps.append(f"time {self.clock(time)}")
        return self

    def wait(self, milliseconds):
        self.steps.append(f"wait {milliseconds}")
        return self

    def again(self, door):
        self.door = door_id(LOCK.xy, door)
        self.steps.append(f"door {door.decode()}")
        return self

    def write(self):
        lines = [f"{name}: {value}" for name, value in self.header.items()]
        assert self.name not in FILES, self.name
        FILES[self.name] = "\n".join(lines + [""] + self.steps) + "\n"


def of_chain(name, expect, links, holder, raw=None, **options):
    octets = chain(links) if raw is None else raw
    case = Case(name, "chain", chain=octets.hex(), holder=holder.xy.hex() if isinstance(holder, Key) else holder.hex(), **options)
    signer = holder if isinstance(holder, Key) else EVE
    case.plain(plain_answer(signer, octets, case.greet()), expect).write()


def give(*links):
    """owner -> ada -> bob -> cleo …; each link is a dict of claims beside the window."""
    people, out = (OWNER, ADA, BOB, CLEO, EVE), []
    for at, claims in enumerate(links):
        out.append(link(people[at], people[at + 1], out[-1] if out else None, root=at == 0, **{**WINDOW, **claims}))
    return out, people[len(links)]


def good(name, *links, expect="opened", **options):
    octets, holder = give(*links)
    of_chain(name, expect, octets, holder, **options)


ROOT = {"doors": [DOOR], "depth": 3}


def chains_that_open():
    good("root", ROOT)
    good("chain-of-two", ROOT, {})
    good("chain-of-three", ROOT, {"label": "Bob’s phone"}, {})
    good("chain-of-four", ROOT, {}, {}, {})
    eight = [link(OWNER, ADA, root=True, doors=[DOOR], depth=7, **WINDOW)]
    while len(eight) < 8:
        eight.append(link(ADA, ADA, eight[-1], cti=bytes([len(eight)] * 16), **WINDOW))
    of_chain("chain-of-eight", "opened", eight, ADA)
    of_chain("chain-of-nine", "form", eight + [link(ADA, ADA, eight[-1], **WINDOW)], ADA)
    good("root-alone-without-depth", {"doors": [DOOR]})
    doors = sorted([DOOR, BACK, SIDE, door_id(OTHER_LOCK.xy, b"front")])
    good("several-doors", {"doors": doors, "depth": 1}, {"doors": sorted([DOOR, BACK])})
    good("all-rights-narrower", {"doors": doors, "depth": 7, "hours": [[0, 6000], [6200, 10080]], "label": ""},
         {"nbf": NOW - 5, "exp": NOW + 5, "doors": [DOOR], "depth": 2, "uses": 3, "hours": [[6240, 6300]], "label": "x" * 64})
    good("all-rights-repeated", {"doors": [DOOR], "depth": 1, "uses": 65535, "hours": [[6240, 6241]]},
         {"doors": [DOOR], "depth": 0, "uses": 65535, "hours": [[6240, 6241]]})
    good("label-of-four-octet-characters", {**ROOT, "label": "\U0001f511" * 16})
    good("door-name-of-sixteen", {"doors": [door_id(LOCK.xy, b"x" * 16)]}, door=b"x" * 16)
    good("the-whole-of-time", {**ROOT, "nbf": 0, "exp": 2**32 - 1})
    good("two-minutes-early", {**ROOT, "nbf": NOW + 120})
    good("last-second", {**ROOT, "exp": NOW + 1})
    good("local-hour", {**ROOT, "hours": [[6300, 6301]]}, time=(NOW, 60))
    good("local-hour-of-the-day-before", {**ROOT, "hours": [[5880, 5881]]}, time=(NOW, -360))
    good("monday-begins", {**ROOT, "hours": [[0, 1]]}, time=(NOW + 3840 * 60, 0))
    root = link(OWNER, ADA, root=True, **ROOT, **WINDOW)
    high = root[:-32] + (ORDER - int.from_bytes(root[-32:], "big")).to_bytes(32, "big")
    of_chain("signature-with-the-other-s", "opened", [high], ADA)


def rights_wider():
    top = {"doors": sorted([DOOR, BACK]), "depth": 3}
    for name, reason, above, below in (
            ("begins-earlier", "window", {}, {"nbf": WINDOW["nbf"] - 1}), ("ends-later", "window", {}, {"exp": WINDOW["exp"] + 1}),
            ("depth-as-above", "depth", {"depth": 2}, {"depth": 2}), ("depth-seven", "depth", {"depth": 1}, {"depth": 7}),
            ("door-more", "doors", {"doors": [DOOR]}, {"doors": sorted([DOOR, BACK])}),
            ("door-other", "doors", {"doors": [BACK]}, {"doors": [DOOR]}),
            ("hour-earlier", "hours", {"hours": [[6000, 7000]]}, {"hours": [[5999, 7000]]}),
            ("hour-later", "hours", {"hours": [[6000, 7000]]}, {"hours": [[6000, 7001]]}),
            ("hours-over-a-gap", "hours", {"hours": [[0, 100], [200, 10080]]}, {"hours": [[50, 6300]]}),
            ("hours-one-of-two", "hours", {"hours": [[6000, 7000]]}, {"hours": [[10, 20], [6000, 7000]]}),
            ("fresh-longer", "fresh", {"fresh": 24}, {"fresh": 25})):
        good(f"wider-{name}", {**top, **above}, below, expect=reason)
        good(f"wider-{name}-than-two-above", {**top, **above}, {}, {**below, **({"depth": 3} if reason == "depth" else {})}, expect=reason)
    good("wider-uses-more", {"doors": [DOOR], "depth": 3, "uses": 5}, {"uses": 6}, expect="uses")
    good("depth-used-up", {"doors": [DOOR], "depth": 0}, {}, expect="depth")
    good("depth-absent-in-a-root", {"doors": [DOOR]}, {}, expect="depth")
    good("depth-counts-down", {"doors": [DOOR], "depth": 2}, {}, {}, {}, expect="depth")
    good("depth-given-up-below", {"doors": [DOOR], "depth": 7}, {"depth": 0}, {}, expect="depth")
    good("uses-in-a-grandchild", ROOT, {}, {"uses": 1}, expect="uses")
    two = sorted([DOOR, door_id(OTHER_LOCK.xy, b"front")])
    good("uses-of-doors-of-two-locks", {"doors": two, "uses": 3}, expect="uses")
    good("uses-below-doors-of-two-locks", {"doors": two, "depth": 1}, {"uses": 3}, expect="uses")
    good("uses-below-narrowed-to-one-lock", {"doors": two, "depth": 1}, {"doors": [DOOR], "uses": 3})


def at_the_door():
    good("early", {**ROOT, "nbf": NOW + 121}, expect="early")
    good("expired", {**ROOT, "exp": NOW}, expect="expired")
    good("expired-below", ROOT, {"exp": NOW}, expect="expired")
    good("another-door", {**ROOT, "doors": [BACK]}, expect="door")
    good("door-of-another-lock", {**ROOT, "doors": [door_id(OTHER_LOCK.xy, b"front")]}, expect="door")
    good("door-that-begins-alike", {**ROOT, "doors": [door_id(LOCK.xy, b"front2")]}, expect="door")
    good("hour-before", {**ROOT, "hours": [[6241, 6300]]}, expect="hour")
    good("hour-after", {**ROOT, "hours": [[6200, 6240]]}, expect="hour")
    good("hour-in-another-zone", {**ROOT, "hours": [[6240, 6241]]}, time=(NOW, 60), expect="hour")
    good("no-clock", ROOT, time=None, expect="clock")
    good("fresh-without-a-list", {**ROOT, "fresh": 8760}, expect="stale")
    good("owner-unknown", ROOT, owners=(OTHER_OWNER,), expect="owner")
    good("second-owner", ROOT, owners=(OTHER_OWNER, OWNER))
    octets, _ = give(ROOT, {})
    for name, holder in (("holder-above", ADA), ("stranger", EVE), ("owner-with-a-chain", OWNER)):
        case = Case(f"answered-by-{name}", "chain", chain=chain(octets).hex(), holder=BOB.xy.hex())
        case.plain(plain_answer(holder, chain(octets), case.greet()), "answer").write()


def put_together():
    octets, holder = give(ROOT, {}, {})
    other, _ = give({**ROOT, "doors": [BACK]})
    for name, expect, links in (("root-removed", "form", octets[1:]), ("middle-removed", "prev", [octets[0], octets[2]]),
                                ("last-removed", "answer", octets[:2]), ("reversed", "form", octets[::-1]),
                                ("last-two-changed-round", "prev", [octets[0], octets[2], octets[1]]),
                                ("last-twice", "prev", octets + octets[2:]), ("root-twice", "form", octets[:1] + octets),
                                ("root-of-another-door", "prev", other + octets[1:]), ("child-alone", "form", octets[1:2])):
        of_chain(f"links-{name}", expect, links, holder)
    root, middle = octets[:2]
    of_chain("signed-by-a-stranger-in-the-owners-name", "signature",
             [sign1(EVE, cbor2.loads(root)[2], AAD_LINK, protected=encode({1: -7, 4: OWNER.thumbprint}))], ADA)
    of_chain("signed-by-a-stranger-in-his-own", "owner", [link(EVE, ADA, root=True, **ROOT, **WINDOW)], ADA)
    of_chain("child-signed-by-the-owner", "signature", [root, link(OWNER, BOB, root, **WINDOW)], BOB)
    of_chain("grandchild-signed-two-above", "signature", [root, middle, link(ADA, CLEO, middle, **WINDOW)], CLEO)
    of_chain("signed-as-a-deny-list", "signature", [sign1(OWNER, cbor2.loads(root)[2], b"keyferry deny v1", named=True)], ADA)
    of_chain("signed-without-words", "signature", [sign1(OWNER, cbor2.loads(root)[2], b"", named=True)], ADA)
    of_chain("prev-of-the-payload", "prev", [root, link(ADA, BOB, cbor2.loads(root)[2], **WINDOW)], BOB)
    of_chain("signature-of-zeros", "signature", [root[:-64] + bytes(64)], ADA)
    r = root[-64:-32]
    of_chain("signature-with-s-zero", "signature", [root[:-64] + r + bytes(32)], ADA)
    of_chain("signature-with-s-the-order", "signature", [root[:-64] + r + ORDER.to_bytes(32, "big")], ADA)
    bad_point = ADA.xy[:63] + bytes([ADA.xy[63] ^ 1])
    of_chain("holder-off-the-curve", "point", [link(OWNER, bad_point, root=True, **ROOT, **WINDOW)], bad_point)
    of_chain("holder-is-zero", "point", [link(OWNER, bytes(64), root=True, **ROOT, **WINDOW)], bytes(64))
    off = link(OWNER, bad_point, root=True, **ROOT, **WINDOW)
    of_chain("middle-off-the-curve", "point", [off, link(ADA, BOB, off, **WINDOW)], BOB)


def raw_map(items):
    return bytes([0xA0 + len(items)]) + b"".join(key + value for key, value in items)


def claims_of(holder=ADA, **over):
    """The claims of a root in their order, as (encoded label, encoded value)."""
    values = {"exp": WINDOW["exp"], "nbf": WINDOW["nbf"], "cti": bytes(range(16)), "cnf": {1: cose_key(holder.xy)}, "depth": 1,
              "doors": [DOOR], **over}
    order = sorted((CLAIMS[name] for name in values), key=encode)
    named = {CLAIMS[name]: value for name, value in values.items()}
    return [(encode(label), named[label] if isinstance(named[label], bytes) and label not in (7, PREV) else encode(named[label]))
            for label in order]


def form():
    def root(name, raw, expect="form", holder=ADA):
        of_chain(f"form-{name}", expect, [link(OWNER, holder, root=True, raw=raw)], holder)

    plain = claims_of()
    root("as-it-should-be", raw_map(plain), "opened")
    for name, at in (("exp", 0), ("nbf", 1), ("cti", 2), ("cnf", 3), ("doors", 5)):
        root(f"without-{name}", raw_map(plain[:at] + plain[at + 1:]))
    root("claims-out-of-order", raw_map([plain[1], plain[0]] + plain[2:]))
    root("claim-twice", raw_map(plain[:1] + plain))
    root("claim-unknown", raw_map(plain + [(encode(-65544), encode(1))]))
    root("claim-between", raw_map(plain[:2] + [(encode(6), encode(1))] + plain[2:]))
    root("claim-text", raw_map(plain + [(encode("x"), encode(1))]))
    root("claim-label-in-nine-octets", raw_map([(bytes.fromhex("1b0000000000000004"), plain[0][1])] + plain[1:]))
    root("claim-label-in-two-octets", raw_map([(bytes.fromhex("1804"), plain[0][1])] + plain[1:]))
    root("map-says-one-more", bytes([0xA0 + len(plain) + 1]) + raw_map(plain)[1:])
    root("map-says-one-less", bytes([0xA0 + len(plain) - 1]) + raw_map(plain)[1:])
    root("map-size-in-two-octets", bytes([0xB8, len(plain)]) + raw_map(plain)[1:])
    root("map-indefinite", b"\xbf" + raw_map(plain)[1:] + b"\xff")
    root("map-with-octet-behind", raw_map(plain) + b"\0")
    root("not-a-map", encode([1]))
    root("empty-payload", b"")
    root("prev-in-a-root", raw_map(claims_of(prev=bytes(32))))
    for name, over in (
            ("exp-in-nine-octets", {"exp": bytes.fromhex("1b000000007140a280")}), ("exp-2-to-32", {"exp": 2**32}),
            ("exp-negative", {"exp": -1}), ("exp-float", {"exp": 1.9e9}), ("exp-tagged", {"exp": b"\xc1" + encode(WINDOW["exp"])}),
            ("exp-null", {"exp": None}), ("exp-as-nbf", {"exp": WINDOW["nbf"]}), ("exp-before-nbf", {"exp": 5}),
            ("nbf-in-five-octets", {"nbf": bytes.fromhex("1a00000017")}), ("nbf-indefinite", {"nbf": b"\x1f"}),
            ("nbf-reserved", {"nbf": b"\x1c"}), ("depth-eight", {"depth": 8}), ("depth-in-two-octets", {"depth": b"\x18\x01"}),
            ("uses-zero", {"uses": 0}), ("uses-65536", {"uses": 65536}), ("fresh-zero", {"fresh": 0}), ("fresh-8761", {"fresh": 8761}),
            ("cnf-empty", {"cnf": {}}), ("cnf-kid", {"cnf": {3: b"x"}}), ("cnf-more", {"cnf": {1: cose_key(ADA.xy), 2: 1}}),
            ("doors-empty", {"doors": []}), ("doors-twice", {"doors": [DOOR, DOOR]}), ("doors-out-of-order", {"doors": sorted([DOOR, BACK])[::-1]}),
            ("doors-nine", {"doors": [door_id(LOCK.xy, bytes([98 + n])) for n in range(8)] + [DOOR]}),
            ("door-without-name", {"doors": [DOOR[:16]]}), ("door-name-of-seventeen", {"doors": [DOOR[:16] + b"x" * 17]}),
            ("door-text", {"doors": ["x" * 20]}), ("doors-not-a-list", {"doors": encode(DOOR)}),
            ("doors-shorter-after-longer", {"doors": [DOOR + b"x", DOOR]}),
            ("doors-indefinite", {"doors": b"\x9f" + encode(DOOR) + b"\xff"}), ("door-indefinite", {"doors": b"\x81\x5f" + encode(DOOR) + b"\xff"}),
            ("hours-empty", {"hours": []}), ("hours-sixteen", {"hours": [[n * 10, n * 10 + 5] for n in range(16)]}),
            ("hour-empty", {"hours": [[5, 5]]}), ("hour-backwards", {"hours": [[6, 5]]}), ("hour-beyond-the-week", {"hours": [[0, 10081]]}),
            ("hours-touch", {"hours": [[0, 10], [10, 20]]}), ("hours-overlap", {"hours": [[0, 10], [9, 20]]}),
            ("hours-out-of-order", {"hours": [[20, 30], [0, 10]]}), ("hour-of-three", {"hours": [[0, 10, 20]]}),
            ("hour-flat", {"hours": [0, 10]}), ("hour-negative", {"hours": [[-1, 10]]}),
            ("label-65", {"label": "x" * 65}), ("label-octets", {"label": encode(b"x")}), ("label-line-end", {"label": "a\nb"}),
            ("label-delete", {"label": "\x7f"}), ("label-c1", {"label": "\x85"}), ("label-cut-utf-8", {"label": b"\x61\xc3"}),
            ("label-overlong", {"label": b"\x62\xc0\xaf"}), ("label-surrogate", {"label": b"\x63\xed\xa0\x80"}),
            ("label-beyond-unicode", {"label": b"\x64\xf4\x90\x80\x80"}), ("label-indefinite", {"label": b"\x7f\x61x\xff"})):
        root(name, raw_map(claims_of(**over)))
    for size in (0, 15, 17):
        items = claims_of()
        items[2] = (items[2][0], encode(bytes(size)))
        root(f"cti-of-{size}", raw_map(items))
    key = encode(cose_key(ADA.xy))
    for name, bad in (("key-with-kid", encode({**cose_key(ADA.xy), 2: b"x"})), ("key-with-alg", encode({**cose_key(ADA.xy), 3: -7})),
                      ("key-p-384", key.replace(b"\x20\x01", b"\x20\x02", 1)), ("key-okp", key.replace(b"\x01\x02", b"\x01\x01", 1)),
                      ("key-compressed", encode({1: 2, -1: 1, -2: ADA.xy[:32], -3: True})), ("key-without-y", encode({1: 2, -1: 1, -2: ADA.xy[:32]})),
                      ("key-x-of-31", encode({1: 2, -1: 1, -2: ADA.xy[:31], -3: ADA.xy[32:]})),
                      ("key-y-before-x", b"\xa4\x01\x02\x20\x01\x22\x58\x20" + ADA.xy[32:] + b"\x21\x58\x20" + ADA.xy[:32])):
        items = claims_of()
        items[3] = (items[3][0], b"\xa1\x01" + bad)
        root(name, raw_map(items))
    child_forms(give(ROOT)[0][0])
    envelopes(raw_map(plain))


def child_forms(top):
    for name, options in (("without-prev", {"above": None}), ("named", {"protected": encode({1: -7, 4: ADA.thumbprint})})):
        above = options.pop("above", top)
        of_chain(f"form-child-{name}", "form", [top, link(ADA, BOB, above, **WINDOW, **options)], BOB)
    payload = {4: WINDOW["exp"], 5: WINDOW["nbf"], 7: bytes(16), 8: {1: cose_key(BOB.xy)}, PREV: sha256(top)[:31]}
    of_chain("form-child-prev-of-31", "form", [top, sign1(ADA, encode(payload), AAD_LINK)], BOB)
    of_chain("form-root-without-a-name", "form", [sign1(OWNER, cbor2.loads(top)[2], AAD_LINK)], ADA)


def envelopes(payload):
    good_root = link(OWNER, ADA, root=True, raw=payload)
    protected, _, _, signature = cbor2.loads(good_root)
    named = {1: -7, 4: OWNER.thumbprint}

    def envelope(name, octets, expect="form"):
        of_chain(f"envelope-{name}", expect, [octets], ADA)

    for name, header in (("alg-missing", {4: OWNER.thumbprint}), ("alg-eddsa", {**named, 1: -8}), ("kid-of-31", {1: -7, 4: OWNER.thumbprint[:31]}),
                         ("kid-text", {1: -7, 4: "x" * 32}), ("header-more", {**named, 16: "x"}), ("crit", {**named, 2: [4]})):
        envelope(name, sign1(OWNER, payload, AAD_LINK, protected=encode(header)))
    envelope("header-empty", sign1(OWNER, payload, AAD_LINK, protected=b""))
    envelope("header-out-of-order", sign1(OWNER, payload, AAD_LINK, protected=b"\xa2\x04\x58\x20" + OWNER.thumbprint + b"\x01\x26"))
    envelope("header-as-map", encode([named, {}, payload, signature]))
    envelope("unprotected", encode([protected, {4: b"x"}, payload, signature]))
    envelope("unprotected-null", encode([protected, None, payload, signature]))
    envelope("tagged", b"\xd2" + good_root)
    envelope("payload-detached", encode([protected, {}, None, signature]))
    envelope("payload-text", encode([protected, {}, "x", signature]))
    envelope("signature-of-63", encode([protected, {}, payload, signature[:63]]))
    envelope("signature-of-65", encode([protected, {}, payload, signature + b"\0"]))
    envelope("of-three", encode([protected, {}, payload]))
    envelope("of-five", encode([protected, {}, payload, signature, 0]))
    envelope("indefinite", b"\x9f" + good_root[1:] + b"\xff")
    envelope("octet-behind", good_root + b"\0")
    envelope("length-in-three-octets", b"\x84\x59\x00" + good_root[2:3] + good_root[3:])
    envelope("empty", b"")
    for name, raw in (("link-not-octets", b"\x81" + good_root), ("link-text", encode(["x"])), ("not-a-list", encode(good_root)),
                      ("indefinite", b"\x9f" + encode(good_root) + b"\xff"), ("size-in-two-octets", b"\x98\x01" + encode(good_root)),
                      ("null", b"\xf6")):
        of_chain(f"chain-{name}", "form", None, ADA, raw=raw)
    of_chain("chain-empty", "form", [], ADA)


def answers():
    octets, holder = give(ROOT, {})
    whole = chain(octets)

    def answer(name, expect, make, **options):
        case = Case(f"answer-{name}", "answer", **options)
        case.plain(make(case.greet()), expect).write()

    answer("of-the-owner", "opened", lambda m: owner_answer(OWNER, m))
    answer("of-the-owner-without-a-clock", "opened", lambda m: owner_answer(OWNER, m), time=None)
    answer("of-a-stranger-as-owner", "owner", lambda m: owner_answer(EVE, m))
    answer("of-the-owner-without-a-name", "form", lambda m: b"\x82\x80" + answer_signature(OWNER, b"\x80", m))
    answer("of-the-owner-with-the-chain", "form", lambda m: b"\x82" + whole + answer_signature(OWNER, whole, m, named=True))
    answer("named-by-the-holder", "form", lambda m: b"\x82" + whole + answer_signature(holder, whole, m, named=True))
    answer("with-its-payload", "form", lambda m: b"\x82" + whole + sign1(holder, m, b"keyferry open v1" + sha256(whole)))
    answer("over-another-chain", "answer", lambda m: b"\x82" + whole + answer_signature(holder, chain(octets[:1]), m))
    answer("over-another-message", "answer", lambda m: plain_answer(holder, whole, m[:3] + bytes([m[3] ^ 1]) + m[4:]))
    answer("as-a-delegation", "answer", lambda m: b"\x82" + whole + sign1(holder, m, AAD_LINK, detached=True))
    answer("of-three", "form", lambda m: b"\x83" + plain_answer(holder, whole, m)[1:] + b"\0")
    answer("with-octet-behind", "form", lambda m: plain_answer(holder, whole, m) + b"\0")
    answer("empty", "form", lambda m: b"")

    case = Case("answer-twice", "answer")
    said = plain_answer(holder, whole, case.greet())
    case.plain(said, "opened").plain(said, "nonce").write()
    case = Case("answer-to-an-older-nonce", "answer")
    said = plain_answer(holder, whole, case.greet())
    case.greet()
    case.plain(said, "answer").write()
    case = Case("answer-at-another-door", "answer")
    said = plain_answer(holder, whole, case.greet())
    case.again(b"back").greet()
    case.plain(said, "door").write()
    for name, wait, expect in (("in-time", 10_000, "opened"), ("late", 10_001, "late")):
        case = Case(f"answer-{name}", "answer")
        case.greet()
        case.wait(wait).plain(plain_answer(holder, whole, case.message), expect).write()
    case = Case("answer-to-another-lock", "answer")
    nonce = bytes.fromhex(case.greet().hex()[4:36])
    case.plain(plain_answer(holder, whole, challenge(nonce, OTHER_LOCK.xy, door_id(OTHER_LOCK.xy, b"front"), NOW)), "answer").write()
    sealed_answers(whole, holder, octets)


def sealed_answers(whole, holder, octets):
    root_id = link_id(OWNER, octets[0])
    none = [[OWNER.thumbprint, 0], [ADA.thumbprint, 0, root_id]]
    case = Case("sealed", "session")
    case.greet()
    case.sealed(plain_answer(holder, whole, case.message), "opened", none).write()
    case = Case("sealed-by-the-owner", "session", owners=(OWNER, OTHER_OWNER))
    case.greet()
    case.sealed(owner_answer(OWNER, case.message), "opened", [[OWNER.thumbprint, 0], [OTHER_OWNER.thumbprint, 0]]).write()
    case = Case("sealed-and-refused", "session")
    expired, who = give({**ROOT, "exp": NOW})
    case.greet()
    case.sealed(plain_answer(who, chain(expired), case.message), "expired",
                [[OWNER.thumbprint, 0], [ADA.thumbprint, 0, link_id(OWNER, expired[0])]]).write()
    case = Case("sealed-by-a-stranger", "session")
    case.greet()
    case.sealed(plain_answer(EVE, whole, case.message), "answer").write()
    case = Case("sealed-to-another-lock", "session")
    case.greet()
    case.sealed(plain_answer(holder, whole, case.message), "sealed", sealing=Sealing(OTHER_LOCK.xy, case.message, Key("e"))).write()
    case = Case("sealed-for-another-message", "session")
    case.greet()
    older = Sealing(LOCK.xy, case.message, Key("e"))
    case.greet()
    case.sealed(plain_answer(holder, whole, case.message), "sealed", sealing=older).write()
    case = Case("sealed-with-a-bit-changed", "session")
    case.greet()
    seals = Sealing(LOCK.xy, case.message, Key("e"))
    good_answer = seals.answer(plain_answer(holder, whole, case.message))
    case.decided("sealed", f"sealed {(good_answer[:-1] + bytes([good_answer[-1] ^ 1])).hex()} sealed 00").write()


def statements():
    def statement(name, expect, op, value, who=OWNER, owners=(OWNER, OTHER_OWNER)):
        case = Case(f"statement-{name}", "statement", owners=owners)
        case.plain(owner_answer(who, case.greet(), (op, value)), expect)
        return case

    case = statement("add-owner", "done", ADD_OWNER, cose_key(ADA.xy))
    case.plain(owner_answer(ADA, case.greet()), "opened").write()
    case = statement("remove-owner", "done", REMOVE_OWNER, OTHER_OWNER.thumbprint)
    case.plain(owner_answer(OTHER_OWNER, case.greet()), "owner").write()
    statement("remove-the-last-owner", "last", REMOVE_OWNER, OWNER.thumbprint, owners=(OWNER,)).write()
    statement("remove-nobody", "owner", REMOVE_OWNER, EVE.thumbprint).write()
    statement("set-clock", "done", SET_CLOCK, NOW + 5).write()
    statement("lists-only", "done", LISTS_ONLY, None).write()
    statement("by-a-stranger", "owner", ADD_OWNER, cose_key(EVE.xy), who=EVE).write()
    statement("of-an-unknown-kind", "form", 5, None).write()
    statement("of-kind-0", "form", 0, None).write()
    statement("add-a-thumbprint", "form", ADD_OWNER, ADA.thumbprint).write()
    statement("set-clock-to-null", "form", SET_CLOCK, None).write()
    statement("add-what-is-no-point", "point", ADD_OWNER, cose_key(bytes(64))).write()
    statement("nine-owners", "full", ADD_OWNER, cose_key(ADA.xy), owners=(OWNER, *(Key(f"owner {n}") for n in range(7)))).write()
    case = Case("statement-of-another-nonce", "statement")
    said = owner_answer(OWNER, case.greet(), (ADD_OWNER, cose_key(ADA.xy)))
    case.greet()
    case.plain(said, "form").write()


def lists():
    octets, holder = give(ROOT, {})
    whole, root_id, child_id = chain(octets), link_id(OWNER, octets[0]), link_id(ADA, octets[1])

    def as_owner(name, **options):
        case = Case(name, "list", **options)
        case.greet()
        owners = options.get("owners", (OWNER,))
        case.sealed(owner_answer(OWNER, case.message, (LISTS_ONLY, None)), "done", [[owner.thumbprint, 0] for owner in owners])
        return case

    def as_holder(name, links, who, **options):
        case = Case(name, "list", **options)
        case.greet()
        case.sealed(plain_answer(who, chain(links), case.message), "opened",
                    [[OWNER.thumbprint, 0], [ADA.thumbprint, 0, link_id(OWNER, links[0])]])
        return case

    def then(case, links, who, expect):
        case.again(b"front").plain(plain_answer(who, chain(links), case.greet()), expect).write()

    then(as_owner("list-of-the-owner").put(deny_list(OWNER, 1, NOW, [root_id]), "done"), octets, holder, "denied")
    then(as_owner("list-since").put(deny_list(OWNER, 1, NOW, [], since=WINDOW["nbf"] + 1), "done"), octets, holder, "denied")
    then(as_owner("list-since-its-beginning").put(deny_list(OWNER, 1, NOW, [], since=WINDOW["nbf"]), "done"), octets, holder, "opened")
    then(as_owner("list-of-what-another-signed", owners=(OWNER, OTHER_OWNER))
         .put(deny_list(OTHER_OWNER, 1, NOW, [root_id, child_id], since=2**32 - 1), "done"), octets, holder, "opened")
    then(as_owner("list-of-an-owner-denies-a-childs-id").put(deny_list(OWNER, 1, NOW, [child_id]), "done"), octets, holder, "opened")
    then(as_holder("list-of-the-roots-holder", octets[:1], ADA).put(deny_list(ADA, 1, NOW, [child_id], root=root_id), "done"),
         octets, holder, "denied")
    then(as_holder("list-carried-by-whom-it-denies", octets, holder).put(deny_list(ADA, 1, NOW, [child_id], root=root_id), "done"),
         octets, holder, "denied")
    first, same = deny_list(OWNER, 5, NOW, [root_id]), deny_list(OWNER, 5, NOW, [])
    case = as_owner("list-numbers").put(first, "done").put(first, "done").put(deny_list(OWNER, 4, NOW + 1, []), "old").put(same, "forked")
    then(case.put(deny_list(OWNER, 2**64 - 1, NOW, []), "done"), octets, holder, "opened")
    as_owner("list-given-back").put(first, "done").get(OWNER.thumbprint, first).get(ADA.thumbprint, b"").write()
    fresh, who = give({**ROOT, "fresh": 24})
    for name, age, expect in (("fresh", 86400, "opened"), ("stale", 86401, "stale")):
        then(as_owner(f"list-{name}").put(deny_list(OWNER, 1, NOW - age, []), "done"), fresh, who, expect)
    case = as_owner("list-never-sets-the-clock", time=None).put(deny_list(OWNER, 1, NOW, []), "done")
    then(case, octets, holder, "clock")
    case = as_owner("list-says-that-it-is-later", time=None).put(deny_list(OWNER, 1, NOW, []), "done").set_time((NOW - 121, 0))
    case.again(b"front")
    nonce = case.draw("nonce")[:16]
    case.message = challenge(nonce, LOCK.xy, case.door, None)
    case.steps.append(f"challenge {nonce.hex()} {case.message.hex()}")
    case.plain(plain_answer(holder, whole, case.message), "clock").write()
    for name, expect, octets_of in (
            ("of-a-stranger", "signer", deny_list(EVE, 1, NOW, [])), ("ahead", "ahead", deny_list(OWNER, 1, NOW + 121, [])),
            ("number-zero", "form", deny_list(OWNER, 0, NOW, [])), ("of-a-root-by-its-owner", "signer", deny_list(OWNER, 1, NOW, [], root=root_id)),
            ("ids-out-of-order", "form", sign1(OWNER, encode([1, NOW, 0, sorted([root_id, child_id])[::-1]]), b"keyferry deny v1", named=True)),
            ("id-twice", "form", sign1(OWNER, encode([1, NOW, 0, [root_id, root_id]]), b"keyferry deny v1", named=True)),
            ("id-of-fifteen", "form", sign1(OWNER, encode([1, NOW, 0, [root_id[:15]]]), b"keyferry deny v1", named=True)),
            ("without-a-name", "form", sign1(OWNER, encode([1, NOW, 0, []]), b"keyferry deny v1")),
            ("as-a-delegation", "signature", sign1(OWNER, encode([1, NOW, 0, []]), AAD_LINK, named=True)),
            ("of-six", "form", sign1(OWNER, encode([1, NOW, 0, [], root_id, 0]), b"keyferry deny v1", named=True)),
            ("number-in-nine-octets", "form",
             sign1(OWNER, b"\x84\x1b" + (1).to_bytes(8, "big") + encode([NOW, 0, []])[1:], b"keyferry deny v1", named=True)),
            ("empty", "form", b"")):
        as_owner(f"list-{name}").put(octets_of, expect).write()
    as_holder("list-of-a-root-with-since", octets[:1], ADA).put(
        sign1(ADA, encode([1, NOW, 5, [], root_id]), b"keyferry deny v1", named=True), "form").write()
    as_holder("list-of-another-root", octets[:1], ADA).put(deny_list(ADA, 1, NOW, [], root=bytes(16)), "signer").write()
    as_holder("list-of-a-root-too-long", octets[:1], ADA).put(
        deny_list(ADA, 1, NOW, [sha256(bytes([n]))[:16] for n in range(30)], root=root_id), "form").write()
    as_holder("list-of-a-holder-further-down", octets, holder).put(deny_list(BOB, 1, NOW, [], root=root_id), "signer").write()


def uses():
    counted, holder = give({**ROOT, "uses": 2}, {"uses": 1})
    case = Case("uses", "session")
    for links, who, expect in ((counted, holder, "opened"), (counted, holder, "used"), (counted[:1], ADA, "opened"), (counted[:1], ADA, "used"),
                               (counted, holder, "used")):
        case.plain(plain_answer(who, chain(links), case.greet()), expect)
    case.write()


def main():
    assert [DEPTH, DOORS, USES, HOURS, FRESH, LABEL] == list(range(-65538, -65544, -1))
    for make in (chains_that_open, rights_wider, at_the_door, put_together, form, answers, statements, lists, uses):
        make()
    there = {path.stem: path.read_text("utf-8") for path in HERE.glob("*.txt")}
    if "--check" in sys.argv:
        stale = sorted(name for name in there.keys() | FILES.keys() if there.get(name) != FILES.get(name))
        if stale:
            sys.exit(f"make.py: would write others: {', '.join(stale)}")
        return
    for name in there.keys() - FILES.keys():
        (HERE / f"{name}.txt").unlink()
    for name, text in FILES.items():
        (HERE / f"{name}.txt").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
