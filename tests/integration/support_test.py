"""The helpers themselves: a real sshd takes a real certificate, and a stopped program stays stopped."""

from support import LOGIN, Sshd, call, free_port, run
from support.programs import merge, write_toml
from support.process import Program

import pytest


def certificate(place, principals, serial=7):
    """A key and a certificate made with OpenSSH, as a measure for sshd alone."""
    folder = place.folder("keys")
    if not (folder / "ca").exists():
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "ca"])
    key = folder / f"user{serial}"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    run(["ssh-keygen", "-q", "-s", folder / "ca", "-I", "test", "-z", serial, "-n", principals, "-V", "-5m:+5m",
         f"{key}.pub"])
    return key, f"{key}-cert.pub"


def test_sshd_takes_the_principal_of_its_host_only(place):
    krl = place.directory / "empty.krl"
    run(["ssh-keygen", "-q", "-k", "-f", krl, "/dev/null"])
    web, db = Sshd(place, "web", krl=krl), Sshd(place, "db", krl=krl)
    key, cert = certificate(place, f"{LOGIN}@web")
    for sshd in (web, db):
        sshd.ca_keys.write_text((place.directory / "keys" / "ca.pub").read_text())
        sshd.start()
    assert web.login(key, cert, "echo hello").out == "hello\n"
    refused = db.login(key, cert)
    assert refused.code == 255 and "Permission denied" in refused.err
    run(["ssh-keygen", "-q", "-k", "-f", krl, "-s", place.directory / "keys" / "ca.pub", "-"], input="serial: 7\n")
    assert web.login(key, cert).code == 255
    web.stop()
    assert not web.running and db.running


def test_a_missing_revocation_list_refuses_everybody(place):
    web = Sshd(place, "web")
    key, cert = certificate(place, f"{LOGIN}@web")
    web.ca_keys.write_text((place.directory / "keys" / "ca.pub").read_text())
    web.start()
    assert web.login(key, cert).code == 255


def test_a_program_that_ends_early_is_named_with_its_log(place):
    class Broken(Program):
        def ready(self):
            return False

    broken = Broken(place, "broken")
    broken.argv = ["sh", "-c", "echo the reason >&2; exit 3"]
    with pytest.raises(AssertionError, match="ended with 3.*\n.*the reason"):
        broken.start()


def test_the_ca_signs_for_loopback(place):
    cert, key = place.ca.issue(place.folder("leaf"))
    port = free_port()

    class Peer(Program):
        def ready(self):
            try:
                return call("GET", f"https://localhost:{port}/", ca=place.ca.path).status == 200
            except OSError:
                return False

    peer = Peer(place, "peer")
    peer.argv = ["openssl", "s_server", "-quiet", "-www", "-accept", str(port), "-cert", cert, "-key", key]
    peer.start()


def test_configuration_is_merged_and_written(tmp_path):
    write_toml(tmp_path / "a.toml", merge({"a": {"x": 1, "y": "z"}, "b": {"k": True}}, {"a": {"x": None}, "b": None}),
               [("list", {"n": ["s"]})])
    assert (tmp_path / "a.toml").read_text() == '[a]\ny = "z"\n\n[[list]]\nn = ["s"]\n'
