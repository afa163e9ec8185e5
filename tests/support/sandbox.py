"""The system calls of a systemd unit, denied for real: runs a program under the filters that the unit asks for.

    program.argv = [*sandbox.under(ROOT / "deploy/keyferry-relay.service"), *program.argv]

What systemd would make of SystemCallFilter=, MemoryDenyWriteExecute= and RestrictAddressFamilies=, by libseccomp, which
systemd itself uses. The rest of a sandbox (mounts, accounts) needs systemd as the first process and is not here.
"""

import ctypes
import errno
import os
import re
import subprocess
import sys

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EQUAL, MASKED = 4, 7  # scmp_compare
WRITE, EXEC = 2, 4  # PROT_*
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def under(unit):
    """The words before a command line that run it so."""
    return ["/usr/bin/python3", "-B", __file__, str(unit)]


def directives(unit, name):
    with open(unit, encoding="utf-8") as file:
        return re.findall(rf"^{name}=(.*)$", file.read(), re.M)


def groups():
    """{"@name": the words in it: calls, and groups again}, as this machine's systemd has them."""
    text = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], capture_output=True, text=True, check=True)
    found, words = {}, set()
    for line in text.stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            words = found.setdefault(word, set())
        elif word and not word.startswith("#"):
            words.add(word)
    return found


def allowed(unit):
    known = groups()

    def expand(word):
        return set().union(*(expand(inner) for inner in known[word])) if word.startswith("@") else {word}

    calls = set()
    for line in directives(unit, "SystemCallFilter"):
        named = set().union(*(expand(word) for word in line.removeprefix("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls | expand("@default")


def load(unit):
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    filter = ctypes.c_void_p(seccomp.seccomp_init(ERRNO | errno.EPERM))

    def rule(call, *compares, action=ALLOW):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # else: none of this processor
            array = (Compare * max(1, len(compares)))(*compares)
            assert seccomp.seccomp_rule_add_array(filter, ctypes.c_uint(action), number, len(compares), array) == 0, call

    assert directives(unit, "MemoryDenyWriteExecute") == ["yes"] and directives(unit, "SystemCallErrorNumber") == ["EPERM"]
    for call in sorted(allowed(unit) - {"mmap", "mprotect", "pkey_mprotect", "socket"}):
        rule(call)
    for flags in (0, WRITE, EXEC):
        rule("mmap", Compare(2, MASKED, WRITE | EXEC, flags))
    rule("mprotect", Compare(2, MASKED, EXEC, 0))
    families = " ".join(directives(unit, "RestrictAddressFamilies")).split()
    for family in range(46):
        action = ALLOW if family in (FAMILIES[name] for name in families) else ERRNO | errno.EAFNOSUPPORT
        rule("socket", Compare(0, EQUAL, family, 0), action=action)
    assert seccomp.seccomp_load(filter) == 0, "the kernel refuses the filter"


if __name__ == "__main__":
    load(sys.argv[1])
    os.execvp(sys.argv[2], sys.argv[2:])
