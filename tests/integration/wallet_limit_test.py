"""A 429 on the way of a command: waited out for as long as it asks, within bounds, and said."""

import pytest
from support import LOGIN, Authority, Sshd, Wallet
from support.openid import JWT_BEARER
from support.proxy import Proxy


class Limited:
    """An authority behind a proxy that answers the first `times` calls that `of` picks with 429."""

    def __init__(self, place):
        self.proxy = Proxy(place, "authority")
        self.authority = Authority(place, config={"public": {"url": self.proxy.url}, "tls": None})
        self.proxy.forward_to(self.authority)
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.authority.start()
        self.ada = Wallet(place, "ada")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=offer)
        self.shares = [self.ada.json("share", "web", "--now", "--for", "1h", "--file", place.folder("out") / f"share-{n}",
                                     "--allow-local", "--yes")["share"] for n in range(2)]

    def limit(self, times, of, retry_after):
        self.refused = []

        def meddle(exchange):
            if len(self.refused) < times and of(exchange):
                self.refused.append(exchange)
                exchange.status, exchange.answer = 429, b"slow down"
                exchange.answer_headers = {"retry-after": retry_after} if retry_after else {}

        self.proxy.meddle = meddle

    def states(self):
        return {share["state"] for share in self.ada.json("list", "--shares")["credentials"][0]["shares"]}


@pytest.fixture
def limited(place):
    return Limited(place)


def logs_in(exchange):
    return exchange.path == "/token" and JWT_BEARER.encode() in exchange.body.replace(b"%3A", b":")


def deletes(exchange):
    return exchange.method == "DELETE"


@pytest.mark.parametrize("of, times", [(logs_in, 3), (deletes, 2)])
def test_revoke_waits_out_a_429_and_says_so(limited, of, times):
    limited.limit(times, of, "1")
    done = limited.ada.run("revoke", "--below", "web", "--yes")
    assert len(limited.refused) == times and "trying again in 1 s" in done.err
    limited.proxy.meddle = lambda exchange: None
    assert limited.states() == {"revoked"}


def test_a_revoke_by_id_waits_too(limited):
    limited.limit(1, deletes, "1")
    done = limited.ada.run("revoke", limited.shares[0], "--yes")
    assert len(limited.refused) == 1 and "trying again in 1 s" in done.err


def test_what_asks_for_too_long_is_not_waited_out(limited):
    limited.limit(1000, deletes, "3600")
    done = limited.ada.run("revoke", "--below", "web", "--yes", code=3, timeout=30)
    assert "try again in 3600 s" in done.err and len(limited.refused) == 1


def test_accept_waits_too(limited):
    offer = limited.authority.share("--as", LOGIN, "--host", "web", "--for", "1h")
    limited.limit(2, lambda exchange: exchange.path == "/token", "1")
    done = limited.ada.run("accept", "--yes", "--allow-local", "--name", "again", "-", input=offer)
    assert len(limited.refused) == 2 and "trying again in 1 s" in done.err


def test_a_server_that_does_not_answer_is_named(limited):
    limited.proxy.meddle = lambda exchange: exchange.cut()
    done = limited.ada.run("revoke", "--below", "web", "--yes", code=4)
    assert limited.proxy.url in done.err
