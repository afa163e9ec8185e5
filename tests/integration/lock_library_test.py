"""The library for locks against foreign code: chains made by python3-cbor2 and python3-cryptography, checked by it, by npm
@auth0/cose and by a small model that shares nothing with it; and the example for makers, driven through its pipes."""

import json
import math
import os
import random
import subprocess
from collections import Counter, defaultdict
from typing import NamedTuple

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from support import BIN, ROOT, run
from support.delegation import (AAD_LINK, AAD_OPEN, HELLO, PLAIN, REPLY, RESULT, SEALED, Key, Sealing, chain, challenge, deny_list, door_id, frame,
                                link, link_id, owner_answer, pieces, plain_answer, sha256, to_sign, verify, xy_of)
from support.mailbox import base64url
from support.npm import node

VECTORS = ROOT / "tests" / "vectors" / "delegation"
PEER, EXAMPLE = BIN.parent / "tests" / "lock_peer", BIN.parent / "tests" / "lock_example"
NOW = 1_800_000_000


def read_vector(path):
    head, body = path.read_text("utf-8").split("\n\n", 1)
    return dict(line.split(": ", 1) for line in head.splitlines()), body.splitlines()


def test_the_vectors_are_what_the_generator_writes():
    run(["/usr/bin/python3", "-B", VECTORS / "make.py", "--check"])


def test_the_worked_chain_of_the_document_is_a_vector():
    example = (ROOT / "docs" / "lock.md").read_text("utf-8").split("Example (chain)")[1].split("```")[1]
    octets = bytes.fromhex("".join(line.split("  ")[0] for line in example.splitlines()))
    header, _ = read_vector(VECTORS / "chain-of-two.txt")
    assert octets == bytes.fromhex(header["chain"]) and header["expect"] == "opened"
    root, child = cbor2.loads(octets)
    assert cbor2.loads(cbor2.loads(child)[2])[-65537] == sha256(root)


def links_to_verify():
    """(COSE_Sign1, key that should have signed, aad, detached payload or nothing, does it verify) of the vectors."""
    for path in sorted(VECTORS.glob("*.txt")):
        header, steps = read_vector(path)
        if header["of"] != "chain" or header["expect"] not in ("opened", "signature", "answer", "expired", "depth"):
            continue
        keys, octets = [bytes.fromhex(header["owners"].split()[-1])], bytes.fromhex(header["chain"])
        links = cbor2.loads(octets)
        for at, one in enumerate(links):
            bad = header["expect"] == "signature" and at == len(links) - 1
            yield one, keys[-1], AAD_LINK, None, not bad
            keys.append(xy_of(cbor2.loads(cbor2.loads(one)[2])[8][1]))
        if header["expect"] == "opened":
            message, answer = bytes.fromhex(steps[0].split()[2]), bytes.fromhex(steps[1].split()[1])
            yield cbor2.dumps(cbor2.loads(answer)[1]), keys[-1], AAD_OPEN + sha256(octets), message, True


def test_two_foreign_libraries_verify_the_links_of_the_vectors():
    cases = list(links_to_verify())
    asked = []
    for cose, key, aad, payload, good in cases:
        protected, _, inside, signature = cbor2.loads(cose)
        assert verify(key, to_sign(protected, aad, payload or inside), signature) is good, cose.hex()
        asked.append({"cose": base64url(cose), "x": base64url(key[:32]), "y": base64url(key[32:]), "aad": base64url(aad)})
        if payload is not None:
            asked[-1]["payload"] = base64url(payload)
    told = json.loads(node("cose.mjs", input=json.dumps(asked)).out)
    assert [answer == "good" for answer in told] == [good for *_, good in cases], told
    assert len(cases) > 100 and sum(not good for *_, good in cases) > 5


class QuickKey(Key):
    """Signs as OpenSSL does, with a nonce that is drawn: ten times as fast."""

    def sign(self, message):
        return b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256()))))


LOCK, OWNER = QuickKey("lock"), QuickKey("owner")
OWNERS, PEOPLE = [OWNER, QuickKey("second owner")], [QuickKey(f"person {n}") for n in range(3)]
DOORS = {letter: door_id(LOCK.xy, letter.encode()) for letter in "abc"}
ELSEWHERE = door_id(Key("another lock").xy, b"a")
MINUTE = (NOW // 60 + 3 * 1440) % 10080  # of the week: 1970 began on a Thursday


class Link(NamedTuple):
    signer: Key
    holder: Key
    stated: dict
    octets: bytes
    id: bytes


class List(NamedTuple):
    signer: Key | None = None
    number: int = 0
    issued: float = -math.inf
    since: int = 0
    ids: tuple = ()
    root: bytes | None = None


def minutes(hours):
    """A bit for each minute of the week."""
    return sum((1 << end) - (1 << begin) for begin, end in hours)


UNBOUNDED = {"nbf": 0, "exp": 2**32, "depth": 8, "doors": {*DOORS.values(), ELSEWHERE}, "hours": [[0, 10080]], "uses": math.inf, "fresh": math.inf}


def is_inside(new, old):
    return (old["nbf"] <= new["nbf"] < new["exp"] <= old["exp"] and 0 <= new["depth"] < old["depth"] and set(new["doors"]) <= set(old["doors"]) and
            minutes(new["hours"]) & ~minutes(old["hours"]) == 0 and new["uses"] <= old["uses"] and new["fresh"] <= old["fresh"])


class Model:
    """What docs/lock.md says of rights, counts and denials, with sets. It says whether, not why not."""

    def __init__(self):
        self.used, self.lists = Counter(), defaultdict(List)

    def rights(self, chain):
        """What the last link may; nothing if a link is wider than the one above."""
        rights = UNBOUNDED
        for at, link in enumerate(chain):
            above, rights = rights, {**rights, "depth": rights["depth"] - 1 if at else 0, **link.stated}
            may_count = at < 2 and len({door[:16] for door in rights["doors"]}) == 1
            if not is_inside(rights, above) or "uses" in link.stated and not may_count:
                return None
        return rights

    def denies(self, chain):
        root = chain[0]
        return (root.stated["nbf"] < self.lists[root.signer, None].since or any(link.id in self.lists[link.signer, None].ids for link in chain) or
                any(link.id in self.lists[link.signer, root.id].ids for link in chain[1:]))

    def opens(self, chain, door):
        rights, counted = self.rights(chain), [link for link in chain if "uses" in link.stated]
        opens = (rights is not None and rights["nbf"] - 120 <= NOW < rights["exp"] and door in rights["doors"] and minutes(rights["hours"]) >> MINUTE & 1 and
                 NOW - 3600 * rights["fresh"] <= self.lists[chain[0].signer, None].issued and not self.denies(chain) and
                 all(self.used[link.id] < link.stated["uses"] for link in counted))
        self.used.update(link.id for link in counted if opens)
        return bool(opens)

    def keeps(self, new, chain):
        """Whether a list counts that was brought with this chain."""
        root = chain[0]
        may = new.signer in OWNERS if new.root is None else (new.root == root.id and new.signer == root.holder and NOW < root.stated["exp"] and
                                                             not self.denies([root]))
        keeps = self.rights(chain) is not None and may and new.issued <= NOW + 120 and new.number > self.lists[new.signer, new.root].number
        if keeps:
            self.lists[new.signer, new.root] = new
        return keeps


def random_rights(rng, is_root):
    """Drawn so that a third of the children are wider somewhere."""
    stated = {"nbf": NOW + rng.choice([-10] * 9 + [-20, 110, 150]), "exp": NOW + rng.choice([200] * 12 + [190, 210, -1]),
              "depth": rng.choice([7, 6, 5, 4] * 2 + [0, None] if is_root else [7, 5, 2, 0] + [None] * 8)}
    if is_root or rng.random() < 0.3:
        stated["doors"] = sorted(rng.sample([*DOORS.values()], rng.choice([1, 2, 2, 3])) + [ELSEWHERE] * (rng.random() < 0.1))
    if rng.random() < 0.3:
        stated["hours"] = rng.choice([[[6200, 6300]], [[6000, 10080]], [[0, 10], [6240, 6241]], [[0, 10080]], [[6239, 6240]]])
    if rng.random() < 0.2:
        stated["uses"] = rng.choice([1, 2, 3])
    if rng.random() < 0.2:
        stated["fresh"] = rng.choice([1, 1, 2, 24])
    return {name: value for name, value in stated.items() if value is not None}


def grow(rng):
    """A random tree as its chains. A few links further down are held by an owner, who then signs below a friend."""
    tree = []
    for _ in range(rng.choice([4, 5, 6, 7])):
        above = rng.choice(tree) if tree and rng.random() < 0.8 else []
        if len(above) == 6:
            above = []
        signer, holder = above[-1].holder if above else rng.choice(OWNERS + [OWNER] * 3), rng.choice(PEOPLE + OWNERS)
        stated, cti = random_rights(rng, not above), rng.randbytes(16)
        octets = link(signer, holder, above[-1].octets if above else None, root=not above, cti=cti, **stated)
        tree.append([*above, Link(signer, holder, stated, octets, link_id(signer, octets))])
    return tree


def random_list(rng, tree, chain):
    """Half of them of an owner; of those of a root's holder some are of another root or of another person. It names anybody's links."""
    ids = [chain[-1].id for chain in tree]
    root = None if rng.random() < 0.4 else rng.choice([chain, chain, rng.choice(tree)])[0]
    signer = rng.choice(OWNERS + [OWNER] * 2 + PEOPLE[:1] if root is None else [root.holder] * 4 + PEOPLE)
    return List(signer, rng.randrange(1, 2**48), NOW + rng.choice([0, 0, 120, 121, -3600, -3601, -7200, -86401]),
                0 if root else rng.choice([0] * 4 + [NOW - 15, NOW - 10, NOW - 9]), tuple(sorted(rng.sample(ids, rng.choice([0, 1, 2, 3])))),
                root and root.id)


def play(rng, tree):
    """(line for the peer, its answer if known, what is asked: nothing, or (chain, door) or (chain, list)) of a random tree's day."""
    yield f"lock {LOCK.scalar:064x}", None, None
    for owner in OWNERS:
        yield f"owner {owner.xy.hex()}", None, None
    yield f"time {NOW} 0", None, None
    for chain_of in rng.choices(tree, k=7):
        letter = rng.choice([*"abc"] + [one for one in DOORS if DOORS[one] in chain_of[0].stated["doors"]] * 3)
        nonce, links = rng.randbytes(16), chain([one.octets for one in chain_of])
        message = challenge(nonce, LOCK.xy, DOORS[letter], NOW)
        yield f"door {letter}", None, None
        yield f"hello {nonce.hex()}", message.hex(), None
        answer, told = plain_answer(chain_of[-1].holder, links, message), (chain_of, DOORS[letter])
        if rng.random() < 0.5:
            yield f"plain {answer.hex()}", None, told
            continue
        sealing, brought = Sealing(LOCK.xy, message), random_list(rng, tree, chain_of)
        yield f"sealed {sealing.answer(answer).hex()}", None, told
        octets = deny_list(brought.signer, brought.number, brought.issued, brought.ids, brought.since, brought.root)
        yield f"put {sealing.seal_list(octets).hex()}", None, (chain_of, brought)


def test_a_thousand_random_trees_open_as_the_model_says():
    seed = int(os.environ.get("KEYFERRY_SEED", "20261130"))
    rng, told = random.Random(seed), Counter()
    days = [list(play(rng, grow(rng))) for _ in range(1000)]
    out = iter(run([PEER], input="".join(f"{line}\n" for day in days for line, _, _ in day)).out.splitlines())
    for number, day in enumerate(days):
        model = Model()
        for line, answer, asked in day:
            if answer:
                assert next(out) == answer
            if asked:
                chain_of, what = asked
                reason, is_list = next(out).split(" ")[0], isinstance(what, List)
                good = model.keeps(what, chain_of) if is_list else model.opens(chain_of, what)
                assert (reason == ("done" if is_list else "opened")) == good, (seed, number, reason, [one.stated for one in chain_of], what)
                told["list" if is_list else "door", reason] += 1
    assert next(out, None) is None
    print(told)
    assert told["door", "opened"] > 500 and told["list", "done"] > 500
    reasons = "window depth doors hours uses fresh early expired door hour used stale denied".split()
    assert set(told) >= {("door", one) for one in reasons} | {("list", one) for one in ("none", "old", "ahead", "signer")}, told


def say(process, kind, body=b""):
    for piece in pieces(frame(kind, body)):
        process.stdin.write(bytes([len(piece)]) + piece)
    process.stdin.flush()
    octets, more = b"", 1
    while more:
        size = process.stdout.read(1)[0]
        piece = process.stdout.read(size)
        more, octets = piece[0], octets + piece[1:]
    return octets[0], octets[3:]


@pytest.fixture
def example(tmp_path):
    started = []

    def start():
        started.append(subprocess.Popen([EXAMPLE, tmp_path, OWNER.xy.hex()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE))
        return started[-1]
    yield start
    for process in started:
        process.stdin.close()
        process.wait(timeout=30)


def test_the_example_for_makers_opens_counts_and_remembers(example):
    def opens(process, links):
        return say(process, PLAIN, plain_answer(PEOPLE[0], chain(links), say(process, HELLO)[1]))

    process = example()
    door = cbor2.loads(say(process, HELLO)[1])[2]
    links = [link(OWNER, PEOPLE[0], root=True, doors=[door], nbf=0, exp=2**32 - 1, uses=2)]
    assert opens(process, links) == (RESULT, b"\1")
    process.kill()
    process.wait(timeout=30)
    again = example()
    assert opens(again, links) == (RESULT, b"\1")
    assert opens(again, links) == (RESULT, b"\0")
    assert say(again, PLAIN, owner_answer(OWNER, say(again, HELLO)[1])) == (RESULT, b"\1")
    again.stdin.close()
    assert again.stderr.read().decode() == "the motor turns\nopened\nused\nthe motor turns\nopened\n"


def test_the_example_answers_sealed(example):
    process = example()
    message = say(process, HELLO)[1]
    sealing = Sealing(xy_of(cbor2.loads(message)[1]), message)
    kind, body = say(process, SEALED, sealing.answer(owner_answer(OWNER, message)))
    assert kind == REPLY and sealing.reply(body) == ("opened", [[OWNER.thumbprint, 0]])
