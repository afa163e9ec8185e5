"""Faults of the page, and what leaks."""

import json

from .registry import Creators, changing, edited, fault, link_id


@fault("API-04", "answered 302")
def redirects_the_preview(request, forward):
    answer = forward(request)
    if request.method == "GET":
        answer.status = 302
        answer.headers.set("Location", "https://relay.example/page")
    return answer


@changing("API-04", "og:title")
def has_no_open_graph(request, answer):
    if request.method == "GET":
        answer.body = answer.body.replace(b"og:title", b"title")


@fault("API-04.sealed", "shows the payload", make=True)
def shows_the_payload():
    data = {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            data[link_id(answer)] = json.loads(request.body)["payload"]["data"].encode()
        if request.method == "GET":
            answer.body += b"<!-- " + data.get(request.box, b"") + b" -->"
        return answer
    return run


@fault("A-37.escaped", "as HTML", make=True)
def shows_texts_as_html():
    titles = {}

    def run(request, forward):
        answer = forward(request)
        if request.creates and answer.success:
            titles[link_id(answer)] = json.loads(request.body)["displayInformation"]["title"].encode()
        if request.method == "GET":
            answer.body += titles.get(request.box, b"")
        return answer
    return run


@changing("A-39.policy", "no Content-Security-Policy")
def has_no_policy(_request, answer):
    answer.headers.drop("Content-Security-Policy")


@changing("PRV-06", "script of a third party")
def runs_foreign_scripts(request, answer):
    if request.method == "GET":
        answer.body += b'<script src="https://count.example/a.js"></script>'


@changing("PRV-02", "sets a cookie")
def sets_cookies(_request, answer):
    answer.headers.set("Set-Cookie", "visitor=1")


@fault("TMS-06", "notification token", make=True)
def leaks_a_token():
    tokens = {}

    def run(request, forward):
        if b"notificationToken" in request.body:
            edited(request, lambda body: tokens.update({"last": body["notificationToken"]}))
        answer = forward(request)
        if request.reads and answer.success:
            edited(answer, lambda body: body.update(notificationToken=tokens.get("last")))
        return answer
    return run


@fault("TMS-06.claim", "another device's claim", make=True)
def leaks_a_claim():
    creators = Creators()

    def run(request, forward):
        answer = creators.note(request, forward(request))
        if request.reads and answer.success:
            answer.headers.set("X-Creator", creators.of[request.box])
        return answer
    return run
