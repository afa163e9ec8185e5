"""The page behind a link, read by the Open Graph parser that most chats use."""

import json

from support import Relay
from support.mailbox import Device, display, page
from support.npm import node


#= spec:tigress#API-04 test
#= spec:tigress#A-37 test
def test_a_foreign_open_graph_parser_reads_what_the_sender_wrote(place):
    relay = Relay(place, engine="memory", config={"mailbox": {"image_origins": ["https://pictures.example"]}}).start()
    title, description = "<b>\"Lög\" in & 'out'</b> \N{KEY}", "line one\nline two\u202e\u200b مفتاح"
    made = Device(relay).create(display_information=display(title, description))
    file = place.directory / "page.html"
    file.write_bytes(page(relay, made, query="?v=c&utm_source=chat").body)
    seen = json.loads(node("open_graph.mjs", file).out)
    assert seen["ogTitle"] == title and seen["ogDescription"] == "line one line two مفتاح"
    assert seen["ogImage"] == [{"url": f"{relay.url}/v1/pictures/car.png", "type": "image/png", "width": "1200", "height": "630", "alt": "A car"}]
    assert seen["ogUrl"] == made.json()["urlLink"] and seen["ogType"] == "website" and seen["ogSiteName"] == "keyferry"
    assert seen["ogLocale"] == "en_US" and seen["twitterCard"] == "summary_large_image" and seen["charset"] == "utf-8"
    assert seen["favicon"] == f"{relay.url}/v1/pictures/icon.png"
