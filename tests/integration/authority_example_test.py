"""deploy/authority.toml documents every key; an operator starts from it."""

import re

from support import BIN, ROOT, run

EXAMPLE = (ROOT / "deploy" / "authority.toml").read_text("utf-8")


def test_the_example_passes_the_check_beside_a_certificate(place):
    folder = place.folder("example")
    cert, key = place.ca.issue(folder)
    path = folder / "authority.toml"
    path.write_text(EXAMPLE.replace('"cert.pem"', f'"{cert}"').replace('"key.pem"', f'"{key}"'), "utf-8")
    run([BIN / "keyferry-authority", "--config", path, "--check"])


def test_the_example_names_every_key_that_is_read():
    source = (ROOT / "cmd" / "keyferry-authority" / "config.cc").read_text("utf-8")
    table = ""
    named = set()
    for line in EXAMPLE.splitlines():
        if line.startswith("["):
            table = line.strip("[]")
        elif match := re.match(r"([a-z_]+) = ", line):
            named.add(f"{table}.{match.group(1)}")
    read = set(re.findall(r'"((?:listen|tls|public|ledger|keys|state|ssh|metadata|revocation|limits|log)\.[a-z_]+)"', source))
    read |= {f"limits.{key}" for key in re.findall(r'\blimit\(file, "([a-z_]+)"', source)}
    assert named == read
