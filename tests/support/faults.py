"""Faults of the machine for real programs: a disk that fails or is slow, a wall clock that steps."""

import errno
import mmap
import shutil
import struct

import pytest

from .process import BIN, SANITIZED

SHIM = BIN.parent / "tests/fault_shim.so"
_FIELDS = ("fail_sync", "fail_write", "short_write", "sync_delay", "clock_step", "failed", "syncs", "steps", "kill_at")


class Faults:
    """Steers what `program` sees, from before its start: `faults.fail_sync = errno.EIO`, `faults.clock_step = -3_600_000`.

    `sync_delay` and `clock_step` are milliseconds; `short_write = 1` lets half of a write in; `failed` and `syncs` count. `kill_at` ends
    the program at that of its `steps`, the syncs of a lock's files.
    """

    def __init__(self, program):
        if SANITIZED:
            pytest.skip("the shim is built for programs without sanitizers")
        if not SHIM.exists():
            pytest.fail(f"{SHIM} is missing: scripts/build release peers")
        path = program.directory / "faults"
        path.write_bytes(bytes(8 * len(_FIELDS)))
        with open(path, "r+b") as file:
            object.__setattr__(self, "_map", mmap.mmap(file.fileno(), 8 * len(_FIELDS)))
        # LD_PRELOAD takes a space for the end of a name, and the checkout may have one in its path.
        shim = next(folder for folder in path.parents if " " not in str(folder)) / SHIM.name
        if not shim.exists():
            shutil.copy(SHIM, shim)
        program.env = {**program.env, "LD_PRELOAD": str(shim), "KEYFERRY_FAULTS": str(path)}

    def __setattr__(self, name, value):
        struct.pack_into("<q", self._map, 8 * _FIELDS.index(name), value)

    def __getattr__(self, name):
        return struct.unpack_from("<q", self._map, 8 * _FIELDS.index(name))[0]

    def heal(self):
        """The disk works again."""
        self.fail_sync = self.fail_write = self.short_write = self.sync_delay = 0


EIO = errno.EIO
