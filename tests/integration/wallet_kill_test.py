"""kill -9 at any moment: the same command then finishes, with the same key, once."""

import base64
import json
import signal
import subprocess
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support import BIN, LOGIN, Authority, Relay, Sshd, Wallet

RUNS = 30


def world(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    relay = Relay(place).start()
    ada = Wallet(place, "ada")
    ada.run("relay", "trust", relay.url, "--default", "--allow-local")
    offer = authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
    ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)
    return authority, ada


def moments(command):
    """RUNS instants spread over the time that a whole run takes on this machine."""
    began = time.monotonic()
    command()
    whole = time.monotonic() - began
    return [whole * step / (RUNS + 1) for step in range(1, RUNS + 1)]


def killed(wallet, arguments, text, seconds):
    """Runs and kills after `seconds`; returns (exit code, standard output)."""
    with subprocess.Popen([str(BIN / "keyferry"), *arguments], env=wallet.env, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        process.stdin.write(text)
        process.stdin.close()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return process.returncode, process.stdout.read()


def key_in_progress(wallet):
    """The public key whose private half a killed take left behind, or None."""
    for path in (wallet.home / "transfers").glob("take-*.json"):
        text = path.read_text()
        if not text.strip("\0"):
            continue  # killed while the finished record was erased: zeros are left
        key = json.loads(text).get("key")
        if key:
            private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key["secret"]))
            return private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode().split()[1]
    return None


#= spec:transfer#6-killed test
def test_accept_killed_at_many_moments(place):
    _, ada = world(place)
    cut, with_key = 0, 0
    link, pin = ada.run("share", "own", "--now", "--pin", "--for", "1h").out.splitlines()
    first = Wallet(place, "first")
    spread = moments(lambda: first.run("accept", "--yes", "--allow-local", "--pin", pin, "-", input=link))
    for number, moment in enumerate(spread):
        link, pin = ada.run("share", "own", "--now", "--pin", "--for", "1h").out.splitlines()
        bob = Wallet(place, f"bob{number}")
        accept = ["accept", "--yes", "--allow-local", "--pin", pin, "-"]
        code, out = killed(bob, accept, link, moment)
        key = key_in_progress(bob)
        cut += code == -signal.SIGKILL
        with_key += key is not None
        again = bob.run(*accept, input=link, code=None)
        # Only a run whose outcome was shown may be told that it took the share already.
        assert again.code == 0 or (out and "you took this share already" in again.err), (moment, again)
        held = bob.json("list")["credentials"]
        assert len(held) == 1, (moment, held)
        exported = bob.json("export", held[0]["name"])
        if key:
            assert exported["public_key"].split()[1] == key, moment
        assert not list((bob.home / "transfers").glob("take-*.json")), moment
        shares = ada.json("list", "--shares")["credentials"][0]["shares"]
        mine = [share for share in shares if share["share"] == held[0]["share"]]
        assert mine[0]["state"] == "redeemed" and mine[0]["holder"]["fingerprint"] == exported["fingerprint"]
    print(f"{RUNS} runs, {cut} killed before their end, {with_key} with the key already made")
    assert cut >= 5 and with_key >= 1


def test_share_killed_at_many_moments(place):
    _, ada = world(place)
    cut = 0
    for moment in moments(lambda: ada.run("share", "own", "--now", "--for", "1h", "--pin")):
        before = len(ada.json("list", "--shares")["credentials"][0]["shares"])
        code, out = killed(ada, ["share", "own", "--now", "--for", "1h", "--pin"], "", moment)
        cut += code == -signal.SIGKILL
        again = ada.run("share", "own", "--now", "--for", "1h", "--pin")
        assert len(again.out.splitlines()) == 2
        after = len(ada.json("list", "--shares")["credentials"][0]["shares"])
        # A second share only where the first one's link was already printed.
        assert after - before == 1 or out, (moment, before, after)
    print(f"{RUNS} runs, {cut} killed before their end")
    assert cut >= 5
