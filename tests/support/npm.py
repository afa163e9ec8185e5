"""The npm peers of the interoperability tests, installed once from tests/interop/package.json into build/npm."""

import fcntl
import hashlib
import shutil
import subprocess

import pytest

from .process import ROOT, run

SOURCE = ROOT / "tests" / "interop"
TARGET = ROOT / "build" / "npm"


def installed():
    """Installs if the package files changed since; returns the directory that holds node_modules."""
    files = [SOURCE / "package.json", SOURCE / "package-lock.json"]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in files if path.exists())).hexdigest()
    TARGET.mkdir(parents=True, exist_ok=True)
    stamp = TARGET / "installed"
    with open(TARGET / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text("utf-8") == wanted:
            return TARGET
        for path in files:
            if path.exists():
                shutil.copy(path, TARGET)
        command = "ci" if (TARGET / "package-lock.json").exists() else "install"
        done = subprocess.run(["npm", command, "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=TARGET,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            pytest.fail(f"npm {command} failed in {TARGET}:\n{done.stderr}")
        stamp.write_text(wanted, "utf-8")
    return TARGET


def node(script, *arguments, env=None, code=0, timeout=120, input=None):
    """Runs tests/interop/SCRIPT (an .mjs file that imports the peers by name) with Node; returns Finished."""
    target = installed()
    # Node looks for packages from the script's own folder upwards, so the script is run from beside node_modules.
    copy = target / script
    shutil.copy(SOURCE / script, copy)
    return run(["node", copy, *arguments], input=input, env=env, cwd=target, timeout=timeout, code=code)
