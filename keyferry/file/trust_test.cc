#include "keyferry/file/trust.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/file/temporary_folder_test.h"

namespace keyferry::file {
namespace {

std::string detail_of(const Result<Done>& checked) {
  return checked ? "fine" : checked.error().detail;
}

TEST(OwnFolder, IsWritableByNobodyElse) {
  const TemporaryFolder place;  // below /tmp, where everybody may write and only owners remove
  const Path folder = place / "home";
  ASSERT_TRUE(make_directory(folder, 0700));
  for (const unsigned mode : {0700U, 0755U, 0711U, 0500U}) {
    ::chmod(folder.c_str(), mode);
    EXPECT_EQ(detail_of(check_own_folder(folder)), "fine") << std::oct << mode;
  }
  for (const unsigned mode : {0777U, 0707U, 0702U, 01777U}) {
    ::chmod(folder.c_str(), mode);
    EXPECT_EQ(
        detail_of(check_own_folder(folder)),
        folder.string() + " may be changed by other users: chmod go-w '" + folder.string() + "'");
  }
}

TEST(OwnFolder, NobodyElseMayReplaceItFromAbove) {
  const TemporaryFolder place;
  ASSERT_TRUE(make_directory(place / "above/home", 0700));
  ::chmod((place / "above").c_str(), 0777);
  EXPECT_NE(detail_of(check_own_folder(place / "above/home")).find("above may be changed"),
            std::string::npos);
  std::filesystem::create_directory_symlink(place / "above/home", place / "link");
  EXPECT_FALSE(check_own_folder(place / "link")) << "where it leads counts";
  ::chmod((place / "above").c_str(), 01777);
  EXPECT_TRUE(check_own_folder(place / "above/home"));
  EXPECT_EQ(check_own_folder(place / "none").error().code, Errc::io);
}

TEST(OwnFolder, AnotherUsersIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TemporaryFolder place;
  const Path folder = place / "home";
  ASSERT_TRUE(make_directory(folder, 0700));
  ASSERT_EQ(::chown(folder.c_str(), 12345, 12345), 0);
  EXPECT_NE(detail_of(check_own_folder(folder)).find("belongs to another user"), std::string::npos);
  ASSERT_EQ(::chown(folder.c_str(), 0, 12345), 0);
  ::chmod(folder.c_str(), 0770);
  EXPECT_FALSE(check_own_folder(folder)) << "a group of others";
  ASSERT_EQ(::chown(folder.c_str(), 0, 0), 0);
  EXPECT_TRUE(check_own_folder(folder)) << "the user's own group";
}

TEST(OwnFile, IsReadOnlyWhereNobodyElseWrites) {
  const TemporaryFolder place;
  ASSERT_TRUE(replace(place / "x", bytes_of("text"), 0644));
  EXPECT_EQ(*read_own(place / "x"), "text");
  ::chmod((place / "x").c_str(), 0646);
  EXPECT_EQ(read_own(place / "x").error().reason, "unsafe_file");
  EXPECT_EQ(read_own(place / "none").error().code, Errc::not_found);
  EXPECT_EQ(read_own(place.path()).error().reason, "unsafe_file");
}

}  // namespace
}  // namespace keyferry::file
