"""What setup must know: from options, from the run before, or asked; checked before anything changes."""

import ipaddress
import os
import pwd
import re
import socket
import sys
from pathlib import Path

from .trouble import Trouble, Usage, call, say

PLACEHOLDER = re.compile(r"(^|[.@])(example|invalid)$|(^|[.@])example\.(com|org|net)$")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LOGIN = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
FILE = re.compile(r"/[^\"\\\x00-\x1f\x7f$;{}]+")


def is_name(text):
    return len(text) <= 253 and all(LABEL.fullmatch(part) for part in text.split("."))


def check_name(text):
    if PLACEHOLDER.search(text):
        return f"{text} is a placeholder; give the name under which people reach this machine"
    if re.fullmatch(r"[0-9.]+", text) or ":" in text:
        return f"{text} is an address; give a name, for certificates and links hold it"
    if not is_name(text) or "." not in text:
        return f'"{text}" is no public name; one is like keys.yourdomain.org, in lower case'
    return None


def check_host(text):
    return None if is_name(text) else f'"{text}" is no host name: it has a-z 0-9 - and dots'


def check_login(text):
    if not LOGIN.fullmatch(text):
        return f'"{text}" is no login: it has 1 to 32 of a-z 0-9 _ - and begins with a letter or _'
    try:
        pwd.getpwnam(text)
    except KeyError:
        return f"this machine has no account {text}; make it first: adduser {text}"
    return None


def check_logins(text):
    names = text.split()
    return next((why for why in map(check_login, names) if why), None) if names else "name at least one login"


def check_mail(text):
    if PLACEHOLDER.search(text):
        return f"{text} is a placeholder; the certificate authority writes to it when a certificate runs out"
    return None if re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", text) else f'"{text}" is no e-mail address'


def check_file(text):
    if not FILE.fullmatch(text):
        return f'"{text}" must be an absolute path without quotes'
    return None if Path(text).is_file() else f"there is no file {text}"


def check_address(text):
    host, _, port = text.rpartition(":")
    if PLACEHOLDER.search(host):
        return f"{host} is a placeholder; give the address at which people reach this machine's sshd"
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        if not is_name(host):
            return f'"{text}" is no HOST:PORT'
    return None if port.isdecimal() and 0 < int(port) < 65536 else f'"{text}" is no HOST:PORT'


def terminal():
    return sys.stdin.isatty() and sys.stderr.isatty()


def prompt(text):
    sys.stderr.write(text)
    sys.stderr.flush()


def ask(question, default, check):
    """Asks until the answer is good."""
    while True:
        prompt(f"{question}{f' [{default}]' if default else ''}: ")
        text = sys.stdin.readline()
        if not text:
            raise Trouble("the answers ended; nothing was changed by this question")
        text = text.strip() or default or ""
        why = check(text) if text else "an answer is needed"
        if not why:
            return text
        say(f"  {why}")


def agreed(question, yes):
    """y or n; anything else is asked again. Without a terminal, only --yes says yes."""
    if yes:
        return True
    if not terminal():
        raise Usage(f"{question} Without a terminal, say --yes")
    while True:
        prompt(f"{question} y/N: ")
        text = sys.stdin.readline()
        if not text or text.strip().lower() in ("", "n", "no"):
            return False
        if text.strip().lower() in ("y", "yes"):
            return True


def sshd_port():
    shown = call("/usr/sbin/sshd", "-T", "-C", "user=root,host=localhost,addr=127.0.0.1").stdout
    return re.search(r"^port (\d+)", shown, re.M)[1]


def questions(options, known):
    """(answer's name, option, question, default, check), in the order in which they are asked."""
    name = socket.getfqdn()
    yield "name", "--name", "Public name of this machine, as links and certificates have it", None if check_name(name) else name, check_name
    if not (options.get("certificate") or options.get("key") or known.get("certificate")):
        yield "acme", "--acme", "E-mail address for a certificate of Let's Encrypt (for files of your own, use --certificate and --key)", None, check_mail
    else:
        yield "certificate", "--certificate", "Certificate (PEM, leaf first)", None, check_file
        yield "key", "--key", "Its private key (PEM)", None, check_file
    label = socket.gethostname().split(".")[0].lower()
    yield "host", "--host", "Short name of this host, as people see it in user@host", label if is_name(label) else "host", check_host
    user = os.environ.get("SUDO_USER", "root")
    yield "logins", "--login", "Logins that people may be given, with spaces between; every other login is refused", user if user != "root" else None, check_logins


def gather(options, known, yes):
    """All answers. A value of --yes or of a machine without a terminal must be an option, or known from before."""
    answers = dict(known)
    answers.update({name: value for name, value in options.items() if value is not None})
    if options.get("acme"):
        answers.pop("certificate", None), answers.pop("key", None)
    if options.get("certificate"):
        answers.pop("acme", None)
    missing = []
    for name, option, question, default, check in questions(options, answers if not options.get("acme") else {}):
        if name not in answers and terminal() and not yes:
            answers[name] = ask(question, default, check)
        elif name not in answers and default and name in ("name", "host"):
            answers[name] = default
        if name not in answers:
            missing.append(option if option != "--acme" else "--acme, or --certificate and --key")
            continue
        why = check(answers[name])
        if why:
            raise Usage(f"{option}: {why}")
    if missing:
        raise Usage(f"missing: {', '.join(missing)}; see `keyferry-server setup --help`")
    answers.setdefault("address", f"{answers['name']}:{sshd_port()}")
    why = check_address(answers["address"])
    if why:
        raise Usage(f"--address: {why}")
    if known.get("name", answers["name"]) != answers["name"]:
        raise Usage(f"this machine was set up as {known['name']}, and every credential names it; `keyferry-server undo` first")
    return answers
