"""Everything that a share needs, running: authority, relay, verifier, sshd `web` and `db`, and wallets by name.

    system = System(place)                # all started
    ada = system.owner("ada")             # took a root share on web and db, depth 3, as credential "servers"
    link, pin = system.share(ada, "servers", "--host", "web", "--pin")
    bob = system.take("bob", link, pin)   # a wallet that holds it as "web"
    system.login(bob, "web").code         # 0, or 255 when sshd refuses
"""

import shlex

from .process import run, wait_until
from .programs import Authority, Relay, Verifier, Wallet
from .sshd import LOGIN, Sshd


class System:
    def __init__(self, place, engine="sqlite", authority_config=None, relay_config=None, on_unreachable="last-good:24h", authority_proxy=None):
        """`authority_proxy`: a Proxy that stands before the authority, which the world knows by the proxy's address."""
        self.place = place
        if authority_proxy:
            authority_config = {**(authority_config or {}), "public": {"url": authority_proxy.url}, "tls": None}
        self.authority = Authority(place, config=authority_config)
        if authority_proxy:
            authority_proxy.forward_to(self.authority)
            self.authority.url = authority_proxy.url
        self.sshd = {name: Sshd(place, name, self.authority) for name in ("web", "db")}
        for sshd in self.sshd.values():
            self.authority.add_host(sshd)
        self.authority.start()
        self.verifier = Verifier(place, self.authority, on_unreachable=on_unreachable).start()
        self.relay = Relay(place, engine=engine, config=relay_config).start()
        for sshd in self.sshd.values():
            sshd.start()

    def owner(self, name, *more, credential="servers"):
        """A wallet with a root share: LOGIN on web and db for 12 hours, depth 3."""
        wallet = Wallet(self.place, name)
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--host", "db", "--for", "12h", "--depth", "3", *more)
        wallet.run("accept", "--yes", "--allow-local", "--name", credential, "-", input=offer)
        return wallet

    def share(self, wallet, credential, *more):
        """`keyferry share --now`; returns (link, PIN or None). The share's id is kept as self.last_share."""
        made = wallet.json("share", credential, "--now", *(() if "--for" in more else ("--for", "4h")), "--relay", self.relay.url, "--allow-local", "--yes", *more)
        self.last_share = made["share"]
        return made["link"], made.get("pin")

    def take(self, name, link, pin=None, credential="web", code=0):
        """A wallet (new or known by its name) takes the link."""
        wallet = name if isinstance(name, Wallet) else Wallet(self.place, name)
        pin_lines = f"\n{pin}" if pin else ""
        wallet.run("accept", "--yes", "--allow-local", "--name", credential, "-", input=link + pin_lines, code=code)
        return wallet

    def ssh_line(self, wallet, credential, host=None):
        """The whole ssh command line that the wallet prints for the credential (on that host), as a list of words."""
        held = next(entry for entry in wallet.json("list")["credentials"] if entry["name"] == credential)
        lines = [line["command"] for line in held["ssh"] if host in (None, line["host"])]
        return shlex.split(lines[0])

    def login(self, wallet, credential, host=None, command="true"):
        """Logs in with that line; any exit code (255: refused)."""
        line = self.ssh_line(wallet, credential, host)
        return run([line[0], "-o", "BatchMode=yes", *line[1:], command], code=None, timeout=30)

    def refused_within(self, wallet, credential, seconds=2.0, host=None):
        """Waits until sshd refuses the login, at most so long."""
        wait_until(lambda: self.login(wallet, credential, host).code == 255, "the login to be refused", seconds)
