"""What the makers of the SSH vectors share: OpenSSH's ssh-keygen, SSH's wire format, and a second signer.

ssh-keygen makes the good cases and everything bad that it can make; what it refuses to make is put together here and
signed with Python's cryptography. Keys are new at every run, so a run changes every file.
"""

import base64
import hashlib
import struct
import subprocess
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

VERSION = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.split(",")[0]


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def string(octets):
    octets = octets.encode() if isinstance(octets, str) else octets
    return u32(len(octets)) + octets


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b"")


def read_string(octets):
    size = struct.unpack(">I", octets[:4])[0]
    return octets[4:4 + size], octets[4 + size:]


def fingerprint(blob):
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def line_of(blob, comment=""):
    kind = read_string(blob)[0].decode()
    return f"{kind} {base64.b64encode(blob).decode()} {comment}".rstrip()


def blob_of(line):
    return base64.b64decode(line.split()[1])


class Maker:
    """A temporary directory in which ssh-keygen works, and the folder that the vectors go to."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve().parent
        self.temporary = tempfile.TemporaryDirectory()
        self.place = Path(self.temporary.name)
        for old in self.folder.glob("*.txt"):
            old.unlink()

    def keygen(self, *arguments, **more):
        return subprocess.run(["ssh-keygen", "-q", *map(str, arguments)], check=True, text=True, capture_output=True,
                              cwd=self.place, **more).stdout

    def key(self, name, kind="ed25519", *more):
        """Makes the key files NAME and NAME.pub; returns the public line."""
        comment = [] if "-C" in more else ["-C", ""]
        self.keygen("-t", kind, "-N", "", *comment, "-f", name, *more)
        return self.text(f"{name}.pub")

    def text(self, name):
        return (self.place / name).read_text("utf-8").rstrip()

    def blob(self, name):
        """The octets of the public key NAME.pub."""
        return blob_of(self.text(f"{name}.pub"))

    def signer(self, name):
        return serialization.load_ssh_private_key((self.place / name).read_bytes(), None)

    def sign(self, name, message):
        """An SSH signature blob over `message`."""
        key = self.signer(name)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
            return string("ecdsa-sha2-nistp256") + string(mpint(r) + mpint(s))
        return string("ssh-ed25519") + string(key.sign(message))

    def write(self, name, source, expect, payload, **header):
        lines = [f"source: {source}", f"expect: {expect}"]
        lines += [f"{key}: {value if value != '' else '-'}" for key, value in header.items()]
        (self.folder / f"{name}.txt").write_text("\n".join(lines) + f"\n\n{payload}\n", "utf-8")
