"""scripts/bench store: what sharing a transaction gains the relay's store, and how long a durable Create takes beside one bare sync.

usage: scripts/bench store [--json] [--rounds N] [--operations N]

Throughput: 64 clients live through mailboxes (create, read, claim, read, delete) on the store itself, three durable changes of five
operations; the ratio is by the same store, and the same clients, with one transaction for each change. Latency: the 99th percentile
of durable Creates over HTTPS from 8 kept connections, by the median of fdatasync after 4 KB on the same disk. Medians of the rounds,
with the least and the greatest. The disk is that of the temporary directory: set TMPDIR to measure another.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from support import BIN, Place, Relay, run  # noqa: E402

CLIENTS = 8


def store_load(place, name, *options):
    """One run of store_load in a folder of its own."""
    folder = place.folder(name)
    answer = json.loads(run([BIN / "store_load", "--folder", folder, *options], timeout=600).out)
    for path in folder.iterdir():
        path.unlink()
    return answer


def measure(place, rounds, operations):
    relay = Relay(place).start()
    load = [BIN / "relay_load", "--port", relay.port, "--pid", relay.pid, "--mode", "create", "--connections", CLIENTS]
    results = {name: [] for name in ("shared", "single", "create_p99", "sync_p50")}
    for number in range(rounds):
        results["shared"].append(store_load(place, "store", "--operations", operations)["per_second"])
        results["single"].append(store_load(place, "store", "--operations", max(640, operations // 10), "--batch", 1)["per_second"])
        results["sync_p50"].append(store_load(place, "store", "--mode", "sync", "--operations", 1000)["p50_us"])
        creates = run([*load, "--requests", max(800, operations // 10)], timeout=600).out
        results["create_p99"].append(json.loads(creates)["p99_us"])
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return results


def spread(values, digits=1):
    """Median, least and greatest."""
    return {"median": round(statistics.median(values), digits), "least": round(min(values), digits), "greatest": round(max(values), digits)}


def ratios(above, below):
    """The ratio of each round."""
    return spread([a / b for a, b in zip(above, below)], 2)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench store", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--operations", type=int, default=20000)
    options = parser.parse_args()
    with Place("bench") as place:
        results = measure(place, options.rounds, options.operations)
    table = {name: spread(values) for name, values in results.items()}
    table["gain"] = ratios(results["shared"], results["single"])
    table["latency"] = ratios(results["create_p99"], results["sync_p50"])
    if options.json:
        print(json.dumps({"rounds": options.rounds, "operations": options.operations, "results": table}))
        return
    rows = (("shared", "64 clients, shared transactions", "a second"), ("single", "64 clients, one transaction each", "a second"),
            ("gain", "gain of sharing (bar: 8)", "times"), ("create_p99", "p99 of a Create, 8 clients", "µs"),
            ("sync_p50", "p50 of fdatasync", "µs"), ("latency", "p99 by p50 (bar: at most 6)", "times"))
    for name, title, unit in rows:
        row = table[name]
        print(f"{title:34} {row['median']:10} {unit:9} {row['least']:10} … {row['greatest']}")


if __name__ == "__main__":
    main()
