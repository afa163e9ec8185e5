"""A day of health checks: several checkers a second on the admin address and on the public one cost nothing that stays.

Here the first 1500 of each, at full speed; `KEYFERRY_HEALTH_DAY=1` makes it a whole day's, 86 400 of each.
"""

import os
import socket
import ssl

from support import Relay
from support.mailbox import Device
from support.process import SANITIZED

ADMIN = ("/healthz", "/readyz", "/metrics")
DAY = 86_400
COUNT = DAY if os.environ.get("KEYFERRY_HEALTH_DAY") else 1500
PIPELINED = 50


def check(connect, path, count):
    """`count` checks of one path, a new connection for each PIPELINED of them."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    last = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    for _ in range(count // PIPELINED):
        with connect() as stream:
            stream.sendall(request * (PIPELINED - 1) + last)
            octets = b""
            while more := stream.recv(1 << 20):
                octets += more
            assert octets.count(b"HTTP/1.1 200") == PIPELINED, octets[:400]


def resident(relay):
    with open(f"/proc/{relay.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def descriptors(relay):
    return len(os.listdir(f"/proc/{relay.pid}/fd"))


def test_a_day_of_health_checks_leaves_nothing_behind(place):
    relay = Relay(place).start()
    context = ssl.create_default_context(cafile=str(place.ca.path))
    box = Device(relay).create().json()["urlLink"].removeprefix(relay.url)

    def admin():
        return socket.create_connection(("127.0.0.1", relay.admin_port), timeout=60)

    def public():
        return context.wrap_socket(socket.create_connection(("127.0.0.1", relay.port), timeout=60), server_hostname="127.0.0.1")

    def checks(count):
        for path in ADMIN:
            check(admin, path, count)
        check(public, box, count)

    checks(500)     # what is made once is made
    memory, files, log = resident(relay), descriptors(relay), len(relay.log())
    checks(COUNT)
    grown = resident(relay) - memory
    print(f"{4 * COUNT} checks: {grown} KiB more memory, {descriptors(relay) - files} more descriptors, {len(relay.log()) - log} octets of log")
    assert grown < 2048 or SANITIZED    # whose memory is kept aside on purpose
    assert descriptors(relay) <= files + 2 and len(relay.log()) == log
    assert Device(relay).read(box).status == 200, "the checks claimed nothing"
