"""The steps of setup, each of which finds out what is done already, and does the rest."""

import http.client
import json
import shutil
import socket
import ssl
from pathlib import Path

from . import configuration
from .answers import agreed
from .services import wait_until_ready
from .trouble import Trouble, call, say

ETC, SITE = Path("/etc/keyferry"), Path("/etc/nginx/sites-available/keyferry")
LINK, TARGET = "/etc/nginx/sites-enabled/keyferry", "../sites-available/keyferry"
CA_KEYS, DROP_IN = Path("/etc/ssh/keyferry_ca.pub"), Path("/etc/ssh/sshd_config.d/keyferry.conf")
ACME, LIVE = Path("/var/lib/keyferry-acme"), Path("/etc/letsencrypt/live")
LIST = Path("/var/lib/keyferry-verifier/ssh.krl")
HOST_KEYS = ("ssh-ed25519", "ecdsa-sha2-nistp256")  # those that wallets know
PARTS = ("authority", "relay", "verifier")


def authority(*arguments, input=None):
    """A subcommand of the authority, with its account: no file of root comes between the server and its ledger."""
    return call("/usr/bin/keyferry-authority", *arguments, "--config", ETC / "authority.toml", input=input, as_account="keyferry-authority").stdout


def text_of(path):
    return path.read_text("utf-8") if path.exists() else None


def check_pair(answers):
    """The files of --certificate and --key, before anything changes."""
    certificate, key = answers["certificate"], answers["key"]
    matches = call("openssl", "x509", "-in", certificate, "-noout", "-checkhost", answers["name"]).stdout
    if "does match" not in matches:
        raise Trouble(f"{certificate} is not for {answers['name']}")
    if call("openssl", "x509", "-in", certificate, "-noout", "-checkend", "0", check=False).returncode != 0:
        raise Trouble(f"{certificate} has run out")
    ours = call("openssl", "x509", "-in", certificate, "-noout", "-pubkey").stdout
    if call("openssl", "pkey", "-in", key, "-pubout").stdout != ours:
        raise Trouble(f"{key} is not the key of {certificate}")


def configure(record, answers):
    """Configuration files; (the services whose file changed). The keys and the ledger are made once."""
    changed = set()
    for part, text in (("relay", configuration.relay), ("authority", configuration.authority)):
        path = ETC / f"{part}.toml"
        if record.put(path, text(path.read_text("utf-8"), answers)):
            changed.add(part)
    if not Path("/var/lib/keyferry-authority/ledger.db").exists():
        authority("init")
    if record.put(ETC / "trust.json", authority("export-trust")):
        changed.add("verifier")
    path = ETC / "verifier.toml"
    if record.put(path, configuration.verifier(path.read_text("utf-8"), answers)):
        changed.add("verifier")
    for part in PARTS:
        call(f"/usr/bin/keyferry-{part}", "--config", ETC / f"{part}.toml", "--check", as_account=f"keyferry-{part}")
    return changed


def add_host(answers):
    """Tells the authority this host's address and keys, and its verifier's key."""
    shown = call("/usr/sbin/sshd", "-T", "-C", "user=root,host=localhost,addr=127.0.0.1").stdout
    keys = [Path(f"{line.split(' ', 1)[1]}.pub") for line in shown.splitlines() if line.startswith("hostkey ")]
    keys = [path for path in keys if path.exists() and path.read_text("utf-8").split()[0] in HOST_KEYS]
    if not keys:
        raise Trouble("this machine's sshd has no host key of type ed25519 or ECDSA; make them: ssh-keygen -A")
    name, address = answers["host"], answers["address"]
    known = {host["name"]: host for host in json.loads(authority("host", "list", "--json"))["hosts"]}
    lines = sorted(" ".join(path.read_text("utf-8").split()[:2]) for path in keys)
    there = known.get(name)
    if not there or sorted(there["host_keys"]) != lines or f"{there['address']}:{there['port']}" != address.replace("[", "").replace("]", ""):
        authority("host", "add", name, address, *(word for path in keys for word in ("--key", path)), *(["--replace"] if there else []))


def add_verifier(record, answers):
    keys = call("/usr/bin/keyferry-verifier", "init", "--config", ETC / "verifier.toml", as_account="keyferry-verifier").stdout
    mark = {"host": answers["host"], "keys": json.loads(keys)}
    if record.known.get("verifier") != mark:
        there = {verifier["name"] for verifier in json.loads(authority("verifier", "list", "--json"))["verifiers"]}
        authority("verifier", "add", answers["host"], "--key", "-", *(["--replace"] if answers["host"] in there else []), input=keys)
        record.note("verifier", mark)


def start(record, services, changed):
    for part in PARTS:
        name = f"keyferry-{part}"
        if not services.running(name):
            record.note("services", sorted({*record.known["services"], name}))
            services.start(name)
            record.changed.append(f"{name} (started)")
        elif part in changed:
            services.restart(name)
        wait_until_ready(services, part)


def put_site(record, services, answers, pair):
    ipv6 = Path("/proc/net/if_inet6").exists()
    text = configuration.nginx(configuration.TEMPLATE.read_text("utf-8"), answers["name"], pair, "acme" in answers, ipv6)
    earlier = text_of(SITE)
    changed = record.put(SITE, text)
    changed = record.link(LINK, TARGET) or changed
    tried = call("nginx", "-t", check=False)
    if tried.returncode != 0:
        if earlier is None:
            record.unlink(LINK)
        record.revert(SITE, earlier)
        raise Trouble(f"nginx does not take the site, which was taken back:\n{tried.stderr.strip()}")
    if not services.running("nginx"):
        services.start("nginx")
    elif changed:
        services.reload("nginx")


def certificate(record, services, answers):
    """(certificate, key): the given files, or those that certbot gets and renews."""
    if "certificate" in answers:
        return answers["certificate"], answers["key"]
    pair = LIVE / answers["name"] / "fullchain.pem", LIVE / answers["name"] / "privkey.pem"
    if not all(path.exists() for path in pair):
        if not shutil.which("certbot"):
            raise Trouble("certbot is missing: apt install certbot; or give --certificate and --key")
        ACME.mkdir(mode=0o755, exist_ok=True)
        put_site(record, services, answers, None)
        say("A certificate is asked for; this takes some seconds …")
        # nginx reads a renewed certificate at the hook; certbot keeps all this for its timer.
        call("certbot", "certonly", "--non-interactive", "--agree-tos", "--webroot", "-w", ACME, "-d", answers["name"],
             "-m", answers["acme"], "--deploy-hook", "nginx -s reload")
        record.changed.append(str(pair[0]))
    return pair


def serve(record, services, answers):
    put_site(record, services, answers, certificate(record, services, answers))
    answer_of(answers)


def answer_of(answers):
    """Asks relay and authority through the address, with the trust that wallets have."""
    context = ssl.create_default_context()
    if "ca" in answers:
        context.load_verify_locations(answers["ca"])
    wanted = {"/.well-known/openid-credential-issuer": "credential_issuer", "/v1/openapi.yaml": "openapi"}
    for path, word in wanted.items():
        connection = http.client.HTTPSConnection(answers["name"], timeout=30, context=context)
        try:
            raw = socket.create_connection(("127.0.0.1", 443), 30)
            connection.sock = context.wrap_socket(raw, server_hostname=answers["name"])
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except ssl.SSLCertVerificationError as why:
            raise Trouble(f"wallets would refuse the certificate: {why.verify_message}; if it is of a private CA, "
                          "install the CA with update-ca-certificates, or name it: --ca FILE") from why
        except OSError as why:
            raise Trouble(f"https://{answers['name']}{path} is not answered on this machine: {why}") from why
        finally:
            connection.close()
        if answer.status != 200 or word not in text:
            raise Trouble(f"https://{answers['name']}{path} answers {answer.status}; another site of nginx may have this name")


def trust(record, services, answers, yes):
    """The sshd lines: shown, asked, checked by sshd itself, and taken back if it does not take them."""
    logins = answers["logins"].split()
    told = json.loads(authority("export-trust", "--host", answers["host"], "--json", *(word for login in logins for word in ("--login", login))))
    texts = {CA_KEYS: "".join(f"{line}\n" for line in told["ssh_ca_keys"]), DROP_IN: configuration.sshd(told["sshd_config"], answers["host"])}
    earlier = {path: text_of(path) for path in texts}
    if earlier == texts:
        return
    if not LIST.exists():
        raise Trouble(f"{LIST} is missing, and sshd would refuse these logins; `systemctl status keyferry-verifier` says why")
    for path, text in texts.items():
        say(f"\n{path}:\n" + "".join(f"  {line}\n" for line in text.splitlines()))
    say("Other logins, and keys in authorized_keys, are not touched. Keep a second session open until you have logged in anew.")
    if not agreed("Put these files there and reload sshd?", yes):
        raise Trouble("nothing was changed at sshd, so no share works at this host yet; `keyferry-server setup` asks again")
    for path, text in texts.items():
        record.put(path, text)
    try:
        check_sshd(logins, answers["host"])
    except Trouble:
        for path in texts:
            record.revert(path, earlier[path])
        raise
    if services.running("ssh"):
        services.reload("ssh")
    else:
        say("sshd does not run; the lines hold from its next start on.")


def check_sshd(logins, host):
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd -t wants it; a running sshd has made it
    tried = call("/usr/sbin/sshd", "-t", check=False)
    if tried.returncode != 0:
        raise Trouble(f"sshd does not take the lines, which were taken back:\n{tried.stderr.strip()}")
    for login in logins:
        shown = call("/usr/sbin/sshd", "-T", "-C", f"user={login},host=localhost,addr=127.0.0.1").stdout.splitlines()
        if f"authorizedprincipalscommand /bin/echo %u@{host}" not in shown or f"trustedusercakeys {CA_KEYS}" not in shown:
            raise Trouble(f"sshd does not heed {DROP_IN} for {login}, so it was taken back: /etc/ssh/sshd_config needs the line "
                          "'Include /etc/ssh/sshd_config.d/*.conf' at its top")


def offer(record, answers):
    """The first offer, made once: (offer, until), or nothing."""
    if record.known.get("share"):
        return None
    made = json.loads(authority("share", "--as", answers["logins"].split()[0], "--host", answers["host"], "--for", answers.get("for", "30d"),
                                "--depth", "1", "--json"))
    record.note("share", made["share"])
    return made


def picture(text):
    """The QR in its own black and white, and how wide it is; one that does not fit is not shown."""
    drawn = call("qrencode", "-t", "ANSIUTF8", "-m", "2", "-l", "L", input=text).stdout
    size = shutil.get_terminal_size((200, 200))
    width = max(len(line) for line in call("qrencode", "-t", "UTF8", "-m", "2", "-l", "L", input=text).stdout.splitlines())
    if width > size.columns or drawn.count("\n") > size.lines:
        return f"(The QR needs {width} columns and {drawn.count(chr(10))} lines; this terminal has {size.columns} and {size.lines}.)\n"
    return drawn
