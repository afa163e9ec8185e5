"""Does a guard of the protocol do anything? spin searches every order of events of the two models; each guard that is
dropped must make it report an error, else the model proves nothing about that guard."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def dropped_guards(model, prefix=""):
    """The -DDROP_x that the head of a model names."""
    head = (HERE / model).read_text().split("*/")[0]
    return [prefix + name for name in re.findall(r"^ \*\s+(DROP_\w+)", head, re.MULTILINE)]


def errors_of(model, defines, directory):
    """How many errors spin's verifier reports; every state must have been searched."""
    subprocess.run(["spin", *[f"-D{name}" for name in defines], "-a", HERE / model], cwd=directory, check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"], cwd=directory, check=True, timeout=120)
    found = subprocess.run(["./pan", "-m1000000"], cwd=directory, check=True, capture_output=True, text=True, timeout=300)
    assert "max search depth too small" not in found.stdout
    print(found.stdout.splitlines()[0] if found.stdout else "", re.search(r"\d+ states, stored", found.stdout))
    return int(re.search(r"errors: (\d+)", found.stdout).group(1))


@pytest.mark.parametrize("model, defines", [("confirmed.pml", []), ("mailbox.pml", []), ("mailbox.pml", ["PROOF"])])
def test_no_order_of_events_breaks_the_promises(model, defines, tmp_path):
    assert errors_of(model, defines, tmp_path) == 0


@pytest.mark.parametrize("guard", dropped_guards("confirmed.pml"))
def test_confirmed_exchange_needs_the_guard(guard, tmp_path):
    assert errors_of("confirmed.pml", [guard], tmp_path) == 1


@pytest.mark.parametrize("guard", dropped_guards("mailbox.pml"))
def test_mailbox_needs_the_guard(guard, tmp_path):
    policy = ["PROOF"] if guard == "DROP_PROOF" else []
    assert errors_of("mailbox.pml", policy + [guard], tmp_path) == 1
