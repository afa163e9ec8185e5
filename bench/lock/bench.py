"""scripts/bench lock: a lock's check of a chain of three beside its raw signature checks; its code, stack, memory and writes.

usage: scripts/bench lock [--json] [--rounds N] [--checks N]

The check is a whole conversation with the library under OpenSSL: greeting, answer, decision, in one process without a socket; the
baseline is the four signatures in it (three links and the answer), checked alone, in the same run. CPU time; medians of the rounds,
with the least and the greatest. Code and stack are a Cortex-M4's (scripts/check_lock): counted, not timed.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import BIN, run  # noqa: E402

FLASH_CYCLES, PAGE = 10_000, 4096  # of common NOR flash


def spread(values, digits=2):
    """Median, least and greatest."""
    return {"median": round(statistics.median(values), digits), "least": round(min(values), digits), "greatest": round(max(values), digits)}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench lock", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--checks", type=int, default=500)
    arguments = parser.parse_args()
    measured = json.loads(run([BIN.parent / "bench" / "lock_check", arguments.rounds, arguments.checks], timeout=600).out)
    built = json.loads(run([ROOT / "scripts" / "check_lock", "--json"], timeout=300).out)
    rounds = measured.pop("rounds")
    slots = PAGE // (measured["octets_per_write"] + 7)  # a slot holds a sequence number and a checksum beside the record
    result = {"check_by_signatures": spread([one["check_us"] / one["signatures_us"] for one in rounds]),
              "check_us": spread([one["check_us"] for one in rounds], 0), "signatures_us": spread([one["signatures_us"] for one in rounds], 0),
              "code": built["code"], "stack": built["stack"], **measured, "openings_on_two_pages": 2 * slots * FLASH_CYCLES}
    if arguments.json:
        print(json.dumps(result))
        return
    ratio, check = result["check_by_signatures"], result["check_us"]
    print(f"check of a chain of three:  {ratio['median']} x its four signatures ({ratio['least']} … {ratio['greatest']}); {check['median']} µs here")
    print(f"code {result['code']}, stack {result['stack']}, a session {result['session']} octets; an answer with three links {result['answer']}")
    print(f"a counted opening writes {result['writes_per_counted_opening']} records of {result['octets_per_write']} octets: "
          f"{result['openings_on_two_pages']} openings on two pages of {PAGE} that stand {FLASH_CYCLES} erasures")


if __name__ == "__main__":
    main()
