#!/usr/bin/python3 -B
"""What the browser's site costs: octets of a first load, time until it can be used, round trips of a share.

usage: scripts/bench web [--json] [--rounds N]

Chromium on a new profile for each round, behind nginx with deploy/nginx-web.conf, throttled as a phone: 40 ms a round
trip, 10 Mbit/s, the processor four times slower. The baseline of the time is a page of one line from the same server.
As root, browser and server run before everything else on the machine; else what is printed includes their wait for it.
"""
import argparse
import json
import os
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

from support import Browser, Place, Site, System  # noqa: E402
from support.site import built  # noqa: E402

PHONE = {"latency": 40, "down": 10_000_000 / 8, "cpu": 4}
# When the largest text stood there: the first paint alone may be the frame without the view.
PAINT = """new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
  .observe({type: "largest-contentful-paint", buffered: true}))"""
OCTETS = """["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
  .map((entry) => [entry.name.split("/").pop(), entry.encodedBodySize])"""


def ahead_of_others(pid):
    """Real-time priority for this process and what it started, so that a busy machine measures the page and not the
    queue for its cores; needs root."""
    try:
        for own in [pid, *children(pid)]:
            for thread in Path(f"/proc/{own}/task").iterdir():
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(1))
        return True
    except OSError:
        return False


def children(pid):
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text("utf-8").rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:
            continue  # it ended
    found = parents.get(pid, [])
    return [*found, *(below for child in found for below in children(child))]


def load(place, site, name):
    """One first load: time until it is usable; the processor time of the main thread in it (throttled), in ms; octets."""
    browser = Browser(place)
    browser.open("data:text/html,warm")
    ahead_of_others(browser._driver.pid)
    browser.do("throttle", **PHONE)
    before = browser.do("main_thread")
    browser.open(site.url + name)
    if not name:
        browser.view("home")
    painted = browser.evaluate(PAINT)
    ran = browser.do("main_thread") - before
    octets = browser.evaluate(OCTETS)
    browser.close()
    return {"usable": painted, "ran": ran}, octets


def round_trips(system, site):
    """Requests of a share that is taken, from the act on: to the relay, and to the authority."""
    browser = Browser(system.place)
    link, _ = system.share(system.owner("ada"), "servers", "--host", "web")
    browser.open(site.address_of(link))
    browser.view("opened")
    browser.do("requests")
    browser.hold()
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    sent = [seen for seen in browser.do("requests") if seen["method"] != "OPTIONS"]
    return [sum(seen["url"].startswith(server.url) for seen in sent) for server in (system.relay, system.authority)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    files = built()
    with Place() as place:
        site = Site(place, files=files)
        (site.files / "empty.html").write_text("<!doctype html><title>empty</title><p>One line.\n", "utf-8")
        site.start()
        ahead = ahead_of_others(site.pid)
        rounds = [(load(place, site, "")[0], load(place, site, "empty.html")[0]) for _ in range(arguments.rounds)]
        busy = os.getloadavg()[0]
        octets = load(place, site, "")[1]
        relay, authority = round_trips(System(place), site)
    def median(which, what):
        return round(statistics.median(pair[which][what] for pair in rounds))
    figures = {"first_load_octets": sum(size for _, size in octets), "files": len(octets),
               "usable_ms": median(0, "usable"), "usable_least_ms": round(min(ours["usable"] for ours, _ in rounds)), "one_line_ms": median(1, "usable"),
               "ratio": round(statistics.median(ours["usable"] / base["usable"] for ours, base in rounds), 1),
               "main_thread_ms": median(0, "ran"), "one_line_main_thread_ms": median(1, "ran"),
               "load": round(busy, 1), "ahead_of_others": ahead, "relay_requests": relay, "authority_requests": authority}
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"first load            {figures['first_load_octets'] / 1024:6.1f} KB in {figures['files']} files      bar 60 KB")
    print(f"usable                {figures['usable_ms']:6} ms, a page of one line {figures['one_line_ms']} ms ({figures['ratio']} ×); least {figures['usable_least_ms']} ms      bar 1000 ms")
    print(f"  its main thread ran {figures['main_thread_ms']:6} ms, of one line {figures['one_line_main_thread_ms']} ms")
    print(f"  load of the machine {figures['load']:6}, {'ahead of' if ahead else 'beside'} what else runs")
    print(f"requests of a share   {relay} to the relay, {authority} to the authority      bar 3 to the relay")


if __name__ == "__main__":
    main()
