#!/usr/bin/python3 -B
"""Makes the vectors of the rights of `ssh`: tests/vectors/ssh_rights/make.py writes *.txt beside itself.

`parent` is `-` for a root or the complete rights of a parent, the payload is what is asked for. Closed list of
`expect`: rights (then `rights` is what is given, in its one encoding), invalid, right_not_enforceable,
wider_than_parent (then `right` is the one to blame). Deterministic: run it again and nothing changes.
"""

import json
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = "authority.md sections 3 and 4, docs/authority.md 'Rights of ssh'"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def write(name, expect, asked, parent=None, rights=None, right=None):
    lines = [f"source: {SOURCE}", f"expect: {expect}", f"parent: {compact(parent) if parent else '-'}"]
    if rights is not None:
        lines.append(f"rights: {compact(rights)}")
    if right is not None:
        lines.append(f"right: {right}")
    text = asked if isinstance(asked, str) else compact(asked)
    (HERE / f"{name}.txt").write_text("\n".join(lines) + f"\n\n{text}\n", "utf-8")


def complete(**over):
    rights = {"extensions": ["permit-pty"], "hosts": ["web"], "logins": ["deploy"], **over}
    return {name: rights[name] for name in sorted(rights) if rights[name] is not None}


for old in HERE.glob("*.txt"):
    old.unlink()
PLAIN = {"logins": ["deploy"], "hosts": ["web"]}
write("root", "rights", PLAIN, rights=complete())
write("root-sorted", "rights", {"hosts": ["web", "db", "web"], "logins": ["root", "deploy"]},
      rights=complete(hosts=["db", "web"], logins=["deploy", "root"]))
write("root-without-extensions", "rights", {**PLAIN, "extensions": []}, rights=complete(extensions=[]))
write("root-full", "rights", {**PLAIN, "command": "uptime -p", "source": ["2001:DB8::/32", "192.0.2.7"],
                              "extensions": ["permit-user-rc", "permit-pty", "permit-X11-forwarding"]},
      rights=complete(command="uptime -p", source=["192.0.2.7/32", "2001:db8::/32"],
                      extensions=["permit-X11-forwarding", "permit-pty", "permit-user-rc"]))
write("root-longest-names", "rights", {"logins": ["a" * 32], "hosts": [".".join(["b" * 63] * 3 + ["c" * 61])]},
      rights=complete(logins=["a" * 32], hosts=[".".join(["b" * 63] * 3 + ["c" * 61])]))

for name, asked in {
    "no-logins": {"hosts": ["web"]},
    "no-hosts": {"logins": ["deploy"]},
    "empty-logins": {**PLAIN, "logins": []},
    "empty-hosts": {**PLAIN, "hosts": []},
    "empty-source": {**PLAIN, "source": []},
    "logins-is-text": {**PLAIN, "logins": "deploy"},
    "logins-with-number": {**PLAIN, "logins": ["deploy", 7]},
    "logins-is-null": {**PLAIN, "logins": None},
    "login-upper-case": {**PLAIN, "logins": ["Root"]},
    "login-digit-first": {**PLAIN, "logins": ["0day"]},
    "login-hyphen-first": {**PLAIN, "logins": ["-oProxyCommand"]},
    "login-with-at": {**PLAIN, "logins": ["deploy@web"]},
    "login-with-dot": {**PLAIN, "logins": ["a.b"]},
    "login-too-long": {**PLAIN, "logins": ["a" * 33]},
    "login-empty": {**PLAIN, "logins": [""]},
    "login-star": {**PLAIN, "logins": ["*"]},
    "host-upper-case": {**PLAIN, "hosts": ["Web"]},
    "host-hyphen-first": {**PLAIN, "hosts": ["-web"]},
    "host-hyphen-last": {**PLAIN, "hosts": ["web-.example"]},
    "host-with-at": {**PLAIN, "hosts": ["a@b"]},
    "host-with-comma": {**PLAIN, "hosts": ["web,db"]},
    "host-dot-last": {**PLAIN, "hosts": ["web."]},
    "host-part-too-long": {**PLAIN, "hosts": ["b" * 64]},
    "host-too-long": {**PLAIN, "hosts": [".".join(["b" * 63] * 3 + ["c" * 62])]},
    "host-star": {**PLAIN, "hosts": ["*.example"]},
    "command-is-list": {**PLAIN, "command": ["uptime"]},
    "command-empty": {**PLAIN, "command": ""},
    "command-with-line-end": {**PLAIN, "command": "uptime\nid"},
    "command-with-escape": {**PLAIN, "command": "uptime \u001b[8m; id"},
    "command-right-to-left": {**PLAIN, "command": "uptime \u202e di"},
    "command-space-last": {**PLAIN, "command": "uptime "},
    "command-too-long": {**PLAIN, "command": "x" * 1025},
    "source-host-bits": {**PLAIN, "source": ["192.0.2.1/24"]},
    "source-prefix-too-long": {**PLAIN, "source": ["192.0.2.0/33"]},
    "source-leading-zero": {**PLAIN, "source": ["192.0.02.0/24"]},
    "source-mapped": {**PLAIN, "source": ["::ffff:192.0.2.1"]},
    "source-zone": {**PLAIN, "source": ["fe80::1%eth0"]},
    "source-name": {**PLAIN, "source": ["web.example"]},
    "source-star": {**PLAIN, "source": ["192.0.2.*"]},
    "extension-unknown": {**PLAIN, "extensions": ["permit-everything"]},
    "extension-upper-case": {**PLAIN, "extensions": ["permit-PTY"]},
    "65-logins": {**PLAIN, "logins": [f"a{n}" for n in range(65)]},
    "272-pairs": {"logins": [f"a{n}" for n in range(17)], "hosts": [f"h{n}" for n in range(16)]},
}.items():
    write(name, "invalid", asked)

for name in ("uses", "use_count", "max_sessions", "sudo", "Logins", "force-command"):
    write(f"right-{name}", "right_not_enforceable", {**PLAIN, name: 1})

WIDE = complete(logins=["deploy", "root"], hosts=["db", "web"], source=["192.0.2.0/24", "2001:db8::/32"],
                extensions=["permit-port-forwarding", "permit-pty"])
FORCED = complete(command="uptime")
write("child-of-all", "rights", {}, parent=WIDE, rights=WIDE)
write("child-with-less", "rights", {"logins": ["deploy"], "hosts": ["web"], "extensions": [], "command": "id"}, parent=WIDE,
      rights=complete(source=["192.0.2.0/24", "2001:db8::/32"], extensions=[], command="id"))
write("child-source-inside", "rights", {"source": ["192.0.2.128/25", "2001:db8:1::/48"]}, parent=WIDE,
      rights={**WIDE, "source": ["192.0.2.128/25", "2001:db8:1::/48"]})
write("child-command-copied", "rights", {"logins": ["deploy"]}, parent=FORCED, rights=FORCED)
write("child-command-equal", "rights", {"command": "uptime"}, parent=FORCED, rights=FORCED)
write("child-extensions-copied", "rights", {}, parent=complete(extensions=[]), rights=complete(extensions=[]))
for name, right, asked, parent in (
        ("child-login-more", "logins", {"logins": ["deploy", "admin"]}, WIDE),
        ("child-host-other", "hosts", {"hosts": ["mail"]}, WIDE),
        ("child-host-below", "hosts", {"hosts": ["a.web"]}, WIDE),
        ("child-source-wider", "source", {"source": ["192.0.0.0/16"]}, WIDE),
        ("child-source-beside", "source", {"source": ["192.0.3.0/24"]}, WIDE),
        ("child-source-one-of-two", "source", {"source": ["192.0.2.0/25", "2001:db9::/32"]}, WIDE),
        ("child-source-all", "source", {"source": ["0.0.0.0/0"]}, WIDE),
        ("child-extension-more", "extensions", {"extensions": ["permit-pty", "permit-agent-forwarding"]}, WIDE),
        ("child-extension-of-none", "extensions", {"extensions": ["permit-pty"]}, complete(extensions=[])),
        ("child-command-other", "command", {"command": "id"}, FORCED),
        ("child-command-longer", "command", {"command": "uptime -p"}, FORCED)):
    write(name, "wider_than_parent", asked, parent=parent, right=right)
write("child-right-unknown", "right_not_enforceable", {"uses": 1}, parent=WIDE)
write("child-login-bad", "invalid", {"logins": ["-x"]}, parent=WIDE)
