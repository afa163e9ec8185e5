#!/usr/bin/python3 -B
"""Makes the vectors of SSH keys: tests/vectors/ssh_key/make.py writes *.txt beside itself.

`form` is `public` (a line of an authorized_keys file) or `private` (an OpenSSH private key file). The private keys are
for these tests alone and open nothing.
"""

import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ssh_tools import VERSION, Maker, fingerprint, line_of, mpint, read_string, string, u32  # noqa: E402

maker = Maker(__file__)
KEYGEN = f"ssh-keygen of {VERSION}"
maker.key("ed25519", "ed25519", "-C", "ada@laptop")
maker.key("p256", "ecdsa", "-b", "256", "-C", "ada@laptop")
maker.key("plain", "ed25519")
maker.key("plain256", "ecdsa", "-b", "256")
maker.key("words", "ed25519", "-C", "Ada's laptop, Zoë")
maker.key("rsa", "rsa")
maker.key("p384", "ecdsa", "-b", "384")


def good(name, form, payload, key, source=None):
    kind = "ed25519" if maker.text(f"{key}.pub").startswith("ssh-ed25519") else "p256"
    maker.write(name, source or KEYGEN, "key", payload, form=form, type=kind, fingerprint=fingerprint(maker.blob(key)))


def bad(name, form, source, payload):
    maker.write(name, source, "invalid", payload, form=form)


for key in ("ed25519", "p256", "plain", "plain256", "words"):
    good(f"public-{key}", "public", maker.text(f"{key}.pub"), key)
    good(f"private-{key}", "private", maker.text(key), key)

# Public keys that are refused.
PYTHON = "RFC 8709 and RFC 5656, put together in Python"
for key in ("rsa", "p384"):
    bad(f"public-{key}", "public", KEYGEN, maker.text(f"{key}.pub"))
maker.keygen("-s", "plain", "-I", "x", "-n", "deploy@web", "ed25519.pub")
bad("public-certificate", "public", KEYGEN, maker.text("ed25519-cert.pub"))
line, blob = maker.text("plain.pub"), maker.blob("plain")
point = read_string(read_string(read_string(maker.blob("plain256"))[1])[1])[0]


def p256(octets, curve="nistp256"):
    return line_of(string("ecdsa-sha2-nistp256") + string(curve) + string(octets))


for name, text in {
    "empty": "",
    "type-alone": "ssh-ed25519",
    "base64-alone": line.split()[1],
    "type-differs": "ecdsa-sha2-nistp256 " + line.split()[1],
    "base64-cut": line[:-1],
    "base64-with-padding": line + "=",
    "options-in-front": "restrict " + line,
    "two-lines": f"{line}\n{line}",
    "tab": line.replace(" ", "\t"),
    "escape-in-comment": line + " \x1b[2J",
    "octets-behind": line_of(blob + b"\0"),
    "31-octets": line_of(string("ssh-ed25519") + string(blob[-31:])),
    "33-octets": line_of(string("ssh-ed25519") + string(blob[-32:] + b"\0")),
    "no-key": line_of(string("ssh-ed25519")),
    "p256-off-curve": p256(point[:64] + bytes([point[64] ^ 1])),
    "p256-compressed": p256(bytes([2 + point[64] % 2]) + point[1:33]),
    "p256-infinity": p256(b"\0"),
    "p256-wrong-curve": p256(point, "nistp384"),
    "p256-ed25519-octets": line_of(string("ecdsa-sha2-nistp256") + string(blob[-32:])),
}.items():
    bad(f"public-{name}", "public", PYTHON, text)

# Private key files that are refused.
for key in ("rsa", "p384"):
    bad(f"private-{key}", "private", KEYGEN, maker.text(key))
maker.keygen("-t", "ed25519", "-N", "passphrase", "-C", "", "-f", "locked")
bad("private-passphrase", "private", KEYGEN, maker.text("locked"))
maker.keygen("-t", "ecdsa", "-b", "256", "-N", "", "-m", "PEM", "-f", "pem")
bad("private-pem", "private", KEYGEN, maker.text("pem"))
maker.keygen("-t", "ecdsa", "-b", "256", "-N", "", "-m", "PKCS8", "-f", "pkcs8")
bad("private-pkcs8", "private", KEYGEN, maker.text("pkcs8"))

FILE = "PROTOCOL.key, put together in Python"
seed = read_string(read_string(read_string(read_string(read_string(read_string(base64.b64decode(
    "".join(maker.text("plain").splitlines()[1:-1]))[15:])[1])[1])[1][4:])[1])[0][8:])[1]
public, rest = read_string(seed)
private = read_string(rest)[0]
assert public == blob[-32:] and private[32:] == public


def padded(octets):
    return octets + bytes(range(1, 1 + -len(octets) % 8))


def file_of(part, count=1, cipher="none", kdf="none", options=b"", key=blob, magic=b"openssh-key-v1\0", tail=b""):
    octets = magic + string(cipher) + string(kdf) + string(options) + u32(count) + string(key) + string(part) + tail
    text = base64.b64encode(octets).decode()
    lines = [text[at:at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN OPENSSH PRIVATE KEY-----", *lines, "-----END OPENSSH PRIVATE KEY-----"])


def part(check=(7, 7), kind="ssh-ed25519", shown=public, secret=private):
    return u32(check[0]) + u32(check[1]) + string(kind) + string(shown) + string(secret) + string("")


right = padded(part())
good("private-put-together", "private", file_of(right), "plain", FILE)
other = maker.blob("words")
for name, text in {
    "empty": "",
    "without-begin": "\n".join(file_of(right).splitlines()[1:]),
    "without-end": "\n".join(file_of(right).splitlines()[:-1]),
    "text-in-front": "key\n" + file_of(right),
    "text-behind": file_of(right) + "\nkey",
    "base64-damaged": file_of(right).replace("\n", "\n*", 1),
    "magic": file_of(right, magic=b"openssh-key-v2\0"),
    "two-keys": file_of(right, count=2),
    "no-keys": file_of(right, count=0),
    "cipher": file_of(right, cipher="aes256-ctr"),
    "kdf": file_of(right, kdf="bcrypt"),
    "kdf-options": file_of(right, options=b"\0"),
    "octets-behind": file_of(right, tail=b"\0"),
    "checks-differ": file_of(padded(part(check=(7, 8)))),
    "not-whole-blocks": file_of(part()),
    "padding-wrong": file_of(right[:-1] + b"\xff"),
    "padding-a-block-too-long": file_of(right + bytes(range(1, 9))),
    "part-empty": file_of(b""),
    "public-keys-differ": file_of(right, key=other),
    "inner-public-key-differs": file_of(padded(part(shown=other[-32:]))),
    "copy-of-public-key-differs": file_of(padded(part(secret=private[:32] + other[-32:]))),
    "seed-of-another-key": file_of(padded(part(secret=b"\1" * 32 + public))),
    "seed-alone": file_of(padded(part(secret=private[:32]))),
    "type-differs": file_of(padded(part(kind="ssh-rsa"))),
    "too-long": file_of(right, tail=b"\0" * 20000),
}.items():
    bad(f"private-{name}", "private", FILE, text)


def part256(scalar):
    return padded(u32(7) + u32(7) + string("ecdsa-sha2-nistp256") + string("nistp256") + string(point) + scalar + string(""))


for name, scalar in {"0": mpint(0), "1": mpint(1), "negative": string(b"\xff"), "33-octets": mpint(2**260),
                     "order": mpint(0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551)}.items():
    bad(f"private-p256-scalar-{name}", "private", FILE, file_of(part256(scalar), key=maker.blob("plain256")))
