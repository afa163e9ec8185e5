"""scripts/bench transfer: a whole confirmed transfer beside the sum of its durable writes and TLS handshakes.

usage: scripts/bench transfer [--json] [--rounds N]

Both wallets are online on loopback; relay (SQLite) and authority speak TLS. A transfer runs from the start of `keyferry share` to the end of
both commands, each a process of its own, the words typed as soon as they are asked for. A preloaded library notes in all four programs how long
each call of fsync and fdatasync took, and counts connections. The baseline of a transfer is the sum of these times and, for each connection, the
mean of a full handshake with one call, measured in the same round; the ratio is the transfer by its baseline. Medians of the rounds, with
the least and the greatest. The disk is that of the temporary directory: set TMPDIR to measure another.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from support import BIN, Place, run  # noqa: E402
from support.exchange import World  # noqa: E402


def transfer(world):
    """One share of an hour, compared and taken; seconds. What it gave is forgotten again, so that rounds are alike."""
    begin = time.monotonic()
    sender = world.share()
    receiver = world.take(sender)
    words = receiver.until("words")["words"]
    sender.until("compare")
    sender.say(words)
    codes = sender.wait(), receiver.wait()
    took = time.monotonic() - begin
    assert codes == (0, 0), (sender.errors, receiver.errors)
    return took


def forget(world):
    world.bob.run("forget", world.bob.json("list")["credentials"][0]["name"], "--yes")


def watched(world, calls):
    """A transfer in milliseconds, those of its syncs, their number, and the number of connections."""
    calls.write_bytes(b"")
    took = transfer(world)
    made = [line.split() for line in calls.read_text().splitlines()]
    syncs = [int(nanoseconds) for call, nanoseconds in made if call == "s"]
    return took * 1000, sum(syncs) / 1e6, len(syncs), len(made) - len(syncs)


def handshake_ms(relay):
    """The mean of a full handshake with one call, one after the other."""
    argv = [BIN / "relay_load", "--port", relay.port, "--pid", relay.pid, "--mode", "handshake", "--connections", 1, "--requests", 200,
            "--path", "/v1/pictures/access.png"]
    answer = json.loads(run(argv, timeout=600).out)
    return answer["seconds"] * 1000 / answer["requests"]


def measure(rounds):
    results = {name: [] for name in NAMES}
    with Place("bench") as place:
        calls = place.directory / "calls"
        calls.write_bytes(b"")
        os.environ.update(LD_PRELOAD=str(BIN / "count_calls.so"), KEYFERRY_CALLS=str(calls))
        world = World(place)
        transfer(world)  # the first takes what is taken once
        forget(world)
        for number in range(rounds):
            took, synced, syncs, connections = watched(world, calls)
            forget(world)
            handshake = handshake_ms(world.relay)
            baseline = synced + connections * handshake
            for name, value in zip(NAMES, (took, syncs, synced, connections, handshake, baseline, took / baseline)):
                results[name].append(value)
            print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return results


def spread(values):
    return {"median": round(statistics.median(values), 2), "least": round(min(values), 2), "greatest": round(max(values), 2)}


ROWS = (("transfer_ms", "confirmed transfer, both online", "ms"), ("syncs", "  calls that wait for a disk", ""), ("syncs_ms", "  all of them together", "ms"),
        ("connections", "  connections", ""), ("handshake_ms", "a full handshake and one call", "ms"),
        ("baseline_ms", "sum of its writes and handshakes", "ms"), ("ratio", "transfer by that (bar: at most 3)", "times"))
NAMES = [name for name, _, _ in ROWS]


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench transfer", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    results = measure(options.rounds)
    table = {name: spread(values) for name, values in results.items()}
    if options.json:
        print(json.dumps({"rounds": options.rounds, "results": table}))
        return
    for name, title, unit in ROWS:
        row = table[name]
        print(f"{title:34} {row['median']:10} {unit:6} {row['least']:10} … {row['greatest']}")


if __name__ == "__main__":
    main()
