"""The library for locks against foreign code: chains made by python3-cbor2 and python3-cryptography, checked by it, by npm
@auth0/cose and by a small model that shares nothing with it; and the example for makers, driven through its pipes."""

import json
import os
import random
import subprocess

import cbor2
import pytest

from support import BIN, ROOT, run
from support.delegation import (AAD_LINK, AAD_OPEN, HELLO, PLAIN, REPLY, RESULT, SEALED, Key, Sealing, chain, door_id, frame, link, owner_answer,
                                pieces, plain_answer, sha256, to_sign, verify, xy_of)
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


class Peer:
    """The library in a program that obeys lines."""

    def __init__(self):
        self.process = subprocess.Popen([PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0

    def say(self, *lines):
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def ask(self, line):
        self.say(line)
        return self.process.stdout.readline().strip()


LOCK, OWNER, PEOPLE = Key("lock"), Key("owner"), [Key(f"person {n}") for n in range(8)]
DOORS = [door_id(LOCK.xy, b"a"), door_id(LOCK.xy, b"b"), door_id(LOCK.xy, b"c")]


def random_link(rng, root):
    """Rights drawn so that a third of the children are wider somewhere."""
    claims = {"nbf": NOW + rng.choice([-10] * 9 + [-20, 150]), "exp": NOW + rng.choice([200] * 12 + [190, 210, -1]),
              "depth": rng.choice([7, 6, 5, 0] if root else [7, 5, 2, 0] + [None] * 8)}
    if root or rng.random() < 0.3:
        claims["doors"] = sorted(rng.sample(DOORS, rng.choice([1, 2, 2, 3])))
    if rng.random() < 0.3:
        claims["hours"] = rng.choice([[[6200, 6300]], [[6000, 10080]], [[0, 10], [6240, 6241]], [[0, 10080]], [[6239, 6240]]])
    if rng.random() < 0.2:
        claims["uses"] = rng.choice([1, 2, 3])
    return {name: value for name, value in claims.items() if value is not None}


class Model:
    """What the rights say: everything is a set, and inside means subset. It says only whether the door opens."""

    def __init__(self):
        self.used = {}

    def opens(self, links, door, times):
        doors, hours, window, depth, limits = None, range(10080), None, None, []
        for at, claims in enumerate(links):
            new_window = set(range(max(claims["nbf"] - NOW, -700) + 700, claims["exp"] - NOW + 701))
            wide = [claims.get("doors") and doors is not None and not set(claims["doors"]) <= set(doors),
                    claims.get("hours") and not {m for a, b in claims["hours"] for m in range(a, b)} <= set(hours),
                    window is not None and not new_window <= window,
                    depth is not None and (depth == 0 or claims.get("depth", depth - 1) > depth - 1),
                    "uses" in claims and (at > 1 or any(claims["uses"] > most for most, _ in limits))]
            if any(wide):
                return False
            doors, window = claims.get("doors", doors), new_window
            hours = {m for a, b in claims["hours"] for m in range(a, b)} if "hours" in claims else hours
            depth = claims.get("depth", 0 if depth is None else depth - 1)
            limits += [(claims["uses"], times[at])] if "uses" in claims else []
        last = links[-1]
        good = (last["nbf"] - 120 <= NOW < last["exp"] and door in doors and 6240 in hours and
                all(self.used.get(name, 0) < most for most, name in limits))
        for _, name in limits if good else []:
            self.used[name] = self.used.get(name, 0) + 1
        return good


def grow(rng):
    """A random tree under one owner, as a list of chains: (claims of each link, octets of each, holder, cti of each)."""
    tree, grown = [], []
    for n in range(rng.choice([3, 4, 5, 6])):
        above = rng.choice(tree) if tree and rng.random() < 0.8 else ([], [], OWNER, [])
        if len(above[0]) == 6:
            above = ([], [], OWNER, [])
        holder, claims, cti = rng.choice(PEOPLE), random_link(rng, not above[0]), rng.randbytes(16)
        octets = link(above[2], holder, above[1][-1] if above[1] else None, root=not above[0], cti=cti, **claims)
        tree.append((above[0] + [claims], above[1] + [octets], holder, above[3] + [cti]))
        grown.append(tree[-1])
    return grown


def show(peer, rng, one, door):
    peer.say(f"door {chr(97 + DOORS.index(door))}")
    message = bytes.fromhex(peer.ask(f"hello {rng.randbytes(16).hex()}"))
    return peer.ask(f"plain {plain_answer(one[2], chain(one[1]), message).hex()}")


def test_a_thousand_random_trees_open_as_the_model_says():
    seed = int(os.environ.get("KEYFERRY_SEED", "20261130"))
    rng, opened, refused = random.Random(seed), 0, {}
    with Peer() as peer:
        for tree in range(1000):
            peer.say(f"lock {LOCK.scalar:064x}", f"owner {OWNER.xy.hex()}", f"time {NOW} 0")
            model = Model()
            for one in grow(rng):
                for door in rng.sample(DOORS, 2):
                    expected, told = model.opens(one[0], door, one[3]), show(peer, rng, one, door)
                    assert (told == "opened") == expected, (seed, tree, one[0], door, told)
                    opened += expected
                    if not expected:
                        refused[told] = refused.get(told, 0) + 1
    print(f"{opened} opened, refused: {refused}")
    assert opened > 500 and set(refused) >= {"window", "depth", "doors", "hours", "uses", "early", "expired", "door", "hour", "used"}, refused


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
