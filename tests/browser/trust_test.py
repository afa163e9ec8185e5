"""What the page lets nobody do: scanners, recorders, a changed file, a release that nobody agreed to."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import ROOT, Browser, call, wait_until
from support.proxy import Proxy
from support.site import built

both = pytest.mark.parametrize("kind", ["chromium", pytest.param("firefox", marks=pytest.mark.deep)])


def test_a_scanner_that_clicks_and_submits_everything_takes_nothing(stage):
    """Loads, runs scripts, waits, clicks every button, fills and submits every form, in every state that it reaches."""
    scanner = Browser(stage.place)
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    for _ in range(2):
        scanner.open(link)
        scanner.view("opened")
        scanner.evaluate("""new Promise((resolve) => setTimeout(resolve, 1500)).then(() => {
          for (const input of document.querySelectorAll("input")) {
            input.value = input.labels?.[0]?.textContent ?? "scan@example.com";
            input.dispatchEvent(new Event("input", {bubbles: true}));
            input.dispatchEvent(new Event("change", {bubbles: true}));
          }
          for (const form of document.querySelectorAll("form")) { form.requestSubmit?.(); }
          for (const button of document.querySelectorAll("main button")) {
            for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
              button.dispatchEvent(new (type.startsWith("pointer") ? PointerEvent : MouseEvent)(type, {bubbles: true, button: 0, pointerId: 1}));
            }
            button.click();
          }
        })""")
        for name in ("Press and hold to open", "Open"):
            scanner.open(link)
            scanner.view("opened")
            scanner.click(name)
    sent = [request for request in scanner.do("requests") if request["url"].startswith((stage.relay.url, stage.authority.url))]
    assert sent and all(request["method"] == "GET" and request["url"] == link for request in sent), "nothing but the link itself was asked for"
    bob = stage.take("bob", link)
    assert stage.login(bob, "web").code == 0


def test_nobody_but_relay_and_authority_hears_anything_and_no_byte_of_the_secret_is_sent(place, stage):
    """A recording proxy before the relay; every request of the browser; the site's own log."""
    proxy = Proxy(place, "relay")
    stage.another_relay(place, proxy)
    made = stage.ada.json("share", "servers", "--now", "--host", "web", "--for", "1h", "--relay", proxy.url, "--allow-local", "--yes")
    secret = made["link"].split("#")[1]
    browser = Browser(place)
    proxy.seen.clear()
    browser.open(made["link"])
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    requests = browser.do("requests")
    for request in requests:
        assert request["url"].startswith((stage.site.url, proxy.url, stage.authority.url, "about:", "blob:")), request
        address = request["url"].split("#")[0]
        assert secret not in address
    assert proxy.seen and all(secret.encode() not in seen.octets() for seen in proxy.seen)
    assert any("mailbox-claim-key" in seen.headers for seen in proxy.seen), "only its proof is"
    assert all("referer" not in seen.headers and "cookie" not in seen.headers for seen in proxy.seen)
    mailbox = made["link"].split("/m/")[1][:36]
    assert proxy.seen[0].method == "GET" and proxy.seen[0].status == 303 and mailbox in proxy.seen[0].path, "the relay sent it here"
    log = stage.site.access_log()
    assert "/get/" in log and mailbox not in log and secret not in log and "?" not in log


@both
def test_a_changed_file_is_not_run(stage, kind):
    """One octet of each module, the style sheet and the page's own map: the browser refuses it."""
    browser = Browser(stage.place, kind)
    page = (stage.site.files / "index.html").read_text("utf-8")
    names = sorted(path.name for path in stage.site.files.iterdir() if path.suffix in (".js", ".css") and path.name != "worker.js")
    first = re.search(r'src="./(app-[^"]+)"', page)[1]
    late = next(name for name in names if name.startswith("en-"))
    preloaded = re.findall(r'modulepreload" href="./([^"]+)"', page)
    assert len(preloaded) >= 2
    for name in (first, late, *preloaded):
        path = stage.site.files / name
        whole = path.read_bytes()
        path.write_bytes(whole + b"\n")
        browser.evaluate("0")
        browser.open(stage.site.url)
        wait_until(lambda: any("ntegrity" in problem for problem in browser.do("problems")), f"{kind} to refuse {name}")
        assert browser.evaluate('document.querySelector("main[data-view]") === null')
        path.write_bytes(whole)
    changed = page.replace('{"integrity":{', '{"integrity":{ ', 1)
    assert changed != page
    (stage.site.files / "index.html").write_text(changed, "utf-8")
    browser.open(stage.site.url)
    wait_until(lambda: any("Content" in problem and "ecurity" in problem for problem in browser.do("problems")), "the map to be refused")
    (stage.site.files / "index.html").write_text(page, "utf-8")
    browser.open(stage.site.url)
    browser.view("home")


@pytest.mark.deep
@both
def test_a_changed_part_that_comes_late_is_not_run(stage, kind):
    """The style sheet, a language, the QR picture and what takes a share: each as it is first needed."""
    browser = Browser(stage.place, kind)
    changed = [next(stage.site.files.glob(f"{name}-*")) for name in ("style", "de", "qr", "later")]
    whole = {path: path.read_bytes() for path in changed}
    for path in changed:
        path.write_bytes(whole[path] + b"\n")
    seen = []

    def refused(path):
        """The browser names the file that it did not take."""
        seen.extend(browser.do("problems"))
        return any("ntegrity" in problem and path.name in problem for problem in seen)

    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    wait_until(lambda: refused(changed[0]), "the style sheet to be refused")
    browser.do("choose", label="Language", value="de")
    wait_until(lambda: refused(changed[1]), "German to be refused")
    assert browser.evaluate("document.documentElement.lang") == "en"
    browser.click("Take it on another device")
    browser.view("other-device")
    wait_until(lambda: refused(changed[2]), "the picture's part to be refused")
    assert browser.evaluate("document.querySelector('.qr svg') === null")
    browser.click("Back")
    browser.view("opened")
    browser.hold()
    browser.view("failed")
    wait_until(lambda: refused(changed[3]), "what takes a share to be refused")
    for path in changed:
        path.write_bytes(whole[path])
    browser.open(link)
    browser.view("opened")
    browser.hold(browser.text(".hold"))  # in German now
    browser.view("offered")


@pytest.mark.deep
@both
def test_a_part_that_does_not_come_is_asked_for_again(stage, kind):
    """On a first visit the network goes when the person opens the share."""
    browser = Browser(stage.place, kind)
    part = next(stage.site.files.glob("later-*"))
    whole = part.read_bytes()
    part.unlink()
    link, _ = stage.share(stage.ada, "servers", "--host", "web")
    browser.open(link)
    browser.view("opened")
    browser.hold()
    browser.view("failed")
    assert "try again when you are online" in browser.text("main")
    part.write_bytes(whole)
    browser.click("Try again")
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    assert stage.logs_in(browser).code == 0


def test_every_answer_of_the_example_carries_its_headers(stage):
    for name in ("", "worker.js", "manifest.json", "nothing-here.js"):
        answer = call("GET", stage.site.url + name, ca=stage.place.ca.path)
        headers = {key.lower(): value for key, value in answer.headers.items()}
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, name
        assert "require-trusted-types-for 'script'; trusted-types keyferry" in policy
        assert headers["integrity-policy"] == "blocked-destinations=(script)" and headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin" and headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff" and "camera=()" in headers["permissions-policy"]
    page = call("GET", stage.site.url, ca=stage.place.ca.path).text
    meta = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy == f"{meta}; frame-ancestors 'none'"


def release_key(tmp_path, name):
    path = tmp_path / f"{name}.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True)
    return path


def rename(folder, key):
    """Makes the release in `folder` another one, called `another`, signed with `key`."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    old = manifest["release"]
    page = (folder / "index.html").read_text("utf-8").replace(old, "another")
    worker = (folder / "worker.js").read_text("utf-8").replace(old, "another")
    before = base64.b64encode(hashlib.sha384((folder / "index.html").read_bytes()).digest()).decode()
    after = base64.b64encode(hashlib.sha384(page.encode()).digest()).decode()
    assert before in worker
    (folder / "index.html").write_text(page, "utf-8")
    (folder / "worker.js").write_text(worker.replace(before, after), "utf-8")
    manifest["release"] = "another"
    for name in ("index.html", "worker.js"):
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    text = json.dumps(manifest)

    def encode(octets):
        return base64.urlsafe_b64encode(octets).decode().rstrip("=")

    signed = f'{encode(json.dumps({"alg": "EdDSA", "typ": "keyferry-web+jwt"}).encode())}.{encode(text.encode())}'
    Path(f"{folder}.signed").write_text(signed, "utf-8")
    done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", f"{folder}.signed"], check=True, capture_output=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
    (folder / "manifest.jws").write_text(f"{signed}.{encode(done.stdout)}\n", "utf-8")


@pytest.mark.parametrize("kind, signed", [
    ("chromium", True), pytest.param("chromium", False, marks=pytest.mark.deep), pytest.param("firefox", True, marks=pytest.mark.deep)])
def test_a_new_release_is_used_only_when_agreed_to_and_the_site_works_offline(stage, tmp_path, kind, signed):
    ours, other = release_key(tmp_path, "ours"), release_key(tmp_path, "other")
    old = built("--sign", ours, name=f"web-old-{kind}-{signed}")
    stage.site.publish(old)
    stage.site.restart()
    browser = Browser(stage.place, kind)
    browser.open(stage.site.url)
    browser.view("home")
    wait_until(lambda: browser.evaluate('caches.has("keyferry agreed")'), "the first release to be kept")
    wait_until(lambda: browser.evaluate("navigator.serviceWorker.controller !== null"), "the worker to answer")
    first = json.loads((old / "manifest.json").read_text("utf-8"))["release"]
    new = built("--sign", ours if signed else other, name=f"web-new-{kind}-{signed}")
    page = (new / "index.html").read_text("utf-8")
    assert signed is False or first in page
    # Another release: the same files under another name, as far as its list and worker go.
    rename(new, ours if signed else other)
    stage.site.publish(new)
    stage.site.restart()
    browser.do("reload")
    browser.view("home")
    assert browser.evaluate('document.querySelector("meta[name=keyferry-release]").content') == first, "the old one is still served"
    wait_until(lambda: "A new version of this page is ready." in browser.text(), "the offer", 30)
    assert ("signed with the same key" in browser.text()) == signed
    browser.do("reload")
    browser.view("home")
    assert browser.evaluate('document.querySelector("meta[name=keyferry-release]").content') == first
    wait_until(lambda: "A new version of this page is ready." in browser.text(), "the offer again", 30)
    browser.click("Use it")
    wait_until(lambda: browser.evaluate('document.querySelector("meta[name=keyferry-release]")?.content') == "another", "the new one")
    browser.view("home")
    stage.site.stop()
    browser.do("reload")
    browser.view("home")
    browser.click("How this works")
    browser.view("how")
    assert "Release another" in browser.text("main")


def other_release(tmp_path, key, language="de"):
    """Builds a release whose German differs, so that files have other names; returns its folder."""
    work = tmp_path / "other-work"
    shutil.copytree(ROOT / "build" / "web-work" / "web", work / "web")
    for name in ("docs", "CMakeLists.txt", "node_modules"):
        (work / name).symlink_to(ROOT / "build" / "web-work" / name)
    source = work / "web" / "languages" / f"{language}.ts"
    text = source.read_text("utf-8")
    changed = text.replace('nav_how: "', 'nav_how: "Neu: ', 1)
    assert changed != text
    source.write_text(changed, "utf-8")
    target = tmp_path / "web-other"
    done = subprocess.run(["node", work / "web/build.mjs", "site", target, "--sign", key], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def release_of(browser):
    return browser.evaluate('document.querySelector("meta[name=keyferry-release]")?.content')


def releases_kept(browser):
    return browser.evaluate('caches.keys().then((names) => names.filter((name) => name.startsWith("keyferry release ")).length)')


def agreed_to(stage, browser, files):
    """The site in its first release, which the browser has kept; returns the release."""
    stage.site.publish(files)
    stage.site.restart()
    browser.open(stage.site.url)
    browser.view("home")
    wait_until(lambda: browser.evaluate("navigator.serviceWorker.controller !== null"), "the worker to answer")
    return release_of(browser)


OFFER = "A new version of this page is ready."


@both
def test_a_release_that_came_in_part_is_not_offered(stage, tmp_path, kind):
    """One file is missing on the server: the old release goes on, offline too, until the new one is whole."""
    key = release_key(tmp_path, "ours")
    browser = Browser(stage.place, kind)
    first = agreed_to(stage, browser, built("--sign", key, name=f"web-part-{kind}"))
    stage.site.publish(other_release(tmp_path, key))
    stage.site.restart()
    missing = next(stage.site.files.glob("qr-*.js"))
    aside = missing.rename(tmp_path / missing.name)
    for fetches in (1, 2):  # the browser fetches it again at each visit, so what the one before came to is known by then
        browser.do("reload")
        browser.view("home")
        wait_until(lambda: len(re.findall(rf"/{re.escape(missing.name)} 404", stage.site.access_log())) >= fetches, "the worker to miss the file", 60)
    assert OFFER not in browser.text() and release_of(browser) == first
    stage.site.stop()
    browser.do("reload")
    browser.view("home")
    assert OFFER not in browser.text() and release_of(browser) == first
    shutil.copy(aside, missing)
    stage.site.start()
    browser.do("reload")
    browser.view("home")
    wait_until(lambda: OFFER in browser.text(), "the offer", 60)
    browser.click("Use it")
    wait_until(lambda: release_of(browser) not in (None, first), "the new one")
    stage.site.stop()
    browser.do("reload")
    browser.view("home")
    assert release_of(browser) != first


@pytest.mark.deep
@both
def test_another_tab_goes_on_with_the_release_that_it_shows(stage, tmp_path, kind):
    """Its files are not on the server any more; they are kept until the last tab that needs them is closed."""
    key = release_key(tmp_path, "ours")
    browser = Browser(stage.place, kind)
    first = agreed_to(stage, browser, built("--sign", key, name=f"web-tabs-{kind}"))
    stage.site.publish(other_release(tmp_path, key))
    stage.site.restart()
    browser.do("tab")
    browser.open(stage.site.url)
    browser.view("home")
    wait_until(lambda: OFFER in browser.text(), "the offer", 60)
    browser.click("Use it")
    wait_until(lambda: release_of(browser) not in (None, first), "the new one")
    browser.view("home")
    browser.do("to_tab", index=0)
    assert release_of(browser) == first
    browser.do("choose", label="Language", value="de")
    wait_until(lambda: browser.evaluate("document.documentElement.lang") == "de", "the old release's German")
    assert "Neu:" not in browser.text("footer") and releases_kept(browser) == 2
    browser.do("close_tab", index=0)
    browser.do("reload")
    browser.view("home")
    wait_until(lambda: "Neu:" in browser.text("footer"), "the new release's German")
    wait_until(lambda: releases_kept(browser) == 1, "the old release to be dropped")
