"""The page behind a link: what a chat's preview and a person with a browser get."""

import base64
import hashlib
import html.parser
import re

import pytest
from support import Relay
from support.mailbox import Device, configuration, display, page, path_of


class Page(html.parser.HTMLParser):
    """Open Graph properties, tags seen, and the text a person reads."""

    def __init__(self, text):
        super().__init__()
        self.properties, self.tags, self.words, self._quiet = {}, [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self._quiet = tag == "style"
        if tag == "meta" and "property" in attrs:
            self.properties[attrs["property"]] = attrs["content"]

    def handle_endtag(self, tag):
        self._quiet = False

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
        "og:type": "website", "og:site_name": "keyferry", "og:title": "Login to web", "og:description": "until tonight",
        "og:image": f"{relay.url}/v1/pictures/home.png", "og:url": link}
    picture = relay.call("GET", "/v1/pictures/home.png")
    assert picture.status == 200 and picture.headers["content-type"] == "image/png"
    assert picture.body.startswith(b"\x89PNG")


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
    assert not [tag for tag, _ in seen.tags if tag in ("script", "iframe", "object", "form", "link", "base")]
    assert not [attrs for _, attrs in seen.tags if any(name.startswith("on") for name in attrs)]
    assert "</title><script>x</script>" in seen.text


def test_a_person_who_never_heard_of_it_is_told_what_matters(relay):
    made = Device(relay).create(configuration=configuration(seconds=3600))
    seen = Page(page(relay, made, Accept="text/html").text)
    for words in ("Somebody sent you this link", "The link works until", "UTC", "Looking takes nothing", "How to take it",
                  "keyferry accept", "another device", "Opened by mistake?", "Just close this page", "cannot read it"):
        assert words in seen.text, words
    times = [attrs["datetime"] for tag, attrs in seen.tags if tag == "time"]
    assert times == [made.json()["expiration"]]
    assert any(attrs.get("name") == "viewport" for tag, attrs in seen.tags if tag == "meta")
    assert "prefers-color-scheme" in page(relay, made).text


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
    damaged = relay.call("GET", path_of(missing) + "%23secret", headers={"Accept": "text/html"})
    assert damaged.status == 404
