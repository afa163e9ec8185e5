#!/usr/bin/python3
"""Writes the cases of this folder: one link a file, and what a reader must make of it (transfer.md section 1).

Closed list of `expect`: link (base, mailbox, vertical, secret in hex or none, seen: the secret was in the path),
asks (as link, but the check of the secret fails: a question), and the refusals not_a_link, cut, damaged, newer,
several (a message with different links).
A dropbox has a suite instead of a mailbox. Deterministic: run it again and nothing changes.
"""

import base64
import hashlib
from pathlib import Path

HERE = Path(__file__).parent
ID = "9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0"
HOST = "https://relay.example"


def is_good(octets, label=b"keyferry link"):
    text = base64.urlsafe_b64encode(octets).decode().rstrip("=")
    head = hashlib.sha256(label + octets).digest()
    return text.isalnum() and head[0] == 0 and head[1] < 16


def found(label, accept):
    """The first 32 octets of a counted hash that `accept` takes."""
    n = 0
    while True:
        octets = hashlib.sha256(f"{label} {n}".encode()).digest()
        if accept(octets):
            return octets
        n += 1


def b64u(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


GOOD = found("good", is_good)
TEXT = b64u(GOOD)
# Somebody else's: with both of the characters that differ between the alphabets.
FOREIGN = found("foreign", lambda o: "-" in b64u(o) and "_" in b64u(o))
FOREIGN16 = found("foreign16", lambda o: "+" in base64.b64encode(o[:16]).decode() and "/" in base64.b64encode(o[:16]).decode())[:16]
UNCHECKED = found("unchecked", lambda o: b64u(o).isalnum() and not is_good(o))
LINK = f"{HOST}/v1/m/{ID}#{TEXT}"
LINKV = f"{HOST}/v1/m/{ID}?v=h#{TEXT}"
DROP = found("drop", lambda o: is_good(o, b"keyferry dropbox link"))
R = b64u(DROP)
BOX = f"{HOST}/t/?v=h#1302.{R}"
STD = base64.b64encode(FOREIGN).decode()
STD16 = base64.b64encode(FOREIGN16).decode()

cases = {}


def link(name, text, secret=GOOD, base=HOST, vertical="-", seen="no", expect="link"):
    cases[name] = (expect, [("base", base), ("mailbox", ID), ("vertical", vertical),
                            ("secret", secret.hex() if secret else "-"), ("seen", seen)], text)


def drop(name, text, secret=DROP, base=HOST, vertical="h", seen="no", expect="link", suite="1302"):
    cases[name] = (expect, [("base", base), ("suite", suite), ("vertical", vertical),
                            ("secret", secret.hex() if secret else "-"), ("seen", seen)], text)


def refused(name, expect, text):
    cases[name] = (expect, [], text)


link("as-written", LINK)
link("as-written-vertical", LINKV, vertical="h")
link("port-and-base", f"https://relay.example:8443/kf/one/v1/m/{ID}?v=c#{TEXT}", base="https://relay.example:8443/kf/one", vertical="c")
link("ipv6-host", f"https://[2001:db8::1]:444/v1/m/{ID}#{TEXT}", base="https://[2001:db8::1]:444")
link("upper-case-host-and-id", f"HTTPS://Relay.Example/v1/m/{ID.upper()}#{TEXT}")
link("without-version", f"{HOST}/m/{ID}#{TEXT}")
link("unknown-vertical", f"{HOST}/v1/m/{ID}?v=zz#{TEXT}")
link("tracking-before", f"{HOST}/v1/m/{ID}?utm_source=chat&v=a&fbclid=IwAR0#{TEXT}", vertical="a")
link("tracking-behind", f"{HOST}/v1/m/{ID}#{TEXT}?utm_source=chat")
link("tracking-behind-ampersand", f"{HOST}/v1/m/{ID}#{TEXT}&fbclid=IwAR0")
link("slash-before-fragment", f"{HOST}/v1/m/{ID}/#{TEXT}")
link("percent-23", f"{HOST}/v1/m/{ID}%23{TEXT}", seen="yes")
link("percent-23-vertical", f"{HOST}/v1/m/{ID}?v=h%23{TEXT}", seen="yes", vertical="h")
link("angle-brackets", f"<{LINK}>")
link("brackets-and-full-stop", f"({LINK}).")
link("quotes-and-comma", f'"{LINK}",')
link("typographic-quotes", f"“{LINK}”!")
link("guillemets", f"« {LINK} »")
link("question-mark", f"{LINK}?")
link("broken-lines", f"{HOST}/v1/m/{ID[:20]}\r\n{ID[20:]}#{TEXT[:10]}\n   {TEXT[10:]}\n")
link("zero-width-space", f"{HOST}/\u200bv1/m/{ID}#{TEXT[:5]}\u200b{TEXT[5:]}\ufeff")
link("one-space-removed", f"{HOST}/v1/m/{ID}#{TEXT[:20]} {TEXT[20:]}")
link("space-in-the-id", f"{HOST}/v1/m/{ID[:9]} {ID[9:]}#{TEXT}")
link("standard-alphabet", f"{HOST}/v1/m/{ID}#{STD}", secret=FOREIGN)
link("standard-alphabet-unpadded", f"{HOST}/v1/m/{ID}#{STD.rstrip('=')}", secret=FOREIGN)
link("url-alphabet", f"{HOST}/v1/m/{ID}#{b64u(FOREIGN)}", secret=FOREIGN)
link("url-alphabet-padded", f"{HOST}/v1/m/{ID}#{b64u(FOREIGN)}=", secret=FOREIGN)
link("aes-128-padded", f"{HOST}/v1/m/{ID}#{STD16}", secret=FOREIGN16)
link("aes-128-unpadded", f"{HOST}/v1/m/{ID}#{STD16.rstrip('=')}", secret=FOREIGN16)
link("aes-128-half-padding", f"{HOST}/v1/m/{ID}#{STD16[:-1]}", secret=FOREIGN16)
link("aes-128-percent-encoded", f"{HOST}/v1/m/{ID}#" + STD16.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D"), secret=FOREIGN16)
link("plus-became-space", f"{HOST}/v1/m/{ID}#" + STD16.replace("+", " ", 1), secret=FOREIGN16)
link("padded-has-no-check", f"{HOST}/v1/m/{ID}#{base64.b64encode(UNCHECKED).decode()}", secret=UNCHECKED)
link("no-fragment", f"{HOST}/v1/m/{ID}", secret=None)
link("no-fragment-vertical", f"{HOST}/v1/m/{ID}?v=h", secret=None, vertical="h")
link("check-fails", f"{HOST}/v1/m/{ID}#{b64u(UNCHECKED)}", secret=UNCHECKED, expect="asks")
swapped = TEXT[:7] + TEXT[8] + TEXT[7] + TEXT[9:]
link("two-letters-swapped", f"{HOST}/v1/m/{ID}#{swapped}", secret=base64.urlsafe_b64decode(swapped + "="), expect="asks")

refused("empty", "not_a_link", "")
refused("blank", "not_a_link", " \n ")
refused("words", "not_a_link", "hello there")
refused("plain-http", "not_a_link", LINK.replace("https", "http"))
refused("scheme-cut", "not_a_link", LINK[1:])
refused("other-site", "not_a_link", "https://relay.example/pictures/1")
refused("user-in-host", "not_a_link", f"https://relay.example@evil.example/v1/m/{ID}#{TEXT}")
refused("host-with-blank", "not_a_link", f"https:// /v1/m/{ID}#{TEXT}")
refused("port-zero", "not_a_link", f"https://relay.example:0/v1/m/{ID}#{TEXT}")
refused("port-too-large", "not_a_link", f"https://relay.example:65536/v1/m/{ID}#{TEXT}")
refused("base-with-percent", "not_a_link", f"{HOST}/a%2fb/v1/m/{ID}#{TEXT}")
refused("offer-not-link", "not_a_link", "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example")
for cut in (1, 2, 5, 20, 30, 42):
    refused(f"secret-cut-by-{cut:02d}", "cut", LINK[:-cut])
refused("secret-empty", "cut", LINK[:-43])
refused("secret-empty-in-brackets", "cut", f"<{LINK[:-43]}>")
refused("cut-with-ellipsis", "cut", LINK[:-10] + "…")
refused("id-cut", "cut", f"{HOST}/v1/m/{ID[:-1]}")
refused("id-cut-at-hyphen", "cut", f"{HOST}/v1/m/{ID[:24]}")
refused("path-cut", "cut", f"{HOST}/v1/")
refused("path-cut-before-id", "cut", f"{HOST}/v1/m/")
refused("id-cut-with-secret", "damaged", f"{HOST}/v1/m/{ID[:-1]}#{TEXT}")
refused("id-wrong-letter", "damaged", f"{HOST}/v1/m/{ID[:-1]}g#{TEXT}")
refused("id-too-long", "damaged", f"{HOST}/v1/m/{ID}0#{TEXT}")
refused("secret-too-long", "damaged", LINK + "A")
refused("secret-twice", "damaged", LINK + TEXT)
refused("secret-with-star", "damaged", LINK[:-5] + "*" + LINK[-4:])
refused("secret-spare-bits", "damaged", LINK[:-1] + chr(ord(LINK[-1]) + 1))
refused("aes-128-spare-bits", "damaged", f"{HOST}/v1/m/{ID}#{STD16[:21]}B==")
refused("two-spaces", "damaged", f"{HOST}/v1/m/{ID}#{TEXT[:9]} {TEXT[9:20]} {TEXT[20:]}")
refused("umlaut-inside", "damaged", LINK[:-4] + "ü" + LINK[-3:])
refused("version-2", "newer", f"{HOST}/v2/m/{ID}#{TEXT}")
drop("dropbox", BOX)
drop("dropbox-1301-port-and-base", f"https://Relay.example:8443/kf/t/?v=c#1301.{R}", base="https://relay.example:8443/kf", vertical="c", suite="1301")
drop("dropbox-1303-without-vertical", f"{HOST}/t/#1303.{R}", vertical="-", suite="1303")
drop("dropbox-without-slash", f"{HOST}/t?v=h#1302.{R}")
drop("dropbox-percent-23", f"{HOST}/t/?v=h%231302.{R}", seen="yes")
drop("dropbox-in-brackets", f"<{BOX}>.")
drop("dropbox-tracking", f"{HOST}/t/?v=h&utm_source=a.b#1302.{R}?utm_source=a.b")
drop("dropbox-broken-lines", f"{BOX[:30]}\r\n{BOX[30:60]}\n  {BOX[60:]}\n")
drop("dropbox-other-alphabet", f"{HOST}/t/?v=h#1302.{STD}", secret=FOREIGN)
drop("dropbox-check-of-a-mailbox", f"{HOST}/t/?v=h#1302.{TEXT}", secret=GOOD, expect="asks")
drop("dropbox-no-fragment", f"{HOST}/t/?v=h", secret=None, suite="-")
refused("dropbox-suite-unknown", "newer", f"{HOST}/t/?v=h#1304.{R}")
refused("dropbox-suite-missing", "damaged", f"{HOST}/t/?v=h#{R}")
refused("dropbox-suite-damaged", "damaged", f"{HOST}/t/?v=h#13O2.{R}")
refused("dropbox-suite-of-a-mailbox", "damaged", f"{HOST}/v1/m/{ID}#1302.{TEXT}")
refused("dropbox-secret-of-16-octets", "cut", f"{HOST}/t/?v=h#1302.{STD16.rstrip('=')}")
refused("dropbox-secret-cut", "cut", BOX[:-1])
refused("dropbox-secret-missing", "cut", BOX[:-43])
refused("dropbox-fragment-empty", "cut", f"{HOST}/t/?v=h#")
refused("dropbox-secret-too-long", "damaged", BOX + "A")
refused("dropbox-base-with-percent", "not_a_link", f"{HOST}/a%2fb/t/#1302.{R}")
refused("far-too-long", "not_a_link", LINK + "A" * 5000)

# Whatever stands around it, and whatever nobody sees.
link("tab-inside", LINK[:-4] + "\t" + LINK[-4:])
link("no-break-space-inside", LINK[:-4] + "\u00a0" + LINK[-4:])
link("braille-blank-around", f"\u2800{LINK}\u2800")
link("invisible-everywhere", "\u202e\u2066\U000e0041\ufe0f\u180e\u2060\u00ad".join(["", LINK[:9], LINK[9:70], LINK[70:], ""]))
link("line-separator", f"here:\u2028{LINK}\u2029Ada")
link("in-a-message", f"Hi Bob,\nhere is the login: {LINK} - it ends at six.\nSee https://example.org/help\nAda")
link("in-a-message-behind-words", f"Hi Bob, please take {LINK}, thanks")
link("in-a-message-behind-links", "".join(f"https://list.example/{i}\n" for i in range(60)) + f"\nand now yours: {LINK}\n")
link("in-a-message-broken", f"Hi Bob,\n\n{LINK[:40]}\n{LINK[40:80]}  \r\n  {LINK[80:]}\nsee you\nAda")
link("in-a-quoted-mail", f"> Hi Bob,\n>\n> {LINK[:40]}\n> {LINK[40:]}\n>\n> see you\n")
link("in-a-mail-quoted-twice", f"> > take {LINK[:-9]}\n> > {LINK[-9:]}\n> thanks")
link("in-markdown", f"[the login]({LINK}) for **you**")
link("in-bold", f"**{LINK}**")
link("in-html", f'<p>Hi <a href="{LINK}">{LINK[:50]}…</a></p>')
link("in-slack", f"take <{LINK}|{LINK}> now")
link("twice-the-same", f"{LINK}\n{LINK}")
link("with-and-without-secret", f"{LINK[:-44]} or rather {LINK}")
link("without-secret-in-a-message", f"take {LINK[:-44]}, the rest by phone", secret=None)
link("a-word-behind", f"{LINK}\nThanks")
link("a-word-behind-without-secret", f"{HOST}/v1/m/{ID}?v=h\nThanks", secret=None, vertical="h")
link("ideographic-full-stop", f"{LINK}。")
link("default-port", f"https://relay.example:443/v1/m/{ID}#{TEXT}")
link("ipv6-spelled-out", f"https://[2001:0DB8:0:0:0:0:0:1]:443/v1/m/{ID}#{TEXT}", base="https://[2001:db8::1]")
link("base-with-dots", f"{HOST}/kf.v2/_a~b/v1/m/{ID}#{TEXT}", base=f"{HOST}/kf.v2/_a~b")
drop("dropbox-in-a-message", f"Hi,\ntake {BOX[:50]}\n{BOX[50:]}\n\nAda")
drop("dropbox-in-a-quoted-mail", f"> {BOX[:30]}\n> {BOX[30:]}\n")
refused("two-links", "several", f"{LINK}\n{HOST}/v1/m/{ID[:-1]}1#{TEXT}")
refused("two-secrets", "several", f"{LINK} {HOST}/v1/m/{ID}#{b64u(FOREIGN)}")
refused("two-forms", "several", f"take {LINK} or {BOX}")
refused("cut-in-a-message", "cut", f"Hi, take {LINK[:-9]} now")
refused("cut-in-a-message-before-a-paragraph", "cut", f"Hi,\ntake {LINK[:-9]}\n\n{LINK[-9:]}")
refused("umlaut-in-a-message", "damaged", f"Hi, take {HOST}/v1/m/{ID}ü#{TEXT} now")
refused("no-link-in-a-message", "not_a_link", "Hi, see https://example.org/help and https://example.org/pictures/x")
refused("control-character", "damaged", LINK[:-4] + "\x1b" + LINK[-4:])
for name, host in (("one-dot", "."), ("two-dots", ".."), ("dot-at-end", "relay.example."), ("empty-label", "relay..example"),
                   ("short-ipv4", "127.1"), ("hex-ipv4", "0x7f000001"), ("octal-ipv4", "0177.0.0.1"), ("number", "2130706433"),
                   ("two-ports", "relay.example:22:33"), ("bare-ipv6", "2001:db8::1"), ("hyphen", "-relay.example")):
    refused(f"host-{name}", "not_a_link", f"https://{host}/v1/m/{ID}#{TEXT}")
for name, base in (("dots", "/a/../b"), ("dot", "/./b"), ("double-slash", "/a//b"), ("colon", "/a:b")):
    refused(f"base-with-{name}", "not_a_link", f"{HOST}{base}/v1/m/{ID}#{TEXT}")

for old in HERE.glob("*.txt"):
    old.unlink()
for name, (expect, extra, text) in cases.items():
    lines = ["source: transfer.md section 1", f"expect: {expect}"] + [f"{key}: {value}" for key, value in extra]
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n\n" + text + "\n", "utf-8", newline="")
