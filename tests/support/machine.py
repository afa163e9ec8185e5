"""A Debian machine of its own, of this one's kernel: a root folder in namespaces, with its own network, processes and name,
and an address that looks public.

    machine = Machine(root, "keys.test")      # `root`: a folder with a Debian system, which is written to
    machine.run("apt-get", "--version")       # as its root; Finished
    machine.close()                           # everything that runs in it ends

Needs root. `unshare` makes the namespaces, and the first process in them waits for all that lose
their parents: when it ends, the kernel ends the others.
There is no systemd in it, so services start as in a container, by start-stop-daemon and /etc/init.d.
"""

import os
import subprocess
from enum import Enum
from pathlib import Path

from .process import run, wait_until

# Wallets refuse private and reserved addresses. Nothing leaves the machine: it has no other network.
ADDRESS = "11.22.33.44"


def possible():
    """Whether this account may make a machine: root, and not in a container that forbids it."""
    return os.geteuid() == 0 and run(["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], code=None).code == 0


class Network(Enum):
    OWN = "its loopback alone"
    OUTSIDE = "this machine's, for a registry of packages"


class Machine:
    def __init__(self, root, name, network=Network.OWN):
        self.root, self.network = Path(root), network
        prepare = f"""set -e
mount --make-rprivate /
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
hostname {name}
{f"ip link set lo up; ip address add {ADDRESS}/32 dev lo" if network == Network.OWN else ""}
touch "$1/run/machine-is-up"
exec bash -c "sleep infinity & wait" """
        self.first = subprocess.Popen(["unshare", "--mount", "--pid", *self._net(), "--uts", "--ipc", "--fork", "--kill-child", "sh", "-c", prepare, "sh", str(root)],
                                      stdin=subprocess.DEVNULL)
        wait_until(lambda: self.first_inside() is not None, "the machine's first process", 30)
        wait_until(lambda: self.run("test", "-e", "/run/machine-is-up", code=None).code == 0, "the machine", 30)

    def first_inside(self):
        """The process id, seen from here, of the first process inside."""
        try:
            children = Path(f"/proc/{self.first.pid}/task/{self.first.pid}/children").read_text().split()
        except OSError:
            children = []
        assert self.first.poll() is None, "unshare, or what prepares the machine, failed"
        return children[0] if children else None

    def _net(self):
        return ["--net"] if self.network == Network.OWN else []

    def enter(self, *argv):
        """The argument list that runs a command inside."""
        return ["nsenter", "--target", self.first_inside(), "--mount", "--pid", *self._net(), "--uts", "--ipc", "chroot", self.root, "/usr/bin/env", "-i",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *argv]

    def run(self, *argv, input=None, code=0, timeout=300):
        return run(self.enter(*argv), input=input, code=code, timeout=timeout)

    def shell(self, script, code=0, timeout=600):
        """Runs a script by bash, as somebody who pastes it line by line and stops at the first failure."""
        return self.run("bash", "-eo", "pipefail", "-c", script, code=code, timeout=timeout)

    def __truediv__(self, name):
        return self.root / str(name).lstrip("/")

    def close(self):
        self.first.kill()
        self.first.wait()


class Overlay(Machine):
    """This machine's files with whatever is changed kept in `folder`: /etc, accounts and all the rest stay as they are."""

    def __init__(self, folder, name):
        self.folder = folder
        # An upper folder below the lower one is refused; that of another file system is not.
        run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", folder])
        try:
            for part in ("root", "upper", "work"):
                (folder / part).mkdir()
            run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work", folder / "root"])
            super().__init__(folder / "root", name)
        except BaseException:
            self._unmount()
            raise

    def close(self):
        super().close()
        self._unmount()

    def _unmount(self):
        run(["umount", "-l", self.folder / "root"], code=None)
        run(["umount", "-l", self.folder])
