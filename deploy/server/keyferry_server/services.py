"""Starting and stopping services: by systemd, or without it (a container, a chroot) by pid files and /etc/init.d."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .trouble import Trouble, call

ADMIN = {"relay": "127.0.0.1:9443", "authority": "127.0.0.1:9444", "verifier": "127.0.0.1:9445"}
PATIENCE = 60  # seconds


class Systemd:
    what = "systemd"

    def running(self, name):
        return call("systemctl", "is-active", "--quiet", name, check=False).returncode == 0

    def start(self, name):
        call("systemctl", "enable", "--quiet", name)
        self._must(name, "start")

    def restart(self, name):
        self._must(name, "restart")

    def _must(self, name, verb):
        if call("systemctl", verb, name, check=False).returncode != 0:
            raise Trouble(f"{name} does not {verb}. Its last words:\n{self.last_words(name)}")

    def reload(self, name):
        call("systemctl", "reload", name)

    def stop(self, name):
        call("systemctl", "disable", "--quiet", "--now", name)

    def last_words(self, name):
        return call("journalctl", "-u", name, "-n", "5", "-o", "cat", "--no-pager", check=False).stdout


class ByHand:
    what = "/etc/init.d and pid files, for there is no systemd"

    @staticmethod
    def _ours(name):
        return name.startswith("keyferry-")

    @staticmethod
    def _tool(name):
        return ["start-stop-daemon", "--quiet", "--pidfile", f"/run/{name}.pid", "--exec", f"/usr/bin/{name}"]

    def running(self, name):
        if self._ours(name):
            return call(*self._tool(name), "--status", check=False).returncode == 0
        return call("service", name, "status", check=False).returncode == 0

    def start(self, name):
        """As the account of the unit, with what it writes closed to others. Popen returns after the program has begun."""
        if not self._ours(name):
            call("service", name, "start")
            return
        with open(f"/var/log/{name}.log", "ab") as log:
            started = subprocess.Popen([f"/usr/bin/{name}", "--config", f"/etc/keyferry/{name.removeprefix('keyferry-')}.toml"],
                                       user=name, group=name, extra_groups=[], umask=0o077, cwd="/", env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        Path(f"/run/{name}.pid").write_text(f"{started.pid}\n", "utf-8")

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def reload(self, name):
        if self._ours(name):
            call(*self._tool(name), "--stop", "--signal", "HUP")
        else:
            call("service", name, "reload")

    def stop(self, name):
        if self._ours(name):
            call(*self._tool(name), "--stop", "--oknodo", "--retry", "TERM/20/KILL/5", "--remove-pidfile")
        else:
            call("service", name, "stop")

    def last_words(self, name):
        log = Path(f"/var/log/{name}.log")
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:]) if log.exists() else ""


def of_this_machine():
    return Systemd() if Path("/run/systemd/system").is_dir() else ByHand()


def wait_until_ready(services, part):
    """Waits for /readyz; if it does not come, the server's own words are the error."""
    end, said = time.monotonic() + PATIENCE, "no answer"
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{ADMIN[part]}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as why:
            said = why.read(500).decode("utf-8", "replace")
        except OSError as why:
            said = str(why)
            if not services.running(f"keyferry-{part}"):
                break
        time.sleep(0.1)
    raise Trouble(f"keyferry-{part} does not serve ({said}). Its last words:\n{services.last_words(f'keyferry-{part}')}")
