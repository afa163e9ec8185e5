"""cmake/unity.cmake compiles files as one unit only where that means the same as compiling each alone."""

import json
import re

from support import ROOT, run

import pytest

PROJECT = f"""cmake_minimum_required(VERSION 3.25)
project(t LANGUAGES CXX)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include("{ROOT}/cmake/unity.cmake")
add_library(t STATIC FILES)
kf_unity(t)
"""


def units(folder, files, unity="ON"):
    """The compiled units, each as the set of its files, of a library of `files`: {name: text}."""
    for name, text in files.items():
        (folder / name).write_text(text)
    sources = [name for name in files if name.endswith(".cc")]
    (folder / "CMakeLists.txt").write_text(PROJECT.replace("FILES", " ".join(sources)))
    run(["cmake", "-S", folder, "-B", folder / "b", "-G", "Ninja", f"-DKEYFERRY_UNITY={unity}"], timeout=120)
    found = []
    for entry in json.loads((folder / "b" / "compile_commands.json").read_text("utf-8")):
        path = folder / "b" / entry["file"]
        inside = re.findall(r'#include ".*/(\w+\.cc)"', path.read_text("utf-8")) if "Unity" in str(path) else [path.name]
        found.append(frozenset(inside))
    return set(found)


def private(text):
    return f"namespace a {{\nnamespace {{\n\n{text}\n\n}}  // namespace\n\n}}  // namespace a\n"


def together(*names):
    return {frozenset(names)}


def test_files_of_a_folder_are_one_unit(tmp_path):
    assert units(tmp_path, {"a.cc": private("int f(int x) {"), "b.cc": private("int g(int x) {")}) == together("a.cc", "b.cc")


def test_the_preset_dev_compiles_each_alone(tmp_path):
    files = {"a.cc": private("int f(int x) {"), "b.cc": private("int g(int x) {")}
    assert units(tmp_path, files, unity="OFF") == {frozenset({"a.cc"}), frozenset({"b.cc"})}


@pytest.mark.parametrize("one, other", [
    ("int f(int x) {", "bool f(std::string_view x) {"), ("constexpr int kMost = 3;", "constexpr long kMost{4};"),
    ("struct Wish {", "enum class Wish {"), ("const char* const kNames[] = {", "std::string kNames;"),
    ("template <class T>\nResult<std::vector<T>> read(const T& x,", "auto read() {"),
    ("Result<std::optional<std::string>>\nlong_name_of(int x) {", "int long_name_of() {"), ("class Reader {", "struct Reader;")])
def test_two_files_with_one_private_name_never_share_a_unit(tmp_path, one, other):
    found = units(tmp_path, {"a.cc": private(one), "b.cc": private(other), "c.cc": private("int other() {")})
    assert found in (together("a.cc", "c.cc") | together("b.cc"), together("a.cc") | together("b.cc", "c.cc"))


@pytest.mark.parametrize("declared", ["std::string f(std::string_view x);", "struct f;", "inline bool f(int a,\n              int b) {"])
def test_a_private_name_that_a_header_has_too_shares_with_nobody(tmp_path, declared):
    found = units(tmp_path, {"a.h": declared + "\n", "a.cc": private("int f(int x) {"), "b.cc": "int g;\n", "c.cc": "int h;\n"})
    assert found == together("a.cc") | together("b.cc", "c.cc")


def test_a_file_that_defines_a_macro_shares_with_nobody(tmp_path):
    assert units(tmp_path, {"a.cc": "#define A 1\n", "b.cc": "int g;\n"}) == together("a.cc") | together("b.cc")


def test_a_name_in_a_function_or_a_used_one_is_nobodys(tmp_path):
    one = private("using b::Thing;\n\nint f(int x) {\n  int same = x;\n  return same;\n}")
    other = private("using b::Thing;\n\nint g(int x) {\n  int same = x;\n  return same;\n}")
    assert units(tmp_path, {"a.cc": one, "b.cc": other}) == together("a.cc", "b.cc")
