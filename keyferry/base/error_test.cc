#include "keyferry/base/error.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "keyferry/base/result.h"

namespace keyferry {
namespace {

TEST(Error, TableIsInTheOrderOfTheEnumeration) {
  for (const ErrcInfo& row : error_table()) EXPECT_EQ(about(row.code).name, row.name);
}

TEST(Error, ReasonFallsBackToTheNameOfTheCode) {
  EXPECT_EQ(reason_of(fail(Errc::conflict, "x")), "conflict");
  EXPECT_EQ(reason_of(fail(Errc::conflict, "x", "exchange_advanced")), "exchange_advanced");
}

TEST(Error, TheDocumentListsEveryCodeWithItsStatus) {
  std::ifstream file("docs/errors.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const ErrcInfo& row : error_table()) {
    const std::string cells =
        "| `" + std::string(row.name) + "` | " + std::to_string(row.http_status) + " |";
    EXPECT_NE(text.str().find(cells), std::string::npos) << cells;
  }
}

Result<int> half_of(int n) {
  if (n % 2 != 0) return fail(Errc::invalid, "odd");
  return n / 2;
}
Result<int> quarter_of(int n) {
  KF_TRY(const int half, half_of(n));
  return half_of(half);
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(*quarter_of(8), 2);
  EXPECT_EQ(quarter_of(6).error(), fail(Errc::invalid, "odd"));
}

}  // namespace
}  // namespace keyferry
