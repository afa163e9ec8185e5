#include "keyferry/config/toml.h"

#include <gtest/gtest.h>

namespace keyferry::config {
namespace {

using namespace std::chrono_literals;

Toml parsed(std::string_view text) {
  auto file = Toml::parse(text, "etc/relay.toml");
  EXPECT_TRUE(file) << file.error().detail;
  return *std::move(file);
}

std::string fault(Toml& file) {
  auto finished = file.finish();
  return finished ? "" : finished.error().detail;
}

TEST(Toml, ReadsEveryType) {
  Toml file = parsed(R"(
top = "x"
[a]
text = "t"
number = 7
yes = true
wait = "1h30m"
names = ["one", "two"]
file = "cert.pem"
absolute = "/etc/cert.pem"
engine = "memory"
)");
  EXPECT_EQ(file.text("top"), "x");
  EXPECT_EQ(file.text("a.text"), "t");
  EXPECT_EQ(file.integer("a.number", 1, 0, 10), 7);
  EXPECT_TRUE(file.boolean("a.yes", false));
  EXPECT_EQ(file.duration("a.wait", 1s), 90min);
  EXPECT_EQ(file.texts("a.names"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(file.path("a.file"), "etc/cert.pem") << "relative to the folder of the file";
  EXPECT_EQ(file.path("a.absolute"), "/etc/cert.pem");
  EXPECT_EQ(file.choice("a.engine", "sqlite", {"sqlite", "memory"}), "memory");
  EXPECT_TRUE(file.has("a.yes"));
  EXPECT_FALSE(file.has("a.no"));
  EXPECT_EQ(fault(file), "");
}

TEST(Toml, AMissingKeyGivesTheFallback) {
  Toml file = parsed("");
  EXPECT_EQ(file.text("a", "x"), "x");
  EXPECT_EQ(file.optional_text("a"), std::nullopt);
  EXPECT_EQ(file.integer("a", 3, 0, 9), 3);
  EXPECT_TRUE(file.boolean("a", true));
  EXPECT_EQ(file.duration("a", 48h), 48h);
  EXPECT_TRUE(file.texts("a").empty());
  EXPECT_EQ(file.path("a", "state"), "etc/state");
  EXPECT_EQ(file.choice("a", "x", {"x", "y"}), "x");
  EXPECT_TRUE(file.tables("list").empty());
  EXPECT_EQ(fault(file), "");
}

TEST(Toml, AMissingDemandedKeyIsNamed) {
  Toml file = parsed("");
  EXPECT_EQ(file.text("public.url"), "");
  EXPECT_EQ(fault(file), "etc/relay.toml: the key \"public.url\" is missing");
  Toml other = parsed("");
  EXPECT_EQ(other.path("store.path"), "");
  EXPECT_EQ(fault(other), "etc/relay.toml: the key \"store.path\" is missing");
}

TEST(Toml, AWrongTypeNamesFileLineAndKey) {
  const auto check = [](std::string_view line, auto&& read, std::string_view wanted) {
    Toml file = parsed("\n[a]\n" + std::string(line) + "\n");
    read(file);
    EXPECT_EQ(fault(file), "etc/relay.toml:3: \"a.k\" must be " + std::string(wanted));
  };
  check("k = 1", [](Toml& f) { f.text("a.k"); }, "a text in quotes");
  check("k = \"1\"", [](Toml& f) { f.integer("a.k", 1, 0, 9); }, "an integer from 0 to 9");
  check("k = 10", [](Toml& f) { f.integer("a.k", 1, 0, 9); }, "an integer from 0 to 9");
  check("k = -1", [](Toml& f) { f.integer("a.k", 1, 0, 9); }, "an integer from 0 to 9");
  check("k = 1.0", [](Toml& f) { f.integer("a.k", 1, 0, 9); }, "an integer from 0 to 9");
  check("k = \"true\"", [](Toml& f) { f.boolean("a.k", false); }, "true or false");
  check("k = \"x\"", [](Toml& f) { f.texts("a.k"); }, "a list of texts: [\"one\", \"two\"]");
  check("k = [1]", [](Toml& f) { f.texts("a.k"); }, "a list of texts: [\"one\", \"two\"]");
}

TEST(Toml, ABadDurationChoiceOrPathIsAFaultAtItsLine) {
  Toml file = parsed("wait = \"soon\"");
  EXPECT_EQ(file.duration("wait", 5s), 5s);
  EXPECT_TRUE(fault(file).starts_with("etc/relay.toml:1: \"wait\": ")) << fault(file);
  Toml other = parsed("engine = \"mysql\"");
  EXPECT_EQ(other.choice("engine", "sqlite", {"sqlite", "memory"}), "sqlite");
  EXPECT_EQ(fault(other), "etc/relay.toml:1: \"engine\": must be one of: sqlite, memory");
  Toml empty = parsed("path = \"\"");
  empty.path("path");
  EXPECT_EQ(fault(empty), "etc/relay.toml:1: \"path\": must name a file or folder");
}

TEST(Toml, AnUnknownKeyNamesTheNearestKnownOne) {
  Toml file = parsed("[listen]\napi = \"x\"\nadmn = \"y\"\n[sotre]\npath = \"z\"\n");
  file.text("listen.api");
  file.text("listen.admin", "");
  file.text("store.path", "");
  EXPECT_EQ(fault(file),
            "etc/relay.toml:3: unknown key \"listen.admn\"; the nearest known one is "
            "\"listen.admin\"; etc/relay.toml:4: unknown key \"sotre\"; the nearest known one is "
            "\"store.path\"");
}

TEST(Toml, AQuotedKeyIsNotADottedOne) {
  Toml file = parsed("\"a.b\" = \"x\"");
  EXPECT_EQ(file.text("a.b", "none"), "none");
  EXPECT_NE(fault(file), "");
}

TEST(Toml, AValueWhereATableBelongsIsAFault) {
  Toml file = parsed("listen = \"127.0.0.1:1\"");
  file.text("listen.api", "");
  EXPECT_EQ(fault(file), "etc/relay.toml:1: \"listen\" must be a table: [listen]");
}

TEST(Toml, TheFirstFaultInFileOrderIsReportedBeforeUnknownKeys) {
  Toml file = parsed("z = 1\nb = 1\na = 1\n");
  file.text("a");
  file.text("b");
  file.text("missing");
  EXPECT_EQ(fault(file),
            "etc/relay.toml:2: \"b\" must be a text in quotes; etc/relay.toml:1: unknown key "
            "\"z\"; the nearest known one is \"a\"");
}

TEST(Toml, ReadsEachTableOfAList) {
  Toml file = parsed("[[list]]\nurl = \"one\"\n[[list]]\nurl = \"two\"\nfile = \"f\"\n");
  auto lists = file.tables("list");
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].text("url"), "one");
  EXPECT_EQ(lists[1].text("url"), "two");
  EXPECT_EQ(lists[1].path("file"), "etc/f");
  EXPECT_EQ(fault(file), "");
}

TEST(Toml, FaultsInsideAListNameTheirOwnLine) {
  Toml file = parsed("[[list]]\nurl = \"one\"\n[[list]]\nulr = \"two\"\n");
  for (Toml& list : file.tables("list")) list.text("url", "");
  EXPECT_EQ(fault(file),
            "etc/relay.toml:4: unknown key \"list.ulr\"; the nearest known one is \"list.url\"");
  Toml missing = parsed("[[list]]\n");
  for (Toml& list : missing.tables("list")) list.text("url");
  EXPECT_EQ(fault(missing), "etc/relay.toml: the key \"list.url\" is missing");
  Toml single = parsed("[list]\nurl = \"one\"\n");
  EXPECT_TRUE(single.tables("list").empty());
  EXPECT_EQ(fault(single), "etc/relay.toml:1: \"list\" must be written as [[list]], once for each");
}

TEST(Toml, ACallersOwnFaultGetsItsLine) {
  Toml file = parsed("\nn = 7");
  file.integer("n", 1, 0, 9);
  file.note_fault("n", "must be even");
  EXPECT_EQ(fault(file), "etc/relay.toml:2: \"n\": must be even");
}

TEST(Toml, BrokenSyntaxNamesTheLine) {
  auto broken = Toml::parse("a = 1\nb = = 2\n", "relay.toml");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::invalid);
  EXPECT_TRUE(broken.error().detail.starts_with("relay.toml:2: ")) << broken.error().detail;
  EXPECT_FALSE(Toml::parse("a = 1\na = 2", "relay.toml")) << "a key given twice";
  EXPECT_FALSE(Toml::parse("a = \"\xff\"", "relay.toml")) << "not UTF-8";
}

TEST(Toml, LoadSaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(Toml::load("/no/such/relay.toml").error().code, Errc::not_found);
  EXPECT_EQ(Toml::load("/").error().code, Errc::io);
}

}  // namespace
}  // namespace keyferry::config
