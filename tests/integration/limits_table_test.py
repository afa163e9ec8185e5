"""docs/limits.md has a line for every call that the running programs take."""

import re

import yaml
from support import ROOT, Authority, Relay
from support.http import call

COLUMNS = ("rate", "rows", "octets", "time")
ADMIN = {("GET", path) for path in ("/healthz", "/readyz", "/metrics")}


def table(program):
    """{(method, path): cells} of the table in the section of `program`; a {name} is {} in a path."""
    section = (ROOT / "docs/limits.md").read_text("utf-8").split(f"\n## {program}\n")[1].split("\n## ")[0]
    lines = {}
    for line in section.splitlines():
        found = re.match(r"\| `([A-Z]+) (/[^`]*)` \|(.*)\|$", line)
        if found:
            lines[found[1], plain(found[2])] = dict(zip(COLUMNS, (cell.strip() for cell in found[3].split("|")), strict=True))
    return lines


def plain(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def documented(server, path):
    """The (method, path) of the document that the program serves."""
    document = yaml.safe_load(server.call("GET", path).body)
    return {(method.upper(), plain(name)) for name, item in document["paths"].items() for method in item if method != "parameters"}


def allowed(server, path):
    """The methods that the router of the running program takes on `path`, as it says itself."""
    real = path.replace("{}", "A" * 43 if path.startswith("/t/") else "00000000-0000-4000-8000-000000000000")
    answer = server.call("BREW", real)
    assert answer.status == 405, (path, answer)
    return {(method.strip(), path) for method in answer.headers["allow"].split(",")} - {("OPTIONS", path), ("HEAD", path)}


def check(lines, calls):
    assert not calls - set(lines), f"docs/limits.md lacks {sorted(calls - set(lines))}"
    assert not set(lines) - calls, f"docs/limits.md has {sorted(set(lines) - calls)}, which nothing takes"
    for name, cells in lines.items():
        assert all(cells[column] for column in COLUMNS), name


def test_every_call_of_the_authority_has_its_line(place):
    authority = Authority(place).start()
    routes = (ROOT / "keyferry/issuer/routes.cc").read_text("utf-8")
    routed = {(method, plain(path)) for method, path in re.findall(r'router\.add\(\s*"([A-Z]+)",\s*"(/[^"]*)"', routes)}
    calls = documented(authority, "/openapi.yaml")
    assert len(routed) > 15 and routed == calls, "the document has every route"
    for path in {path for _, path in calls}:
        assert allowed(authority, path) == {(method, name) for method, name in calls if name == path}
    assert all(call(method, authority.admin_url + path).status == 200 for method, path in ADMIN)
    check(table("Authority"), calls | ADMIN | {("POST", "/command")})


def test_every_call_of_the_relay_has_its_line(place):
    relay = Relay(place, engine="memory").start()
    calls = documented(relay, "/v1/openapi.yaml")
    for path in {path for _, path in calls if path.startswith(("/v1/m", "/t/"))}:
        assert allowed(relay, path) == {(method, name) for method, name in calls if name == path}
    assert all(call(method, relay.admin_url + path).status == 200 for method, path in ADMIN)
    check(table("Relay"), calls | ADMIN)
