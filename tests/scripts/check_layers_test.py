"""check_layers finds what it is there to find."""

import shutil

from support import ROOT, run

import pytest


def tree(tmp_path, files):
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "layers.txt", tmp_path / "docs")
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return run([ROOT / "scripts" / "check_layers", "--root", tmp_path], code=None)


def test_what_the_table_allows_passes(tmp_path):
    done = tree(tmp_path, {"keyferry/relay/read.cc": '#include "keyferry/mailbox/claim.h"\n#include <string>\n',
                           "keyferry/digest/hash.cc": "#include <openssl/evp.h>\n",
                           "keyferry/store/sqlite_store.cc": '#include "keyferry/sql/database.h"\n',
                           "keyferry/base/clock.h": "inline auto now() { return std::chrono::system_clock::now(); }\n",
                           "keyferry/wallet/transport.cc": "auto operator()(const keystore::AtFile& place) const {}\n",
                           "cmd/keyferry/share.cc": "keystore::Place place = keystore::AtMailbox{relay};\n",
                           "keyferry/relay/read_test.cc": '#include "keyferry/crypto/aead.h"\n',
                           "web/client/a.ts": 'import {open} from "../transfer/a.ts";\nconst now = Date.now();\n',
                           "web/crypto/cpace.ts": 'import {ed25519} from "@noble/curves/ed25519";\n',
                           "web/base/a_test.ts": 'import {open} from "../pages/a.ts";\n'})
    assert done.code == 0, done


@pytest.mark.parametrize("name, text, says", [
    ("keyferry/relay/read.cc", '#include "keyferry/crypto/aead.h"', "relay/ may include only"),
    ("keyferry/store/memory.cc", '#include "keyferry/sql/database.h"', "store/ may include only"),
    ("keyferry/http/http_server.cc", "#include <openssl/ssl.h>", "allowed only in"),
    ("keyferry/relay/serve.cc", "#include <boost/beast.hpp>", "allowed only in: net/boost.cc http/*.cc"),
    ("keyferry/http/http_server.h", "#include <boost/asio.hpp>", "allowed only in: net/*.cc http/*.cc"),
    ("keyferry/mailbox/claim.cc", "auto now = std::chrono::system_clock::now();", "uses clock"),
    ("keyferry/transfer/link.cc", "#include <fstream>", "uses input or output"),
    ("keyferry/authority/redeem.cc", "#include <mutex>", "uses thread"),
    ("keyferry/helpers/a.cc", "", "has no line in docs/layers.txt"),
    ("keyferry/wallet/sender.cc", "if (std::get_if<keystore::AtDropbox>(&place)) {}", "asks which Place it is"),
    ("cmd/keyferry/share.cc", "if (std::holds_alternative<AtFile>(place)) {}", "asks which Place it is"),
    ("keyferry/net/deep/a.cc", "", "one level deep"),
    ("keyferry/lock/check.c", '#include "keyferry/base/bytes.h"', "lock/ may include only: lock"),
    ("keyferry/net/a.cc", '#include "cmd/keyferry/main.h"', "never depends on a program"),
    ("web/transfer/link.ts", 'import {open} from "../client/take.ts";', "transfer/ may import only"),
    ("web/transfer/link.ts", 'import {\n  open,\n} from "../pages/a.ts";', "transfer/ may import only"),
    ("web/crypto/key.ts", 'const a = await import("@noble/curves/ed25519");', "does not allow there"),
    ("web/codec/a.ts", "const now = Date.now();", "without clock"),
    ("web/transfer/a.ts", 'await fetch("https://a");', "without network"),
    ("web/client/a.ts", "indexedDB.open('a');", "without page"),
    ("web/helpers/a.ts", "", "has no line in docs/layers.txt"),
    ("web/pages/deep/a.ts", "", "one level deep"),
])
def test_a_broken_rule_is_named(tmp_path, name, text, says):
    done = tree(tmp_path, {name: text + "\n"})
    assert done.code == 1 and name in done.out and says in done.out, done


def test_a_cipher_in_the_blind_program_is_found(tmp_path):
    build = tmp_path / "build"
    (build / "bin").mkdir(parents=True)
    source = tmp_path / "a.c"
    source.write_text("int EVP_DecryptInit_ex(void*, void*, void*, void*, void*);\n"
                      "int main(void) { return EVP_DecryptInit_ex(0, 0, 0, 0, 0); }\n")
    run(["gcc", "-c", source, "-o", tmp_path / "a.o"])
    run(["ar", "rcs", build / "libkf_relay.a", tmp_path / "a.o"])
    run(["ar", "rcs", build / "libkf_crypto.a"])
    run(["gcc", source, "-o", build / "bin" / "keyferry-relay", "-lcrypto"])
    (build / "build.ninja").write_text("build bin/keyferry-relay: LINK a.o | $\n  libkf_relay.a libkf_crypto.a\n"
                                       "build other: LINK\n")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "layers.txt", tmp_path / "docs")
    done = run([ROOT / "scripts" / "check_layers", "--root", tmp_path, build], code=1)
    assert "linked from kf_crypto" in done.out
    assert "libkf_relay.a calls EVP_DecryptInit_ex" in done.out
    assert "asks the system's libraries for EVP_DecryptInit_ex" in done.out
