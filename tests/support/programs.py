"""The four programs of keyferry, configured as docs and example files say."""

import json
import os
import sqlite3
from pathlib import Path

from .http import call
from .process import BIN, Program, free_port, run


def write_toml(path, tables, lists=()):
    """Writes {"table": {"key": value}} and [("name", {…})] for arrays of tables. Values: text, number, flag, list."""
    lines = []
    for table, keys in tables.items():
        lines += [f"[{table}]"] + [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()] + [""]
    for name, keys in lists:
        lines += [f"[[{name}]]"] + [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()] + [""]
    Path(path).write_text("\n".join(lines), "utf-8")


def merge(base, over):
    """`base` with `over` laid over it, table by table; a key or table that is None there is taken out."""
    result = {table: dict(keys) for table, keys in base.items()}
    for table, keys in (over or {}).items():
        if keys is None:
            result.pop(table, None)
            continue
        merged = {**result.get(table, {}), **keys}
        result[table] = {key: value for key, value in merged.items() if value is not None}
    return result


class Server(Program):
    """A server with an API address, an admin address, TLS, and one TOML file."""

    program = ""

    def __init__(self, place, name, config=None, tls=True):
        super().__init__(place, name)
        self.port, self.admin_port = free_port(), free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        tables = {"listen": {"api": f"127.0.0.1:{self.port}", "admin": f"127.0.0.1:{self.admin_port}"}}
        if tls:
            cert, key = place.ca.issue(self.directory)
            tables["tls"] = {"certificate": str(cert), "key": str(key)}
        tables["public"] = {"url": self.url}
        self.tables = merge({**tables, **self.default_tables()}, config)
        self.config_path = self.directory / f"{name}.toml"
        self.write_config()
        self.argv = [BIN / self.program, "--config", self.config_path]

    def default_tables(self):
        return {}

    def write_config(self, config=None):
        """Writes the configuration again, with `config` merged in."""
        self.tables = merge(self.tables, config)
        write_toml(self.config_path, self.tables)

    def ready(self):
        try:
            return call("GET", f"{self.admin_url}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def call(self, method, path, **more):
        """call() on the API address, trusting the place's CA."""
        return call(method, self.url + path, ca=self.place.ca.path, **more)

    def metrics(self):
        return call("GET", f"{self.admin_url}/metrics").text

    def run(self, *arguments, input=None, code=0, timeout=120):
        """Runs the program with a subcommand and its own --config to its end."""
        end = arguments.index("--") if "--" in arguments else len(arguments)
        argv = [BIN / self.program, *arguments[:end], "--config", self.config_path, *arguments[end:]]
        return run(argv, input=input, env=self.env, cwd=self.directory, timeout=timeout, code=code)


class Authority(Server):
    """keyferry-authority, initialised (`init` has run), not started. `relays`: URLs that its metadata names."""

    program = "keyferry-authority"

    def __init__(self, place, name="authority", config=None, init=True):
        super().__init__(place, name, config)
        if init:
            self.run("init")

    def default_tables(self):
        state = self.place.folder(f"{self.name}/state")
        return {"ledger": {"url": f"sqlite://{state}/ledger.db"},
                "keys": {"path": str(state / "keys")},
                "state": {"path": str(state)}}

    def add_host(self, sshd):
        """Tells the authority the name, address and host key of an Sshd."""
        self.run("host", "add", sshd.host, f"127.0.0.1:{sshd.port}", "--key", sshd.host_key_public)

    def add_verifier(self, name, verifier, *more):
        """Records the key of a Verifier (made now if it has none) for the host `name`."""
        path = self.directory / f"{name}.jwks"
        path.write_text(verifier.run("init").out, "utf-8")
        return self.run("verifier", "add", name, "--key", path, *more)

    def share(self, *arguments, code=0):
        """`keyferry-authority share ARGUMENTS`; returns standard output's first line: the offer."""
        return self.run("share", *arguments, code=code).out.splitlines()[0]

    def age_certificates(self, seconds):
        """Makes every certificate in the ledger that much older than it is, so that its renewal is not early."""
        with sqlite3.connect(self.tables["ledger"]["url"].removeprefix("sqlite://"), timeout=30) as ledger:
            ledger.execute("UPDATE certificates SET issued = issued - ?1, valid_after = valid_after - ?1,"
                           " valid_before = valid_before - ?1", (seconds * 1000,))

    def trust(self):
        """The object of trust.json as `export-trust` prints it."""
        return json.loads(self.run("export-trust").out)

    def trust_file(self):
        path = self.directory / "trust.json"
        path.write_text(self.run("export-trust").out, "utf-8")
        return path


class Relay(Server):
    """keyferry-relay. `engine`: sqlite or memory. `tls=False`: plain HTTP on loopback.

    Every test calls from one address, so the limits on what one address brings are off; SHIPPED has them as shipped.
    """

    SHIPPED = {"limits": {"creates_per_minute": None, "octets_per_source": None}}

    program = "keyferry-relay"

    def __init__(self, place, name="relay", engine="sqlite", config=None, tls=True):
        self.engine = engine
        super().__init__(place, name, config, tls)

    def default_tables(self):
        store = {"engine": self.engine}
        if self.engine == "sqlite":
            store["path"] = str(self.place.folder(f"{self.name}/store"))
        return {"store": store, "limits": {"creates_per_minute": 0, "octets_per_source": 0}}


class Verifier(Program):
    """keyferry-verifier for the authority's ssh.krl; `.krl` is the file that it keeps for sshd."""

    program = "keyferry-verifier"

    def __init__(self, place, authority, name="verifier", on_unreachable="last-good:24h", list_keys=None, config=None):
        super().__init__(place, name)
        self.admin_port = free_port()
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        self.krl = self.directory / "ssh.krl"
        self.env["KEYFERRY_CA"] = str(place.ca.path)
        tables = merge({"listen": {"admin": f"127.0.0.1:{self.admin_port}"},
                        "state": {"path": str(place.folder(f"{name}/state"))}}, config)
        entry = {"url": f"{authority.url}/v1/lists/ssh.krl", "trust": str(authority.trust_file()),
                 "file": str(self.krl), "on_unreachable": on_unreachable, "hook": [], **(list_keys or {})}
        self.config_path = self.directory / "verifier.toml"
        write_toml(self.config_path, tables, [("list", entry)])
        self.argv = [BIN / self.program, "--config", self.config_path]

    ready = Server.ready
    metrics = Server.metrics
    run = Server.run


class Wallet:
    """The command line wallet with a home of its own. It asks nothing: standard input is empty unless given."""

    def __init__(self, place, name, home=None):
        self.place, self.name = place, name
        self.home = Path(home) if home else place.folder(name) / "home"
        self.env = {**os.environ, "KEYFERRY_HOME": str(self.home), "KEYFERRY_CA": str(place.ca.path), "NO_COLOR": "1"}

    def run(self, *arguments, input=None, code=0, timeout=120):
        """`keyferry ARGUMENTS`; checks the exit code (None: any); returns Finished."""
        return run([BIN / "keyferry", *arguments], input=input, env=self.env, timeout=timeout, code=code)

    def json(self, *arguments, **more):
        """As run, with --json; returns the parsed standard output."""
        return json.loads(self.run(*arguments, "--json", **more).out)

    def start(self, *arguments):
        """Starts the wallet without waiting (`watch`, a long `accept`); returns a Program."""
        running = _Background(self.place, f"{self.name}-{len(arguments)}-{free_port()}")
        running.argv, running.env = [BIN / "keyferry", *arguments], self.env
        return running.launch()


class _Background(Program):
    def ready(self):
        return True
