"""What programs and scripts of users rely on, as sets that only grow: members of `--json`, names of metrics, exit codes, TOML keys."""

import json
import re
import tomllib

from support import ROOT, Wallet
from support.process import run

# The programs that read a configuration, by the names of their examples in deploy/.
CONFIGURED = {"authority": ("keyferry-authority",), "relay": ("keyferry-relay",), "verifier": ("keyferry-verifier",),
              "lock": ("keyferry-verifier", "lock")}


def members(value, prefix=""):
    """The members of a JSON value as paths: "credentials[].shares[].state"."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield prefix + name
            yield from members(member, f"{prefix}{name}.")
    elif isinstance(value, list):
        for member in value:
            yield from members(member, f"{prefix.removesuffix('.')}[].")


def metric_names(text):
    """Names and labels of a /metrics: `keyferry_relay_pushes_total{outcome}`."""
    for line in text.splitlines():
        if found := re.match(r"([a-z_]+)(?:\{(.*)\})? ", line):
            labels = re.findall(r'(\w+)="', found[2] or "")
            yield found[1] + (f"{{{','.join(sorted(labels))}}}" if labels else "")


def every_key(example):
    """An example of deploy/ in which what is commented out stands, too."""
    return re.sub(r"^# (?=\[[a-z_]+\]$|[a-z_]+ = [^ ])", "", example, flags=re.MULTILINE)


def toml_keys(text):
    """The keys of a configuration as TABLE.KEY."""
    for table, keys in tomllib.loads(text).items():
        for key in keys if isinstance(keys, dict) else keys[0]:
            yield f"{table}.{key}"


def example_keys():
    """What the examples of this source tree name: {"relay": {"listen.api", …}, …}."""
    return {name: set(toml_keys(every_key(example_of(name)))) for name in CONFIGURED}


def example_of(name):
    return (ROOT / "deploy" / f"{name}.toml").read_text("utf-8")


class Interface:
    def __init__(self):
        self.json, self.metrics, self.exits, self.toml = {}, {}, {}, example_keys()

    def saw(self, command, value):
        self.json.setdefault(command, set()).update(members(value))

    def saw_events(self, command, half):
        for event in half.events:
            if isinstance(event, dict) and "text" not in event:
                self.saw(f"{command}: {event['event']}" if "event" in event else command, event)
        for event in half.errors:
            if "error" in event:
                self.saw("error", event)

    def saw_metrics(self, program, text):
        self.metrics.setdefault(program, set()).update(metric_names(text))

    def ends(self, name, argv, code, env=None, cwd=None, input=None):
        """Runs a command that has to end with this code, with `{"error": …}` on standard error if it fails and was asked for JSON."""
        done = run(argv, env=env, cwd=cwd, input=input, code=code)
        words = [json.loads(line)["error"] for line in done.err.splitlines() if line.startswith("{") and '"error"' in line]
        self.exits[name] = [code, *words[-1:]]
        return done

    def record(self):
        return {"json": {name: sorted(paths) for name, paths in sorted(self.json.items())},
                "metrics": {name: sorted(names) for name, names in sorted(self.metrics.items())},
                "exits": dict(sorted(self.exits.items())),
                "toml": {name: sorted(keys) for name, keys in sorted(self.toml.items())}}


def missing(kept, now):
    """What `kept` (a record) has and `now` has not, a line each."""
    lost = []
    for part in ("json", "metrics", "toml"):
        for name, words in kept[part].items():
            there = set(now[part].get(name, ()))
            lost += [f"{part}: {name}: {word}" for word in words if word not in there]
    for name, wanted in kept["exits"].items():
        if (got := now["exits"].get(name)) != wanted:
            lost.append(f"exits: {name}: {wanted}, now {got}")
    return lost


class SeenWallet(Wallet):
    """A wallet whose every `--json` is noted in `interface`."""

    interface = None

    def json(self, *arguments, **more):
        value = super().json(*arguments, **more)
        self.interface.saw(f"keyferry {arguments[0]}", value)
        return value
