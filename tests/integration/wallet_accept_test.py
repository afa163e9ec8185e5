"""A wallet takes an authority's offer and logs in with what it got."""

import os
import stat
import subprocess

from support import LOGIN, Authority, Sshd, Verifier, Wallet, run


def world(place):
    authority = Authority(place)
    sshd = Sshd(place, "web", authority)
    authority.add_host(sshd)
    authority.start()
    Verifier(place, authority).start()
    sshd.start()
    return authority, sshd


#= spec:authority#1-path test
def test_offer_becomes_a_login(place):
    authority, _ = world(place)
    ada = Wallet(place, "ada")
    offer = authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
    taken = ada.run("accept", "--yes", "--allow-local", "-", input=offer)
    line = taken.out.strip()
    assert line.count("\n") == 0 and "StrictHostKeyChecking=yes" in line
    done = subprocess.run(line + " echo in", shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                          check=False)
    assert done.returncode == 0 and done.stdout == "in\n", done
    assert f"offered: {LOGIN}@web" in taken.err

    listed = ada.json("list")["credentials"]
    assert [c["title"] for c in listed] == [f"{LOGIN}@web"]
    folder = ada.home / "ssh" / listed[0]["name"]
    for path in [folder, *folder.iterdir()]:
        mode = stat.S_IMODE(os.stat(path).st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), (path, oct(mode))
    shown = run(["ssh-keygen", "-L", "-f", folder / "id_ed25519-cert.pub"]).out
    assert f"{LOGIN}@web" in shown
    assert not list((ada.home / "transfers").glob("take-*"))

    again = ada.run("accept", "--yes", "--allow-local", "-", input=offer, code=3)
    assert "you took this share already" in again.err
    other = Wallet(place, "bob").run("accept", "--yes", "--allow-local", "-", input=offer, code=3)
    assert "nothing was taken" in other.err
