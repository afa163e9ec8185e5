"""A Debian machine of its own, of this one's kernel: a root folder in namespaces, with its own network, processes and name,
and an address that looks public.

    machine = Machine(root, "keys.test")      # `root`: a folder with a Debian system, which is written to
    machine.run("apt-get", "--version")       # as its root; Finished
    machine.close()                           # everything that runs in it ends

Needs root. With `systemd=True` its first process is systemd, which boots it; else there is none, as in a container, and the first process
waits for all that lose their parents. When it ends, the kernel ends the others.
"""

import os
import subprocess
from enum import Enum
from pathlib import Path

from .process import run, wait_until

# Wallets refuse private and reserved addresses. Nothing leaves the machine: it has no other network.
ADDRESS = "11.22.33.44"
SPACES = ["--mount", "--pid", "--uts", "--ipc", "--cgroup"]
ENVIRONMENT = ["/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
# pivot_root, not chroot: in a chroot nobody may make the user namespaces that sandboxed services ask for.
PREPARE = """set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
hostname "$2"
[ "$3" = OUTSIDE ] || { ip link set lo up; ip address add "$4/32" dev lo; }
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
touch /run/machine-is-up
"""
FIRST = {True: "exec env -i container=keyferry PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --show-status=0 --unit=multi-user.target",
         False: 'exec bash -c "sleep infinity & wait"'}


class Network(Enum):
    OWN = "its loopback alone"
    OUTSIDE = "this machine's, for a registry of packages"


def possible():
    """Whether this account may make a machine: root, and not in a container that forbids it."""
    return os.geteuid() == 0 and run(["unshare", *SPACES, "--net", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], code=None).code == 0


class Machine:
    def __init__(self, root, name, network=Network.OWN, systemd=False):
        self.root, self._spaces = Path(root), [*SPACES, *(["--net"] if network == Network.OWN else [])]
        self.first = subprocess.Popen(["unshare", *self._spaces, "--fork", "--kill-child", "bash", "-c", PREPARE + FIRST[systemd], "bash", str(root), name, network.name, ADDRESS],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until(lambda: self.first_inside() is not None, "the machine's first process", 30)
        wait_until(lambda: self.run("test", "-e", "/run/machine-is-up", code=None).code == 0, "the machine", 30)
        if systemd:
            wait_until(lambda: self.run("systemctl", "is-system-running", code=None).out.strip() in ("running", "degraded"), "the machine to boot", 120)

    def first_inside(self):
        """The process id, seen from here, of the first process inside."""
        try:
            children = Path(f"/proc/{self.first.pid}/task/{self.first.pid}/children").read_text().split()
        except OSError:
            children = []
        assert self.first.poll() is None, "unshare, or what prepares the machine, failed"
        return children[0] if children else None

    def enter(self, *argv):
        """The argument list that runs a command inside."""
        return ["nsenter", "--target", self.first_inside(), *self._spaces, "--root", "--wd", *ENVIRONMENT, *argv]

    def run(self, *argv, input=None, code=0, timeout=300):
        return run(self.enter(*argv), input=input, code=code, timeout=timeout)

    def shell(self, script, code=0, timeout=600):
        """Runs a script by bash, which stops at the first failure."""
        return self.run("bash", "-eo", "pipefail", "-c", script, code=code, timeout=timeout)

    def __truediv__(self, name):
        return self.root / str(name).lstrip("/")

    def close(self):
        self.first.kill()
        self.first.wait()


class Overlay(Machine):
    """This machine's files with whatever is changed kept in `folder`: /etc, accounts and all the rest stay as they are."""

    def __init__(self, folder, name, systemd=False):
        self.folder = folder
        # An upper folder below the lower one is refused; that of another file system is not.
        run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", folder])
        try:
            for part in ("root", "upper", "work"):
                (folder / part).mkdir()
            run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work", folder / "root"])
            super().__init__(folder / "root", name, systemd=systemd)
        except BaseException:
            self._unmount()
            raise

    def close(self):
        super().close()
        self._unmount()

    def _unmount(self):
        run(["umount", "-l", self.folder / "root"], code=None)
        run(["umount", "-l", self.folder])
