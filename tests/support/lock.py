"""A lock (`keyferry-verifier lock`) of its own process, and a wallet at its door, written from docs/lock.md.

    lock = Lock(place).start()
    owner = lock.pair()                                    # a Key; the code comes from `--pair`
    ada = Key()
    root = lock.root(owner, ada, doors=["front"], depth=1)
    with lock.at("front") as door:
        assert door.open(ada, [root]) == "opened"
    assert lock.opened("front") == 1                       # the bolt has moved
"""

import ctypes
import ctypes.util
import hashlib
import json
import os
import socket
import time

import cbor2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .delegation import (CHALLENGE, GET, GIVEN, HELLO, LISTS_ONLY, PAIR_LOCK, PAIR_OWNER, PAIR_SHARE, PAIR_SID, PAIR_START, PLAIN, PUT,
                         PUT_DONE, REASONS, REPLY, RESULT, SEALED, Key, Sealing, chain, cose_key, encode, frame, hkdf, link, owner_answer,
                         pieces, plain_answer, sha256, thumbprint, xy_of)
from .process import BIN, Program, free_port, run
from .programs import Server, merge, write_toml

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))


def lv(*parts):
    """Each part behind its length in LEB128."""
    out = b""
    for part in parts:
        size = len(part)
        while size > 127:
            out, size = out + bytes([size & 127 | 128]), size >> 7
        out += bytes([size]) + part
    return out


class Cpace:
    """The initiator of CPACE-RISTR255-SHA512 (draft-irtf-cfrg-cpace); the group is libsodium's."""

    def __init__(self, code, context, sid):
        self.sid, self.scalar = sid, ctypes.create_string_buffer(32)
        dsi = b"CPaceRistretto255"
        padding = bytes(max(0, 128 - 1 - len(lv(code)) - len(lv(dsi))))
        element, self.share = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
        SODIUM.crypto_core_ristretto255_from_hash(element, hashlib.sha512(lv(dsi, code, padding, context, sid)).digest())
        SODIUM.crypto_core_ristretto255_scalar_random(self.scalar)
        assert SODIUM.crypto_scalarmult_ristretto255(self.share, self.scalar, element) == 0
        self.share = self.share.raw

    def key(self, other):
        shared = ctypes.create_string_buffer(32)
        assert SODIUM.crypto_scalarmult_ristretto255(shared, self.scalar, other) == 0
        return hashlib.sha512(lv(b"CPaceRistretto255_ISK", self.sid, shared.raw, self.share, b"", other, b"")).digest()


class Closed(Exception):
    """The lock has ended the conversation."""


class Frames:
    """Frames in pieces over a connection."""

    def __init__(self, connection):
        self.socket, self.sent = connection, b""  # sent: everything, for a replay
        self.socket.settimeout(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.sent += octets
        try:
            self.socket.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed from None

    def take(self, size):
        out = b""
        while len(out) < size:
            try:
                some = self.socket.recv(size - len(out))
            except ConnectionResetError:
                some = b""
            if not some:
                raise Closed
            out += some
        return out

    def tell(self, kind, body=b"", most=240):
        for piece in pieces(frame(kind, body), most):
            self.send(bytes([len(piece)]) + piece)

    def hear(self):
        octets, more = b"", 1
        while more:
            piece = self.take(self.take(1)[0])
            more, octets = piece[0], octets + piece[1:]
        assert len(octets) == 3 + int.from_bytes(octets[1:3], "big")
        return octets[0], octets[3:]

    def say(self, kind, body=b"", most=240):
        """Sends a frame; returns (type, body) of what comes back."""
        self.tell(kind, body, most)
        return self.hear()


def reach(address):
    if not address.startswith("unix:"):
        host, port = address.rsplit(":", 1)
        return socket.create_connection((host, int(port)))
    connection = socket.socket(socket.AF_UNIX)
    # A socket's path may be longer than its address can hold: go there by way of the folder.
    folder, name = os.path.split(address[5:])
    descriptor = os.open(folder, os.O_RDONLY)
    connection.connect(f"/proc/self/fd/{descriptor}/{name}")
    os.close(descriptor)
    return connection


class AtDoor(Frames):
    """One connection to a reader: a wallet that says what a test wants."""

    def __init__(self, address):
        super().__init__(reach(address))

    def hello(self):
        kind, self.message = self.say(HELLO)
        assert kind == CHALLENGE
        self.nonce, key, self.door, self.time = cbor2.loads(self.message)
        self.lock = xy_of(key)
        assert self.door[:16] == thumbprint(self.lock)[:16]
        return self.message

    def plain(self, answer):
        """True if the lock did it."""
        kind, body = self.say(PLAIN, answer)
        assert kind == RESULT and body in (b"\0", b"\1")
        return body == b"\1"

    def sealed(self, answer):
        """The reason by its name; "refused" when only the short refusal came. `.lists` is what the lock told."""
        self.sealing, self.lists = Sealing(self.lock, self.message), None
        kind, body = self.say(SEALED, self.sealing.answer(answer))
        if kind == RESULT:
            assert body == b"\0"
            return "refused"
        assert kind == REPLY
        reason, self.lists = self.sealing.reply(body)
        return reason

    def open(self, holder, links):
        self.hello()
        return self.sealed(plain_answer(holder, chain(links), self.message))

    def own(self, owner, statement=None):
        self.hello()
        return self.sealed(owner_answer(owner, self.message, statement))

    def put(self, octets):
        kind, body = self.say(PUT, self.sealing.seal_list(octets))
        assert kind == PUT_DONE
        return REASONS[cbor2.loads(self.sealing.open_list(body))]

    def get(self, which):
        kind, body = self.say(GET, self.sealing.seal_list(which))
        assert kind == GIVEN
        return self.sealing.open_list(body)

    def pair(self, code, owner, key=None):
        """What the lock says of itself: (x || y, zone, door ids); None if it does not pair, False if the code is another."""
        kind, sid = self.say(PAIR_START)
        if kind == RESULT:
            assert sid == b"\0"
            return None
        assert kind == PAIR_SID and len(sid) == 16
        side = Cpace(code.encode(), b"keyferry v1 lock pairing", sid)
        kind, said = self.say(PAIR_SHARE, side.share)
        if kind == RESULT:
            return None
        assert kind == PAIR_LOCK
        isk, salt = side.key(said[:32]), sha256(side.share, said[:32])
        try:
            statement = AESGCM(hkdf(salt, isk, b"keyferry v1 pair lock")).decrypt(bytes(12), said[32:], None)
        except Exception:
            return False
        sealed = AESGCM(hkdf(salt, isk, b"keyferry v1 pair owner")).encrypt(bytes(12), key or encode(cose_key(owner.xy)), None)
        kind, body = self.say(PAIR_OWNER, sealed)
        assert kind == RESULT
        key, zone, doors = cbor2.loads(statement)
        return (xy_of(key), zone, doors) if body == b"\1" else False


class Lock(Program):
    """`keyferry-verifier lock`; its bolts write a line each time they move."""

    def __init__(self, place, name="lock", doors=("front",), tcp=False, config=None, open_command=None):
        super().__init__(place, name)
        self.admin_port, self.doors = free_port(), {}
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        self.state = place.folder(f"{name}/state")
        self.state.chmod(0o700)
        tables = merge({"listen": {"admin": f"127.0.0.1:{self.admin_port}"}, "state": {"path": "state"},
                        "clock": {"source": "system", "zone": "UTC"}}, config)
        entries = []
        for door in doors:
            self.doors[door] = f"127.0.0.1:{free_port()}" if tcp else f"unix:{self.directory}/{door}.sock"
            bolt = ["/bin/sh", "-c", f"echo \"$KEYFERRY_DOOR $KEYFERRY_HOLDER\" >>'{self.directory}/{door}.moved'"]
            entries.append(("door", {"name": door, "listen": self.doors[door], "open": open_command or bolt}))
        self.config_path = self.directory / "lock.toml"
        write_toml(self.config_path, tables, entries)
        self.argv = [BIN / "keyferry-verifier", "lock", "--config", self.config_path]

    ready = Server.ready
    metrics = Server.metrics

    def metric(self, name, **labels):
        for line in self.metrics().splitlines():
            if line.split("{")[0].split(" ")[0] == name and all(f'{key}="{value}"' in line for key, value in labels.items()):
                return float(line.rsplit(" ", 1)[1])
        return None

    def run(self, *arguments, code=0):
        return run([*self.argv, *arguments], env=self.env, code=code)

    def ask(self, option):
        return json.loads(self.run(option, "--json").out)

    def at(self, door="front"):
        return AtDoor(self.doors[door])

    def pair(self, owner=None, door="front"):
        """Pairs with a new owner, and returns its Key."""
        owner = owner or Key()
        code = self.ask("--pair")["code"]
        with self.at(door) as there:
            paired = there.pair(code, owner)
        assert paired, paired
        self.key, self.zone, self.door_ids = paired
        return owner

    def root(self, owner, holder, doors=("front",), **claims):
        """A link to `holder` that `owner` signed for an hour either way."""
        now = int(time.time())
        ids = sorted(one for one in self.door_ids if one[16:].decode() in doors)
        return link(owner, holder, root=True, cti=os.urandom(16), **{"doors": ids, "nbf": now - 3600, "exp": now + 3600, **claims})

    @staticmethod
    def child(signer, holder, above, **claims):
        inside = cbor2.loads(cbor2.loads(above)[2])
        return link(signer, holder, above, cti=os.urandom(16), **{"nbf": inside[5], "exp": inside[4], **claims})

    def opened(self, door="front"):
        """How often the bolt has moved."""
        path = self.directory / f"{door}.moved"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def bring(self, owner, octets, door="front"):
        """An owner brings a list; the lock's reason."""
        with self.at(door) as there:
            assert there.own(owner, (LISTS_ONLY, None)) == "done"
            return there.put(octets)

    def decisions(self):
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "decision"]
