"""A full disk for one program: a folder on a small file system of its own, which only that program sees."""

import os
import shutil

import pytest

from .process import run


class SmallDisk:
    """Lets `program`, which was not started yet, see `folder` as an empty file system of `size` ("40m").

    disk.fill()      # somebody else's file takes all that is left
    disk.empty()     # and gives it back
    """

    def __init__(self, program, folder, size):
        self.program, self.folder = program, folder
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        unshare = ["unshare", *user, "--mount", "sh", "-c"]
        trial = program.place.folder("try")
        if not shutil.which("unshare") or run([*unshare, f'mount -t tmpfs tmpfs "{trial}"'], code=None).code != 0:
            # A test that is left out says nothing about full disks, and nobody would notice.
            pytest.fail("a full disk needs a small file system, which this user may not mount here: run the tests as root, or allow "
                        "namespaces of users (sysctl kernel.unprivileged_userns_clone=1, or the container's seccomp profile)")
        mount = f'mount -t tmpfs -o size={size} tmpfs "$1" && shift && exec "$@"'
        program.argv = [*unshare, mount, "sh", folder, *program.argv]

    @property
    def path(self):
        """The folder as the program sees it."""
        return f"/proc/{self.program.pid}/root{self.folder}"

    def fill(self):
        try:
            with open(f"{self.path}/filler", "ab", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
        except OSError:
            pass  # full

    def empty(self):
        os.unlink(f"{self.path}/filler")
