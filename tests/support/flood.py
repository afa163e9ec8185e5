"""Holders who call far more often than they may, and what is left of it.

    crowd = Crowd(place, {"calls_per_minute": 60})      # authority, verifier, sshd, Ada, and ten who hold a share of hers
    statuses = crowd.flood("renew", 120)                # each of the ten calls 120 times, as fast as it can
    crowd.revoke(victim)                                # seconds from Ada's revoke until sshd refuses
"""

import collections
import http.client
import json as json_module
import random
import sqlite3
import ssl
import threading
import time
import urllib.parse

from .http import Answer
from .openid import Client
from .process import wait_until
from .programs import Authority, Verifier
from .sshd import LOGIN, Sshd

HOLDERS = 10
IDLE = 30  # seconds; the server closes a connection that rested for 60
EVENTS = ("credential_accepted", "credential_failure", "credential_deleted")
UNKNOWN = "a" * 20


class Caller(Client):
    """A client that keeps its connection, as a flood would, and one nonce for its key proofs."""

    def __init__(self, authority):
        super().__init__(authority.url, authority.place.ca.path)
        self._context = ssl.create_default_context(cafile=str(self.ca))
        self._connection, self._used, self._c_nonce, self._c_until = None, 0, None, 0

    def call(self, method, path, headers=None, body=None, json=None):
        parts = urllib.parse.urlsplit(path if path.startswith("https://") else self.url + path)
        headers = dict(headers or {})
        if json is not None:
            body = json_module.dumps(json)
            headers.setdefault("Content-Type", "application/json")
        if time.monotonic() - self._used > IDLE:
            self.hang_up()
        self._used = time.monotonic()
        self._connection = self._connection or http.client.HTTPSConnection(parts.hostname, parts.port, timeout=60, context=self._context)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            self._connection.request(method, target, body, headers)
            got = self._connection.getresponse()
            answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    def hang_up(self):
        """The next call connects anew."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def proof(self, **bent):
        if time.monotonic() > self._c_until:
            self._c_nonce, self._c_until = self.call("POST", "/nonce").json()["c_nonce"], time.monotonic() + 120
        return super().proof(**{"nonce": self._c_nonce, **bent})


class Flooder(Caller):
    """One who holds a share that he may share on. `calls`: every call that he can make, by name."""

    def __init__(self, authority, offer):
        super().__init__(authority)
        self.authority, self.offer = authority, offer
        self.redeem(offer)
        self.login()
        self.token_again()
        self.notification = self.issue(self.redeeming).json()["notification_id"]
        self.open, self.confirmed, self.refused, self.gone = (self.share(mode=mode)["share"] for mode in
                                                              ("immediate", "confirmed", "immediate", "immediate"))
        step = lambda share, name, body: lambda: self.v1("POST", f"/v1/shares/{share}/{name}", json=body)  # noqa: E731
        self.calls = {
            "login": self.login,
            "exchange": self.token_again,
            "credential": lambda: self.issue(self.redeeming),
            "notification": self.tell,
            "renew": self.renew,
            "share": self.share_and_revoke,
            "list": lambda: self.v1("GET", "/v1/shares"),
            "read": lambda: self.v1("GET", f"/v1/shares/{self.open}"),
            "grant": step(self.confirmed, "grant", {"thumbprint": self.key.thumbprint}),
            "offer": step(self.open, "offer", {}),
            "pin": step(self.open, "pin", {"pin": "123456"}),
            "refuse": step(self.refused, "refuse", {}),
            "revoke": lambda: self.v1("DELETE", f"/v1/shares/{self.gone}"),
            "revoke below": lambda: self.v1("DELETE", "/v1/shares"),
        }

    def token_again(self):
        answer = self.token(self.offer)
        if answer.status == 200:
            self.redeeming = answer.json()["access_token"]
        return answer

    def tell(self):
        return self.call("POST", "/notification", self.bearing(self.redeeming, "POST", "/notification"),
                         json={"notification_id": self.notification, "event": random.choice(EVENTS)})

    def share_and_revoke(self):
        """Shares, takes it himself, and revokes it: an entry of the list each."""
        made = self.v1("POST", "/v1/shares", json={"kind": "ssh"})
        if made.status == 201:
            receiver = Caller(self.authority)
            receiver.redeem(made.json()["credential_offer"])
            assert self.v1("DELETE", f"/v1/shares/{made.json()['share']}").status == 200
        return made


def anonymous(caller):
    """Calls that need nobody's key, by name."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    code = urllib.parse.urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": "x" * 43})
    return {
        "metadata": lambda: caller.call("GET", "/.well-known/openid-credential-issuer"),
        "oauth metadata": lambda: caller.call("GET", "/.well-known/oauth-authorization-server"),
        "document": lambda: caller.call("GET", "/openapi.yaml"),
        "nonce": lambda: caller.call("POST", "/nonce"),
        "unknown offer": lambda: caller.call("GET", "/offers/" + "A" * 43),
        "unknown code": lambda: caller.call("POST", "/token", form, body=code),
        "unknown token": lambda: caller.call("GET", "/v1/shares", caller.bearing("A" * 43, "GET", "/v1/shares")),
        "revoke without proof": lambda: caller.call("DELETE", "/v1/shares"),
        "revoke by unknown token": lambda: caller.call("DELETE", f"/v1/shares/{UNKNOWN}", caller.bearing("A" * 43, "DELETE", f"/v1/shares/{UNKNOWN}")),
        "list of revoked": lambda: caller.call("GET", "/v1/lists/ssh.krl"),
    }


class Crowd:
    """Ada's receivers: HOLDERS who flood, and victims who only log in until she revokes them."""

    def __init__(self, place, limits=None):
        self.place = place
        self.authority = Authority(place, config={"limits": limits or {}})
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        self.authority.start()
        self.verifier = Verifier(place, self.authority).start()
        self.web.start()
        self.ada = Caller(self.authority)
        self.ada.redeem(self.ada.read(self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "2")))
        self.holders = [Flooder(self.authority, self.ada.share(depth=1)["credential_offer"]) for _ in range(HOLDERS)]
        self._victims = 0

    def victim(self):
        """Somebody who can log in: (share, key, certificate)."""
        self._victims += 1
        receiver = Caller(self.authority)
        receiver.redeem(self.ada.share()["credential_offer"])
        victim = receiver.credential["keyferry"]["share"], *receiver.write(self.place.folder(f"victim-{self._victims}"))
        assert self.web.login(*victim[1:]).code == 0
        return victim

    def revoke(self, victim):
        """Ada revokes; the seconds until sshd refuses."""
        begun = time.monotonic()
        answer = self.ada.v1("DELETE", f"/v1/shares/{victim[0]}")
        assert answer.status == 200, answer
        wait_until(lambda: self.web.login(*victim[1:]).code != 0, "sshd to refuse", 60)
        return time.monotonic() - begun

    def flood(self, name, calls):
        """Each holder makes so many calls, all at once; a count of the statuses for each."""
        return together([lambda holder=holder: count(holder.calls[name], calls) for holder in self.holders])

    def flood_without_name(self, calls):
        """The same from ten who hold nothing."""
        return together([lambda: {name: count(call, calls) for name, call in anonymous(Caller(self.authority)).items()}
                         for _ in range(HOLDERS)])

    @property
    def ledger(self):
        return self.authority.tables["ledger"]["url"].removeprefix("sqlite://")

    def rows(self):
        """{table: rows} of the ledger."""
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=60) as ledger:
            tables = [name for name, in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: ledger.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


def count(call, calls):
    return collections.Counter(call().status for _ in range(calls))


def together(works):
    """Runs them at once, each in a thread of its own; their results. A failure of one is this one's."""
    results, failures = [None] * len(works), []

    def run(number):
        try:
            results[number] = works[number]()
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
