"""The texts of the configuration files: pure functions of the present text and the answers.

The shipped files stay as they are, comments and an administrator's other settings included; only the keys below change.
"""

import re
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent.parent / "nginx.conf"
PROXY = '["127.0.0.1"]'


def quoted(text):
    """A TOML string; the checks of the answers let neither quotes nor control characters through."""
    return f'"{text}"'


def put(text, table, key, value):
    """`text` with `key = value` in the table, replaced where it is, else added below the table's line."""
    lines, inside = text.splitlines(), False
    for number, line in enumerate(lines):
        header = re.match(r"\s*\[\[?([^\]]+)\]", line)
        if header:
            inside = header[1].strip() == table
        elif inside and re.match(rf"\s*{re.escape(key)}\s*=", line):
            lines[number] = f"{key} = {value}"
            return "\n".join(lines) + "\n"
    for number, line in enumerate(lines):
        if re.match(rf"\s*\[\[?{re.escape(table)}\]\]?\s*(#.*)?$", line):
            lines.insert(number + 1, f"{key} = {value}")
            return "\n".join(lines) + "\n"
    return "\n".join([*lines, "", f"[{table}]", f"{key} = {value}"]) + "\n"


def without(text, table):
    """`text` with every line of the table commented out: nginx does TLS."""
    inside, lines = False, []
    for line in text.splitlines():
        if re.match(r"\s*\[", line):
            inside = re.match(rf"\s*\[{re.escape(table)}\]", line) is not None
        lines.append(f"# {line}" if inside and line.strip() and not line.lstrip().startswith("#") else line)
    return "\n".join(lines) + "\n"


def changed(text, settings):
    for table, key, value in settings:
        text = put(text, table, key, value)
    return text


def relay(text, answers):
    url = quoted(f"https://{answers['name']}")
    return changed(without(text, "tls"), [("listen", "api", '"127.0.0.1:8443"'), ("listen", "admin", '"127.0.0.1:9443"'),
                                         ("listen", "trusted_proxies", PROXY), ("public", "url", url)])


def authority(text, answers):
    url = quoted(f"https://{answers['name']}")
    return changed(without(text, "tls"), [("listen", "api", '"127.0.0.1:8444"'), ("listen", "admin", '"127.0.0.1:9444"'),
                                         ("listen", "trusted_proxies", PROXY), ("public", "url", url), ("metadata", "relays", f"[{url}]")])


def verifier(text, answers):
    """It asks the authority on this machine directly: no certificate, name service or proxy can keep a revoke from sshd."""
    return changed(text, [("listen", "admin", '"127.0.0.1:9445"'), ("list", "url", '"http://127.0.0.1:8444/v1/lists/ssh.krl"'),
                          ("list", "trust", '"trust.json"'), ("list", "file", '"/var/lib/keyferry-verifier/ssh.krl"')])


def nginx(template, name, pair, acme, ipv6):
    """`pair` is (certificate, key), or nothing before there is one."""
    def part(text, word, wanted):
        return re.sub(rf"#\[{word}\n(.*?)#{word}\]\n", r"\1" if wanted else "", text, flags=re.S)
    text = part(part(template, "acme", acme), "https", pair is not None)
    if not ipv6:
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.M)
    certificate, key = pair or ("", "")
    return text.replace("@NAME@", name).replace("@CERTIFICATE@", str(certificate)).replace("@KEY@", str(key))


def sshd(lines, host):
    return (f"# Written by `keyferry-server setup`: what keyferry admits at this host, {host}. `keyferry-server undo` takes it out.\n"
            "# If these logins are locked out: rm /etc/ssh/sshd_config.d/keyferry.conf && systemctl reload ssh\n" + lines)
