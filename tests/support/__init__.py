"""Real programs for tests, each its own process with its own directory and configuration.

    def test_login(place):                       # `place`: a temporary directory, a CA, and what runs in it
        authority = Authority(place)             # init, configuration, TLS; not running yet
        sshd = Sshd(place, "web", authority)     # trusts the authority's SSH CA; principals LOGIN@web
        authority.add_host(sshd)                 # keyferry-authority host add web 127.0.0.1:PORT --key FILE
        authority.start()                        # returns when /readyz says so; raises with the log if not
        verifier = Verifier(place, authority).start()        # keeps place/verifier/ssh.krl fresh
        sshd.start()
        ada = Wallet(place, "ada")               # KEYFERRY_HOME and KEYFERRY_CA set; runs only when told
        offer = authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")
        ada.run("accept", "--yes", "--allow-local", "-", input=offer)
        assert ada.json("list")                  # appends --json, parses standard output

The parts, one file each: certificates.py (CA and leaves for loopback), process.py (Place, Program, free_port,
run), programs.py (Authority, Relay, Verifier, Wallet), sshd.py (Sshd, LOGIN), system.py (System: all of it running),
http.py (call), site.py and browser.py (the site behind nginx; Chromium and Firefox), npm.py, sandbox.py (a unit's system call filter), transcript.py (tests/cli).

Every class takes `config={"table": {"key": value}}`, merged over its default TOML, and has `.directory`,
`.log()` (what it wrote to standard error so far), `.start()`, `.stop()`, `.kill()` (SIGKILL), `.pid`, `.running`.
Programs come from $KEYFERRY_BIN (default: build/release/bin). Everything listens on 127.0.0.1 at free ports and is
stopped by its pid when the test ends. After a failed test the directory with all logs is kept and named.
"""

from . import sandbox
from .browser import Browser
from .certificates import CertificateAuthority
from .http import Answer, call
from .process import BIN, ROOT, SANITIZED, Finished, Place, Program, free_port, run, wait_until
from .programs import Authority, Relay, Verifier, Wallet
from .site import Site
from .sshd import LOGIN, Sshd
from .system import System

__all__ = ["Answer", "Authority", "BIN", "Browser", "CertificateAuthority", "Finished", "LOGIN", "Place", "Program", "ROOT",
           "Relay", "SANITIZED", "Site", "Sshd", "System", "Verifier", "Wallet", "call", "free_port", "run", "sandbox",
           "wait_until"]
