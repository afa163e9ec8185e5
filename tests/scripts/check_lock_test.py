"""check_lock finds what does not fit into a lock."""

import shutil

import pytest

from support import ROOT, run


def check(tmp_path, changes):
    """Runs it on a copy of the library in which each of `changes` (file, old, new) is made."""
    folder = tmp_path / "keyferry" / "lock"
    shutil.copytree(ROOT / "keyferry" / "lock", folder)
    for name, old, new in changes:
        text = (folder / name).read_text("utf-8")
        assert old in text, (name, old)
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return run([ROOT / "scripts" / "check_lock", "--root", tmp_path], code=None)


def test_the_library_as_it_is_fits(tmp_path):
    done = check(tmp_path, [])
    assert done.code == 0 and "links without a library" in done.out, done


BYTES, SAME = "bytes.c", "int kfl_same("
INCLUDE = '#include "parts.h"'
ADD = "uint32_t kfl_extra(uint32_t a);\n"


LARGE = "".join(f"case {n * n}: return (a << {n % 20}) * {n * 77}u + a / {n}u;\n" for n in range(1, 60))


@pytest.mark.parametrize("name, old, new, says", [
    (BYTES, INCLUDE, INCLUDE + "\n#include <stdlib.h>", "includes <stdlib.h>"),
    (BYTES, INCLUDE, INCLUDE + '\n#include "keyferry/base/bytes.h"', "includes \"keyferry/base/bytes.h\""),
    (BYTES, SAME, ADD + "uint32_t kfl_extra(uint32_t a) { static uint32_t sum; return sum += a; }\n" + SAME, "data of its own"),
    (BYTES, SAME, "void *malloc(size_t);\nvoid *kfl_extra(void);\nvoid *kfl_extra(void) { return malloc(4); }\n" + SAME, "it calls malloc"),
    (BYTES, SAME, "uint64_t kfl_extra(uint64_t a, uint64_t b);\nuint64_t kfl_extra(uint64_t a, uint64_t b) { return a / b; }\n" + SAME,
     "it calls __aeabi_uldivmod"),
    (BYTES, SAME, "int kfl_extra(double a);\nint kfl_extra(double a) { return a > 2.0; }\n" + SAME, "it calls __aeabi_dcmpgt"),
    (BYTES, SAME, ADD + "void kfl_fill(uint8_t *a);\nuint32_t kfl_extra(uint32_t a) { uint8_t b[2000]; kfl_fill(b); return b[a]; }\n"
     "void kfl_fill(uint8_t *a) { a[1] = 1; }\n" + SAME, "of stack, at most 1536"),
    (BYTES, SAME, ADD + "uint32_t kfl_extra(uint32_t a) { volatile uint8_t b[a]; b[a - 1] = 1; return b[0]; }\n" + SAME, "is dynamic"),
    (BYTES, SAME, ADD + "uint32_t kfl_more(uint32_t a);\nuint32_t kfl_extra(uint32_t a) { return a < 2 ? a : kfl_more(a - 1) + kfl_more(a - 2); }\n"
     "uint32_t kfl_more(uint32_t a) { return a < 2 ? a : kfl_extra(a - 1) * kfl_extra(a - 3); }\n" + SAME, "recursion: "),
    (BYTES, SAME, ADD + "uint32_t kfl_extra(uint32_t a) { switch (a) {\n" + LARGE + "default: return 0; } }\n" + SAME, "octets of code, at most"),
    (BYTES, "size_t i;", "size_t i = -1.5;", "failed"),
    ("CMakeLists.txt", "add_library(kf_lock STATIC bytes.c", "add_library(kf_lock STATIC bytes.cc bytes.c", "bytes.cc is not C"),
], ids=["header", "ours", "data", "malloc", "division", "double", "stack", "dynamic", "recursion", "code", "warning", "C++"])
def test_what_does_not_fit_is_named(tmp_path, name, old, new, says):
    done = check(tmp_path, [(name, old, new)])
    assert done.code == 1 and says in done.out, done
