"""Errors for people, and calls of other programs: an argument list, never a shell."""

import subprocess
import sys
from pathlib import Path


class Trouble(Exception):
    """What went wrong and what to do, for the person at the terminal. `code` is the exit code."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


class Usage(Trouble):
    def __init__(self, text):
        super().__init__(text, 2)


def call(*argv, input=None, as_account=None, check=True):
    """Runs a program, as a service's account if one is named; its own words are the error."""
    if as_account:
        argv = ("/usr/sbin/runuser", "-u", as_account, "--", *argv)
    done = subprocess.run([str(word) for word in argv], input=input, text=True, check=False, cwd="/",
                          stdin=subprocess.DEVNULL if input is None else None, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        name = Path(argv[4 if as_account else 0]).name
        raise Trouble(said if said.startswith(f"{name}: ") else f"{name}: {said}")
    return done


def say(text=""):
    """Words go to standard error; standard output holds the offer alone."""
    print(text, file=sys.stderr, flush=True)
