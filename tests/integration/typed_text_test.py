"""Texts that people make are read alike wherever they enter: byte-order mark, CRLF, blanks, what nobody sees; what is no UTF-8 is named."""

import os
import subprocess

import pytest
from support import BIN, LOGIN, Authority, Relay, Sshd, Verifier, Wallet, call, run

BOM = "\ufeff"
# An editor's mark, a no-break space, a bidirectional control, a zero-width space, a tag; lines end as on Windows.
MESS = BOM + "\u00a0{}\u202e\u200b\U000e0041\u3000\r\n\r\n"


@pytest.fixture(name="authority")
def make_authority(place):
    authority = Authority(place)
    web = Sshd(place, "web", authority)
    authority.add_host(web)
    return authority.start()


def octets(path, text):
    path.write_bytes(text.encode())
    path.chmod(0o600)
    return path


def refused(program, arguments, env=None):
    """Exit code and standard error of a call whose arguments may be octets."""
    done = subprocess.run([str(BIN / program), *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("how", ["file", "option", "line below"])
def test_a_pin_is_read_through_what_editors_add(place, authority, how):
    lines = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "1h", "--pin").out.splitlines()
    offer, pin = lines
    bob = Wallet(place, "bob")
    # Arabic digits are digits, a PIN is often told in groups.
    typed = MESS.format("".join(chr(0x660 + int(digit)) for digit in pin))
    if how == "file":
        bob.run("accept", "--yes", "--allow-local", "--pin-file", octets(place.directory / "pin", typed), "-", input=offer)
    elif how == "option":
        bob.run("accept", "--yes", "--allow-local", "--pin", MESS.format(pin), "-", input=offer)
    else:
        bob.run("accept", "--yes", "--allow-local", "-", input=f"{BOM}{offer}\r\n{typed}")
    assert len(bob.json("list")["credentials"]) == 1


def test_a_pin_file_that_is_no_text_is_named_and_no_try_is_used(place, authority):
    offer, pin = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "1h", "--pin").out.splitlines()
    bob, path = Wallet(place, "bob"), place.directory / "pin"
    for content, said in ((pin.encode("utf-16"), "this is UTF-16 text: save it as UTF-8"), (b"12\xff456", "this is not UTF-8 text"),
                          (b"\r\n \r\n", "there is nothing in it"), (f"{pin}\n{pin}".encode(), "only one line is wanted here"),
                          (b"12\x00345", "there is a control character (U+0000): take it out")):
        path.write_bytes(content)
        for _ in range(3):
            done = bob.run("accept", "--yes", "--allow-local", "--pin-file", path, "-", input=offer, code=1)
            assert done.err == f"keyferry: {path}: {said}\n"
    bob.run("accept", "--yes", "--allow-local", "--pin", pin, "-", input=offer)


def test_names_typed_in_pieces_are_the_same_names(place):
    """NFD, as macOS and some keyboards write: the same persona."""
    bob = Wallet(place, "bob")
    bob.run("persona", "add", "  Zoe\u0308\u00a0Phone\u200b ")
    bob.run("persona", "add", "Zo\u00eb Phone", code=1)
    bob.run("persona", "use", "Zoe\u0308 Phone")
    assert bob.json("persona", "list")["in_use"] == "Zo\u00eb Phone"
    bob.run("--persona", "Zoe\u0308 Phone", "list")


# Each text option and argument of each program.
ARGUMENTS = [
    ("keyferry", "--persona", ["--persona", b"\xff", "list"]),
    ("keyferry", "--note", ["share", "web", "--note", b"caf\xe9"]),
    ("keyferry", "--command", ["share", "web", "--command", b"caf\xe9"]),
    ("keyferry-authority", "--command", ["share", "--as", "a", "--host", "web", "--command", b"\xff", "--config", "x"]),
    ("keyferry", "--as", ["share", "web", "--as", b"ok,\xff"]),
    ("keyferry", "--until", ["share", "web", "--until", b"14\xff00"]),
    ("keyferry", "--relay", ["share", "web", "--relay", b"https://\xff"]),
    ("keyferry", "--notify-url", ["share", "web", "--notify-url", b"https://\xff"]),
    ("keyferry", "credential", ["share", b"\xff"]),
    ("keyferry", "--words", ["watch", "abcd", "--words", b"\xff"]),
    ("keyferry", "share", ["revoke", "ok", b"\xff"]),
    ("keyferry", "name", ["persona", "add", b"\xff"]),
    ("keyferry", "url", ["relay", "trust", b"https://\xff"]),
    ("keyferry", "--name", ["accept", "-", "--name", b"\xff"]),
    ("keyferry-authority", "NAME", ["host", "add", b"\xff", "10.0.0.5", "--config", "x"]),
    ("keyferry-authority", "ADDRESS", ["host", "add", "web", b"\xff", "--config", "x"]),
    ("keyferry-authority", "--as", ["share", "--as", b"\xff", "--host", "web", "--config", "x"]),
    ("keyferry-authority", "SHARE", ["revoke", b"\xff", "--config", "x"]),
    ("keyferry-conformance", "url", [b"https://\xff"]),
    ("keyferry-conformance", "--only", ["https://relay.example", "--only", b"CLM,\xff"]),
]


@pytest.mark.parametrize("program, option, arguments", ARGUMENTS)
def test_an_argument_that_is_no_text_is_named(place, program, option, arguments):
    code, said = refused(program, arguments, Wallet(place, "bob").env)
    assert code == 2 and said.startswith(f"{program}: {option}: this is not UTF-8 text; see `"), said


@pytest.mark.parametrize("option", ["--pin", "--code", "--secret"])
def test_a_secret_that_is_no_text_is_named_and_not_repeated(place, option):
    code, said = refused("keyferry", ["accept", "-", option, b"12345\xff"], Wallet(place, "bob").env)
    assert code == 1 and said == f"keyferry: {option}: this is not UTF-8 text\n"


@pytest.mark.parametrize("program, arguments, options", [
    ("keyferry", ["share", "web"], ["--as", "--host", "--for", "--until", "--from", "--link-for", "--source", "--extension", "--note", "--relay"]),
    ("keyferry", ["share", "web"], ["--command=", "--file=", "--words", "--notify-url"]),
    ("keyferry", ["accept", "x"], ["--name", "--pin=", "--code=", "--secret=", "--picture=", "--file=", "--pin-file="]),
    ("keyferry-authority", ["share", "--as", LOGIN], ["--host", "--for", "--until", "--from", "--link-for", "--command=", "--source"]),
    ("keyferry-relay", [], ["--config="])])
def test_an_empty_value_is_refused(place, program, arguments, options):
    """`--for "$UNSET"` would be the longest time there is, and `--command "$UNSET"` every command."""
    for option in options:
        for value in ("", " ", "\u200b"):
            name = option.rstrip("=")
            if value and name != option:
                continue  # read octet for octet, or later
            refused = run([BIN / program, *arguments, name, value], env=Wallet(place, "bob").env, code=2)
            assert f"{name}: the value is empty" in refused.err, refused.err


def test_names_of_files_are_octets(place):
    """A file may be called anything: its name is no text."""
    name = os.fsencode(place.directory) + b"/\xff\xc2\xa0.pin"
    with open(name, "wb") as file:
        file.write(b"1\n2\n")
    code, said = refused_octets(["accept", "-", "--pin-file", name], Wallet(place, "bob").env)
    assert code == 1 and said.endswith(b"\xff\xc2\xa0.pin: only one line is wanted here\n"), said


def refused_octets(arguments, env):
    done = subprocess.run([str(BIN / "keyferry"), *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, done.stderr


def test_a_token_file_is_read_through_what_editors_add(place):
    tokens = octets(place.directory / "tokens", BOM + "# of Ada\u2028hidden-below-a-comment\r\n" + MESS.format("ada-token") +
                    "\tbob-token\r")
    relay = Relay(place, engine="memory", config={"create": {"require": "token-file", "token_file": str(tokens)}}).start()
    for token, status in (("ada-token", 400), ("bob-token", 400), ("hidden-below-a-comment", 401), ("# of Ada", 401)):
        answer = call("POST", relay.url + "/v1/m", ca=place.ca.path, json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == status, (token, answer)
    relay.stop()
    for content, said in ((b"a\xff\n", "this is not UTF-8 text"), ("ada-token\r\n".encode("utf-16"), "this is UTF-16 text"),
                          (b"one two\n", "must hold one token a line"), ("t\u00f6ken".encode(), "must hold one token a line")):
        tokens.write_bytes(content)
        done = run([BIN / "keyferry-relay", "--config", relay.config_path, "--check"], code=1)
        assert said in done.err and str(tokens) in done.err, done.err
    given = octets(place.directory / "given", MESS.format("ada-token"))
    tokens.write_bytes(b"ada-token\n")
    relay.start()
    run([BIN / "keyferry-conformance", relay.url, "--ca", place.ca.path, "--only", "API-01", "--token-file", given])


def windows(path):
    """The file as an editor of Windows writes it, some blanks pasted from a page."""
    text = path.read_text("utf-8")
    path.write_bytes((BOM + text.replace("\n", "\r\n").replace(" = ", "\u00a0=\u3000")).encode())


def test_configuration_and_keys_are_read_through_what_editors_add(place, authority):
    relay = Relay(place)
    windows(relay.config_path)
    relay.start()
    authority.stop()
    windows(authority.config_path)
    authority.start()
    db = Sshd(place, "db", authority)
    key = octets(place.directory / "db.pub", BOM + "# db\r\n" + db.host_key_public.read_text().replace(" ", "\u00a0") + "\r\n")
    authority.run("host", "add", "db", "127.0.0.1", "--key", key)
    assert "db  127.0.0.1:22  ssh-ed25519 " in authority.run("host", "list").out
    key.write_bytes(b"ssh-ed25519 AAAA\xff\n")
    done = authority.run("host", "add", "db2", "127.0.0.1", "--key", key, code=1)
    assert f"{key}: this is not UTF-8 text" in done.err
    verifier = Verifier(place, authority)
    windows(verifier.config_path)
    windows(authority.directory / "trust.json")
    verifier.start()
    relay.config_path.write_bytes(b'[listen]\napi = "127.0.0.1:0"\n[public]\nurl = "https://\xe9.example"\n')
    done = run([BIN / "keyferry-relay", "--config", relay.config_path, "--check"], code=1)
    assert done.err == f"keyferry-relay: {relay.config_path}:4: this is not UTF-8 text\n"


def test_a_certificate_with_a_mark_is_named(place):
    relay = Relay(place)
    path = place.directory / relay.tables["tls"]["certificate"]
    content = path.read_bytes()
    for start in (BOM.encode(), b"\xff\xfe"):
        path.write_bytes(start + content)
        done = run([BIN / "keyferry-relay", "--config", relay.config_path, "--check"], code=1)
        assert f"certificate {path} begins with a byte-order mark" in done.err


def test_a_webhook_key_is_read_through_what_editors_add(place):
    key = octets(place.directory / "webhook.key", MESS.format("k" * 32))
    relay = Relay(place, engine="memory", config={"webhook": {"key": str(key)}})
    run([BIN / "keyferry-relay", "--config", relay.config_path, "--check"])
    key.write_bytes(MESS.format("k" * 31).encode())
    done = run([BIN / "keyferry-relay", "--config", relay.config_path, "--check"], code=1)
    assert "must hold a key of at least 32 characters" in done.err
