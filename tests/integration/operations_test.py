"""docs/operations.md says what the programs do: their metrics; servers and people in whatever zone."""

import json
import re
from datetime import datetime, timezone

import pytest
from support import LOGIN, ROOT, Authority, Relay, System, Verifier, Wallet, call, run, wait_until

DOCUMENT = (ROOT / "docs" / "operations.md").read_text("utf-8")
# What a healthy store never shows (relay_disk_test.py sees it rise).
UNSEEN = {"keyferry_relay_store_errors_total"}


def documented():
    """The metrics of the table; the alarms' rows name some of them again."""
    table = DOCUMENT.split("| metric | says |")[1].split("\n\n")[0]
    return set(re.findall(r"`(keyferry_[a-z_]+)`", table))


def exposed(server):
    return set(re.findall(r"^# TYPE (\S+) ", server.metrics(), re.M))


def test_the_document_names_every_metric_and_no_other(place):
    authority = Authority(place).start()
    verifier = Verifier(place, authority).start()
    relay = Relay(place, config={"webhook": {"key": str(place.directory / "webhook.key")}}).start()
    call("GET", f"{authority.url}/.well-known/openid-credential-issuer", ca=place.ca.path)
    # A refused call and a failed poll make the metrics that exist only then.
    call("GET", f"{relay.url}/v1/m/6f1f2b5e-0c3f-4f37-9d8c-1a2b3c4d5e6f", ca=place.ca.path,
         headers={"Mailbox-Device-Claim": "a7f04d2e-9d1b-4f5e-8f2a-0d9c8b7a6f5e"})
    seen = exposed(relay) | exposed(authority)
    authority.stop()
    wait_until(lambda: "keyferry_list_failures_total{" in verifier.metrics(), "a failure of the agent", 20)
    seen |= exposed(verifier)
    assert seen - documented() == set(), "not documented"
    assert documented() - seen - UNSEEN == set(), "documented, but no program has it"
    alarms = DOCUMENT.split("| alarm when |")[1].split("\n\n")[0]
    assert set(re.findall(r"keyferry_[a-z_]+", alarms)) - documented() == set()


#= spec:quality#1-time test
@pytest.mark.parametrize("servers, sender, receiver", [
    ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"),
    ("America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu"),
])
def test_whatever_their_zones_all_mean_the_same_instants(servers, sender, receiver, place, monkeypatch):
    offset = run(["date", "+%z"], env={"TZ": servers}).out.strip()
    assert offset not in ("+0000", "-0000"), "no zone data on this machine"
    monkeypatch.setenv("TZ", servers)
    system = System(place)
    ada, bob = (Wallet(place, name) for name in ("ada", "bob"))
    ada.env["TZ"], bob.env["TZ"] = sender, receiver
    before = datetime.now(timezone.utc)
    offer = system.authority.share("--as", LOGIN, "--host", "web", "--for", "12h", "--depth", "1")
    ada.run("accept", "--yes", "--allow-local", "--name", "servers", "-", input=offer)
    link, _ = system.share(ada, "servers", "--for", "1h")
    system.take(bob, link)
    after = datetime.now(timezone.utc)

    held = bob.json("list")["credentials"][0]
    sent = ada.json("list", "--shares")["credentials"][0]["shares"][0]
    listed = json.loads(system.authority.run("list", "--json").out)["shares"]
    known = next(share for share in listed if share["share"] == sent["share"])
    ends = {entry["valid_until"] for entry in (held, sent, known)}
    assert len(ends) == 1 and ends == {held["certificate_until"]}
    seconds = (datetime.fromisoformat(ends.pop()) - before).total_seconds()
    assert 3599 <= seconds <= 3601 + (after - before).total_seconds()
    # OpenSSH counts alike: it lets the certificate in, in its own zone, and after the revoke no more.
    assert system.login(bob, "web").code == 0
    ada.run("revoke", sent["share"], "--yes")
    system.refused_within(bob, "web", 10)
    for server in (system.authority, system.relay, system.verifier):
        times = [datetime.fromisoformat(time) for time in re.findall(r'"time":"([^"]+)"', server.log())]
        assert times and all(abs((time - before).total_seconds()) < 600 for time in times)
