#!/usr/bin/python3 -B
"""Makes the vectors of OpenSSH key revocation lists: tests/vectors/ssh_krl/make.py writes *.txt beside itself.

A good case names what it revokes and what it leaves alone: serials and key ids of certificates of `ca`, and the keys
themselves. The payload is the list in base64.
"""

import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ssh_tools import VERSION, Maker, mpint, string, u32, u64  # noqa: E402

maker = Maker(__file__)
for name, kind in (("ca", ()), ("other", ()), ("user", ()), ("ca256", ("ecdsa", "-b", "256")), ("rsa", ("rsa",))):
    maker.key(name, *(kind or ("ed25519",)))
KEYGEN = f"ssh-keygen of {VERSION}"
LAST = 2**64 - 1


def made(spec="", ca="ca", version=1, more=()):
    signed = ["-s", f"{ca}.pub" if ca != "none" else "none"] if ca else []
    maker.keygen("-k", "-f", "krl", *signed, "-z", version, *more, "-", input=spec)
    return (maker.place / "krl").read_bytes()


def write(name, source, expect, octets, **header):
    maker.write(name, source, expect, base64.b64encode(octets).decode(), **header)


def good(name, octets, revoked="", live="", ids="", live_ids="other", keys="", live_keys="", version=1, ca="ca", source=None):
    write(name, source or KEYGEN, "krl", octets, ca=maker.text(f"{ca}.pub"), version=version, revoked=revoked, live=live,
          revoked_ids=ids, live_ids=live_ids, revoked_keys=",".join(maker.text(f"{key}.pub") for key in keys.split()),
          live_keys=",".join(maker.text(f"{key}.pub") for key in live_keys.split()))


good("empty", made(), live=f"1,{LAST}", live_keys="ca user")
good("version-last", made(version=LAST), live="1", version=LAST)
for name, serial in (("1", 1), ("2-to-31", 2**31), ("2-to-32", 2**32), ("2-to-63", 2**63), ("last", LAST)):
    live = ",".join(str(n) for n in (serial - 1, serial + 1) if 0 < n <= LAST)
    good(f"serial-{name}", made(f"serial: {serial}\n"), revoked=serial, live=live)
good("serials-few", made("serial: 1\nserial: 3\nserial: 5000000000\n"), revoked="1,3,5000000000", live="2,4,4999999999")
good("serials-bitmap", made("".join(f"serial: {n}\n" for n in range(1000, 1400, 2))), revoked="1000,1002,1398",
     live="999,1001,1397,1399,1400")
good("serials-bitmap-high", made("".join(f"serial: {2**63 + n}\n" for n in range(0, 100, 3))),
     revoked=f"{2**63},{2**63 + 99}", live=f"{2**63 - 1},{2**63 + 1},{2**63 + 98}")
good("serials-range", made("serial: 1000-2000000\n"), revoked="1000,1500000,2000000", live="999,2000001")
good("serials-all", made(f"serial: 1-{LAST}\n"), revoked=f"1,{2**63},{LAST}")
good("serials-range-to-last", made(f"serial: {2**63}-{LAST}\n"), revoked=f"{2**63},{LAST}", live=f"1,{2**63 - 1}")
good("key-ids", made("id: abcdefghij2345677654\nid: Zoë\n"), live="1", ids="abcdefghij2345677654,Zoë")
good("all-kinds", made("serial: 5\nserial: 10-20\nid: a\n"), revoked="5,10,20", live="4,6,21", ids="a")
good("p256-ca", made("serial: 5\n", ca="ca256"), revoked="5", live="6", ca="ca256")
good("explicit-keys", made("key: " + maker.text("user.pub") + "\nkey: " + maker.text("ca256.pub") + "\n", ca=None),
     live="1", keys="user ca256", live_keys="ca other")
good("ca-revoked", made("key: " + maker.text("ca.pub") + "\n", ca=None), revoked=f"1,{LAST}", ids="a", live_ids="",
     keys="ca", live_keys="user")
made("serial: 5\n")
good("two-cas", made("serial: 6\n", ca="other", more=["-u"]), revoked="5", live="6")


def bad(name, source, octets):
    write(name, source, "invalid", octets)


bad("empty-file", "an empty file: sshd reads it as a list of no keys", b"")
bad("key-list", "a list of keys in text, which sshd reads as such", (maker.text("user.pub") + "\n").encode())
bad("fingerprints-sha256", KEYGEN, made("hash: SHA256:" + base64.b64encode(b"\1" * 32).decode().rstrip("=") + "\n", ca=None))
bad("fingerprints-sha1", KEYGEN, made("sha1: " + maker.text("user.pub") + "\n", ca=None))
bad("any-ca", KEYGEN, made("serial: 5\n", ca="none"))
bad("rsa-key", KEYGEN, made("key: " + maker.text("rsa.pub") + "\n", ca=None))
bad("rsa-ca", KEYGEN, made("serial: 5\n", ca="rsa"))

# From here on what ssh-keygen does not make.
PYTHON = "PROTOCOL.krl, put together in Python"
MAGIC = b"SSHKRL\n\0"


def header(magic=MAGIC, form=1, version=1, date=1795600800, flags=0, reserved=b"", comment=b""):
    return magic + u32(form) + u64(version) + u64(date) + u64(flags) + string(reserved) + string(comment)


def section(kind, body):
    return bytes([kind]) + string(body)


def certificates(*parts, ca=None, reserved=b""):
    return header() + section(1, string(maker.blob("ca") if ca is None else ca) + string(reserved) + b"".join(parts))


good("put-together", certificates(section(0x20, u64(5)), section(0x23, string("a"))), revoked="5", live="6", ids="a",
     source=PYTHON)
for name, octets in {
    "magic-wrong": header(magic=b"SSHKRL\n\1"),
    "format-2": header(form=2),
    "flags": header(flags=1),
    "reserved": header(reserved=b"\0"),
    "date-absurd": header(date=LAST),
    "comment-not-utf-8": header(comment=b"\xff"),
    "header-cut": header()[:-1],
    "octet-behind": header() + b"\1",
    "section-unknown": header() + section(6, b""),
    "section-0": header() + section(0, b""),
    "section-signature": header() + section(4, string(maker.blob("ca"))) + string(maker.sign("ca", header())),
    "section-extension": header() + section(255, string("a@example.com") + b"\1" + string(b"")),
    "section-cut": certificates(section(0x20, u64(5)))[:-1],
    "ca-cut": certificates(ca=maker.blob("ca")[:-1]),
    "ca-with-octets-behind": certificates(ca=maker.blob("ca") + b"\0"),
    "certificates-reserved": certificates(reserved=b"\0"),
    "part-unknown": certificates(section(0x24, b"")),
    "part-extension": certificates(section(0x39, string("a@example.com") + b"\1" + string(b""))),
    "serial-0": certificates(section(0x20, u64(0))),
    "list-cut": certificates(section(0x20, u64(5) + b"\0\0\0\0")),
    "range-from-0": certificates(section(0x21, u64(0) + u64(5))),
    "range-downwards": certificates(section(0x21, u64(6) + u64(5))),
    "range-cut": certificates(section(0x21, u64(5))),
    "range-with-octets-behind": certificates(section(0x21, u64(5) + u64(6) + b"\0")),
    "bitmap-with-0": certificates(section(0x22, u64(0) + mpint(1))),
    "bitmap-beyond-last": certificates(section(0x22, u64(LAST) + mpint(2))),
    "bitmap-negative": certificates(section(0x22, u64(5) + string(b"\x80"))),
    "bitmap-with-needless-zeros": certificates(section(0x22, u64(5) + string(b"\0\1"))),
    "bitmap-cut": certificates(section(0x22, u64(5))),
    "bitmap-with-octets-behind": certificates(section(0x22, u64(5) + mpint(1) + b"\0")),
    "key-id-cut": certificates(section(0x23, string("share")[:-1])),
    "key-id-with-nul": certificates(section(0x23, string(b"share\0x"))),
    "key-id-not-utf-8": certificates(section(0x23, string(b"\xc3"))),
    "key-cut": header() + section(2, string(maker.blob("user"))[:-1]),
    "key-empty": header() + section(2, string(b"")),
}.items():
    bad(name, PYTHON, octets)
