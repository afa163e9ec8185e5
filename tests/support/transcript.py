"""Scripts of commands with what a person then sees, compared line by line: tests/cli/*.txt.

    # A comment. `needs: authority relay verifier sshd` at the top starts those of tests/support (default: none).
    needs: authority

    file broken.toml
    | [listen]
    | api = 7

    $ keyferry-relay --config broken.toml --check
    ! broken.toml:2: listen.api must be text
    exit 1

A command runs with bash in a fresh directory, with the programs first on PATH, HOME and KEYFERRY_HOME below that
directory, TZ=Europe/Berlin, no terminal and empty standard input. Below it: `> ` lines of standard output, `! ` lines of
standard error, `exit N` (0 when not said), all exact. In them `...` stands for any text within a line, a line `> ...`
or `! ...` alone for any number of lines. What `needs` starts is at hand as $AUTHORITY and $RELAY (URLs),
$AUTHORITY_TOML, $RELAY_TOML, $VERIFIER_TOML, $LOGIN; $KEYFERRY_CA is set, and the host `web` is known to the authority.

KEYFERRY_UPDATE=1 writes what came out into the file instead of comparing: for new scripts; read it before committing.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .process import BIN
from .programs import Authority, Relay, Verifier
from .sshd import LOGIN, Sshd


class Step:
    def __init__(self, line, command):
        self.line, self.command, self.out, self.err, self.code = line, command, [], [], 0


def read(path):
    """Returns (needs, list of Step or (file name, text))."""
    needs, steps, current = [], [], None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("needs:"):
            needs = line[6:].split()
        elif line.startswith("$ "):
            current = Step(number, line[2:])
            steps.append(current)
        elif line.startswith("file "):
            current = [line[5:].strip(), ""]
            steps.append(current)
        elif line.startswith("|") and isinstance(current, list):
            current[1] += line[2:] + "\n"
        elif line[:2] in ("> ", ">") and isinstance(current, Step):
            current.out.append(line[2:])
        elif line[:2] in ("! ", "!") and isinstance(current, Step):
            current.err.append(line[2:])
        elif line.startswith("exit ") and isinstance(current, Step):
            current.code = int(line[5:])
        elif line.strip() and not line.startswith("#"):
            raise AssertionError(f"{path}:{number}: cannot read {line!r}")
    return needs, steps


def matches(pattern, lines):
    """True when the lines are those of the pattern, `...` being anything."""
    if not pattern:
        return not lines
    if pattern[0].strip() == "...":
        return any(matches(pattern[1:], lines[skip:]) for skip in range(len(lines) + 1))
    if not lines:
        return False
    expression = ".*".join(re.escape(part) for part in pattern[0].split("..."))
    return bool(re.fullmatch(expression, lines[0])) and matches(pattern[1:], lines[1:])


def environment(place, needs, directory):
    env = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY")}
    env.update(PATH=f"{BIN}:{env.get('PATH', '')}", HOME=str(directory), KEYFERRY_HOME=str(directory / "wallet"),
               KEYFERRY_CA=str(place.ca.path), TZ="Europe/Berlin", LC_ALL="C.UTF-8", NO_COLOR="1", LOGIN=LOGIN)
    authority = None
    if needs:
        authority = Authority(place)
        sshd = Sshd(place, "web", authority)
        authority.add_host(sshd)
        authority.start()
        env.update(AUTHORITY=authority.url, AUTHORITY_TOML=str(authority.config_path))
    if "relay" in needs:
        relay = Relay(place).start()
        env.update(RELAY=relay.url, RELAY_TOML=str(relay.config_path))
    if "verifier" in needs:
        verifier = Verifier(place, authority).start()
        env["VERIFIER_TOML"] = str(verifier.config_path)
    if "sshd" in needs:
        sshd.start()
    return env


def run_file(path, place):
    """Runs the script; raises AssertionError with the first difference."""
    path = Path(path)
    needs, steps = read(path)
    directory = place.folder("here")
    env = environment(place, needs, directory)
    results = []
    for step in steps:
        if isinstance(step, list):
            (directory / step[0]).parent.mkdir(parents=True, exist_ok=True)
            (directory / step[0]).write_text(step[1], "utf-8")
            continue
        done = subprocess.run([shutil.which("bash"), "-c", step.command], cwd=directory, env=env, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        out, err = done.stdout.splitlines(), done.stderr.splitlines()
        results.append((step, done.returncode, out, err))
        if os.environ.get("KEYFERRY_UPDATE"):
            continue
        if done.returncode != step.code or not matches(step.out, out) or not matches(step.err, err):
            raise AssertionError(f"{path.name}:{step.line}: it was not so; now:\n\n{_render(step.command, *results[-1][1:])}")
    if os.environ.get("KEYFERRY_UPDATE"):
        _update(path, {step.line: _render(step.command, *rest) for step, *rest in results})


def _render(command, code, out, err):
    lines = [f"$ {command}"] + [f"> {line}".rstrip() for line in out] + [f"! {line}".rstrip() for line in err]
    return "\n".join(lines + ([f"exit {code}"] if code else []))


def _update(path, rendered):
    lines, inside = [], False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if number in rendered:
            lines.append(rendered[number])
            inside = True
        elif not (inside and (line[:1] in (">", "!") or line.startswith("exit "))):
            inside = False
            lines.append(line)
    path.write_text("\n".join(lines) + "\n", "utf-8")
