"""The Debian packages: built by scripts/package from the programs under test, installed by dpkg into a folder."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from support import BIN, ROOT, SANITIZED, Authority, run
from support.debs import build, packages

PROGRAMS = ["keyferry", "keyferry-relay", "keyferry-authority", "keyferry-verifier", "keyferry-conformance"]
PACKAGES = [*PROGRAMS, "keyferry-web", "keyferry-server"]
SERVERS = ["relay", "authority", "verifier"]
# Packages are made of the release build alone: a sanitizer's programs load other libraries.
pytestmark = pytest.mark.skipif(SANITIZED, reason="packages are made of the release build")
# dpkg unpacks files of root; who is not root plays it.
AS_ROOT = [] if os.geteuid() == 0 else ["fakeroot"]


@pytest.fixture(scope="module")
def debs(tmp_path_factory):
    found = packages(tmp_path_factory)
    assert sorted(found) == sorted(PACKAGES)
    return found


class Machine:
    """A folder that dpkg takes for a Debian system with the packages of this one."""

    def __init__(self, path):
        self.path = path
        for folder in ("etc", "var/lib/dpkg/info", "var/lib/dpkg/updates"):
            (path / folder).mkdir(parents=True)
        # With it dpkg checks the dependencies for real.
        shutil.copy("/var/lib/dpkg/status", path / "var/lib/dpkg/status")

    def dpkg(self, *arguments):
        return run([*AS_ROOT, "dpkg", f"--root={self.path}", f"--log={self.path}/dpkg.log", "--force-not-root",
                    "--force-script-chrootless", "--force-confold", *arguments]).out

    def __truediv__(self, name):
        return self.path / name.lstrip("/")


@pytest.fixture
def machine(debs, place):
    machine = Machine(place.folder("machine"))
    machine.dpkg("--install", *debs.values())
    return machine


def entries(deb):
    """{path: (mode, owner)} of a package's files and folders."""
    rows = [line.split(None, 5) for line in run(["dpkg-deb", "--contents", deb]).out.splitlines()]
    return {row[5].removeprefix("."): (row[0], row[1]) for row in rows}


def fill(machine, place, name):
    """What the administrator does after the installation: certificate, and for the verifier the authority's trust."""
    folder = machine / "etc/keyferry"
    place.ca.issue(folder)
    if name == "verifier":
        shutil.copy(Authority(place).trust_file(), folder / "trust.json")
    else:
        # A file of the test's CA under the name that the example gives.
        example = (ROOT / "deploy" / f"{name}.toml").read_text("utf-8")
        for wanted in re.findall(r'^(?:certificate|key) = "([^"]+)"', example, re.M):
            assert (folder / wanted).exists(), f"{name}.toml names {wanted}"
    return folder / f"{name}.toml"


def directives(machine, unit):
    text = (machine / f"usr/lib/systemd/system/{unit}").read_text("utf-8")
    return re.findall(r"^([A-Z][A-Za-z]+)=(.*)$", text, re.M)


def test_files_belong_to_root_and_nobody_else_writes_them(debs):
    for package, deb in debs.items():
        for path, (mode, owner) in entries(deb).items():
            assert owner == "root/root", f"{package}: {path} is of {owner}"
            expected = {"d": "drwxr-xr-x", "-": "-rwxr-xr-x" if re.search("/bin/|/hooks/", path) else "-rw-r--r--"}
            assert mode == expected[mode[0]], f"{package}: {path} has mode {mode}"


def test_each_holds_what_it_is_for(debs):
    for name in SERVERS:
        paths = entries(debs[f"keyferry-{name}"])
        for path in (f"/usr/bin/keyferry-{name}", f"/etc/keyferry/{name}.toml",
                     f"/usr/lib/systemd/system/keyferry-{name}.service", f"/usr/lib/sysusers.d/keyferry-{name}.conf",
                     f"/usr/share/man/man8/keyferry-{name}.8.gz", f"/usr/share/doc/keyferry-{name}/operations.md",
                     f"/usr/share/doc/keyferry-{name}/copyright"):
            assert path in paths
        assert (f"/usr/lib/systemd/system/keyferry-{name}.socket" in paths) == (name != "verifier")
    wallet = entries(debs["keyferry"])
    for path in ("/usr/share/man/man1/keyferry.1.gz", "/usr/share/man/man1/keyferry-share.1.gz",
                 "/usr/share/bash-completion/completions/keyferry", "/usr/share/zsh/vendor-completions/_keyferry",
                 "/usr/share/fish/vendor_completions.d/keyferry.fish"):
        assert path in wallet
    assert "/usr/share/keyferry/hooks/end-ssh-sessions" in entries(debs["keyferry-verifier"])
    server = entries(debs["keyferry-server"])
    for path in ("/usr/bin/keyferry-server", "/usr/share/man/man8/keyferry-server.8.gz", "/usr/share/keyferry-server/nginx.conf"):
        assert path in server


def test_the_site_is_whole_and_its_example_names_what_is_there(debs, machine):
    deb = debs["keyferry-web"]
    assert deb.name.endswith("_all.deb")
    share = machine / "usr/share/keyferry-web"
    files = json.loads((share / "site/manifest.json").read_text("utf-8"))["files"]
    there = {path.name for path in (share / "site").iterdir()}
    assert there == {*files, "manifest.json"} and {"index.html", "worker.js"} <= there
    for name, digest in files.items():
        assert hashlib.sha256((share / "site" / name).read_bytes()).hexdigest() == digest, name
    page = (share / "site/index.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert f'"{policy}; frame-ancestors \'none\'"' in (share / "keyferry-web.headers.conf").read_text("utf-8")
    example = (machine / "usr/share/doc/keyferry-web/examples/nginx-web.conf").read_text("utf-8")
    named = re.findall(r"(/usr/share/keyferry-web/[^; ]+);", example)
    assert len(named) == 2 and all((machine / path).exists() for path in named)


def test_no_two_hold_the_same_file(debs):
    owner = {}
    for package, deb in debs.items():
        for path in entries(deb):
            assert path.endswith("/") or owner.setdefault(path, package) == package, path


def test_they_depend_on_the_libraries_that_their_programs_load(debs):
    for package, deb in ((name, debs[name]) for name in PROGRAMS):
        depends = run(["dpkg-deb", "--field", deb, "Depends"]).out
        assert "libssl3" in depends and "libc6 (>= 2.3" in depends
        assert ("libsqlite3-0" in depends) == (package in ("keyferry-relay", "keyferry-authority"))
        assert ("systemd-sysusers" in depends) == (package.removeprefix("keyferry-") in SERVERS)
    server = run(["dpkg-deb", "--field", debs["keyferry-server"], "Depends"]).out
    assert all(f"keyferry-{name} (>= " in server for name in SERVERS) and "nginx" in server and "openssh-server" in server
    assert "libsodium" not in run(["dpkg-deb", "--field", debs["keyferry-relay"], "Depends"]).out


def test_equal_programs_give_equal_packages(debs, tmp_path):
    for again in build(tmp_path, "keyferry-relay", "keyferry-web"):
        assert again.read_bytes() == debs[again.name.split("_")[0]].read_bytes()


def test_dpkg_installs_them_and_the_programs_run(machine, place):
    for package in PROGRAMS:
        assert re.fullmatch(package + r" \d+\.\d+\.\d+\n", run([machine / f"usr/bin/{package}", "--version"]).out)
    for name in SERVERS:
        program, config = machine / f"usr/bin/keyferry-{name}", fill(machine, place, name)
        assert config.read_bytes() == (ROOT / "deploy" / f"{name}.toml").read_bytes()
        assert "is good" in run([program, "--config", config, "--check"]).err


def test_the_servers_get_accounts_and_closed_folders(machine):
    accounts = {line.split(":")[0]: line.split(":") for line in (machine / "etc/passwd").read_text().splitlines()}
    for name in SERVERS:
        account = accounts[f"keyferry-{name}"]
        assert account[6].endswith("nologin")
        assert int(account[2]) != 0
    for folder, mode in (("var/lib/keyferry-relay", 0o700), ("var/lib/keyferry-relay-secret", 0o700),
                         ("var/lib/keyferry-authority", 0o700), ("var/backups/keyferry-authority", 0o700),
                         ("var/lib/keyferry-verifier", 0o755)):
        info = (machine / folder).stat()
        assert stat.S_IMODE(info.st_mode) == mode, folder
        if os.geteuid() == 0:
            assert str(info.st_uid) == accounts[re.sub("-secret$", "", Path(folder).name)][2]


def test_a_changed_configuration_stays_and_a_purge_keeps_the_data(machine, debs):
    config, kept = machine / "etc/keyferry/authority.toml", machine / "var/lib/keyferry-authority/ledger.db"
    config.write_text(config.read_text("utf-8") + "# ours\n", "utf-8")
    kept.write_text("the only copy")
    machine.dpkg("--install", debs["keyferry-authority"])
    assert config.read_text("utf-8").endswith("# ours\n")
    machine.dpkg("--remove", "keyferry-server", "keyferry-authority")
    assert config.exists() and not (machine / "usr/bin/keyferry-authority").exists()
    said = machine.dpkg("--purge", "keyferry-authority")
    assert not config.exists()
    assert kept.read_text() == "the only copy"
    assert "var/lib/keyferry-authority is kept; remove it by hand" in said


def test_units_name_what_is_installed(machine):
    for name in SERVERS:
        unit = dict(directives(machine, f"keyferry-{name}.service"))
        program, option, config = unit["ExecStart"].split()
        assert os.access(machine / program, os.X_OK) and option == "--config"
        assert (machine / config).is_file() and unit["AssertPathExists"] == config
        assert unit["User"] in (machine / f"usr/lib/sysusers.d/keyferry-{name}.conf").read_text()
        page, section = re.fullmatch(r"man:(\S+)\((\d)\)", unit["Documentation"]).groups()
        assert (machine / f"usr/share/man/man{section}/{page}.{section}.gz").exists()
        assert unit["Type"] == "notify" and re.fullmatch(r"\d+[MG]", unit["MemoryMax"])
        # Every folder that the example writes to is one that systemd makes and lets it write to.
        example = (machine / config).read_text("utf-8")
        states = {f"/var/lib/{folder}" for folder in unit["StateDirectory"].split()}
        for path in re.findall(r'^[a-z_]+ = "(?:sqlite://)?(/var/lib/[^"]+)"', example, re.M):
            assert any(path == state or path.startswith(f"{state}/") for state in states), path
        for socket in [f"keyferry-{name}.socket"] if name != "verifier" else []:
            assert dict(directives(machine, socket))["FileDescriptorName"] == "api"


def test_manual_pages_of_one_name_lead_to_each_other(tmp_path):
    run([ROOT / "scripts/make_man", tmp_path], env={**os.environ, "KEYFERRY_BIN": str(BIN)}, timeout=120)
    pages = {}
    for path in tmp_path.iterdir():
        pages.setdefault(path.stem, []).append(path)
    assert "keyferry-conformance" in pages
    for name, twins in pages.items():
        if len(twins) > 1:
            for path in twins:
                (other,) = (twin for twin in twins if twin != path)
                plain = path.read_text("utf-8").replace("\\-", "-")
                assert f".BR {name} ({other.suffix[1:]})" in plain, path


def test_systemd_understands_the_units(machine):
    for unit in sorted((machine / "usr/lib/systemd/system").iterdir()):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={machine.path}", unit.name],
                              capture_output=True, text=True, timeout=60, check=False)
        # The folder is no whole system: these are not in it.
        said = [line for line in done.stderr.splitlines()
                if not re.search(r"Unit sysinit\.target not found|Command /bin/kill is not executable", line)]
        assert not said, said


@pytest.mark.parametrize("name", SERVERS)
def test_the_sandbox_is_as_tight_as_the_documentation_says(name):
    said = run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                ROOT / "deploy" / f"keyferry-{name}.service"]).out
    exposure = re.search(rf"Overall exposure level for keyferry-{name}\.service: ([\d.]+)", said).group(1)
    documented = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert f"| `keyferry-{name}.service` | {exposure} |" in documented
    assert float(exposure) < 2


def test_the_script_says_what_is_wrong():
    assert "there is no package 'nonsense'" in run([ROOT / "scripts" / "package", "nonsense"], code=2).err
    env = {**os.environ, "KEYFERRY_BIN": "/absent"}
    absent = {**os.environ, "KEYFERRY_BIN": str(BIN), "KEYFERRY_WEB": "/absent"}
    assert "scripts/build web first" in run([ROOT / "scripts" / "package", "keyferry-web"], env=absent, code=1).err
    assert "/absent/keyferry is missing" in run([ROOT / "scripts" / "package"], env=env, code=1).err
    assert "SOURCE_DATE_EPOCH" in run([ROOT / "scripts" / "package", "--help"]).out
