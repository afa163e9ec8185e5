"""A full disk costs new shares and certificates, and no revoke: the ledger keeps space aside that revoking alone may use."""

from support import LOGIN, Authority, Sshd, Verifier, wait_until
from support.openid import Client
from support.small_disk import SmallDisk


def redeemed(authority, offer):
    holder = Client(authority.url, authority.place.ca.path)
    holder.redeem(offer if isinstance(offer, dict) else holder.read(offer))
    return holder


def fill_up(disk, holder):
    """Fills the disk until the ledger feels it: its log has room of its own for a while."""
    for _ in range(1000):
        disk.fill()
        answer = holder.v1("POST", "/v1/shares", json={"kind": "ssh"})
        if answer.status != 201:
            return answer
    raise AssertionError("the disk never filled up")


#= spec:quality#1-durable test
def test_a_full_disk_costs_new_shares_and_no_revoke(place):
    folder = place.folder("ledger")
    authority = Authority(place, config={"ledger": {"url": f"sqlite://{folder}/ledger.db"}, "limits": {"calls_per_minute": 0,
                                         "shares_per_day": 0, "shares_per_holder": 0, "shares_per_root": 0}})
    disk = SmallDisk(authority, folder, "160m")
    authority.start()
    web = Sshd(place, "web", authority)
    authority.add_host(web)
    Verifier(place, authority).start()
    web.start()
    offer = ("--as", LOGIN, "--host", "web", "--for", "4h")
    ada = redeemed(authority, authority.share(*offer, "--depth", "2"))
    eve, bo, carol = (redeemed(authority, ada.share(depth=depth)["credential_offer"]) for depth in (1, 0, 0))
    open_share = ada.share()
    keys = {holder: holder.write(place.folder(name)) for name, holder in (("eve", eve), ("bo", bo), ("carol", carol))}
    for key in keys.values():
        assert web.login(*key).code == 0

    full = fill_up(disk, eve)
    assert full.status == 507 and full.json()["error"] == "storage_full", full
    assert 'keyferry_authority_short_of_space 1' in authority.metrics() and authority.ready()
    refused = [ada.v1("POST", "/v1/shares", json={"kind": "ssh"}), ada.renew(), ada.token(open_share["credential_offer"])]
    assert [answer.status for answer in refused] == [507] * 3
    told = authority.run("share", *offer, code=None)
    assert told.code != 0 and "disk is full" in told.err

    # Whoever revokes logs in anew, looks, and revokes; floods of logins and looks take none of the space.
    for _ in range(300):
        assert ada.login().status == 200 and ada.v1("GET", "/v1/shares?limit=1").status == 200
    proof = ada.bearing(ada.access, "GET", "/v1/shares", key=ada.key)
    assert [ada.call("GET", "/v1/shares", proof).status for _ in range(2)] == [200, 401], "a proof is good once on a full disk too"
    share = {holder: holder.credential["keyferry"]["share"] for holder in keys}
    assert ada.v1("DELETE", f"/v1/shares/{share[bo]}").status == 200
    wait_until(lambda: web.login(*keys[bo]).code != 0, "bo to be refused")
    assert ada.v1("DELETE", f"/v1/shares/{share[eve]}").status == 200, "with everything that she had made"
    wait_until(lambda: web.login(*keys[eve]).code != 0, "eve to be refused")
    authority.run("revoke", share[carol])
    wait_until(lambda: web.login(*keys[carol]).code != 0, "carol to be refused")
    assert ada.v1("POST", "/v1/shares", json={"kind": "ssh"}).status == 507, "the reserve is for revoking alone"


def test_when_there_is_room_again_everything_works(place):
    folder = place.folder("ledger")
    authority = Authority(place, config={"ledger": {"url": f"sqlite://{folder}/ledger.db"}, "limits": {"calls_per_minute": 0,
                                         "shares_per_day": 0, "shares_per_holder": 0, "shares_per_root": 0}})
    disk = SmallDisk(authority, folder, "160m")
    authority.start()
    authority.add_host(Sshd(place, "web", authority))
    ada = redeemed(authority, authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "2"))
    first = ada.share()["share"]
    assert fill_up(disk, ada).status == 507
    assert ada.v1("DELETE", f"/v1/shares/{first}").status == 200
    disk.empty()
    assert authority.ready()
    assert ada.v1("POST", "/v1/shares", json={"kind": "ssh"}).status == 201
    assert 'keyferry_authority_short_of_space 0' in authority.metrics()
    assert authority.run("audit").code == 0
