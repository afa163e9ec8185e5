"""keyferry-conformance: our relay passes, and each of many relays with one fault is found out by the check meant for it."""

import json
import os
import xml.etree.ElementTree

import pytest
from support import BIN, Place, Relay, call, free_port, run
from support.fault_proxy import Answer, FaultProxy
from support.relay_faults import FAULTS, edited

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
    assert {verdict for verdict, _ in done.verdicts.values()} <= {"pass", "info", "skip"}, done
    assert all(verdict == "pass" for id, (verdict, _) in done.verdicts.items()
               if id not in ("TRN-02", "API-08", "A-19", "A-20", "A-21", "A-30", "A-34")), done
    suite = xml.etree.ElementTree.parse(report).getroot()
    assert (int(suite.get("tests")), int(suite.get("failures"))) == (len(done.verdicts), 0)
    # Polite: a tenth of what a relay lets one source miss in a minute.
    assert sum(float(line.split()[1]) for line in relay.metrics().splitlines()
               if 'refusals_total{error="not_found"}' in line) < 60


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
    return FaultProxy(site, plain_relay, {name: fault for name, (_, _, fault) in FAULTS.items()}).start()


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_out_a_relay_that(fault, faulty):
    check, words, _ = FAULTS[fault]
    done = judge(faulty.url(fault), "--only", check, code=1)
    verdict, seen = done.verdicts[check]
    assert verdict == "fail" and words in seen, done


def serve_as_is(request, forward):
    return forward(request)


@pytest.mark.parametrize("check, words", [("TRN-07", "TLS 1.0 or 1.1"), ("TRN-01", "plain HTTP was answered with 200")])
def test_a_relay_that_serves_old_tls_and_no_tls_is_found_out(site, plain_relay, check, words):
    proxy = FaultProxy(site, plain_relay, {"open": serve_as_is}, tls=True).start()
    done = judge(proxy.url("open"), "--ca", site.ca.path, "--only", check, code=1)
    assert words in done.verdicts[check][1]


def test_a_plain_v1_relay_is_judged_fairly(site, plain_relay):
    """A relay from the drafts alone: no claim rule, no words for errors, no mailbox restored, 403 where we say 401."""
    def plain(request, forward):
        def forget(body):
            for name in ("claimHash", "claimPolicy"):
                body["mailboxConfiguration"].pop(name, None)
        if request.creates:
            edited(request, forget)
        answer = forward(request)
        if answer.status >= 400:
            echo = answer.headers.get("Mailbox-Request-ID")
            answer = Answer(403 if answer.status == 401 else answer.status)
            if echo:
                answer.headers.set("Mailbox-Request-ID", echo)
        return answer

    proxy = FaultProxy(site, plain_relay, {"plain": plain}).start()
    done = judge(proxy.url("plain"), "--only", "A-55,A-12,A-13,CLM,IDM,API", code=0)
    verdicts = {id: verdict for id, (verdict, _) in done.verdicts.items()}
    assert verdicts["A-55.policy"] == verdicts["CLM-06.proof"] == "skip"
    assert verdicts["CLM-07"] == verdicts["A-12"] == verdicts["A-13"] == "allowed"


def test_a_relay_that_says_not_now_is_not_judged(site, plain_relay):
    def busy(request, forward):
        return Answer(429) if request.method == "PUT" else forward(request)

    done = judge(FaultProxy(site, plain_relay, {"busy": busy}).start().url("busy"), "--only", "API-02", code=0)
    assert done.verdicts["API-02"][0] == "skip" and "429" in done.verdicts["API-02"][1]


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
    refused = judge(relay.url, "--ca", place.ca.path, "--only", "API-01", code=1)
    assert "--token-file" in refused.err
    judge(relay.url, "--ca", place.ca.path, "--only", "API-01", "--token-file", tokens, code=0)


def test_usage_and_unreachable_relays_have_exit_codes_of_their_own():
    assert "no check is called" in judge("https://127.0.0.1:1", "--only", "CLM-99", code=2).err
    assert "URL" in run([PROGRAM], code=2).err
    assert "https" in judge("ftp://127.0.0.1", code=2).err
    assert judge(f"https://127.0.0.1:{free_port()}", code=4).out == ""
    assert "CLM-06.order" in run([PROGRAM, "--list"]).out
