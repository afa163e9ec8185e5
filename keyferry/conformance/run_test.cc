#include "keyferry/conformance/run.h"

#include <regex>
#include <set>

#include <gmock/gmock.h>

namespace keyferry::conformance {
namespace {

std::vector<std::string> chosen(std::vector<std::string> only) {
  std::vector<std::string> ids;
  for (const Check& check : choose(v1_checks(), only).value()) ids.emplace_back(check.id);
  return ids;
}

TEST(Checks, HaveIdsOfRowsEachOnce) {
  const std::regex row("[A-Z]+-[0-9]+(\\.[a-z0-9]+)?");
  std::set<std::string> ids;
  for (const Check& check : v1_checks()) {
    EXPECT_TRUE(std::regex_match(std::string(check.id), row)) << check.id;
    EXPECT_TRUE(ids.insert(std::string(check.id)).second) << check.id << " is there twice";
  }
}

TEST(Checks, ThatWaitRunLast) {
  bool waiting = false;
  for (const Check& check : v1_checks()) {
    EXPECT_TRUE(check.waits || !waiting) << check.id;
    waiting = check.waits;
  }
}

TEST(Choose, TakesIdsRowsAndFamilies) {
  EXPECT_THAT(chosen({"CLM-06.order"}), testing::ElementsAre("CLM-06.order"));
  EXPECT_THAT(chosen({"A-39"}),
              testing::UnorderedElementsAre("A-39.policy", "A-39.headers", "A-39.answers"));
  EXPECT_THAT(chosen({"TRN"}), testing::Contains("TRN-07"));
}

TEST(Choose, RefusesWhatNamesNoCheck) {
  for (const char* word : {"A-1", "CLM-0", "a-19", "XYZ", ""}) {
    EXPECT_FALSE(choose(v1_checks(), {word})) << word;
  }
}

}  // namespace
}  // namespace keyferry::conformance
