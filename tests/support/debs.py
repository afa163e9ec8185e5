"""The packages of the programs under test, built once, whatever number of workers there are."""

import fcntl
import os

from .process import BIN, ROOT, run
from .site import site_files


def build(folder, *packages):
    env = {**os.environ, "KEYFERRY_BIN": str(BIN), "KEYFERRY_WEB": str(site_files()), "KEYFERRY_PACKAGES": str(folder), "DPKG_DEB_COMPRESSOR_TYPE": "none"}
    run([ROOT / "scripts" / "package", *packages], env=env)
    return sorted(folder.glob("*.deb"))


def packages(tmp_path_factory):
    """{package: file} of all packages."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "packages"
    with open(f"{shared}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "built").exists():
            build(shared)
            (shared / "built").touch()
    return {path.name.split("_")[0]: path for path in shared.glob("*.deb")}
