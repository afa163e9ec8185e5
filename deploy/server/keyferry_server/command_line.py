"""`keyferry-server setup` and `keyferry-server undo`."""

import argparse
import os
import sys
from pathlib import Path

from . import steps
from .answers import agreed, gather
from .record import Record
from .services import of_this_machine
from .trouble import Trouble, Usage, call, say

EXAMPLES = """examples:
  keyferry-server setup
  keyferry-server setup --yes --name keys.yourdomain.org --acme you@yourdomain.org --login deploy"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Usage(f"{message}; see `{self.prog} --help`")


def parser():
    version = Path(__file__).resolve().parent.parent / "version"
    root = Parser(prog="keyferry-server", allow_abbrev=False,
                  description="Relay, authority and verifier on this machine, behind one address; this machine's sshd is the first host.")
    root.add_argument("--version", action="version", version=f"keyferry-server {version.read_text('utf-8').strip() if version.exists() else ''}")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    setup = commands.add_parser("setup", allow_abbrev=False, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
                                help="make this machine ready, and make the first offer; a second run changes only what differs",
                                description="What is not given is asked. A second run remembers the answers, and changes only what differs.")
    setup.add_argument("--name", help="public name of this machine, as links and certificates have it")
    setup.add_argument("--acme", metavar="MAIL", help="get a certificate by certbot (Let's Encrypt) and agree to its terms; port 80 must be reachable")
    setup.add_argument("--certificate", metavar="FILE", help="use this certificate (PEM, leaf first)")
    setup.add_argument("--key", metavar="FILE", help="its private key (PEM)")
    setup.add_argument("--ca", metavar="FILE", help="trust anchors (PEM) of a private CA, for setup's own check")
    setup.add_argument("--host", help="short name of this host, as people see it in user@host")
    setup.add_argument("--address", metavar="HOST:PORT", help="where people reach this machine's sshd (default: its public name and sshd's port)")
    setup.add_argument("--login", action="append", metavar="LOGIN", help="a login that people may be given (again for more); all others are refused, root only when named")
    setup.add_argument("--for", dest="for_", metavar="DURATION", help="how long the first share lasts (default 30d)")
    setup.add_argument("--yes", action="store_true", help="ask nothing: agree to the sshd lines")
    undo = commands.add_parser("undo", allow_abbrev=False, help="take back what setup changed; keys, ledger and certificates stay",
                               description="Takes back what setup changed, sshd first. Keys, ledger and certificates stay.")
    undo.add_argument("--yes", action="store_true", help="do not ask")
    return root


def options_of(args):
    options = {name: getattr(args, name) for name in ("name", "acme", "host", "address")}
    options.update({name: os.path.abspath(path) if (path := getattr(args, name)) else None for name in ("certificate", "key", "ca")})
    options["logins"] = " ".join(dict.fromkeys(args.login)) if args.login else None
    options["for"] = args.for_
    if options["acme"] and (options["certificate"] or options["key"]):
        raise Usage("--acme and --certificate are two ways; choose one")
    return options


def setup(args):
    record, services = Record(), of_this_machine()
    answers = gather(options_of(args), record.known["answers"], args.yes)
    if "certificate" in answers:
        steps.check_pair(answers)
    say(f"https://{answers['name']} on this machine; host {answers['host']} ({answers['address']}) admits {', '.join(answers['logins'].split())}. "
        f"Services by {services.what}.")
    record.note("answers", answers)
    changed = steps.configure(record, answers)
    steps.add_host(answers)
    steps.add_verifier(record, answers)
    steps.start(record, services, changed)
    steps.serve(record, services, answers)
    steps.trust(record, services, answers, args.yes)
    show_offer(record, answers)


def show_offer(record, answers):
    made = steps.offer(record, answers)
    for path in dict.fromkeys(record.changed):
        say(f"changed: {path}")
    if made is None:
        say("Nothing else is to be done: the first share was made before." if record.changed else "Nothing is to be done: all is as it should be.")
        say(f"`runuser -u keyferry-authority -- keyferry-authority list --config {steps.ETC}/authority.toml` shows the shares.")
        return
    say(f"\nThe first offer, for {answers['logins'].split()[0]}@{answers['host']} until {made['valid_until']}. Whoever takes it first has it; it can be taken until {made['link_until']}.\n")
    say(steps.picture(made["offer"]))
    print(made["offer"], flush=True)
    say(f"\nOn your own machine, with the package keyferry:\n  keyferry accept --name {answers['host']} -        and paste the line above\nThen `keyferry share {answers['host']}` makes a link for a friend.")


def undo(args):
    record, services = Record(), of_this_machine()
    if not record.exists():
        say("Nothing is to be undone: setup has changed nothing here.")
        return
    if not agreed("sshd will refuse every certificate of this authority, and its services stop. Go on?", args.yes):
        raise Trouble("nothing was changed")
    kept = [record.put_back(steps.DROP_IN), record.put_back(steps.CA_KEYS)]
    if services.running("ssh"):
        call("/usr/sbin/sshd", "-t")
        services.reload("ssh")
    record.unlink(steps.LINK)
    kept.append(record.put_back(steps.SITE))
    if services.running("nginx"):
        services.reload("nginx")
    for name in reversed(list(record.known["services"])):
        services.stop(name)
    kept += [record.put_back(path) for path in list(record.known["files"])]
    record.forget()
    for path in filter(None, kept):
        say(f"somebody had changed it, so it is kept: {path}")
    say("Undone. Keys and ledger stay in /var/lib/keyferry-authority, certificates in /etc/letsencrypt; remove them by hand if nothing needs them.")


def main(argv):
    try:
        args = parser().parse_args(argv)
        if os.geteuid() != 0:
            raise Trouble("only root can do this: sudo keyferry-server …")
        {"setup": setup, "undo": undo}[args.command](args)
        return 0
    except Trouble as why:
        print(f"keyferry-server: {why}", file=sys.stderr)
        return why.code
    except KeyboardInterrupt:
        print("\nkeyferry-server: stopped; run it again to go on", file=sys.stderr)
        return 130
