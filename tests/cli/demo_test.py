"""scripts/demo does the main job, fails when a part does not do its own, and leaves nothing behind."""

import os
import shutil
import tempfile
from pathlib import Path

from support import BIN, ROOT, run

import pytest


# A verifier that is none still makes its key.
MAKES_ITS_KEY = '[[ $1 != init ]] || exec "$(dirname "$0")/real-keyferry-verifier" "$@"\n'


class Demo:
    """Runs scripts/demo with a temporary directory of its own, whose name has a space."""

    def __init__(self, tmp_path):
        # Short: the path of a Unix socket has at most 107 octets.
        self.temporary = Path(tempfile.mkdtemp(prefix="keyferry demo "))
        self.bin = tmp_path / "bin"
        shutil.copytree(BIN, self.bin, symlinks=True)

    def replace(self, program, script):
        shutil.move(self.bin / program, self.bin / f"real-{program}")
        (self.bin / program).write_text("#!/bin/bash\n" + script)
        (self.bin / program).chmod(0o755)

    def run(self, *arguments, code=None, **more):
        env = {**os.environ, "KEYFERRY_BIN": str(self.bin), "TMPDIR": str(self.temporary)}
        return run([ROOT / "scripts" / "demo", *arguments], env=env, cwd="/", timeout=120, code=code, **more)

    def remains(self):
        """Files in the temporary directory, and command lines that name it."""
        lines = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                continue
        mark = str(self.temporary)
        return [line for line in lines if mark in line and "pytest" not in line] + os.listdir(self.temporary)


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    shutil.rmtree(demo.temporary)


def test_every_step_goes_as_it_says(demo):
    done = demo.run(code=0)
    assert "All went as it should" in done.out
    assert len(done.out.splitlines()) <= 90, "one screen"
    assert not demo.remains()


def test_without_a_verifier_it_fails(demo):
    demo.replace("keyferry-verifier", f"{MAKES_ITS_KEY}exec sleep 300\n")
    done = demo.run()
    assert done.code == 1 and "verifier does not become ready" in done.err, done
    assert not demo.remains()


def test_a_verifier_that_stops_working_is_noticed(demo):
    demo.replace("keyferry-verifier", MAKES_ITS_KEY + """
"$(dirname "$0")/real-keyferry-verifier" "$@" & child=$!
until grep -q "Accepted publickey" web.log 2>/dev/null; do sleep 0.05; done
kill -9 $child
exec sleep 300
""")
    done = demo.run()
    assert done.code == 1 and "the login still works" in done.err, done
    assert not demo.remains()


def test_help_says_what_it_does(demo):
    assert "Installs what is missing" in demo.run("--help", code=0).out
    assert demo.run("--nonsense").code == 2
