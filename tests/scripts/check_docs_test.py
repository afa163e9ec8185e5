"""check_docs finds broken links, headings and names."""

from support import ROOT, run

import pytest


def check(tmp_path, text):
    run(["git", "init", "-q", tmp_path])
    (tmp_path / "docs").mkdir()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "demo").write_text("")
    (tmp_path / "docs" / "other.md").write_text("# Other\n\n## A `code` heading: two\n")
    (tmp_path / "docs" / "style.md").write_text("# Style\n\n## Plain English\n\n| not | but |\n|---|---|\n| `an own`, `meanwhile` | |\n")
    (tmp_path / "README.md").write_text(text)
    return run([ROOT / "scripts" / "check_docs", "--root", tmp_path], code=None)


def test_sound_documents_pass(tmp_path):
    done = check(tmp_path, "# Title\n\n[a](docs/other.md#a-code-heading-two) [b](https://example.org) [c](#title)\n"
                           "`scripts/demo` `tests/cli/NAME.txt`\n\n```\nscripts/demo --help\n```\n")
    assert done.code == 0, done


@pytest.mark.parametrize("text, says", [
    ("# T\n[a](docs/none.md)\n", "README.md:2: link to docs/none.md: there is no such file"),
    ("# T\n[a](docs/other.md#gone)\n", "no such heading"),
    ("# T\n[a](../x.md)\n", "no such file"),
    ("# T\n### Deep\n", "skips a level"),
    ("# T\n# U\n", "second title"),
    ("text\n", "no title"),
    ("# T\n```\nscripts/none\n```\n", "calls scripts/none"),
    ("# T\nsee `keyferry/none.h`\n", "names `keyferry/none.h`"),
    ("# T\n```\n", "not closed"),
    ("# T\nBen has an own login.\n", "README.md:2: 'an own' is not plain English"),
    ("# T\nMeanwhile Ben waits.\n", "'Meanwhile' is not plain English"),
])
def test_a_fault_is_named(tmp_path, text, says):
    done = check(tmp_path, text)
    assert done.code == 1 and says in done.out, done


FULL = "// " + "word " * 19 + "w\n"  # 99 columns
MARK = "//" + "= spec:tigress#A-01\n"  # in two, so that check_spec takes it for none


def check_source(tmp_path, text):
    (tmp_path / "a.h").write_text(text)
    return check(tmp_path, "# Title\n")


@pytest.mark.parametrize("text", [
    FULL + FULL + "// ends here.\n",
    FULL + "// two words\n\n" + FULL,
    FULL + "// it lists:\n//   one\n//   two\n",
    MARK + MARK + "// Why.\n",
    "// A sentence.\n// The next one begins a line.\n",
    "// | code | means |\n// |------|-------|\n// | 0    | done  |\n",
    "//   open --close--> closed\n//   closed --open--> open\n",
    "int a;  // one\nint b;  // two words\n",
])
def test_a_whole_comment_passes(tmp_path, text):
    done = check_source(tmp_path, text)
    assert done.code == 0, done


@pytest.mark.parametrize("text, line", [
    (FULL + "// orphan\n" + FULL, 2),
    ("  // A short line\n  // that the next one would have fitted behind.\n", 1),
    ("//   open --close--> closed --open--> open --close--> closed --open--> open --close--> closed\n"
     "//   --end--> ended\n//                        any\n", 2),
])
def test_a_torn_comment_is_named(tmp_path, text, line):
    done = check_source(tmp_path, text)
    assert done.code == 1 and f"a.h:{line}: the comment is torn" in done.out, done


def test_a_message_in_no_plain_english_is_named(tmp_path):
    (tmp_path / "cmd").mkdir()
    (tmp_path / "cmd" / "a.cc").write_text('// an own comment\nsay("wait meanwhile");\n')
    (tmp_path / "cmd" / "a_test.cc").write_text('say("wait meanwhile");\n')
    done = check(tmp_path, "# T\n")
    assert "cmd/a.cc:2: 'meanwhile' is not plain English" in done.out and "1 wrong" in done.out
