"""An authority that lies: what it issues is discarded, and the private key never leaves the wallet."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_ssh_private_key
from support import Wallet
from support.liar import Liar


@pytest.fixture(name="liar")
def make_liar(place, request):
    liar = Liar(place, request.param)
    yield liar
    liar.close()


def take(place, liar, *more, code):
    wallet = Wallet(place, "bob")
    return wallet, wallet.run("accept", "--yes", *more, "-", input=liar.offer(), code=code)


@pytest.mark.parametrize("liar", ["none"], indirect=True)
def test_an_honest_one_is_taken_and_sees_no_private_key(place, liar):
    wallet, _ = take(place, liar, "--allow-local", code=0)
    key = load_ssh_private_key((wallet.home / "ssh/web/id_ed25519").read_bytes(), None)
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    everything = b"".join(liar.seen)
    assert b"/credential" in everything
    for form in (seed, seed.hex().encode(), base64.b64encode(seed).rstrip(b"="), base64.urlsafe_b64encode(seed).rstrip(b"=")):
        assert form not in everything
        for path in wallet.home.rglob("*"):
            assert path.name == "id_ed25519" or not path.is_file() or form not in path.read_bytes(), path


@pytest.mark.parametrize("liar", ["wrong_key", "foreign_ca", "wider_certificate", "bare_login", "longer", "wider_answer",
                                  "longer_answer", "other_share", "foreign_host"], indirect=True)
def test_what_is_not_as_offered_is_discarded(place, liar):
    wallet, refused = take(place, liar, "--allow-local", code=3)
    assert "was discarded" in refused.err and "Tell the sender" in refused.err
    nothing_is_left(wallet)


@pytest.mark.parametrize("liar, words", [("redirect", "redirect"), ("oversized", ""), ("foreign_endpoint", "not its own")],
                         indirect=["liar"])
def test_odd_answers_end_it(place, liar, words):
    wallet, refused = take(place, liar, "--allow-local", code=None)
    assert refused.code in (1, 3) and words in refused.err, refused
    assert not any(b"/elsewhere" in request for request in liar.seen)
    nothing_is_left(wallet)


@pytest.mark.parametrize("liar", ["none"], indirect=True)
def test_local_addresses_need_a_word(place, liar):
    wallet, refused = take(place, liar, code=3)
    assert "local" in refused.err
    assert liar.seen == []
    nothing_is_left(wallet)


def nothing_is_left(wallet):
    assert wallet.json("list")["credentials"] == []
    assert not list((wallet.home / "ssh").iterdir())
