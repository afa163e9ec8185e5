"""The whole: root share, link, relay, real sshd, revocation; over several hands."""

from support import LOGIN, System, Wallet

import pytest


@pytest.fixture
def system(place):
    return System(place)


#= spec:tigress#SYS-01 test
def test_a_login_goes_from_hand_to_hand_and_comes_back(system):
    ada = system.owner("ada")
    link, pin = system.share(ada, "servers", "--as", LOGIN, "--host", "web", "--depth", "1", "--pin")
    bobs_share = system.last_share
    bob = system.take("bob", link, pin)
    link, _ = system.share(bob, "web", "--for", "1h")
    cem = system.take("cem", link)
    assert system.login(cem, "web", command="echo in").out == "in\n"
    assert system.login(ada, "servers", "db").code == 0

    ada.run("revoke", bobs_share, "--yes")
    system.refused_within(bob, "web")
    system.refused_within(cem, "web")
    assert system.login(ada, "servers", "web").code == 0


#= spec:authority#4-attenuate test
def test_nobody_passes_on_more_than_they_hold(system):
    ada = system.owner("ada")
    link, _ = system.share(ada, "servers", "--as", LOGIN, "--host", "web", "--depth", "1")
    bob = system.take("bob", link)
    for wider in (["--host", "db"], ["--as", "nobody"], ["--for", "9h"], ["--depth", "1"]):
        refused = bob.run("share", "web", "--now", "--relay", system.relay.url, "--allow-local", "--yes", *wider, code=3)
        assert refused.out == "", refused
    link, _ = system.share(bob, "web", "--for", "1h")
    cem = system.take("cem", link)
    assert cem.run("share", "web", "--now", "--relay", system.relay.url, "--allow-local", "--yes", code=3).out == ""


def test_a_forced_command_is_all_that_a_share_gives(system):
    ada = system.owner("ada")
    link, _ = system.share(ada, "servers", "--as", LOGIN, "--host", "web", "--command", "echo only this")
    bob = system.take("bob", link)
    assert system.login(bob, "web", command="echo anything else").out == "only this\n"


#= spec:tigress#CLM-06 test
def test_the_second_to_open_a_link_is_told(system):
    ada = system.owner("ada")
    link, pin = system.share(ada, "servers", "--as", LOGIN, "--host", "web", "--pin")
    wrong = "111111" if pin != "111111" else "222222"
    bob = Wallet(system.place, "bob")
    assert bob.run("accept", "--yes", "--allow-local", "--pin", wrong, "-", input=link, code=3).err
    late = Wallet(system.place, "eve").run("accept", "--yes", "--allow-local", "--pin", pin, "-", input=link, code=3)
    assert "another wallet opened this link first" in late.err
    bob.run("accept", "--yes", "--allow-local", "--pin", pin, "--name", "web", "-", input=link)
    assert system.login(bob, "web").code == 0


#= spec:tigress#SYS-09 test
#= spec:tigress#TMS-12 test
def test_five_wrong_pins_lock_until_the_sender_sets_a_new_one(system):
    ada = system.owner("ada")
    link, pin = system.share(ada, "servers", "--as", LOGIN, "--host", "web", "--pin")
    share = system.last_share
    bob = Wallet(system.place, "bob")
    wrong = "111111" if pin != "111111" else "222222"
    for _ in range(5):
        bob.run("accept", "--yes", "--allow-local", "--pin", wrong, "-", input=link, code=3)
        system.authority.kill()
        system.authority.start()
    locked = bob.run("accept", "--yes", "--allow-local", "--pin", pin, "-", input=link, code=3)
    assert "locked" in locked.err
    assert "locked" in ada.run("list", "--shares").out
    again = ada.json("rearm", share, "--relay", system.relay.url, "--allow-local", "--yes")
    assert again["pin"] != pin
    cem = system.take("cem", again["link"], again["pin"])
    assert system.login(cem, "web").code == 0
