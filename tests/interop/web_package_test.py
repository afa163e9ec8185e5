"""The npm package of `scripts/build web` takes shares under Node, by its own example, from the real programs."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from support import ROOT, Relay, System, Wallet, run
from support.exchange import Receiver, Sender
from support.lock import Lock

WORK = ROOT / "build" / "web-work"


@pytest.fixture(scope="module", name="package")
def made():
    done = subprocess.run([ROOT / "scripts" / "web_work"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # In a folder of its own, so that two workers do not build one; its own dependencies are found in WORK, further up.
    with tempfile.TemporaryDirectory(prefix="package-", dir=WORK) as folder:
        target = Path(folder) / "node_modules" / "keyferry-web"
        target.parent.mkdir()
        run(["node", "web/build.mjs", "package", target], cwd=WORK)
        yield shutil.copy(target / "take.mjs", Path(folder) / "take.mjs")


def take(system, package, link, digits="", answers="y\n"):
    folder = system.place.directory / "taken"
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(system.place.ca.path)}
    argv = ["node", "--experimental-global-webcrypto", package, link, folder, *([digits] if digits else [])]
    return run(argv, env=env, cwd=WORK, input=answers, code=None), folder


def logs_in(system, folder):
    return system.sshd["web"].login(folder / "id_ed25519", folder / "id_ed25519-cert.pub").code == 0


@pytest.mark.parametrize("options", [(), ("--pin",), ("--dropbox",), ("--plain-v1",)])
def test_the_example_takes_an_immediate_share(place, package, options):
    system = System(place)
    link, pin = system.share(system.owner("ada"), "servers", "--host", "web", *options)
    done, folder = take(system, package, link, pin or "")
    assert done.code == 0, done
    assert logs_in(system, folder)


@pytest.mark.parametrize("options", [("--code",), ("--code", "--dropbox"), ("--code", "--pin")])
def test_the_example_takes_a_confirmed_share(place, package, options):
    system = System(place)
    ada = system.owner("ada")
    sender = Sender(ada, "servers", "--host", "web", "--for", "1h", "--relay", system.relay.url, "--yes", *options)
    made = sender.until("link")
    argv = ["node", "--experimental-global-webcrypto", str(package), made["link"], str(system.place.directory / "taken"), made["code"]]
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(system.place.ca.path)}
    taker = subprocess.Popen(argv, env=env, cwd=WORK, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        taker.stdin.write("y\n" + (f"{made['pin']}\n" if made.get("pin") else ""))
        taker.stdin.close()
        words = next(line for line in taker.stderr if line.startswith("read these")).split(": ")[1].strip()
        sender.until("compare")
        sender.say(words)
        assert taker.wait(60) == 0 and sender.wait() == 0, sender.errors
    finally:
        taker.kill()
    assert logs_in(system, system.place.directory / "taken")


def test_no_takes_nothing(place, package):
    system = System(place)
    ada = system.owner("ada")
    link, _ = system.share(ada, "servers", "--host", "web")
    done, _ = take(system, package, link, answers="n\n")
    assert done.code != 0 and "declined" in done.err
    assert system.login(system.take("bob", link), "web").code == 0


def test_the_example_gives_a_right_to_a_door_back(place, package):
    """Its person has no agreeToDelegation; whoever has one, or the command line, takes the link then."""
    relay, lock = Relay(place).start(), Lock(place).start()
    owner, ada = Wallet(place, "owner"), Wallet(place, "ada")
    owner.run("relay", "trust", relay.url, "--default", "--allow-local")
    owner.run("lock", "pair", lock.doors["front"], "--name", "home", "--code", lock.ask("--pair")["code"])
    sender = Sender(owner, "home/front", "--for", "1h")
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(place.ca.path)}
    argv = ["node", "--experimental-global-webcrypto", package, sender.link, place.directory / "taken"]
    refused = run(argv, env=env, cwd=WORK, input="y\n", code=None)
    assert refused.code != 0 and "reason: 'delegation'" in refused.err, refused
    receiver = Receiver(ada, sender.link)
    words = receiver.until("words")["words"]
    sender.until("compare")
    sender.say(words)
    assert sender.wait() == 0 and receiver.wait() == 0, (sender.errors, receiver.errors)
