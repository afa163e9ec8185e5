"""check_spec fails for a MUST without code or test, and for marks that lead nowhere."""

from support import ROOT, run

ROWS = """
[[row]]
id = "A-1"
level = "MUST"
text = "The first."
[[row]]
id = "A-2"
level = "SHOULD"
text = "The second."
[[row]]
id = "A-3"
level = "MUST"
text = "The third."
exception = "belongs to the next step"
"""


def check(tmp_path, source, rows=ROWS, update=True):
    run(["git", "init", "-q", tmp_path])
    (tmp_path / "docs" / "spec").mkdir(parents=True)
    (tmp_path / "docs" / "spec" / "words.toml").write_text(rows)
    (tmp_path / "a.cc").write_text(source)
    command = [ROOT / "scripts" / "check_spec", "--root", tmp_path]
    if update:
        run(command + ["--update"], code=None)
    return run(command, code=None)


def test_a_must_with_code_and_test_passes(tmp_path):
    done = check(tmp_path, "//= spec:words#A-1\n//= spec:words#A-1 test\n")
    assert done.code == 0 and "3 requirements, 1 implemented and tested, 0 wrong" in done.out, done
    assert "| A-1 | MUST | The first. | done | a.cc | a.cc |" in (tmp_path / "docs" / "spec" / "coverage.md").read_text()


def test_a_must_without_a_test_fails(tmp_path):
    done = check(tmp_path, "//= spec:words#A-1\n")
    assert done.code == 1 and "MUST A-1 has no mark of test" in done.out, done


def test_a_must_without_anything_fails(tmp_path):
    done = check(tmp_path, "")
    assert done.code == 1 and "MUST A-1 has no mark of code and test" in done.out, done


def test_a_mark_of_an_unknown_row_fails(tmp_path):
    done = check(tmp_path, "//= spec:words#A-1\n//= spec:words#A-1 test\n//= spec:words#A-9\n")
    assert done.code == 1 and "a.cc:3: no row A-9" in done.out, done


def test_an_exception_that_is_no_longer_one_fails(tmp_path):
    marks = "".join(f"//= spec:words#A-{n}{t}\n" for n in (1, 3) for t in ("", " test"))
    done = check(tmp_path, marks)
    assert done.code == 1 and "A-3 has code and test" in done.out, done


def test_an_old_table_fails(tmp_path):
    done = check(tmp_path, "//= spec:words#A-1\n//= spec:words#A-1 test\n", update=False)
    assert done.code == 1 and "not current" in done.out, done


def test_a_row_of_another_shape_fails(tmp_path):
    done = check(tmp_path, "", rows='[[row]]\nid = "A-1"\nlevel = "OFTEN"\ntext = "x"\n')
    assert done.code == 1 and "level OFTEN" in done.out, done
