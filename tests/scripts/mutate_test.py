"""scripts/mutate makes the faults that it says, one at a time, and knows them again when lines move."""

import importlib.machinery
import importlib.util
import os
import shutil

import pytest
from support import ROOT, run


@pytest.fixture(scope="module")
def mutate():
    loader = importlib.machinery.SourceFileLoader("mutate", str(ROOT / "scripts" / "mutate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
    loader.exec_module(module)
    return module


SOURCE = '''#include <cstdio>
#include <cstdlib>
namespace {
constexpr int kMost = 3;
int steps = 0;
void step() {
  ++steps;
}
bool inside(int x) {
  return x > 0 && x <= kMost;  // (a comment with if (nonsense))
}
}  // namespace
int main(int, char** argv) {
  const int x = std::atoi(argv[1]);
  if (!inside(x)) {
    std::puts("outside; if (it) is");
    return 1;
  }
  step();
  std::printf("%d steps\\n", steps);
  return 0;
}
'''


def numbered(mutate, text):
    sites = mutate.Sites("keyferry/x/x.cc", text)
    for number, fault in enumerate(sites.faults(), 1):
        fault.number = number
    return sites


def test_it_finds_each_place_and_nothing_in_comments_or_texts(mutate):
    found = {(fault.line, fault.kind, fault.becomes) for fault in numbered(mutate, SOURCE).faults()}
    assert found == {(4, "constant", "kMost = (3) * 2"), (7, "left-out", ""), (10, "part", "x > 0"), (10, "part", "x <= kMost"),
                     (10, "boundary", "x >= 0 && x <= kMost"), (10, "boundary", "x > 0 && x < kMost"),
                     (10, "negated", "!(x > 0 && x <= kMost)"), (15, "guard", "false"), (16, "left-out", ""), (19, "left-out", ""), (20, "left-out", "")}


def test_each_fault_is_one_that_can_be_seen(mutate, tmp_path):
    sites = numbered(mutate, SOURCE)
    (tmp_path / "x.cc").write_text(sites.written(set()), "utf-8")
    (tmp_path / mutate.HEADER).parent.mkdir(parents=True)
    (tmp_path / mutate.HEADER).write_text(mutate.ASK, "utf-8")
    run([shutil.which("g++"), "-Wall", "-Wextra", "-Werror", "-I", tmp_path, "-o", tmp_path / "x", tmp_path / "x.cc"])

    def behaviour(number):
        env = {**os.environ, "KEYFERRY_MUTANT": str(number)}
        done = [run([tmp_path / "x", x], env=env, code=None) for x in range(-1, 8)]
        return [(one.code, one.out) for one in done]

    right = behaviour(0)
    assert right == [(1, "outside; if (it) is\n")] * 2 + [(0, "1 steps\n")] * 3 + [(1, "outside; if (it) is\n")] * 4
    seen = [behaviour(fault.number) for fault in sites.faults()]
    assert all(one != right for one in seen) and len({str(one) for one in seen}) == len(seen) - 1, "but ++ and its call, all differ"


def test_what_does_not_compile_is_left_out(mutate):
    sites = numbered(mutate, SOURCE)
    guard = next(fault for fault in sites.faults() if fault.kind == "guard")
    log = f"keyferry/x/x.cc:{guard.line}:7: error: no"
    assert mutate.broken_by(log, {"keyferry/x/x.cc": sites}, set()) == {guard.number}
    assert f"kf_mutant({guard.number})" not in sites.written({guard.number})


def test_a_fault_keeps_its_name_when_lines_move(mutate):
    first, moved = [numbered(mutate, text) for text in (SOURCE, "// another line\n" + SOURCE)]
    assert [fault.line + 1 for fault in first.faults()] == [fault.line for fault in moved.faults()]
    assert [(fault.kind, fault.was, fault.becomes) for fault in first.faults()] == [(f.kind, f.was, f.becomes) for f in moved.faults()]


def test_the_real_sources_have_faults_of_every_kind(mutate):
    faults = [fault for sites in mutate.collect().values() for fault in sites.faults()]
    assert {fault.kind for fault in faults} == set(mutate.KINDS)
    assert len({fault.name for fault in faults}) == len(faults) > 1000
