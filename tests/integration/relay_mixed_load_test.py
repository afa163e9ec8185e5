"""Everything at once: mailboxes, queues, drops, waiting, deadlines, webhooks, renewed certificates; at the end a drain."""

import signal

from support import Relay, wait_until
from support.load import Load
from support.webhook import Receiver


def relay_for_load(place):
    return Relay(place, config={"webhook": {"allow": ["127.0.0.0/8"], "ca_file": str(place.ca.path)},
                                "limits": {"misses_per_minute": 0}})


#= spec:quality#1-behind test
def test_certificates_are_renewed_under_everything_and_the_drain_loses_nothing(place):
    relay, receiver = relay_for_load(place).start(), Receiver(place)
    load = Load(relay, receiver, each=2).start()
    for renewal in range(1, 4):
        more = load.acknowledged + 150
        wait_until(lambda more=more: load.acknowledged > more, "load", 60)
        place.ca.issue(relay.directory)
        relay.signal(signal.SIGHUP)
        wait_until(lambda count=renewal: relay.log().count('"event":"reloaded"') == count, "the reload", 30)
    wait_until(lambda: receiver.calls, "a push", 30)
    assert relay.stop(30) == 0, relay.log()
    load.join()
    relay.start()
    print(f"{load.audit()} acknowledged operations checked after the drain, {len(receiver.calls)} pushes")
