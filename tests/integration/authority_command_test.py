"""Subcommands of the authority beside a server that starts or stops, and beside each other."""

import fcntl
import subprocess
import threading
import time

import pytest
from support import Authority, wait_until


@pytest.fixture
def authority(place):
    return Authority(place)


def list_it(authority):
    """Starts `list`; the process."""
    return subprocess.Popen([*authority.argv[:1], "list", *authority.argv[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=authority.env, text=True)


def test_commands_wait_for_each_other(authority):
    for process in [list_it(authority) for _ in range(8)]:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said


def test_a_command_waits_for_a_server_that_starts_or_stops(authority):
    for _ in range(3):
        for change in (authority.start, authority.stop):
            asked, changing = [], threading.Thread(target=change)
            changing.start()
            while changing.is_alive():
                # A few at a time, or they would slow down what they wait for.
                if sum(process.poll() is None for process in asked) < 3:
                    asked.append(list_it(authority))
                time.sleep(0.02)
            changing.join()
            for process in asked:
                _, said = process.communicate(timeout=120)
                assert process.returncode == 0, said


def test_a_ledger_that_stays_in_use_is_named_with_its_holder(authority):
    lock = authority.directory.parent / f"{authority.name}/state/ledger.db.lock"
    lock = lock if lock.exists() else next(authority.directory.parent.rglob("ledger.db.lock"))
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = authority.run("list", code=1).err
        assert "ledger.db.lock is in use by another process" in said
        waiting = list_it(authority)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.3)
        fcntl.flock(held, fcntl.LOCK_UN)
        assert waiting.wait(120) == 0
