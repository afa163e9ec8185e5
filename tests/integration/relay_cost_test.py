"""What a call makes the relay write to its disk is in proportion to what the call brings, whatever the mailbox holds."""

import statistics

from support import Relay
from support.mailbox import Device, configuration, sealed

ROUNDS = 20


def written(relay):
    """Octets that the relay has handed to the kernel to write: its log of changes, and what it moves from there into the file."""
    with open(f"/proc/{relay.pid}/io") as io:
        return next(int(line.split()[1]) for line in io if line.startswith("wchar:"))


def cost(relay, act):
    """Octets written by a round of `act`: the median, since now and then what others wrote before is moved into the file."""
    costs = []
    for _ in range(ROUNDS):
        before = written(relay)
        act()
        costs.append(written(relay) - before)
    return statistics.median(costs)


def queue(relay, parked):
    """A queue with `parked` messages of 60 000 octets that wait in each direction, and its two sides."""
    ada, bo = Device(relay), Device(relay)
    box = ada.create(configuration=configuration(delivery="queue"))
    assert bo.read(box).status == 200
    for device in (ada, bo):
        for _ in range(parked):
            assert device.update(box, sealed(60_000)).status == 200
    return box, ada, bo


#= spec:tigress#TML-9 test
#= spec:tigress#A-20 test
def test_a_short_message_costs_the_same_beside_a_full_queue(place):
    relay = Relay(place, tls=False).start()

    def one_short_message(box, ada, bo):
        assert bo.update(box, sealed(40)).status == 200
        ada.after = ada.read(box, after=ada.after).json()["seq"]

    costs = []
    for parked in (0, 4):
        box, ada, bo = queue(relay, parked)
        ada.after = 0
        costs.append(cost(relay, lambda: one_short_message(box, ada, bo)))
        assert ada.read(box).status == 200
    alone, beside = costs
    print(f"written for a short message and its fetching: {alone:.0f} octets alone, {beside:.0f} beside 480 000 parked ones")
    assert alone > 1000, "the counter counts"
    assert beside < 2 * alone


#= spec:tigress#TML-9 test
def test_a_claim_costs_the_same_for_a_long_message(place):
    relay = Relay(place, tls=False).start()

    def claim_and_give_back(box):
        bo = Device(relay)
        assert bo.read(box).status == 200
        assert bo.relinquish(box).status == 200

    costs = []
    for octets in (100, 64_000):
        box = Device(relay).create(sealed(octets))
        costs.append(cost(relay, lambda: claim_and_give_back(box)))
    short, long = costs
    print(f"written for a claim and a give-back: {short:.0f} octets with a short message, {long:.0f} with one of 64 000")
    assert short > 1000 and long < 2 * short
