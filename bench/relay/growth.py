"""Ending and growing: what a mailbox costs that runs out, and what many living ones cost."""

import datetime
import json
import statistics
import time

from process_cost import cpu_seconds, disk_mb, resident_mb
from support import BIN, Relay, run
from support.process import wait_until
from waiting import metric

QUIET = {"limits": {"misses_per_minute": 0}}
SWEPT = "keyferry_relay_swept_cells_total"


def creates(relay, requests, *options):
    """Creates over HTTPS with 64 connections."""
    argv = [BIN / "relay_load", "--port", relay.port, "--pid", relay.pid, "--mode", "create", "--requests", requests, *options]
    return json.loads(run(argv, timeout=3600).out)


def instant(seconds):
    """A whole second, at least so far from now: (time stamp, RFC 3339)."""
    stamp = int(time.time() + seconds) + 1
    return stamp, datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def fill_until(relay, cells):
    """Makes `cells` mailboxes that end together; returns when they do, and what one cost to make."""
    end, text = instant(8 + cells / 2500)
    made = creates(relay, cells, "--expires", text)
    if time.time() > end - 1:
        raise RuntimeError("making the mailboxes took longer than their life")
    return end, made["cpu_us"]


def probe(relay, done):
    """One Create after the other on one connection until `done()`: the longest took so many milliseconds."""
    longest = 0.0
    while True:
        longest = max(longest, creates(relay, 500, "--connections", 1)["most_us"] / 1000)
        if done():
            return longest


def cost(relay, cells):
    """Microseconds of CPU of a cell that ends while nobody calls, and of its Create."""
    end, create_us = fill_until(relay, cells)
    time.sleep(max(0.0, end - 0.5 - time.time()))
    swept, before = metric(relay, SWEPT), cpu_seconds(relay.pid)
    wait_until(lambda: time.sleep(0.3) or metric(relay, SWEPT) - swept >= cells * 0.99, "the sweep", 120)
    return (cpu_seconds(relay.pid) - before) * 1e6 / (metric(relay, SWEPT) - swept), create_us


def hold(relay, cells):
    """The longest Create before cells end, and while they do."""
    end, _ = fill_until(relay, cells)
    swept = metric(relay, SWEPT)
    before = probe(relay, lambda: time.time() > end - 1)
    return before, probe(relay, lambda: metric(relay, SWEPT) - swept >= cells * 0.99)


def expiry(place, cells, rounds):
    """What ending costs, beside a Create of the same round, and how long it holds up a caller."""
    relay = Relay(place, "expiry", config=QUIET).start()
    costs = [cost(relay, cells) for _ in range(rounds)]
    before, held = hold(relay, cells)
    relay.stop()
    ratios = [end / create for end, create in costs]
    return {"cells": cells, "cpu_us": round(statistics.median(end for end, _ in costs), 2), "ratio": round(statistics.median(ratios), 3),
            "ratio_least": round(min(ratios), 3), "ratio_greatest": round(max(ratios), 3),
            "longest_create_ms": round(held, 1), "longest_create_before_ms": round(before, 1)}


def many(place, mailboxes, few_create_us, requests):
    """`mailboxes` of 1 KB, made by Creates over HTTPS: memory, disk, the start, and a Create among them."""
    relay = Relay(place, "many", config=QUIET).start()
    begun = time.monotonic()
    creates(relay, mailboxes)
    filled = time.monotonic() - begun
    among = creates(relay, requests)["cpu_us"]
    result = {"mailboxes": mailboxes, "fill_seconds": round(filled, 1), "resident_mb": round(resident_mb(relay.pid), 1)}
    relay.stop()
    result["disk_mb"] = round(disk_mb(place.directory / "many/store"), 1)
    begun = time.monotonic()
    relay.start(seconds=120)
    result["start_seconds"] = round(time.monotonic() - begun, 2)
    result["resident_after_start_mb"] = round(resident_mb(relay.pid), 1)
    relay.stop()
    return {**result, "create_cpu_us": round(among, 2), "create_ratio": round(among / few_create_us, 3)}
