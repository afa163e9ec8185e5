"""Links and offers in messages, addresses, bases, times and zones, entity tags and dates as proxies leave them: through the real programs."""

import gzip
import json
import os
import re
import threading
import time
import uuid

import pytest
from support import BIN, LOGIN, Authority, Program, Relay, Sshd, Verifier, Wallet, call, free_port, run
from support.exchange import Half, Receiver
from support.mailbox import Device, configuration, sealed
from support.proxy import Proxy


class World:
    """Authority and relay; Ada holds a root share and trusts the relay."""

    def __init__(self, place, relay=None):
        self.place = place
        self.authority = Authority(place)
        self.web = Sshd(place, "web", self.authority)
        self.authority.add_host(self.web)
        self.authority.start()
        self.relay = relay or Relay(place).start()
        self.url = self.relay.url
        self.ada = Wallet(place, "ada")

    def with_ada(self, url=None):
        self.url = url or self.relay.url
        self.ada.run("relay", "trust", self.url, "--default", "--allow-local")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)
        return self


@pytest.fixture(name="world")
def make_world(place):
    return World(place).with_ada()


MESSAGES = {
    "between words": "Hi Bob,\r\nhere it is: {} - it ends at six.\r\nSee https://example.org/help\r\nAda\r\n",
    "broken and quoted": "> Hi Bob,\n>\n> {0}\n> {1}\n> {2}\n>\n> see you\n",
    "markdown": "[take it]({}) **today**",
    "html": '<p>Hi <a href="{}">take it</a></p>',
    "twice": "{0}{1}{2}\n\n{0}{1}{2}\n",
    "hidden": "\ufeff\u202a{0}\u200b{1}\u2060{2}\u202c\u00a0",
    "a blank": "{0} {1}{2}",
    "separators": "take\u2028{}\u2029Ada",
}


@pytest.mark.parametrize("what", ["link", "offer", "dropbox"])
@pytest.mark.parametrize("how", list(MESSAGES))
def test_links_and_offers_are_found_in_a_message(world, what, how):
    if what == "offer":
        text = world.authority.share("--as", LOGIN, "--host", "web", "--for", "1h")
    else:
        text = world.ada.run("share", "own", "--now", "--for", "1h", *(["--dropbox"] if what == "dropbox" else [])).out.strip()
    # Broken where it shows: inside the path for an offer, inside the secret for a link.
    parts = (text[:30], text[30:-9], text[-9:]) if "{1}" in MESSAGES[how] else (text,)
    bob = Wallet(world.place, "bob")
    bob.run("accept", "--yes", "--allow-local", "-", input=MESSAGES[how].format(*parts))
    assert len(bob.json("list")["credentials"]) == 1


@pytest.mark.parametrize("what", ["link", "offer"])
def test_two_of_them_are_not_guessed_between(world, what):
    def make():
        if what == "offer":
            return world.authority.share("--as", LOGIN, "--host", "web", "--for", "1h")
        return world.ada.run("share", "own", "--now", "--for", str(next(hours)) + "h").out.strip()

    hours = iter((1, 2))
    first, second = make(), make()
    bob = Wallet(world.place, "bob")
    refused = bob.run("accept", "--yes", "--allow-local", "-", input=f"take {first} or\n\n{second} now", code=1)
    assert "give the one that you mean" in refused.err and "#" not in refused.err
    bob.run("accept", "--yes", "--allow-local", "-", input=f"take {first}\n\nnow")


# Host addresses.

ADDRESSES = {
    "10.0.0.5": ("10.0.0.5", 22), "10.0.0.5:2222": ("10.0.0.5", 2222), "WEB.Example:22": ("web.example", 22),
    "2001:DB8:0:0::0:1": ("2001:db8::1", 22), "[2001:0db8::0001]:2222": ("2001:db8::1", 2222), "::1": ("::1", 22),
    "::FFFF:10.0.0.5": ("::ffff:10.0.0.5", 22), "\u00a0web.example\u200b ": ("web.example", 22),
}
NO_ADDRESSES = [".", "..", "a..b", "web.", "web-", "web:22:33", "10.0.0.5:22:33", "[::1]:22:33", "127.1", "0x7f000001", "2130706433",
                "010.0.0.5", "10.0.0.256", "web:0", "web:65536", "web:", "[web]:22", "fe80::1%eth0", "web/x", "we b", "*", "b\u00fccher.example",
                "ssh://web", "user@web", ""]


def test_a_host_is_kept_in_one_spelling(place):
    """As ssh itself writes it: what the wallet is told ends in known_hosts and on ssh's command line."""
    authority = Authority(place)
    key = Sshd(place, "web", authority).host_key_public
    for number, (typed, (address, port)) in enumerate(ADDRESSES.items()):
        authority.run("host", "add", f"h{number}", typed, "--key", key)
        hosts = {host["name"]: host for host in json.loads(authority.run("host", "list", "--json").out)["hosts"]}
        assert (hosts[f"h{number}"]["address"], hosts[f"h{number}"]["port"]) == (address, port)
        assert f"hostname {address}" in run(["ssh", "-F", "none", "-G", address]).out.splitlines()
    for typed in NO_ADDRESSES:
        refused = authority.run("host", "add", "bad", "--key", key, "--", typed, code=2)
        assert refused.err.startswith("keyferry-authority: ADDRESS: "), (typed, refused.err)
    assert "bad" not in authority.run("host", "list").out


def test_the_wallet_spells_the_addresses_of_an_older_authority(place):
    """Its ledger holds what was typed: IPv6 comes out as ssh writes it, what ssh would cut is refused."""
    import sqlite3
    authority = Authority(place)
    web = Sshd(place, "web", authority)
    authority.add_host(web)
    authority.start()
    ledger = authority.tables["ledger"]["url"].removeprefix("sqlite://")
    for number, (stored, shown) in enumerate((("2001:DB8:0::0001", "2001:db8::1"), ("WEB.example", "web.example"), ("10.0.0.5:22:33", None))):
        authority.stop()
        with sqlite3.connect(ledger) as database:
            assert database.execute("UPDATE hosts SET address = ? WHERE name = 'web'", (stored,)).rowcount == 1
        database.close()
        authority.start()
        bob = Wallet(place, f"bob{number}")
        done = bob.run("accept", "--yes", "--allow-local", "--json", "-", input=authority.share("--as", LOGIN, "--host", "web", "--for", "1h"),
                       code=0 if shown else 3)
        if shown is None:
            assert "a host in the authority's answer" in done.err
            continue
        taken = json.loads(done.out)
        assert taken["ssh"][0]["command"].endswith(f"@{shown}")
        with open(taken["known_hosts"], encoding="utf-8") as file:
            assert f"{shown}]:" in file.read() or shown in file.read()


# Base paths.

BASES = {"https://Relay.Example:443/kf.v2/_a~b-c//": "https://relay.example/kf.v2/_a~b-c", "https://[2001:DB8:0::1]/": "https://[2001:db8::1]",
         "https://relay.example/v1/": "https://relay.example"}
NO_BASES = ["https://relay.example/a/../b", "https://relay.example/./b", "https://relay.example/a//b", "https://relay.example/a%20b",
            "https://relay.example/a:b", "https://relay.example/?x", "https://relay.example?", "https://relay.example/#x", "https://127.1",
            "https://..", "https://relay.example.", "https://relay.example:22:33", "https://u@relay.example", "http://relay.example",
            "https://relay.example/b\u00fccher"]


def test_base_paths_are_one_rule(place):
    """The same addresses are taken and refused by the wallet, the relay, the authority and the judge."""
    bob = Wallet(place, "bob")
    relay, authority = Relay(place), Authority(place)
    verifier = Verifier(place, authority)
    config = verifier.config_path.read_text()
    for typed, base in BASES.items():
        bob.run("relay", "trust", typed)
        assert base in [known["url"] for known in bob.json("relay", "list")["relays"]], typed
        authority.write_config({"metadata": {"relays": [typed]}})
        authority.run("--check")
        if "/v1" not in typed:
            relay.write_config({"public": {"url": typed}})
            relay.run("--check")
    for typed in NO_BASES:
        assert bob.run("relay", "trust", typed, code=2).err, typed
        relay.write_config({"public": {"url": typed}})
        assert '"public.url"' in relay.run("--check", code=1).err, typed
        authority.write_config({"metadata": {"relays": [typed]}})
        assert '"metadata.relays"' in authority.run("--check", code=1).err, typed
        authority.write_config({"metadata": None, "public": {"url": typed}})
        assert '"public.url"' in authority.run("--check", code=1).err, typed
        authority.write_config({"public": {"url": authority.url}})
        run([BIN / "keyferry-conformance", typed, "--only", "API-01"], code=2)
        verifier.config_path.write_text(config.replace(f"{authority.url}/v1", typed))
        assert 'url"' in verifier.run("--check", code=1).err, typed
    for end in ("/v1", "/m", "/t", "/kf/t/"):
        relay.write_config({"public": {"url": f"https://relay.example{end}"}})
        assert "links go on like that" in relay.run("--check", code=1).err


# Times.

def at(wallet, zone, *arguments, code=0):
    env = dict(wallet.env)
    wallet.env["TZ"] = zone
    try:
        return wallet.run(*arguments, code=code)
    finally:
        wallet.env = env


@pytest.mark.parametrize("option, value, said", [
    ("--for", "1.5h", '"1.5h" is a fraction'), ("--for", "1,5h", '"1,5h" is a fraction'), ("--for", "1e9d", '"1e9d" has an exponent'),
    ("--for", "99999999999999d", '"99999999999999d" is too long'), ("--for", "3651d", '"3651d" is too long'), ("--for", "4", '"4" has no unit'),
    ("--for", "4w", '"4w" has an unknown unit'), ("--for", "0s", '"0s" is no time at all'), ("--for", "30m4h", "does not go from large units to small"),
    ("--link-for", "0.5d", '"0.5d" is a fraction'), ("--until", "2026-11-25T14:00:00.5Z", "a time has no fractions of a second"),
    ("--until", "12026-11-25 14:00", "a year has four digits"), ("--until", "2026-02-30 10:00", "the calendar has no such day"),
    ("--until", "2026-11-25T14:00:00+01:00", "an offset from UTC"), ("--until", "25:00", "not a time of day"), ("--from", "soon", "not a time"),
    ("--until", "14:5", "not a time"), ("--until", "+1:+5", "not a time"), ("--until", "-0:05", "not a time"),
    ("--until", "2026-11-25  14:00", "not a time of day"),
])
def test_times_are_called_what_they_are(place, option, value, said):
    refused = Wallet(place, "bob").run("share", "web", option, value, code=2)
    assert refused.err.startswith(f"keyferry: {option}: ") and said in refused.err
    if option == "--for":
        authority = Authority(place)
        refused = authority.run("share", "--as", LOGIN, "--host", "web", option, value, code=2)
        assert refused.err.startswith(f"keyferry-authority: {option}: ") and said in refused.err


def test_a_zone_that_nobody_knows_is_named(world):
    refused = at(world.ada, "Europe/Berln", "share", "own", "--now", "--until", "23:59", code=2)
    assert 'TZ names a zone that this system does not know, "Europe/Berln"' in refused.err
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    done = at(world.ada, "Europe/Berln", "share", "own", "--now", "--until", until)
    assert " UTC" in done.err and "Europe" not in done.err.replace("Europe/Berln", "")
    shown = at(world.ada, "Europe/Berln", "list")
    assert "UTC" in shown.out and " Europe" not in shown.out


def clocks_that_change(hours, name):
    """A POSIX zone whose clocks are put forward (name "gap") or back (name "twice") by one hour at that many hours from now, on
    the full hour. Returns the zone, the wall time in the middle of it as hh:mm with its date, and the right instant."""
    change = (int(time.time()) // 3600 + hours) * 3600
    # Standard time is UTC, summer time UTC+1. A rule names the day of the year and the hour of the wall clock.
    day = time.gmtime(change)
    far = time.gmtime(change + 86400 * 100)
    j = lambda when: f"{when.tm_yday - 1}"
    if name == "gap":
        return f"AAA0BBB,{j(day)}/{day.tm_hour},{j(far)}/0", time.strftime("%Y-%m-%d %H:30", day), change
    wall = day.tm_hour + 1
    back = time.gmtime(change)
    earlier = time.gmtime(change - 86400 * 100)
    return f"AAA0BBB,{j(earlier)}/0,{j(back)}/{wall}", time.strftime("%Y-%m-%d %H:30", day), change - 1800


@pytest.mark.parametrize("kind", ["gap", "twice"])
def test_a_wall_time_in_a_change_of_clocks_is_the_next_good_one(world, kind):
    zone, wall, instant = clocks_that_change(3, kind)
    done = at(world.ada, zone, "share", "own", "--now", "--until", wall, "--json")
    said = at(world.ada, zone, "share", "own", "--now", "--until", wall, "--note", "x").err
    assert json.loads(done.out)["valid_until"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant))
    assert ("does not come that day, the clocks skip it: taken as " if kind == "gap" else "comes twice that day: taken as ") in said


# What proxies do to answers.

class Nginx(Program):
    """A real nginx that compresses everything, in front of `server` (plain HTTP or TLS)."""

    def __init__(self, place, server, scheme):
        super().__init__(place, "nginx")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join(f'{kind}_temp_path "{self.directory}/{kind}";' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid "{self.directory}/nginx.pid"; error_log stderr error;
events {{ worker_connections 256; }}
http {{ {temporary} access_log off; gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;
server {{ listen 127.0.0.1:{self.port}; location / {{ proxy_pass {scheme}://127.0.0.1:{server.port}; proxy_ssl_verify off;
proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 60s; }} }} }}
""", "utf-8")
        self.argv = ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf"]

    def ready(self):
        try:
            return call("GET", self.url + "/openapi.yaml").status in (200, 404)
        except OSError:
            return False

    def call(self, method, path, **more):
        headers = {"Accept-Encoding": "gzip", **more.pop("headers", {})}
        answer = call(method, self.url + path, headers=headers, **more)
        if answer.headers.get("content-encoding") == "gzip":
            answer.body = gzip.decompress(answer.body)
        return answer


def test_nginx_weakens_tags_and_the_relay_still_knows_them(place):
    relay = Relay(place, engine="memory", tls=False, config={"public": {"url": "https://relay.example"}}).start()
    nginx = Nginx(place, relay, "http").start()
    relay.call = nginx.call
    ada, bob = Device(relay), Device(relay)
    made = ada.create(configuration=configuration(), payload=sealed(4000))
    seen = bob.read(made)
    tag = seen.headers["etag"]
    assert tag.startswith('W/"') and seen.headers["content-encoding"] == "gzip", "nginx does what the test is about"
    # Nothing new: it waits, and says so.
    begin = time.monotonic()
    assert bob.read(made, known=tag, wait=1).status in (204, 304)
    assert time.monotonic() - begin > 0.8
    assert bob.update(made, known='"98", "99"').status == 412
    written = bob.update(made, known=f'"98", {tag},"99"', payload=sealed(4000))
    assert written.status in (200, 201), written
    assert ada.update(made, known=tag).status == 412, "another version by now"
    for changed in (re.sub(r'^(W/)?"(.*)"$', r'"\2-gzip"', written.headers["etag"]), "*"):
        assert bob.update(made, known=changed).status in (200, 201) or changed != "*"
    assert bob.update(made, known='"98", *').status == 412, "a star stands alone"


def test_nginx_weakens_tags_and_the_authority_still_knows_them(place):
    authority = Authority(place).start()
    nginx = Nginx(place, authority, "https").start()
    for path in ("/v1/lists/ssh.krl.jws", "/v1/lists/ssh.krl"):
        first = nginx.call("GET", path)
        tag = first.headers["etag"]
        assert first.status == 200 and tag.startswith('W/"')
        strong = tag.removeprefix("W/")
        for known in (tag, strong, f'"x", {tag}', f'{strong[:-1]}-gzip"', "*"):
            begin = time.monotonic()
            answer = nginx.call("GET", path, headers={"If-None-Match": known, "Prefer": "wait=1"})
            assert answer.status == 304 and time.monotonic() - begin > 0.8, (known, answer)
        for known in (strong[1:-1], f'"x{strong[1:]}', f"{strong}x", '"x", *'):
            assert nginx.call("GET", path, headers={"If-None-Match": known, "Prefer": "wait=1"}).status == 200, known


@pytest.mark.parametrize("change", [lambda tag: f"W/{tag}", lambda tag: f'{tag[:-1]}-gzip"'], ids=["weak", "suffix"])
def test_a_confirmed_share_goes_through_a_proxy_that_changes_tags(place, change):
    proxy = Proxy(place, "relay")
    relay = Relay(place, tls=False, config={"public": {"url": proxy.url}}).start()
    proxy.forward_to(relay)
    flip = threading.local()

    def meddle(exchange):
        for name, value in exchange.answer_headers.items():
            if name.lower() == "etag":
                # Some answers are compressed, others are not.
                flip.count = getattr(flip, "count", 0) + 1
                exchange.answer_headers[name] = change(value)

    proxy.meddle = meddle
    world = World(place, relay).with_ada(proxy.url)
    sender = Half(world.ada, "share", "own", "--for", "1h", "--code", "--allow-local", "--json")
    made = sender.until("link")
    receiver = Receiver(Wallet(place, "bob"), made["link"], "--code", made["code"])
    assert receiver.wait() == 0, receiver.errors
    assert sender.wait() == 0, sender.errors
    reads = [seen for seen in proxy.seen if seen.method == "POST" and "if-none-match" in seen.headers]
    assert len(reads) < 20, "no wait ended at once because its tag was not known"


@pytest.mark.parametrize("headers, said", [
    ({"Age": "7200"}, None), ({}, "2 hours ahead"), ({"Age": "3600"}, "60 minutes ahead"), ({"Age": "soon"}, None), ({"Age": "-5"}, None),
])
def test_the_age_of_a_cached_answer_is_no_fault_of_the_clock(place, headers, said):
    """A cache hands out an answer of two hours ago; the wallet's doctor judges its own clock by it."""
    proxy = Proxy(place, "authority")
    authority = Authority(place, config={"public": {"url": proxy.url}, "tls": None})
    web = Sshd(place, "web", authority)
    authority.run("host", "add", "web", f"127.0.0.1:{web.port}", "--key", web.host_key_public)
    authority.ready = lambda: authority.running and "started" in authority.log()
    authority.start()
    proxy.forward_to(authority)
    bob = Wallet(place, "bob")
    bob.run("accept", "--yes", "--allow-local", "-", input=authority.share("--as", LOGIN, "--host", "web", "--for", "1h"))

    def meddle(exchange):
        exchange.answer_headers = {name: value for name, value in exchange.answer_headers.items() if name.lower() != "date"}
        exchange.answer_headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 7200))
        exchange.answer_headers.update(headers)

    proxy.meddle = meddle
    findings = bob.run("doctor", code=None).out
    clock = [line for line in findings.splitlines() if "clock" in line]
    assert len(clock) == 1
    assert (said in clock[0]) if said else clock[0].startswith("ok"), clock


# The rest.

def test_check_says_that_the_admin_address_is_not_local(place):
    relay, authority = Relay(place), Authority(place)
    verifier = Verifier(place, authority)
    config = verifier.config_path.read_text()
    for listen in ("0.0.0.0:9443", "[::]:9443", "192.0.2.1:9443", "[::ffff:192.0.2.1]:9443"):
        for server in (relay, authority):
            server.write_config({"listen": {"admin": listen}})
            refused = server.run("--check", code=1)
            assert f"listen.admin: other machines could reach {listen}" in refused.err
        verifier.config_path.write_text(config.replace(f"127.0.0.1:{verifier.admin_port}", listen))
        assert "listen.admin: other machines could reach" in verifier.run("--check", code=1).err
    for listen in ("127.0.0.1:0", "[::1]:0", "localhost:0", f"unix:{place.directory}/admin"):
        for server in (relay, authority):
            server.write_config({"listen": {"admin": listen}})
            server.run("--check")


def test_a_home_that_others_may_change_is_refused_as_ssh_does(place):
    """StrictModes: not writable by group or others, owned by the user or root, it and what is above it."""
    above = place.folder("above")
    bob = Wallet(place, "bob", above / "home")
    bob.run("list")
    home = bob.home
    for path, mode in ((home, 0o777), (home, 0o722), (home / "ssh", 0o702), (home / "transfers", 0o777), (above, 0o777)):
        before = path.stat().st_mode & 0o7777
        path.chmod(mode)
        refused = bob.run("list", code=1)
        assert refused.err == f"keyferry: {path.resolve()} may be changed by other users: chmod go-w '{path.resolve()}'\n"
        path.chmod(before)
    home.chmod(0o755)  # readable is no fault to ssh; what is secret in it is closed by itself
    bob.run("list")
    above.chmod(0o1777)  # as /tmp
    bob.run("list")
    bob.run("persona", "add", "x")
    (home / "settings.json").chmod(0o666)
    assert "settings.json may be changed by other users" in bob.run("list", code=1).err
    if os.geteuid() == 0:
        (home / "settings.json").chmod(0o600)
        os.chown(home, 12345, 12345)
        assert "belongs to another user" in bob.run("list", code=1).err


class Dripping:
    """A server that sends its answer's head and then an octet now and then, for ever."""

    def __init__(self, place):
        import socket
        import ssl
        certificate, key = place.ca.issue(place.folder("dripping"))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.calls = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.drip, args=(client,), daemon=True).start()

    def drip(self, client):
        try:
            with self.context.wrap_socket(client, server_side=True) as stream:
                stream.recv(65536)
                begin = time.monotonic()
                self.calls.append(begin)
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
                while True:
                    stream.sendall(b" ")
                    time.sleep(0.2)
        except OSError:
            pass


def test_an_answer_that_drips_is_cut_at_the_stated_time(place):
    """A call lasts 30 s in all, its repetitions included, however busy the server looks."""
    server = Dripping(place)
    bob, cem = Wallet(place, "bob"), Wallet(place, "cem")
    offer = f"openid-credential-offer://?credential_offer_uri={server.url}/o/{uuid.uuid4()}"
    begin = time.monotonic()
    program = Half(cem, "accept", "--yes", "--allow-local", "--json", "-", input=offer)
    done = bob.run("accept", "--yes", "--allow-local", "-", input=offer, code=4, timeout=200)
    took = time.monotonic() - begin
    assert f"{server.url}: no whole answer came within 30 s" in done.err, done.err
    assert 25 < took < 60, took
    assert f"{server.url} does not answer; given up after 30 s in all" in done.err.splitlines()
    assert "nothing is lost: run the same command again and it goes on" in done.err
    assert program.wait() == 4 and program.events == []
    assert program.errors[0] == {"event": "no_answer", "server": server.url, "limit": 30}
    assert program.error["error"] == "network" and f"{server.url}: no whole answer came within 30 s" in program.error["detail"]
    assert len(server.calls) == 2, "what took all of the time is not asked again"
