"""Waiting Reads: how fast a write wakes one, and what many that stand cost the relay."""

import json
import re
import subprocess
import time

from process_cost import cpu_seconds, resident_mb
from support import BIN, Relay, run
from support.process import wait_until

STANDING_SECONDS = 12  # well under the 25 s after which a Read is answered that nothing is new
ROUND_SECONDS = 25     # in which each Read is answered once and asked again


def metric(relay, name):
    """The sum of a metric's samples."""
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", relay.metrics(), re.MULTILINE))


class Standers:
    """`count` Reads that wait, each on a connection and of a mailbox of its own, while this context lasts."""

    def __init__(self, relay, count):
        argv = [BIN / "relay_wait", "--port", relay.port, "--mode", "stand", "--count", count]
        self.argv = [str(part) for part in argv]

    def __enter__(self):
        self._process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self._process.stdout.readline()
        if b"standing" not in line:
            raise RuntimeError("the waiting Reads could not be set up")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(60)


def wakes(relay, count):
    return json.loads(run([BIN / "relay_wait", "--port", relay.port, "--mode", "wake", "--count", count], timeout=600).out)


def used_in(relay, seconds):
    """The part of a core that the relay uses."""
    before, begun = cpu_seconds(relay.pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(relay.pid) - before) / (time.monotonic() - begun)


def measure(place, wake_count, waiters):
    """Wakes of a relay without other work; then `waiters` Reads that stand, and wakes among them."""
    limits = {"misses_per_minute": 0, "waits_per_source": 0, "connections_per_source": 0}
    relay = Relay(place, "waiting", config={"limits": limits}).start()
    result = {"wake": wakes(relay, wake_count)}
    if not waiters:
        return result
    before = resident_mb(relay.pid)
    with Standers(relay, waiters):
        wait_until(lambda: metric(relay, "keyferry_relay_waiting_calls") >= waiters, "all Reads to stand", 60)
        standing = used_in(relay, STANDING_SECONDS)
        among = wakes(relay, wake_count)
        whole_round = used_in(relay, ROUND_SECONDS)
        result["waiters"] = {"count": waiters, "cpu_standing": round(standing, 5), "cpu_with_asking_again": round(whole_round, 5),
                             "resident_mb": round(resident_mb(relay.pid), 1), "resident_before_mb": round(before, 1), "wake": among}
    relay.stop()
    return result
