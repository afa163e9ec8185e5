#!/usr/bin/python3 -B
"""Makes the vectors of OpenSSH certificates: tests/vectors/ssh_certificate/make.py writes *.txt beside itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ssh_tools import VERSION, Maker, blob_of, fingerprint, line_of, mpint, read_string, string, u32, u64  # noqa: E402

maker = Maker(__file__)
maker.key("user")
maker.key("user256", "ecdsa", "-b", "256")
maker.key("ca")
maker.key("ca256", "ecdsa", "-b", "256")
FROM, UNTIL = 1795600680, 1795615200  # 2026-11-25T09:58:00Z, 14:00:00Z


def made(name, *arguments, key="user", ca="ca", principals="deploy@web", times=f"{FROM:#x}:{UNTIL:#x}", share="abcdefghij2345677654"):
    """Lets ssh-keygen sign; returns the certificate's line."""
    names = ["-n", principals] if principals else []
    maker.keygen("-s", ca, "-I", share, *names, "-V", times, *arguments, f"{key}.pub")
    return maker.text(f"{key}-cert.pub")


def good(name, *arguments, key="user", ca="ca", serial=7, **more):
    line = made(name, "-z", str(serial), *arguments, key=key, ca=ca, **{k: v for k, v in more.items() if k in
                ("principals", "times", "share")})
    maker.write(name, f"ssh-keygen of {VERSION}", "certificate", line, key=fingerprint(maker.blob(key)),
                ca=fingerprint(maker.blob(ca)), serial=serial, kind=more.get("kind", 1),
                key_id=more.get("share", "abcdefghij2345677654"), principals=more.get("principals", "deploy@web"),
                valid_after=more.get("after", FROM), valid_before=more.get("before", UNTIL),
                critical=more.get("critical", ""), extensions=more.get("extensions", "permit-pty"))


PTY = ("-O", "clear", "-O", "permit-pty")
good("ed25519", *PTY)
good("p256", *PTY, key="user256")
good("ed25519-by-p256", *PTY, ca="ca256")
good("p256-by-p256", *PTY, key="user256", ca="ca256")
good("serial-0", *PTY, serial=0)
good("serial-2-to-63", *PTY, serial=2**63)
good("serial-last", *PTY, serial=2**64 - 1)
good("two-principals", *PTY, principals="deploy@web,deploy@db")
good("256-principals", *PTY, principals=",".join(f"u{n}@web" for n in range(256)))
good("critical-options", *PTY, "-O", "force-command=uptime -p", "-O", "source-address=192.0.2.0/24,2001:db8::/32",
     critical="force-command=uptime -p;source-address=192.0.2.0/24,2001:db8::/32")
good("verify-required", *PTY, "-O", "verify-required", critical="verify-required=")
good("no-extension", "-O", "clear", extensions="")
good("all-extensions", extensions="permit-X11-forwarding,permit-agent-forwarding,permit-port-forwarding,permit-pty,"
     "permit-user-rc")
good("extension-with-value", *PTY, "-O", "extension:a@example.com=value", extensions="a@example.com=value,permit-pty")
good("host", "-h", principals="web.example", kind=2, extensions="")
good("for-ever", *PTY, times="always:forever", after=0, before=2**64 - 1)
good("key-id-not-ascii", *PTY, share="Zoë, ключ")


def bad(name, source, expect, line):
    maker.write(name, source, expect, line)


KEYGEN = f"ssh-keygen of {VERSION}"
maker.key("rsa", "rsa")
maker.key("user384", "ecdsa", "-b", "384")
bad("rsa-key", KEYGEN, "invalid", made("", key="rsa"))
bad("rsa-ca", KEYGEN, "invalid", made("", ca="rsa"))
bad("p384-key", KEYGEN, "invalid", made("", key="user384"))
bad("p384-ca", KEYGEN, "invalid", made("", ca="user384"))
bad("no-principal", KEYGEN + ": opens every account", "invalid", made("", principals=None))
bad("unknown-critical-option", KEYGEN, "invalid", made("", "-O", "critical:a@example.com=value"))
bad("plain-key", KEYGEN, "invalid", maker.text("user.pub"))

# From here on what ssh-keygen does not make.
PYTHON = "PROTOCOL.certkeys, put together in Python"
PLAIN = {"type": "ssh-ed25519-cert-v01@openssh.com", "nonce": b"\x5a" * 32, "serial": 7, "kind": 1, "key_id": b"share",
         "principals": string("deploy@web"), "after": FROM, "before": UNTIL, "critical": b"",
         "extensions": string("permit-pty") + string(b""), "reserved": b"", "tail": b"", "ca": None, "key": None,
         "signature": None}


def built(signer="ca", **changes):
    parts = {**PLAIN, "ca": maker.blob(signer), **changes}
    key = parts["key"] if parts["key"] is not None else read_string(maker.blob("user"))[1]
    body = (string(parts["type"]) + string(parts["nonce"]) + key + u64(parts["serial"]) + u32(parts["kind"]) +
            string(parts["key_id"]) + string(parts["principals"]) + u64(parts["after"]) + u64(parts["before"]) +
            string(parts["critical"]) + string(parts["extensions"]) + string(parts["reserved"]) + string(parts["ca"]))
    signature = parts["signature"](body) if parts["signature"] else maker.sign(signer, body)
    return body + string(signature) + parts["tail"]


def option(name, value=None):
    return string(name) + string(b"" if value is None else string(value))


def p256_signature(change):
    """A signature with r and s as `change` makes them from the right numbers."""
    def sign(body):
        octets = read_string(read_string(maker.sign("ca256", body))[1])[0]
        r, rest = read_string(octets)
        s, _ = read_string(rest)
        return string("ecdsa-sha2-nistp256") + string(change(r, s))
    return sign


maker.write("put-together", PYTHON, "certificate", line_of(built()), key=fingerprint(maker.blob("user")),
            ca=fingerprint(maker.blob("ca")), serial=7, kind=1, key_id="share", principals="deploy@web", valid_after=FROM,
            valid_before=UNTIL, critical="", extensions="permit-pty")
point = read_string(read_string(read_string(maker.blob("user256"))[1])[1])[0]
off_curve = point[:64] + bytes([point[64] ^ 1])
P256_TYPE = "ecdsa-sha2-nistp256-cert-v01@openssh.com"
cases = {
    "nonce-31-octets": {"nonce": b"\x5a" * 31},
    "nonce-empty": {"nonce": b""},
    "kind-0": {"kind": 0},
    "kind-3": {"kind": 3},
    "never-valid": {"after": UNTIL, "before": UNTIL},
    "ends-before-it-starts": {"after": UNTIL, "before": FROM},
    "reserved-octet": {"reserved": b"\0"},
    "empty-principal": {"principals": string("deploy@web") + string("")},
    "257-principals": {"principals": b"".join(string(f"u{n}@web") for n in range(257))},
    "principal-cut": {"principals": string("deploy@web")[:-1]},
    "principal-with-nul": {"principals": string("deploy@web\0.evil")},
    "principal-not-utf-8": {"principals": string(b"deploy@\xff")},
    "key-id-with-nul": {"key_id": b"share\0x"},
    "key-id-not-utf-8": {"key_id": b"\xc3"},
    "extensions-out-of-order": {"extensions": option("permit-user-rc") + option("permit-pty")},
    "extension-twice": {"extensions": option("permit-pty") + option("permit-pty")},
    "extension-without-name": {"extensions": option("")},
    "extension-without-data": {"extensions": string("permit-pty")},
    "extension-with-empty-value": {"extensions": option("permit-pty", b"")},
    "critical-out-of-order": {"critical": option("source-address", "10.0.0.0/8") + option("force-command", "id")},
    "critical-twice": {"critical": option("force-command", "id") + option("force-command", "ls")},
    "force-command-without-value": {"critical": option("force-command")},
    "force-command-not-wrapped": {"critical": string("force-command") + string("id")},
    "force-command-two-values": {"critical": string("force-command") + string(string("id") + string("ls"))},
    "verify-required-with-value": {"critical": option("verify-required", "yes")},
    "critical-unknown-flag": {"critical": option("verify-requested")},
    "key-31-octets": {"key": string(b"\1" * 31)},
    "key-33-octets": {"key": string(b"\1" * 33)},
    "p256-off-curve": {"type": P256_TYPE, "key": string("nistp256") + string(off_curve)},
    "p256-compressed": {"type": P256_TYPE, "key": string("nistp256") + string(bytes([2 + point[64] % 2]) + point[1:33])},
    "p256-wrong-curve-name": {"type": P256_TYPE, "key": string("nistp384") + string(point)},
    "octets-behind": {"tail": b"\0"},
    "ca-is-a-certificate": {"ca": blob_of(made("", key="user256", ca="ca"))},
    "ca-with-octets-behind": {"ca": maker.blob("ca") + b"\0"},
    "ca-empty": {"ca": b""},
    "signature-empty": {"signature": lambda body: b""},
    "signature-of-other-type": {"signature": lambda body: maker.sign("ca256", body)},
    "signature-octets-behind": {"signature": lambda body: maker.sign("ca", body) + b"\0"},
    "signature-r-with-needless-zero": {"signer": "ca256", "signature": p256_signature(
        lambda r, s: string((b"\0" if r[0] else b"\0\0") + r) + string(s))},
    "signature-r-negative": {"signer": "ca256", "signature": p256_signature(
        lambda r, s: string(b"\x80" + r[1:]) + string(s))},
    "signature-r-too-long": {"signer": "ca256", "signature": p256_signature(
        lambda r, s: mpint(2**256 + 1) + string(s))},
    "signature-without-s": {"signer": "ca256", "signature": p256_signature(lambda r, s: string(r))},
    "signature-three-numbers": {"signer": "ca256", "signature": p256_signature(
        lambda r, s: string(r) + string(s) + string(s))},
}
for name, changes in cases.items():
    bad(name, PYTHON, "invalid", line_of(built(**changes)))

signature_cases = {
    "signed-by-another-key": {"signature": lambda body: maker.sign("user", body)},
    "signature-63-octets": {"signature": lambda body: string("ssh-ed25519") + string(b"\1" * 63)},
    "signature-of-zeros": {"signature": lambda body: string("ssh-ed25519") + string(b"\0" * 64)},
    "signature-r-and-s-swapped": {"signer": "ca256", "signature": p256_signature(lambda r, s: string(s) + string(r))},
    "signature-r-and-s-zero": {"signer": "ca256", "signature": p256_signature(lambda r, s: mpint(0) + mpint(0))},
}
for name, changes in signature_cases.items():
    bad(name, PYTHON, "cannot_open", line_of(built(**changes)))

# Octets of a good certificate, changed after it was signed.
right = built()
for name, old, new in (("serial-changed", u64(7) + u32(1), u64(8) + u32(1)), ("kind-changed", u64(7) + u32(1), u64(7) + u32(2)),
                       ("principal-changed", b"deploy@web", b"deploz@web"), ("time-changed", u64(UNTIL), u64(UNTIL + 1)),
                       ("extension-changed", b"permit-pty", b"permit-ptz"), ("nonce-changed", b"\x5a" * 32, b"\x5b" * 32)):
    bad(name, PYTHON + ", changed after signing", "cannot_open", line_of(right.replace(old, new, 1)))

line = line_of(right)
for name, text in (("line-empty", ""), ("line-type-alone", line.split()[0]), ("line-type-differs", "ssh-ed25519 " + line.split()[1]),
                   ("line-base64-cut", line[:-1]), ("line-base64-url-alphabet", line.replace("+", "-").replace("/", "_") + "-_"),
                   ("line-options-in-front", 'command="id" ' + line), ("line-twice", f"{line}\n{line}"),
                   ("line-tab", line.replace(" ", "\t"))):
    bad(name, PYTHON, "invalid", text)
