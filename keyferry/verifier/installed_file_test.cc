#include "keyferry/verifier/installed_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "keyferry/verifier/test_folder_test.h"

namespace keyferry::verifier {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  auto text = file::read_text(path);
  return text ? *text : "(" + text.error().detail + ")";
}

unsigned mode_of(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

TEST(InstalledFile, WritesOnlyWhatChanged) {
  TestFolder folder;
  InstalledFile installed(folder / "krl", 0644);
  EXPECT_FALSE(installed.sha256());
  EXPECT_TRUE(*installed.install(bytes_of("one")));
  EXPECT_FALSE(*installed.install(bytes_of("one")));
  EXPECT_TRUE(*installed.install(bytes_of("two")));
  EXPECT_EQ(content(folder / "krl"), "two");
  EXPECT_EQ(mode_of(folder / "krl"), 0644U);
  EXPECT_EQ(*installed.sha256(), digest::sha256(bytes_of("two")));
}

TEST(InstalledFile, WhatIsRightAlreadyIsLeftAlone) {
  TestFolder folder;
  ASSERT_TRUE(file::replace(folder / "krl", bytes_of("one"), 0644));
  InstalledFile installed(folder / "krl", 0644);
  EXPECT_FALSE(*installed.install(bytes_of("one")));
  InstalledFile other(folder / "krl", 0640);
  EXPECT_TRUE(*other.install(bytes_of("one"))) << "another mode";
  EXPECT_EQ(mode_of(folder / "krl"), 0640U);
}

//= spec:authority#6-whole test
TEST(InstalledFile, WhatSomebodyChangedOrRemovedComesBack) {
  TestFolder folder;
  const fs::path path = folder / "krl";
  InstalledFile installed(path, 0644);
  ASSERT_TRUE(*installed.install(bytes_of("one")));
  fs::remove(path);
  EXPECT_TRUE(*installed.install(bytes_of("one")));
  EXPECT_EQ(content(path), "one");
  ASSERT_TRUE(file::replace(path, bytes_of("xxx"), 0644));
  EXPECT_TRUE(*installed.install(bytes_of("one")));
  EXPECT_EQ(content(path), "one");
  fs::permissions(path, fs::perms(0600));
  EXPECT_TRUE(*installed.install(bytes_of("one")));
  EXPECT_EQ(mode_of(path), 0644U);
  ASSERT_TRUE(file::replace(folder / "other", bytes_of("one"), 0644));
  fs::remove(path);
  fs::create_symlink(folder / "other", path);
  EXPECT_TRUE(*installed.install(bytes_of("one")));
  EXPECT_FALSE(fs::is_symlink(path));
}

TEST(InstalledFile, AFailureLeavesTheFile) {
  TestFolder folder;
  InstalledFile installed(folder / "none/krl", 0644);
  EXPECT_EQ(installed.install(bytes_of("one")).error().code, Errc::io);
}

}  // namespace
}  // namespace keyferry::verifier
