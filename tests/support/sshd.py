"""A real sshd of this account on a high port of loopback; it trusts one authority's SSH CA."""

import getpass
import json
import os
import shutil
import socket
from pathlib import Path

from .process import Finished, Program, free_port, run

# An unprivileged sshd lets in only the account that runs it.
LOGIN = getpass.getuser()


class Sshd(Program):
    """`host` is the name that the administrator gave (`web`). Principals: LOGIN@host, or `principals`.

    RevokedKeys is the file of a Verifier (`krl=verifier.krl`), by default place/verifier/ssh.krl: start the
    verifier before the first login, or sshd refuses every key.

    `logins`: it has no principals files but the lines of `export-trust --host HOST --login LOGIN…`, and the host is
    made known to the authority here. `authorized_keys`: keys that let in without a certificate.
    """

    def __init__(self, place, host, authority=None, krl=None, principals=None, extra="", logins=None, authorized_keys="none"):
        super().__init__(place, f"sshd-{host}")
        self.host, self.port = host, free_port()
        self.host_key = self.directory / "host_key"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host, "-f", self.host_key])
        self.host_key_public = self.directory / "host_key.pub"
        self.ca_keys = self.directory / "user_ca.pub"
        if authority:
            self.ca_keys.write_text("".join(f"{key}\n" for key in authority.trust()["ssh_ca_keys"]), "utf-8")
        self.krl = Path(krl) if krl else place.directory / "verifier" / "ssh.krl"
        self.config_path = self.directory / "sshd_config"
        trusted = self._admitted(authority, logins) if logins else self._principals_files(principals)
        self.config_path.write_text(self._config(authorized_keys, trusted, extra), "utf-8")
        self.argv = [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", self.config_path]

    def _principals_files(self, principals):
        names = self.directory / "principals"
        names.mkdir()
        (names / LOGIN).write_text("".join(f"{name}\n" for name in principals or [f"{LOGIN}@{self.host}"]), "utf-8")
        return f"""TrustedUserCAKeys "{self.ca_keys}"
RevokedKeys "{self.krl}"
AuthorizedPrincipalsFile "{names}/%u"
"""

    def _admitted(self, authority, logins):
        authority.add_host(self)
        told = json.loads(authority.run("export-trust", "--host", self.host, "--json", *(word for login in logins for word in ("--login", login))).out)
        assert told["ssh_ca_keys"] == authority.trust()["ssh_ca_keys"]
        lines = told["sshd_config"].replace("/etc/ssh/keyferry_ca.pub", f'"{self.ca_keys}"').replace("/var/lib/keyferry-verifier/ssh.krl", f'"{self.krl}"')
        # An sshd that is not root's can run the command only as itself.
        return lines if os.geteuid() == 0 else lines.replace("CommandUser nobody", f"CommandUser {LOGIN}")

    def _config(self, authorized_keys, trusted, extra):
        return f"""ListenAddress 127.0.0.1
Port {self.port}
HostKey "{self.host_key}"
PidFile none
UsePAM {"yes" if _root_is_locked() else "no"}
PermitRootLogin yes
StrictModes no
LogLevel VERBOSE
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile {authorized_keys}
{extra}
{trusted}"""

    def launch(self):
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        return super().launch()

    def ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False

    def login(self, key, certificate=None, command="true", timeout=30) -> Finished:
        """Logs in with OpenSSH's client as the tests' account; any exit code. Asks nothing, checks the host key."""
        known = self.directory / "known_hosts"
        known.write_text(f"[127.0.0.1]:{self.port} {self.host_key_public.read_text('utf-8')}", "utf-8")
        argv = ["ssh", "-F", "none", "-i", key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
                "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", f'UserKnownHostsFile="{known}"']
        if certificate:
            argv += ["-o", f'CertificateFile="{certificate}"']
        argv += ["-p", self.port, "--", f"{LOGIN}@127.0.0.1", command]
        return run(argv, timeout=timeout, code=None)


def _root_is_locked():
    """Without PAM, sshd refuses an account whose password field begins with `!` (it sees that only as root)."""
    if os.geteuid() != 0:
        return False
    with open("/etc/shadow", encoding="utf-8") as shadow:
        fields = dict(line.split(":", 2)[:2] for line in shadow if ":" in line)
    return fields.get(LOGIN, "").startswith("!")
