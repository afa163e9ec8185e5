"""`keyferry doctor --web`: an operator, or whoever got an address, looks at a running site."""

import json
import subprocess

import pytest
from support import Wallet
from support.site import Site, built


@pytest.fixture
def keys(tmp_path):
    """(private, public) of the release key and of another, by openssl."""
    def make(name):
        private, public = tmp_path / f"{name}.pem", tmp_path / f"{name}.pub"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
        return private, public
    return make("release"), make("other")


@pytest.fixture
def site(place, keys, tmp_path):
    return Site(place, files=built("--sign", keys[0][0], name=tmp_path / "site")).start()


def findings(place, site, *options, code=1):
    done = Wallet(place, "ada").run("doctor", "--web", site.url, "--allow-local", "--json", *options, code=code)
    return json.loads(done.out)["findings"]


def wrong(place, site, *options):
    return [found["what"] for found in findings(place, site, *options, code=None) if not found["fine"]]


def test_a_site_as_it_should_be(place, site, keys):
    manifest = json.loads((site.files / "manifest.json").read_text("utf-8"))
    said = [found["what"] for found in findings(place, site, "--web-key", keys[0][1], "--web-manifest", site.files / "manifest.json", code=0)]
    for words in (f"serves release {manifest['release']}", "its list of files is signed with your key", "its list of files is your list",
                  "the headers are those of the release", f"all {len(manifest['files'])} files are as the list says"):
        assert any(words in one for one in said), words
    assert any("whose list that is, nobody has checked" in found["what"] for found in findings(place, site, code=0))
    plain = Wallet(place, "bob").run("doctor", "--web", site.url.rstrip("/"), "--allow-local").out
    assert "ok     the site" in plain and "WRONG" not in plain


def test_each_changed_file_is_named(place, site, keys):
    kinds = ("index.html", "worker.js", "app-*.js", "ar-*.js", "style-*.css", "app-*.webmanifest")
    for name in (next(site.files.glob(kind)).name for kind in kinds):
        path = site.files / name
        whole = path.read_bytes()
        path.write_bytes(whole + b"\n")
        assert any(name in one or "the page" in one for one in wrong(place, site, "--web-key", keys[0][1])), name
        path.write_bytes(whole)
    (site.files / "worker.js").unlink()
    assert wrong(place, site) == ["worker.js: the server answers 404"]


def test_another_list_is_told_from_yours(place, site, keys):
    ours = site.files / "manifest.json"
    kept = site.directory / "kept.json"
    kept.write_bytes(ours.read_bytes())
    # Somebody who owns the server makes a release of their own, whole in itself.
    changed = json.loads(kept.read_text("utf-8"))
    icon = next(name for name in changed["files"] if name.startswith("icon"))
    (site.files / "more.js").write_text("steal()", "utf-8")
    changed["files"]["more.js"] = subprocess.run(["sha256sum", site.files / "more.js"], capture_output=True, text=True, check=True).stdout[:64]
    ours.write_text(json.dumps(changed), "utf-8")
    assert wrong(place, site) == [], "nothing to compare with: the list agrees with itself"
    assert any("not signed with your key: another list is signed" in one for one in wrong(place, site, "--web-key", keys[0][1]))
    assert any("is not your list" in one for one in wrong(place, site, "--web-manifest", kept))
    ours.write_bytes(kept.read_bytes())
    assert any("not signed with your key" in one for one in wrong(place, site, "--web-key", keys[1][1]))
    (site.files / "manifest.jws").unlink()
    assert any("the server answers 404" in one for one in wrong(place, site, "--web-key", keys[0][1]))
    assert icon in changed["files"]


def test_headers_of_another_release_or_none_are_told(place, site):
    text = site.headers.read_text("utf-8")
    site.headers.write_text(text.replace("sha256-", "sha256-A").replace("add_header Referrer-Policy \"no-referrer\" always;", ""), "utf-8")
    site.restart()
    assert sorted(wrong(place, site)) == ["the header Content-Security-Policy is not that of the release", "the header Referrer-Policy is not that of the release"]


def test_a_list_that_cannot_be_one_is_named(place, site):
    hash_of = "0" * 64
    for manifest, says in (
            ("{}", 'member "format" is missing'), ('{"format": "keyferry.web.v9", "release": "1", "files": {}}', "its format is not keyferry.web.v1"),
            ('{"format": "keyferry.web.v1", "release": "1", "files": {}}', "it names no files or too many"),
            ('{"format": "keyferry.web.v1", "release": "1", "files": {"../../x": "%s"}}' % hash_of, "cannot be one"),
            ('{"format": "keyferry.web.v1", "release": "1", "files": {"x.js": "%s"}}' % hash_of, "it names no page"),
            ('{"format": "keyferry.web.v1", "release": "\\u202e", "files": {"x.js": "%s"}}' % hash_of, "its release has no name"),
            ("<html>captive portal</html>", "JSON"), ("[" * 100000, "")):
        (site.files / "manifest.json").write_text(manifest, "utf-8")
        (said,) = wrong(place, site)
        assert "its list of files" in said and says in said


def test_what_is_no_site_or_no_key(place, site, tmp_path):
    wallet = Wallet(place, "ada")
    for address in ("http://127.0.0.1:1", "ftp://x", "get.example", "https://get.example/?x"):
        assert "is no address of a site" in wallet.run("doctor", "--web", address, code=1).out
    assert "--allow-local" in wallet.run("doctor", "--web", site.url, code=1).out or "address" in wallet.run("doctor", "--web", site.url, code=1).out
    noise = tmp_path / "noise.pub"
    noise.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert "no Ed25519 public key" in wallet.run("doctor", "--web", site.url, "--web-key", noise, "--allow-local", code=1).err
    assert "requires --web" in wallet.run("doctor", "--web-key", noise, code=2).err
