"""scripts/bench flood: what a minute of floods costs the others: a login, a revoke, the size of list and ledger.

usage: scripts/bench flood [--json] [--seconds N] [--logins N]

Authority, verifier and sshd run on loopback with their shipped limits. Ten holders of a share, a process each, make every call that a holder and a
stranger can make, each call twice as often as they may, for a minute. Then logins alternate between two sshd: one reads the list as it is after
the floods, the other as it was before; the ratio is of their medians. Revokes are timed from the call until sshd refuses, logins to see that
included, before, after, and while ten who hold nothing send revokes as fast as they can, without a proof and by an unknown token in turn. Last the same ratio for the longest list that docs/limits.md allows: 20 000 entries beside an empty list.
"""

import argparse
import base64
import collections
import json
import multiprocessing
import os
import shutil
import statistics
import struct
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from support import LOGIN, Place, Sshd  # noqa: E402
from support.flood import HOLDERS, Caller, Crowd, anonymous  # noqa: E402

CALLS_PER_MINUTE = 120  # as shipped, of one kind by one holder
LONGEST = 20_000
REVOKES = 5


def overdo(holder, seconds, answers):
    """Every call in turn, each at most twice as often as it may be made, until the time is over."""
    holder.hang_up()  # a connection is not shared with the parent
    counts, begun, turn = collections.Counter(), time.monotonic(), 0
    calls = [*holder.calls.values(), *anonymous(Caller(holder.authority)).values()]
    while (now := time.monotonic()) < begun + seconds:
        ahead = turn * 60 / (2 * CALLS_PER_MINUTE) - (now - begun)
        if ahead > 0:
            time.sleep(ahead)
        for call in calls:
            counts[call().status] += 1
        turn += 1
    answers.put(counts)


def flood(crowd, seconds):
    answers = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=overdo, args=(holder, seconds, answers)) for holder in crowd.holders]
    for worker in workers:
        worker.start()
    counts = sum((answers.get() for _ in workers), collections.Counter())
    for worker in workers:
        worker.join()
    return counts


def storm(authority, until, answers):
    """Revokes by somebody who holds nothing, without a pause."""
    caller, counts = Caller(authority), collections.Counter()
    calls = [call for name, call in anonymous(caller).items() if name.startswith("revoke")]
    while time.monotonic() < until:
        for call in calls:
            counts[call().status] += 1
    answers.put(counts)


def revoke_in_a_storm(crowd, victims, seconds):
    """Seconds of each revoke until it is answered and until sshd refuses, and what the others were answered."""
    crowd.ada.hang_up()
    untaken = [crowd.ada.share()["share"] for _ in range(3 * REVOKES)]
    answers, until = multiprocessing.Queue(), time.monotonic() + seconds
    workers = [multiprocessing.Process(target=storm, args=(crowd.authority, until, answers)) for _ in range(HOLDERS)]
    for worker in workers:
        worker.start()
    answered = []
    for share in untaken:
        begun = time.monotonic()
        assert crowd.ada.v1("DELETE", f"/v1/shares/{share}").status == 200
        answered.append(time.monotonic() - begun)
    times = [crowd.revoke(victim) for victim in victims]
    counts = sum((answers.get() for _ in workers), collections.Counter())
    for worker in workers:
        worker.join()
    return answered, times, counts


def login_ms(sshd, victim):
    begun = time.monotonic()
    assert sshd.login(*victim[1:]).code == 0
    return (time.monotonic() - begun) * 1000


def alternate(first, second, victim, logins):
    """Medians of both in milliseconds; each round begins with the other."""
    times = {first: [], second: []}
    for number in range(logins):
        for sshd in ((first, second), (second, first))[number % 2]:
            times[sshd].append(login_ms(sshd, victim))
    return statistics.median(times[first]), statistics.median(times[second])


def copy_of(place, crowd, name, octets):
    """An sshd like the crowd's, whose list is `octets` for ever."""
    krl = place.folder(name) / "ssh.krl"
    krl.write_bytes(octets)
    return Sshd(place, name, crowd.authority, krl=krl, principals=[f"{LOGIN}@web"]).start()


def string(octets):
    return struct.pack(">I", len(octets)) + octets


def list_of(ca, entries):
    """A KRL that revokes so many shares that nobody has (PROTOCOL.krl)."""
    ids = b"".join(string(base64.b32encode(struct.pack(">IQ", 0, number)).lower()[:20]) for number in range(entries))
    section = string(ca) + string(b"") + (b"\x23" + string(ids) if entries else b"")
    return b"SSHKRL\n\0" + struct.pack(">IQQQ", 1, 1, int(time.time()), 0) + string(b"") + string(b"") + b"\x01" + string(section)


def measure(seconds, logins):
    with Place("bench") as place:
        crowd = Crowd(place)
        keeper = crowd.victim()
        victims = [crowd.victim() for _ in range(3 * REVOKES)]
        size = lambda: os.stat(crowd.ledger).st_size  # noqa: E731
        results = {"revoke before, s": statistics.median(crowd.revoke(victim) for victim in victims[:REVOKES]),
                   "list before, octets": crowd.verifier.krl.stat().st_size, "ledger before, octets": size()}
        before = copy_of(place, crowd, "before", crowd.verifier.krl.read_bytes())
        print(f"{HOLDERS} holders flood for {seconds} s", file=sys.stderr)
        counts = flood(crowd, seconds)
        results["calls"], results["of them held up"] = sum(counts.values()), counts[429]
        crowd.ada.hang_up()  # an idle connection ends after a minute, a login after some
        crowd.ada.login()
        results["failures (5xx)"] = sum(number for status, number in counts.items() if status >= 500)
        results["revoke after, s"] = statistics.median(crowd.revoke(victim) for victim in victims[REVOKES:-REVOKES])
        results["list after, octets"], results["ledger after, octets"] = crowd.verifier.krl.stat().st_size, size()
        answered, times, counts = revoke_in_a_storm(crowd, victims[-REVOKES:], min(seconds, 15))
        results["revokes of nobody"], results["revoke beside them, s"] = sum(counts.values()), statistics.median(times)
        results["answer beside them, s"], results["the slowest, s"] = statistics.median(answered), max(answered)
        results["failures (5xx)"] += sum(number for status, number in counts.items() if status >= 500)
        after, base = alternate(crowd.web, before, keeper, logins)
        results |= {"login before, ms": base, "login after, ms": after, "login, ratio": after / base}
        ca = base64.b64decode(crowd.authority.trust()["ssh_ca_keys"][0].split()[1])
        longest, empty = (copy_of(place, crowd, f"of-{entries}", list_of(ca, entries)) for entries in (LONGEST, 0))
        after, base = alternate(longest, empty, keeper, logins)
        return results | {"login with an empty list, ms": base, f"login with {LONGEST} entries, ms": after, "longest list, ratio": after / base}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench flood", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--seconds", type=int, default=60, help="how long the floods last (60)")
    parser.add_argument("--logins", type=int, default=31, help="logins at each sshd (31)")
    arguments = parser.parse_args()
    if not shutil.which("ssh"):
        parser.error("there is no ssh here")
    results = measure(arguments.seconds, arguments.logins)
    if arguments.json:
        return print(json.dumps(results))
    for name, value in results.items():
        print(f"{name:34} {value:12.3f}" if isinstance(value, float) else f"{name:34} {value:12}")
    slowest = max(results["revoke after, s"], results["revoke beside them, s"])
    print(f"bars: login, ratio 1.2; each revoke 2 s: {'kept' if results['login, ratio'] <= 1.2 and slowest <= 2 else 'MISSED'}")


if __name__ == "__main__":
    main()
