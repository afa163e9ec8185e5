"""The page behind a link: what a chat's preview and a person with a browser get."""

import base64
import hashlib
import html.parser
import re
import signal
import struct

import pytest
from support import Relay, wait_until
from support.mailbox import Device, configuration, display, page, path_of

# Elements that are closed by nothing.
VOID = ("meta", "link", "img", "br")


class Page(html.parser.HTMLParser):
    """Open Graph properties, tags seen with what they stand in, and the text a person reads."""

    def __init__(self, text):
        super().__init__()
        self.properties, self.tags, self.words, self._quiet = {}, [], [], False
        self.paths, self._open = [], []
        self.feed(text)
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.paths.append("/".join([*self._open, tag]))
        if tag not in VOID:
            self._open.append(tag)
        self._quiet = tag == "style"
        if tag == "meta" and "property" in attrs:
            self.properties[attrs["property"]] = attrs["content"]

    def handle_endtag(self, tag):
        self._quiet = False
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not self._quiet:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def relay(place):
    return Relay(place, engine="memory", config={"mailbox": {"image_origins": ["https://pictures.example"]}}).start()


#= spec:tigress#API-04 test
#= spec:tigress#A-37 test
def test_a_preview_gets_open_graph_and_the_relays_own_picture(relay):
    made = Device(relay).create(display_information=display("Login to web", "until tonight"))
    answer = page(relay, made, query="?v=h")
    assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    seen = Page(answer.text)
    link = made.json()["urlLink"]
    assert seen.properties == {
        "og:type": "website", "og:site_name": "keyferry", "og:locale": "en_US", "og:title": "Login to web",
        "og:description": "until tonight", "og:url": link, "og:image": f"{relay.url}/v1/pictures/home.png",
        "og:image:type": "image/png", "og:image:width": "1200", "og:image:height": "630", "og:image:alt": "A house with a door"}


#= spec:tigress#A-38 test
@pytest.mark.parametrize("query, name, size", [("", "access.png", (1200, 630)), ("?v=a", "access.png", (1200, 630)),
                                               ("?v=h", "home.png", (1200, 630)), ("?v=c", "car.png", (1200, 630)), (None, "icon.png", (180, 180))])
def test_the_relay_serves_a_picture_of_each_vertical(relay, query, name, size):
    path = f"/v1/pictures/{name}"
    if query is not None:
        assert Page(relay.call("GET", "/t/" + query).text).properties["og:image"] == relay.url + path
    picture, head = relay.call("GET", path), relay.call("HEAD", path)
    assert picture.status == 200 and picture.body.startswith(b"\x89PNG") and struct.unpack(">II", picture.body[16:24]) == size
    for answer in (picture, head):
        assert answer.headers["content-type"] == "image/png" and int(answer.headers["content-length"]) == len(picture.body) < 16_384
        assert answer.headers["cache-control"] == "public, max-age=86400" and answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
    assert head.body == b""


#= spec:tigress#A-37 test
def test_addresses_come_from_the_configuration_and_not_from_the_caller(place):
    relay = Relay(place, engine="memory")
    relay.write_config({"public": {"url": "https://share.example/some/base"}})
    relay.start()
    made = Device(relay).create()
    for path in (path_of(made), "/some/base" + path_of(made)):  # a proxy may cut the base path off or pass it on
        answer = relay.call("GET", path + "?v=h", headers={
            "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"})
        seen = Page(answer.text)
        assert answer.status == 200 and "evil.example" not in answer.text
        assert seen.properties["og:url"] == made.json()["urlLink"] == "https://share.example/some/base" + path_of(made)
        assert seen.properties["og:image"] == "https://share.example/some/base/v1/pictures/home.png"
        assert {attrs["src"] for tag, attrs in seen.tags if tag == "img"} == {seen.properties["og:image"]}


#= spec:tigress#A-38 test
def test_only_pictures_of_allowed_origins_are_named(relay):
    for image, shown in (("https://pictures.example/a.png", "https://pictures.example/a.png"),
                         ("https://pictures.example.evil/a.png", "/v1/pictures/access.png"),
                         ("http://pictures.example/a.png", "/v1/pictures/access.png"),
                         ("javascript:alert(1)", "/v1/pictures/access.png"), ("", "/v1/pictures/access.png")):
        ada = Device(relay)
        made = ada.create(display_information=display(image=image))
        seen = Page(page(relay, made).text)
        assert seen.properties["og:image"].endswith(shown)
        assert ada.read(made).json()["displayInformation"]["imageURL"] == image
        pictures = [attrs["src"] for tag, attrs in seen.tags if tag == "img"]
        assert pictures == [f"{relay.url}/v1/pictures/access.png"]


#= spec:tigress#A-39 test
#= spec:tigress#PRV-06 test
#= spec:tigress#TMS-19 test
def test_the_page_is_locked_down_and_has_no_script(relay):
    made = Device(relay).create(display_information=display("</title><script>x</script>", "' onload=alert(1) \""))
    answer = page(relay, made)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "form-action 'none'" in policy
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S).group(1)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex" and answer.headers["x-content-type-options"] == "nosniff"
    seen = Page(answer.text)
    assert not [tag for tag, _ in seen.tags if tag in ("script", "iframe", "object", "form", "base")]
    assert [attrs["rel"] for tag, attrs in seen.tags if tag == "link"] == ["icon"]
    assert "set-cookie" not in answer.headers
    assert not [attrs for _, attrs in seen.tags if any(name.startswith("on") for name in attrs)]
    assert "</title><script>x</script>" in seen.text


def test_a_person_who_never_heard_of_it_is_told_what_matters(relay):
    made = Device(relay).create(configuration=configuration(seconds=3600))
    seen = Page(page(relay, made, Accept="text/html").text)
    for words in ("Somebody sent you this link", "The link works until", "UTC", "Looking takes nothing", "Who is it from?",
                  "How to take it", "keyferry accept", "another device", "too late", "Opened by mistake?",
                  "Just close this page", "cannot read it"):
        assert words in seen.text, words
    times = [attrs["datetime"] for tag, attrs in seen.tags if tag == "time"]
    assert times == [made.json()["expiration"]]
    assert any(attrs.get("name") == "viewport" for tag, attrs in seen.tags if tag == "meta")
    assert "prefers-color-scheme" in page(relay, made).text


def contrast(one, other):
    """WCAG 2's ratio of two colours #rgb or #rrggbb."""
    def light(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(part * weight for part, weight in zip(parts, (0.2126, 0.7152, 0.0722)))
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_screen_reader_finds_its_way_and_weak_eyes_can_read(relay):
    made = Device(relay).create()
    gone = relay.call("GET", "/v1/m/00000000-0000-4000-8000-000000000000", headers={"Accept": "text/html"})
    home = relay.call("GET", "/", headers={"Accept": "text/html"})
    for answer in (page(relay, made), gone, home):
        seen = Page(answer.text)
        assert ("html", {"lang": "en", "dir": "ltr"}) in seen.tags and "html/head/title" in seen.paths
        for landmark in ("header", "main", "footer"):
            assert [path for path in seen.paths if path.split("/")[-1] == landmark] == [f"html/body/{landmark}"]
        headings = [tag for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == "h1" and set(headings[1:]) == {"h2"}
        assert all("alt" in attrs and "width" in attrs and "height" in attrs for tag, attrs in seen.tags if tag == "img")
        schemes = re.findall(r"(--ink: .*?)}", answer.text, re.S)
        assert len(schemes) == 2, "a light and a dark one"
        for scheme in schemes:
            colours = dict(re.findall(r"--(\w+): (#\w+);", scheme))
            for ink in ("ink", "soft", "mark"):
                assert min(contrast(colours[ink], colours[ground]) for ground in ("paper", "card")) >= 4.5, (ink, colours)


#= spec:tigress#A-46 test
def test_an_unknown_vertical_is_general_and_shown_to_nobody(relay):
    made = Device(relay).create()
    answer = page(relay, made, query="?v=MYSTERY&utm_source=chat")
    assert answer.body == page(relay, made).body and "MYSTERY" not in answer.text


#= spec:tigress#A-52 test
def test_a_claimed_mailbox_looks_like_a_free_one(relay):
    ada, bo = Device(relay), Device(relay)
    made = ada.create()
    before = page(relay, made).body
    bo.read(made)
    bo.update(made)
    assert page(relay, made).body == before


def test_head_says_the_same_without_a_body(relay):
    made = Device(relay).create()
    get, head = page(relay, made), page(relay, made, method="HEAD")
    assert head.status == 200 and head.body == b""
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["content-security-policy"] == get.headers["content-security-policy"]


def test_no_such_mailbox_is_a_page_for_people_and_a_problem_for_programs(relay):
    missing = "/v1/m/00000000-0000-4000-8000-000000000000"
    person = relay.call("GET", missing, headers={"Accept": "text/html,*/*"})
    assert person.status == 404 and "leads nowhere any more" in person.text and "Nothing was taken" in person.text
    program = relay.call("GET", missing, headers={"Accept": "application/json"})
    assert program.status == 404 and program.json()["error"] == "not_found"
    made = Device(relay).create()
    damaged = relay.call("GET", path_of(made) + "%23secret", headers={"Accept": "text/html"})
    assert damaged.status == 404 and damaged.body == person.body and damaged.headers.keys() == person.headers.keys()
    assert relay.call("PUT", path_of(made) + "%23secret", headers={"Accept": "text/html"}).json()["error"] == "not_found"


def test_the_root_is_a_page_for_people_and_a_problem_for_programs(relay):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    person = relay.call("GET", "/", headers=browser)
    assert person.status == 200 and person.headers["content-type"] == "text/html; charset=utf-8"
    for words in ("carries sealed messages", "open the whole link", "Looking takes nothing", "cannot read it"):
        assert words in Page(person.text).text, words
    assert "<script" not in person.text and person.headers["content-security-policy"].startswith("default-src 'none'")
    head = relay.call("HEAD", "/", headers=browser)
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == str(len(person.body))
    wanted = relay.call("GET", "/nowhere")
    for method, headers in (("GET", {}), ("GET", {"Accept": "*/*"}), ("GET", {"Accept": "application/json"}), ("POST", browser), ("PUT", browser)):
        refused = relay.call(method, "/", headers=headers)
        assert refused.status == 404 and refused.body == wanted.body, (method, headers)


def test_the_root_below_a_base_path_is_a_page_too(place):
    relay = Relay(place, engine="memory", tls=False, config={"public": {"url": "https://relay.example/carry"}}).start()
    for path in ("/carry/", "/carry", "/"):
        answer = relay.call("GET", path, headers={"Accept": "text/html"})
        assert answer.status == 200 and "https://relay.example/carry/v1/pictures/icon.png" in answer.text, path


# What browsers send when a person opens an address, and what others send.
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none", "Accept": "text/html"}
BROWSERS_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
OLD_SAFARI = {"Accept": BROWSERS_ACCEPT, "Accept-Language": "de-DE,de;q=0.9",
              "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Safari/604.1"}
# Today's: no Sec-Fetch-User.
SAFARI = {**OLD_SAFARI, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def with_site(place):
    relay = Relay(place, engine="memory")
    relay.write_config({"public": {"url": "https://share.example/some/base"}, "web": {"origin": "https://get.example:444/get/"}})
    return relay.start()


@pytest.mark.parametrize("browser", [NAVIGATION, SAFARI, OLD_SAFARI])
def test_a_browser_that_opens_a_link_is_sent_to_the_site(with_site, browser):
    made = Device(with_site).create()
    mailbox = path_of(made)[-36:]
    site = "https://get.example:444/get/?relay=https%3A%2F%2Fshare.example%2Fsome%2Fbase"
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    missing = "00000000-0000-4000-8000-000000000000"
    for path, there in ((f"/v1/m/{mailbox}", f"&m={mailbox}"), (f"/v1/m/{mailbox.upper()}?v=h", f"&m={mailbox}&v=h"),
                        (f"/some/base/v1/m/{mailbox}?v=%22&relay=https://evil.example", f"&m={mailbox}"),
                        (f"/v1/m/{missing}", f"&m={missing}"), ("/t/?v=c", "&t=1&v=c")):
        answer = with_site.call("GET", path, headers={**browser, **hostile})
        assert (answer.status, answer.headers["location"]) == (303, site + there)
        assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
        assert set(answer.headers["vary"].split(", ")) == {"Accept", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "User-Agent"}
        assert answer.body == b"" and "set-cookie" not in answer.headers


def test_everything_but_a_navigation_gets_the_page_with_its_card(with_site):
    made = Device(with_site).create(display_information=display("Login to web"))
    path = path_of(made)
    for method, sent in (("GET", {}), ("GET", {"Accept": "text/html", "User-Agent": "curl/8"}), ("HEAD", NAVIGATION),
                         ("GET", {**NAVIGATION, "Sec-Fetch-Dest": "iframe"}), ("GET", {**NAVIGATION, "Sec-Fetch-Mode": "cors"}),
                         ("GET", {**OLD_SAFARI, "User-Agent": "facebookexternalhit/1.1"}), ("GET", {**OLD_SAFARI, "User-Agent": "WhatsApp/2.23 A"})):
        answer = with_site.call(method, path, headers=sent)
        assert answer.status == 200 and answer.headers["content-type"].startswith("text/html"), sent
        assert {"Accept-Language", "Sec-Fetch-Mode", "User-Agent"} <= set(answer.headers["vary"].split(", "))
        if method == "GET":
            seen = Page(answer.text)
            assert seen.properties["og:title"] == "Login to web" and "https://get.example:444/get/" in seen.text
    # A path that may hold somebody's secret is never passed on.
    answer = with_site.call("GET", path + "%23secret", headers=NAVIGATION)
    assert answer.status == 404 and "location" not in answer.headers and "secret" not in answer.text
    assert with_site.call("GET", "/", headers=NAVIGATION).status == 200


def test_without_a_site_a_browser_gets_the_page_and_a_reload_turns_it_on_and_off(relay):
    made = Device(relay).create()
    answer = relay.call("GET", path_of(made), headers=NAVIGATION)
    assert answer.status == 200 and "get.example" not in answer.text
    for table, status in (({"origin": "https://get.example"}, 303), (None, 200)):
        relay.write_config({"web": table})
        relay.signal(signal.SIGHUP)
        wait_until(lambda status=status: relay.call("GET", path_of(made), headers=NAVIGATION).status == status, "the new configuration")


@pytest.mark.parametrize("origin, says", [
    ("http://get.example", "must be like"), ("https://get.example/?x=1", "must be like"), ("https://get.example/#x", "must be like"), ("get.example", "must be like"),
    ("http://127.0.0.1:99", "must be like"), ("https://share.example", "must differ"), ("https://SHARE.example:443/get", "must differ")])
def test_a_site_that_could_read_links_or_is_no_address_is_refused(place, origin, says):
    relay = Relay(place, engine="memory")
    relay.write_config({"public": {"url": "https://share.example/base"}, "web": {"origin": origin}})
    done = relay.run("--check", code=1)
    assert "web.origin" in done.err and says in done.err


@pytest.mark.parametrize("wanted, language, direction, title", [
    ("de-AT,de;q=0.9,en;q=0.8", "de", "ltr", "Jemand teilt eine Tür mit Ihnen"), ("ar", "ar", "rtl", "شخص يشارك معك بابًا"), ("zh-TW", "zh", "ltr", "有人与您共享一扇门"),
    ("pl,fr;q=0.3", "fr", "ltr", "Quelqu’un partage une porte avec vous"), ("es", "es", "ltr", "Alguien comparte una puerta con usted"),
    ("pl", "en", "ltr", "A door is being shared with you")])
def test_the_pages_speak_the_readers_language(relay, wanted, language, direction, title):
    made = Device(relay).create(display_information=display("", ""))
    for path, status in ((path_of(made) + "?v=h", 200), ("/v1/m/00000000-0000-4000-8000-000000000000", 404), ("/t/?v=h", 200), ("/", 200)):
        answer = relay.call("GET", path, headers={"Accept": "text/html", "Accept-Language": wanted})
        assert answer.status == status and answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"].split(", ")
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        seen = Page(answer.text)
        assert not [tag for tag, _ in seen.tags if tag in ("script", "form")]
        if "v=h" in path:
            assert seen.properties["og:title"] == title and title in seen.text
