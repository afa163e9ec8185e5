"""keyferry-conformance: our relay passes, and each of many relays with one fault is found out by the check meant for it."""

import json
import os
import re
import time
import xml.etree.ElementTree

import pytest
from support import BIN, ROOT, Place, Relay, call, free_port, run
from support.fault_proxy import Answer, FaultProxy
from support.relay_faults import CLASSES, DROPBOX_FAULTS, FAULTS, edited, table

PROGRAM = BIN / "keyferry-conformance"


def judge(url, *options, code=None):
    """Runs the judge; returns Finished with `.verdicts`, {id: (verdict, seen)}."""
    environment = {name: value for name, value in os.environ.items() if name != "KEYFERRY_CA"}
    done = run([PROGRAM, url, "--json", *options], env=environment, code=code)
    done.verdicts = {one["id"]: (one["verdict"], one["seen"]) for one in json.loads(done.out)} if done.out else {}
    return done


@pytest.fixture(scope="module")
def site():
    with Place() as place:
        yield place


@pytest.fixture(scope="module")
def plain_relay(site):
    """A relay behind the proxies: plain HTTP, in memory."""
    return Relay(site, "plain", engine="memory", tls=False, config={"limits": {"misses_per_minute": 0}}).start()


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
def test_our_relay_passes_and_nothing_is_allowed_only(place, engine):
    relay = Relay(place, engine=engine).start()
    report = place.directory / "report.xml"
    done = judge(relay.url, "--ca", place.ca.path, "--junit", report, code=0)
    other = {id: verdict for id, (verdict, _) in done.verdicts.items() if verdict != "pass"}
    assert other == {"TRN-02": "info", "API-08": "info"}, done
    suite = xml.etree.ElementTree.parse(report).getroot()
    assert (int(suite.get("tests")), int(suite.get("failures"))) == (len(done.verdicts), 0)
    # Polite: a third of what a relay lets one source miss in a minute.
    assert sum(float(line.split()[1]) for line in relay.metrics().splitlines()
               if 'refusals_total{error="not_found"}' in line) < 200


def test_nothing_is_left_behind_and_an_honest_proxy_changes_nothing(site, plain_relay):
    links = set()

    def honest(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            links.add(json.loads(answer.body)["urlLink"])
        return answer

    done = judge(FaultProxy(site, plain_relay, {"honest": honest}).start().url("honest"), code=0)
    assert not [id for id, (verdict, _) in done.verdicts.items() if verdict in ("fail", "allowed")], done
    assert len(links) > 50
    assert {call("GET", link).status for link in links} == {404}


@pytest.fixture(scope="module")
def faulty(site, plain_relay):
    """All the relays with one fault each."""
    faults = {**FAULTS, **DROPBOX_FAULTS}
    return FaultProxy(site, plain_relay, {name: fault for name, (_, _, fault) in faults.items()}).start()


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_out_a_relay_that(fault, faulty):
    check, words, _ = FAULTS[fault]
    done = judge(faulty.url(fault), "--only", check, code=1)
    verdict, seen = done.verdicts[check]
    assert verdict == "fail" and words in seen, done


def test_each_fault_is_of_one_class_and_the_document_names_them_all():
    classed = [name for names in CLASSES.values() for name in names.split()]
    assert sorted(classed) == sorted({**FAULTS, **DROPBOX_FAULTS}) and len(CLASSES) >= 40
    document = (ROOT / "docs/conformance.md").read_text().splitlines()
    begin = document.index(table()[0])
    assert document[begin:begin + len(table())] == table()


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
def test_our_dropbox_passes_too(place, engine):
    relay = Relay(place, engine=engine).start()
    done = judge(relay.url, "--ca", place.ca.path, "--dropbox", code=0)
    assert {verdict for verdict, _ in done.verdicts.values()} == {"pass"}, done
    assert "B-06.race" in done.verdicts and "CLM-06" not in done.verdicts


@pytest.mark.parametrize("fault", DROPBOX_FAULTS)
def test_it_finds_out_a_dropbox_that(fault, faulty):
    check, words, _ = DROPBOX_FAULTS[fault]
    done = judge(faulty.url(fault), "--dropbox", "--only", check, code=1)
    verdict, seen = done.verdicts[check]
    assert verdict == "fail" and words in seen, done


def serve_as_is(request, forward):
    return forward(request)


# What a relay of the drafts alone cannot get wrong, since it does not have it.
EXTENSIONS = re.compile(r"A-(19|20|21|30|34|55)\b|CLM-06.proof")
OF_EXTENSIONS = {"counts_no_message", "says_that_the_claim_is_new_when_written", "numbers_the_restored_message_like_the_reply",
                 "shows_the_next_recipient_the_old_version"}

FAULTS_OF_THE_DRAFTS = [name for name, (check, _, _) in FAULTS.items()
                        if not EXTENSIONS.match(check) and name not in OF_EXTENSIONS]


def without_extensions(fault):
    """The same relay without any addition of ours: what our relay tells of versions and sides is no help."""
    def run(request, forward):
        strip_wishes(request)
        return strip_answer(request, fault(request, forward))
    return run


def strip_wishes(request):
    if request.creates:
        edited(request, lambda body: [body["mailboxConfiguration"].pop(name, None) for name in ("claimHash", "claimPolicy", "delivery")])


def strip_answer(request, answer):
    added = ("seq", "origin", "recipientBound", "boundAt") + (("expiration", "claimHash", "delivery") if request.creates else ())
    if answer.body.startswith(b"{"):
        edited(answer, lambda body: [body.pop(name, None) for name in added])
    if request.method != "GET":
        answer.headers.drop("ETag")
    return answer


@pytest.fixture(scope="module")
def plain_faulty(site, plain_relay):
    faults = {name: without_extensions(FAULTS[name][2]) for name in FAULTS_OF_THE_DRAFTS}
    return FaultProxy(site, plain_relay, faults | {"none": without_extensions(serve_as_is)}).start()


@pytest.mark.parametrize("fault", FAULTS_OF_THE_DRAFTS)
def test_it_finds_out_a_relay_without_extensions_that(fault, plain_faulty):
    check, _, _ = FAULTS[fault]
    done = judge(plain_faulty.url(fault), "--only", check, code=1)
    assert done.verdicts[check][0] == "fail", done


def test_a_relay_without_extensions_passes(plain_faulty):
    done = judge(plain_faulty.url("none"), code=0)
    assert {id for id, (verdict, _) in done.verdicts.items() if verdict in ("fail", "allowed")} == {"A-15.far"}


@pytest.mark.parametrize("check, words", [("TRN-07", "TLS 1.0 or 1.1"), ("TRN-01", "plain HTTP was answered with 200")])
def test_a_relay_that_serves_old_tls_and_no_tls_is_found_out(site, plain_relay, check, words):
    proxy = FaultProxy(site, plain_relay, {"open": serve_as_is}, tls=True).start()
    done = judge(proxy.url("open"), "--ca", site.ca.path, "--only", check, code=1)
    assert words in done.verdicts[check][1]


def test_a_relay_from_the_drafts_alone_is_judged_fairly(site, plain_relay):
    """No extension of ours, no words for errors, 403 where we say 401, and other choices that the drafts leave open."""
    ours = ("claimHash", "claimPolicy", "delivery", "expiration")

    def plain(request, forward):
        if request.method == "HEAD":
            return Answer(405)
        if request.creates:
            edited(request, lambda body: [body["mailboxConfiguration"].pop(name, None) for name in ours[:3]])
        answer = forward(request)
        if request.creates:
            edited(answer, lambda body: [body.pop(name, None) for name in ours])
        edited(answer, lambda body: [body.pop(name, None) for name in ("seq", "origin", "recipientBound", "boundAt")])
        for name in ("ETag", "WWW-Authenticate", "Referrer-Policy", "X-Robots-Tag"):
            answer.headers.drop(name)
        if answer.status == 201 or answer.status >= 400:
            answer.body = b""
            answer.headers.drop("Content-Type")
        answer.status = 403 if answer.status == 401 else answer.status
        return answer

    proxy = FaultProxy(site, plain_relay, {"plain": plain}).start()
    done = judge(proxy.url("plain"), code=0)
    skipped = {id for id, (verdict, _) in done.verdicts.items() if verdict == "skip"}
    extensions = {"CLM-06.proof", "A-21", "A-30"} | {f"{row}{end}" for row, ends in {
        "A-19": ("", ".repeats", ".claims"), "A-20": ("", ".once", ".again", ".next"), "A-34": ("", ".news", ".given", ".after", ".known", ".others"),
        "A-55": (".echo", ".malformed", ".proof", ".policy", ".provisional", ".settled")}.items() for end in ends}
    assert skipped == {"TRN-01", "TRN-07"} | extensions
    chosen = {id for id, (verdict, _) in done.verdicts.items() if verdict == "allowed"}
    assert {"A-02", "A-03", "A-12", "A-13", "A-15.far", "A-39.headers", "API-04.head", "CLM-01", "CLM-04", "CLM-06",
            "CLM-07", "MBX-09", "IDM-07"} <= chosen


def test_a_relay_that_says_not_now_is_not_judged(site, plain_relay):
    def busy(request, forward):
        return Answer(429) if request.method == "PUT" else forward(request)

    done = judge(FaultProxy(site, plain_relay, {"busy": busy}).start().url("busy"), "--only", "API-02", code=0)
    assert done.verdicts["API-02"][0] == "skip" and "429" in done.verdicts["API-02"][1]


def test_a_relay_that_limits_creates_is_waited_for(place):
    relay = Relay(place, engine="memory", config={"limits": {"creates_per_minute": 45}}).start()
    done = judge(relay.url, "--ca", place.ca.path, "--only", "MBX-01,MBX-02,REL-05", code=0)
    assert {verdict for verdict, _ in done.verdicts.values()} == {"pass"}, done
    assert sum(float(line.split()[1]) for line in relay.metrics().splitlines() if 'refusals_total{error="too_many"}' in line) > 0


def test_a_slow_relay_is_left_when_the_time_is_used_up(site, plain_relay):
    def slow(request, forward):
        time.sleep(0.2)
        return forward(request)

    done = judge(FaultProxy(site, plain_relay, {"slow": slow}).start().url("slow"), "--only", "API,A-29", "--limit", "1", code=0)
    verdict, seen = done.verdicts["A-29"]
    assert verdict == "skip" and "time of the run" in seen


@pytest.mark.parametrize("answer", [Answer(200, body=b"{}"), Answer(404), Answer(500)], ids=["200", "404", "500"])
def test_nothing_passes_at_a_server_that_is_no_relay(site, plain_relay, answer):
    proxy = FaultProxy(site, plain_relay, {"none": lambda _request, _forward: answer}).start()
    for options in ([], ["--dropbox"]):
        done = judge(proxy.url("none"), *options, code=1)
        # What is not echoed at all is not echoed wrongly.
        assert not {id for id, (verdict, _) in done.verdicts.items() if verdict == "pass"} - {"A-06.echo"}


def test_the_certificate_is_checked_unless_told_otherwise(place):
    relay = Relay(place, engine="memory").start()
    refused = judge(relay.url, "--only", "API-01", code=4)
    assert "certificate" in refused.err
    judge(relay.url, "--only", "API-01", "--insecure", code=0)


def test_a_relay_that_wants_a_token_gets_it(place):
    tokens = place.directory / "tokens.txt"
    tokens.write_text("the-token-of-the-operator-0123456789\n")
    tokens.chmod(0o600)
    relay = Relay(place, engine="memory", config={"create": {"require": "token-file", "token_file": str(tokens)}}).start()
    refused = judge(relay.url, "--ca", place.ca.path, "--only", "API-01", code=3)
    assert "--token-file" in refused.err
    judge(relay.url, "--ca", place.ca.path, "--only", "API-01", "--token-file", tokens, code=0)


def test_usage_and_unreachable_relays_have_exit_codes_of_their_own():
    assert "no check is called" in judge("https://127.0.0.1:1", "--only", "CLM-99", code=2).err
    assert "URL" in run([PROGRAM], code=2).err
    assert "https" in judge("ftp://127.0.0.1", code=2).err
    assert judge(f"https://127.0.0.1:{free_port()}", code=4).out == ""
    assert "CLM-06.order" in run([PROGRAM, "--list"]).out
