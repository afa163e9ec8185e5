"""Keys, certificates and revocation lists that we write, read by OpenSSH: ssh-keygen, ssh-agent and a real sshd."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from support import BIN, LOGIN, Sshd, run

PEER = BIN.parent / "tests" / "ssh_format"
KINDS = ["ed25519", "p256"]
NAMES = {"ed25519": "ED25519", "p256": "ECDSA"}
LAST = 2**64 - 1


class Bench:
    """Makes keys, certificates and lists in one directory."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        self.ca = self.key("ca")

    def key(self, name, kind="ed25519", comment="Ada's laptop"):
        run([PEER, "key", kind, comment, self.folder / name])
        (self.folder / name).chmod(0o600)
        return self.folder / name

    def line(self, key):
        return key.with_name(key.name + ".pub").read_text().strip()

    def issue(self, key, serial=7, ca=None, share="abcdefghij2345677654", start=None, hours=4, **rights):
        """Writes KEY-cert.pub for `key`; returns its path."""
        start = start or datetime.now(timezone.utc) - timedelta(minutes=2)
        form = "%Y-%m-%dT%H:%M:%SZ"
        order = {"serial": str(serial), "share": share,
                 "rights": {"logins": [LOGIN], "hosts": ["web"], **rights},
                 "valid_from": start.strftime(form), "valid_until": (start + timedelta(hours=hours)).strftime(form)}
        line = run([PEER, "issue", ca or self.ca, self.line(key), json.dumps(order)]).out
        self.count += 1
        path = self.folder / f"{key.name}-{self.count}-cert.pub"
        path.write_text(line)
        return path

    def list(self, *sections, keys=(), version=1, name="list.krl"):
        order = {"version": str(version), "keys": [self.line(key) for key in keys], "sections": [
            {"ca": self.line(ca), "runs": [[str(a), str(b)] for a, b in runs], "ids": list(ids)}
            for ca, runs, ids in sections]}
        run([PEER, "list", json.dumps(order), self.folder / name])
        return self.folder / name


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def keygen(*arguments, **more):
    return run(["ssh-keygen", *arguments], **more)


def is_revoked(krl, key):
    asked = keygen("-Q", "-f", krl, key, code=None)
    assert (asked.code, asked.out.split()[-1]) in ((0, "ok"), (1, "REVOKED")), asked
    return asked.code == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("comment", ["", "x", "Ada's laptop", "Zoë"])
def test_ssh_keygen_reads_our_key_files(bench, kind, comment):
    key = bench.key("key", kind, comment)
    assert keygen("-y", "-f", key).out.strip() == bench.line(key)
    fingerprint = keygen("-l", "-f", key).out.split()
    assert fingerprint[1] == run([PEER, "read", key]).out.strip()
    assert fingerprint[-1] == f"({NAMES[kind]})"


@pytest.mark.parametrize("kind", KINDS)
def test_we_read_the_key_files_of_ssh_keygen(bench, kind):
    key = bench.folder / "theirs"
    keygen("-q", "-t", {"p256": "ecdsa"}.get(kind, kind), "-N", "", "-C", "theirs", "-f", key)
    assert run([PEER, "read", key]).out.strip() == keygen("-l", "-f", key).out.split()[1]
    keygen("-p", "-P", "", "-N", "secret words", "-f", key)
    assert "it has a passphrase" in run([PEER, "read", key], code=1).err


@pytest.mark.parametrize("kind", KINDS)
def test_our_keys_sign_in_openssh(bench, kind):
    key = bench.key("key", kind)
    (bench.folder / "text").write_text("what is signed")
    keygen("-q", "-Y", "sign", "-n", "file", "-f", key, bench.folder / "text")
    (bench.folder / "signers").write_text(f"ada {bench.line(key)}\n")
    verify = ["-Y", "verify", "-n", "file", "-I", "ada", "-f", bench.folder / "signers", "-s", bench.folder / "text.sig"]
    assert "Good" in keygen(*verify, input="what is signed").out
    keygen(*verify, input="what was not signed", code=255)


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_takes_key_and_certificate(bench, kind):
    key = bench.key("key", kind)
    bench.issue(key).rename(bench.folder / "key-cert.pub")
    added = run(["ssh-agent", "ssh-add", key])
    assert "Identity added" in added.err and "Certificate added" in added.err


@pytest.mark.parametrize("holder", KINDS)
@pytest.mark.parametrize("ca", KINDS)
def test_ssh_keygen_shows_what_we_issued(bench, holder, ca):
    key, signer = bench.key("key", holder), bench.key("signer", ca)
    start = datetime(2026, 11, 25, 9, 58, tzinfo=timezone.utc)
    certificate = bench.issue(
        key, serial=2**63, ca=signer, start=start, logins=["root", "deploy"], hosts=["web", "db"], command="uptime -p",
        source=["192.0.2.0/24", "2001:db8::/32"], extensions=["permit-pty", "permit-port-forwarding"])
    shown = keygen("-L", "-f", certificate, env={"TZ": "UTC", "PATH": "/usr/bin"}).out.splitlines()
    types = {"ed25519": "ssh-ed25519", "p256": "ecdsa-sha2-nistp256"}
    prints = {name: keygen("-l", "-f", path).out.split()[1] for name, path in (("key", key), ("ca", signer))}
    assert [line.strip() for line in shown[1:]] == [
        f"Type: {types[holder]}-cert-v01@openssh.com user certificate",
        f"Public key: {NAMES[holder]}-CERT {prints['key']}",
        f"Signing CA: {NAMES[ca]} {prints['ca']} (using {types[ca]})",
        'Key ID: "abcdefghij2345677654"',
        f"Serial: {2**63}",
        "Valid: from 2026-11-25T09:58:00 to 2026-11-25T13:58:00",
        "Principals:", "deploy@db", "deploy@web", "root@db", "root@web",
        "Critical Options:", "force-command uptime -p", "source-address 192.0.2.0/24,2001:db8::/32",
        "Extensions:", "permit-port-forwarding", "permit-pty"]


def test_a_signature_is_checked_by_ssh_keygen(bench):
    """-L itself checks the CA's signature: a changed octet is refused."""
    key = bench.key("key")
    certificate = bench.issue(key)
    kind, text, *_ = certificate.read_text().split()
    at = len(text) - 20
    certificate.write_text(f"{kind} {text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1:]}\n")
    assert "incorrect signature" in keygen("-L", "-f", certificate, code=1).err


SERIALS = [1, 2, 255, 256, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, LAST - 1, LAST]


# //= spec:authority#5-krl test
@pytest.mark.parametrize("serial", SERIALS)
def test_one_revoked_serial_is_that_one(bench, serial):
    key = bench.key("key")
    krl = bench.list((bench.ca, [(serial, serial)], []))
    assert is_revoked(krl, bench.issue(key, serial))
    for live in (serial - 1, serial + 1, serial ^ 2**32, serial ^ 2**63):
        if 0 < live <= LAST:
            assert not is_revoked(krl, bench.issue(key, live)), live
    assert not is_revoked(krl, key.with_name("key.pub"))


@pytest.mark.parametrize("first, last", [(1, 3), (1, 4), (10, 100_000), (2**31 - 5, 2**31 + 5), (2**63 - 2, 2**63 + 2),
                                         (LAST - 9, LAST), (1, LAST)])
def test_runs_of_serials(bench, first, last):
    key = bench.key("key")
    krl = bench.list((bench.ca, [(first, last)], []))
    for revoked in {first, (first + last) // 2, last}:
        assert is_revoked(krl, bench.issue(key, revoked)), revoked
    for live in (first - 1, last + 1):
        if 0 < live <= LAST:
            assert not is_revoked(krl, bench.issue(key, live)), live


def test_many_serials_and_runs_in_one_list(bench):
    key = bench.key("key")
    runs = [(n, n) for n in range(1000, 3000, 2)] + [(10_000, 20_000), (2**40, 2**41), (LAST, LAST)]
    krl = bench.list((bench.ca, runs, ["share-of-ada"]), version=1795000000000)
    for serial, revoked in ((1000, 1), (1001, 0), (2998, 1), (2999, 0), (15_000, 1), (2**40, 1), (2**41 + 1, 0), (LAST, 1)):
        assert is_revoked(krl, bench.issue(key, serial)) == bool(revoked), serial
    shown = keygen("-Q", "-l", "-f", krl).out
    assert "# KRL version 1795000000000" in shown
    assert "serial: 10000-20000" in shown and f"serial: {LAST}" in shown and "id: share-of-ada" in shown


def test_key_ids_revoke_every_serial(bench):
    key = bench.key("key")
    krl = bench.list((bench.ca, [], ["abcdefghij2345677654", "other"]))
    for serial in (1, LAST):
        assert is_revoked(krl, bench.issue(key, serial))
        assert not is_revoked(krl, bench.issue(key, serial, share="abcdefghij2345677655"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_section_is_for_its_ca_only(bench, kind):
    key, other = bench.key("key"), bench.key("other", kind)
    krl = bench.list((other, [(5, 5)], ["x"]), (bench.ca, [(6, 6)], []))
    assert is_revoked(krl, bench.issue(key, 5, ca=other)) and not is_revoked(krl, bench.issue(key, 5))
    assert is_revoked(krl, bench.issue(key, 6)) and not is_revoked(krl, bench.issue(key, 6, ca=other))
    assert is_revoked(krl, bench.issue(key, 9, ca=other, share="x")) and not is_revoked(krl, bench.issue(key, 9, share="x"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_revoked_ca_key_refuses_all_its_certificates_and_no_other_key(bench, kind):
    key, other = bench.key("key"), bench.key("other", kind)
    krl = bench.list(keys=[other])
    assert is_revoked(krl, bench.issue(key, 1, ca=other)) and is_revoked(krl, bench.issue(key, LAST, ca=other))
    assert not is_revoked(krl, bench.issue(key, 1)) and not is_revoked(krl, key.with_name("key.pub"))


def test_a_revoked_holder_key_is_refused_with_every_certificate(bench):
    key, other = bench.key("key"), bench.key("other")
    krl = bench.list((bench.ca, [], []), keys=[key])
    assert is_revoked(krl, key.with_name("key.pub")) and is_revoked(krl, bench.issue(key, 1))
    assert not is_revoked(krl, bench.issue(other, 1))


def test_an_empty_list_is_a_krl_and_an_empty_file_is_none(bench):
    key = bench.key("key")
    certificate = bench.issue(key)
    empty = bench.list()
    assert empty.stat().st_size == 44 and not is_revoked(empty, certificate)
    assert not is_revoked(bench.list((bench.ca, [], [])), certificate)
    assert "# KRL version 1" in keygen("-Q", "-l", "-f", empty).out
    (bench.folder / "nothing").touch()
    assert keygen("-Q", "-f", bench.folder / "nothing", certificate, code=None).code == 255


def test_sshd_obeys_certificate_and_list(place, tmp_path):
    bench = Bench(tmp_path)
    key = bench.key("key")
    krl = bench.list(name="sshd.krl")
    web, db = Sshd(place, "web", krl=krl), Sshd(place, "db", krl=krl)
    for sshd in (web, db):
        sshd.ca_keys.write_text(bench.line(bench.ca) + "\n")
        sshd.start()
    right = bench.issue(key, serial=2**63 + 1)
    assert web.login(key, right, "echo in").out == "in\n"
    assert db.login(key, right).code == 255
    assert web.login(key, bench.issue(key, command="echo forced"), "echo asked").out == "forced\n"
    assert web.login(key, bench.issue(key, source=["127.0.0.0/8"])).code == 0
    assert web.login(key, bench.issue(key, source=["192.0.2.0/24"])).code == 255
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    assert web.login(key, bench.issue(key, start=later)).code == 255
    past = datetime.now(timezone.utc) - timedelta(hours=5)
    assert web.login(key, bench.issue(key, start=past)).code == 255

    # The list is read at every login; each of its forms refuses, and the empty one refuses nobody.
    for form in ({"sections": [(bench.ca, [(2**63 + 1, 2**63 + 1)], [])]}, {"keys": [bench.ca]}, {"keys": [key]},
                 {"sections": [(bench.ca, [], ["abcdefghij2345677654"])]}):
        bench.list(*form.get("sections", []), keys=form.get("keys", []), name="sshd.krl")
        assert web.login(key, right).code == 255, form
        bench.list((bench.ca, [(7, 7)], []), name="sshd.krl")
        assert web.login(key, right).code == 0, form
    # An empty FILE lets every key in: never write one. A missing one locks everybody out.
    krl.write_bytes(b"")
    assert web.login(key, right).code == 0
    krl.unlink()
    assert web.login(key, right).code == 255
