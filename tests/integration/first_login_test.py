"""The lines of `export-trust --host web --login deploy`: the first login works, and only the logins that are named get in."""

import json
import re

import pytest
from support import LOGIN, Authority, Sshd, Verifier, Wallet, run


@pytest.fixture
def authority(place):
    return Authority(place).start()


def host(place, authority, *logins, **more):
    """An sshd `web` that admits these logins, and has the list."""
    sshd = Sshd(place, "web", authority, logins=logins, **more).start()
    Verifier(place, authority).start()
    return sshd


def holder(place, authority):
    """(key, certificate, wallet) of whoever took a first share of LOGIN on web."""
    ada = Wallet(place, "ada")
    ada.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=authority.share("--as", LOGIN, "--host", "web", "--for", "1h"))
    folder = ada.home / "ssh" / "web"
    (certificate,) = folder.glob("*-cert.pub")
    return certificate.with_name(certificate.name.removesuffix("-cert.pub")), certificate


#= spec:authority#5-trust test
def test_the_first_login_needs_no_principals_file(place, authority):
    sshd = host(place, authority, LOGIN)
    key, certificate = holder(place, authority)
    assert sshd.login(key, certificate).code == 0
    assert "principals" not in {path.name for path in sshd.directory.iterdir()}


def test_a_login_that_is_not_admitted_is_refused_whatever_its_certificate_says(place, authority):
    sshd = host(place, authority, "deploy", "backup")
    key, certificate = holder(place, authority)
    assert f"{LOGIN}@web" in run(["ssh-keygen", "-L", "-f", certificate]).out
    assert sshd.login(key, certificate).code == 255


def test_a_certificate_for_another_host_is_refused(place, authority):
    other = Sshd(place, "db")
    authority.add_host(other)
    sshd = host(place, authority, LOGIN)
    ada = Wallet(place, "ada")
    ada.run("accept", "--yes", "--allow-local", "--name", "db", "-", input=authority.share("--as", LOGIN, "--host", "db", "--for", "1h"))
    (certificate,) = (ada.home / "ssh" / "db").glob("*-cert.pub")
    assert sshd.login(certificate.with_name(certificate.name.removesuffix("-cert.pub")), certificate).code == 255


def test_sshd_trusts_the_authority_for_the_named_logins_alone(place, authority):
    sshd = host(place, authority, "deploy", "backup")

    def effective(user):
        shown = run([sshd.argv[0], "-T", "-f", sshd.config_path, "-C", f"user={user},host=h,addr=127.0.0.1"]).out
        return dict(line.split(" ", 1) for line in shown.splitlines() if " " in line)

    for user in ("deploy", "backup"):
        assert effective(user)["authorizedprincipalscommand"] == "/bin/echo %u@web"
        assert effective(user)["trustedusercakeys"] == str(sshd.ca_keys)
    for user in ("root", "deployer", "nobody"):
        assert effective(user)["trustedusercakeys"] == effective(user)["revokedkeys"] == effective(user)["authorizedprincipalscommand"] == "none"


def test_a_missing_list_locks_out_no_other_login(place, authority):
    key = place.directory / "administrator"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    keys = place.directory / "authorized"
    keys.write_text(key.with_name("administrator.pub").read_text("utf-8"), "utf-8")
    for name, logins, code in (("web", ["deploy"], 0), ("db", [LOGIN], 255)):
        sshd = Sshd(place, name, authority, logins=logins, authorized_keys=f'"{keys}"').start()
        assert not sshd.krl.exists()
        assert sshd.login(key).code == code, name


def test_the_lines_are_printed_each_file_under_its_name(place, authority):
    authority.add_host(Sshd(place, "web"))
    said = authority.run("export-trust", "--host", "web", "--login", "deploy", "--login", "backup").out
    assert re.fullmatch(r"""# /etc/ssh/keyferry_ca.pub
(?:ssh-ed25519|ecdsa-\S+) \S+

# /etc/ssh/sshd_config.d/keyferry.conf [^\n]+
# [^\n]+
Match User backup,deploy
  TrustedUserCAKeys /etc/ssh/keyferry_ca.pub
  RevokedKeys /var/lib/keyferry-verifier/ssh.krl
  AuthorizedPrincipalsCommand /bin/echo %u@web
  AuthorizedPrincipalsCommandUser nobody
Match all
""", said), said


def test_without_logins_the_lines_are_those_of_before_and_say_what_is_missing(place, authority):
    authority.add_host(Sshd(place, "web"))
    authority.share("--as", "deploy", "--host", "web", "--for", "1h")
    said = authority.run("export-trust", "--host", "web")
    assert "AuthorizedPrincipalsFile /etc/keyferry/principals/%u\n" in said.out and "# /etc/keyferry/principals/deploy\ndeploy@web\n" in said.out
    assert "--login LOGIN" in said.err
    assert set(json.loads(authority.run("export-trust", "--host", "web", "--json").out)) == {"host", "principals", "ssh_ca_keys"}


@pytest.mark.parametrize("login", ["*", "deploy,root", "!root", "dep loy", "Deploy", "%u", "deploy\nPermitRootLogin yes", ""])
def test_what_is_no_login_never_reaches_the_lines(place, authority, login):
    authority.add_host(Sshd(place, "web"))
    done = authority.run("export-trust", "--host", "web", "--login", login, code=None)
    assert done.code != 0 and not done.out and re.search("no login|only one line|empty", done.err), done


def test_logins_without_a_host_are_a_wrong_call(place, authority):
    assert "--host" in authority.run("export-trust", "--login", "deploy", code=2).err
