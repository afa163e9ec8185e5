"""scripts/bench relay: what the relay's work costs, beside nginx's static TLS or the relay's own Create in the same run.

usage: scripts/bench relay [--json] [--rounds N] [--requests N] [--wakes N] [--waiters N] [--expiring N] [--mailboxes N]

Calls: each round loads nginx (a static file of 1 KB), then the relay, all over TLS with 64 kept connections, and then with a full
handshake a call (to a picture of 2.5 KB of the relay). The figure is the CPU time that the server's process spent on one request; the
ratio is nginx's by the relay's, so 100 % means as cheap as a static file. Medians of the rounds, with the least and the greatest.

Waiting: a mailbox of two sides, one of which waits with Read; the time from the other's sending a write to the last octet of the answer
to the one that waited, the durable write included (its own time stands beside it). Then 10 000 Reads that stand, each on a TLS connection
and of a mailbox of its own: the part of a core that the relay uses while nothing happens, and over a whole round of 25 s in which each is
answered and asks again; the memory that they added, their mailboxes included; and wakes among them.

Ending: 20 000 mailboxes end in one second while nobody calls: CPU of one, by that of its Create in the same round. Once more while one
client makes mailboxes one after the other: its slowest call.

Many: a million mailboxes of 1 KB, made by Creates over HTTPS: memory, disk, the start with them, and a Create among them by a Create before
(--mailboxes 0 leaves this out). The relay is a release build on the SQLite store; 1 MB is a million octets.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import calls  # noqa: E402
import growth  # noqa: E402
import waiting  # noqa: E402
from support import Place  # noqa: E402

KEEP = "keeps"
MISS = "MISSES"


def measure(place, options):
    result = calls.measure(place, options.rounds, options.requests)
    result["waiting"] = waiting.measure(place, options.wakes, options.waiters)
    print("waiting done", file=sys.stderr)
    result["expiry"] = growth.expiry(place, options.expiring, min(options.rounds, 3))
    print("ending done", file=sys.stderr)
    if options.mailboxes:
        result["many"] = growth.many(place, options.mailboxes, result["create"]["cpu_us"], options.requests)
    return result


def lines(result):
    """(what, figure, bar, whether it keeps the bar or None) of all but the calls."""
    wake, expiry = result["waiting"]["wake"], result["expiry"]
    yield "a write wakes a waiting Read: p50", f"{wake['p50_ms']:.2f} ms", f"the write alone {wake['write_p50_ms']:.2f}", None
    yield "  p99", f"{wake['p99_ms']:.2f} ms", "50 ms", wake["p99_ms"] < 50
    if "waiters" in result["waiting"]:
        yield from waiter_lines(result["waiting"]["waiters"])
    yield ("CPU of a mailbox that ends", f"{expiry['cpu_us']:.1f} µs", "less than its Create", expiry["ratio"] < 1)
    yield ("  by its Create", f"{expiry['ratio']:.0%}", f"{expiry['ratio_least']:.0%} … {expiry['ratio_greatest']:.0%}", None)
    yield (f"slowest call while {expiry['cells']} end", f"{expiry['longest_create_ms']:.0f} ms", "50 ms", expiry["longest_create_ms"] < 50)
    yield "  before they do", f"{expiry['longest_create_before_ms']:.0f} ms", "", None
    if "many" in result:
        yield from many_lines(result["many"])


def waiter_lines(waiters):
    added = waiters["resident_mb"] - waiters["resident_before_mb"]
    yield f"{waiters['count']} waiting Reads: CPU", f"{waiters['cpu_standing']:.2%}", "1 % of a core", waiters["cpu_standing"] < 0.01
    yield "  each asking again every 25 s", f"{waiters['cpu_with_asking_again']:.2%}", "", None
    yield "  memory that they added", f"{added:.0f} MB", "200 MB", added < 200
    yield "  memory in all", f"{waiters['resident_mb']:.0f} MB", "", None
    yield "  a write wakes one: p50", f"{waiters['wake']['p50_ms']:.2f} ms", f"the write alone {waiters['wake']['write_p50_ms']:.2f}", None
    yield "  p99", f"{waiters['wake']['p99_ms']:.2f} ms", "50 ms", waiters["wake"]["p99_ms"] < 50


def many_lines(many):
    count = many["mailboxes"]
    resident = max(many["resident_mb"], many["resident_after_start_mb"])
    # The bars are those of a million.
    yield f"{count} mailboxes: memory", f"{many['resident_mb']:.0f} MB", "300 MB a million", resident * 1e6 / count < 300 or resident < 300
    yield "  memory after a start", f"{many['resident_after_start_mb']:.0f} MB", "", None
    yield "  disk", f"{many['disk_mb']:.0f} MB", "1500 MB a million", many["disk_mb"] * 1e6 / count < 1500
    yield "  start", f"{many['start_seconds']:.2f} s", "", None
    yield "  CPU of a Create, by that before", f"{many['create_ratio']:.2f}", "1.3", many["create_ratio"] < 1.3
    yield "  making them took", f"{many['fill_seconds']:.0f} s", "", None


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench relay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    for name, usual in (("rounds", 5), ("requests", 20000), ("wakes", 500), ("waiters", 10000), ("expiring", 20000), ("mailboxes", 1000000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    options = parser.parse_args()
    with Place("bench") as place:
        result = measure(place, options)
    if options.json:
        print(json.dumps({"rounds": options.rounds, "requests": options.requests, "results": result}))
        return
    calls.show(result)
    print()
    for what, figure, bar, kept in lines(result):
        verdict = "" if kept is None else f"{KEEP if kept else MISS} the bar"
        print(f"{what:36} {figure:>10}   {bar:24} {verdict}".rstrip())


if __name__ == "__main__":
    main()
