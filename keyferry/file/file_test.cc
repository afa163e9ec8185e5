#include "keyferry/file/file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/file/temporary_folder_test.h"

namespace keyferry::file {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

TEST(File, ReadsBackWhatReplaceWrote) {
  TemporaryFolder folder;
  Bytes content(200'000, 7);
  content[100'000] = 0;
  ASSERT_TRUE(replace(folder / "a", content, 0644));
  EXPECT_EQ(*read(folder / "a"), content);
  ASSERT_TRUE(replace(folder / "a", {}, 0644));
  EXPECT_EQ(*read_text(folder / "a"), "");
  EXPECT_EQ(entries(folder), 1U);
}

TEST(File, ReadRefusesMoreThanTheLimit) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "a", bytes_of("12345"), 0600));
  EXPECT_EQ(*read_text(folder / "a", 5), "12345");
  EXPECT_EQ(read_text(folder / "a", 4).error().code, Errc::too_large);
  EXPECT_EQ(read_secret(folder / "a", 4).error().code, Errc::too_large);
}

TEST(File, ReadPlainRefusesAPipeADeviceAndAFolderBeforeItWaits) {
  TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", folder / "device");
  fs::create_directory(folder / "folder");
  for (const char* name : {"pipe", "device", "folder"}) {
    EXPECT_EQ(read_plain(folder / name).error().reason, "unsafe_file") << name;
  }
  ASSERT_TRUE(replace(folder / "a", bytes_of("12345"), 0644));
  EXPECT_EQ(text_of(*read_plain(folder / "a", 5)), "12345");
  EXPECT_EQ(read_plain(folder / "a", 4).error().code, Errc::too_large);
  EXPECT_EQ(read_plain(folder / "none").error().code, Errc::not_found);
}

TEST(File, ReadTakesAPipeAsProcessSubstitutionGivesIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "pin", 3), 3);
  ::close(ends[1]);
  EXPECT_EQ(*read_text("/dev/fd/" + std::to_string(ends[0])), "pin");
  ::close(ends[0]);
}

TEST(File, AMissingFileIsNotFoundAndAFolderIsIo) {
  TemporaryFolder folder;
  EXPECT_EQ(read(folder / "a").error().code, Errc::not_found);
  EXPECT_EQ(read_secret(folder / "a").error().code, Errc::not_found);
  EXPECT_EQ(read(folder.path()).error().code, Errc::io);
  EXPECT_EQ(replace(folder / "no/a", {}, 0600).error().code, Errc::io);
}

TEST(File, HasExactlyTheModeWhateverTheUmask) {
  TemporaryFolder folder;
  for (mode_t mask : {0U, 077U, 0777U}) {
    const mode_t old = ::umask(mask);
    EXPECT_TRUE(replace(folder / "a", bytes_of("x"), 0644));
    EXPECT_TRUE(replace(folder / "b", bytes_of("x"), 0600));
    fs::remove(folder / "c");
    EXPECT_TRUE(create_new(folder / "c", bytes_of("x"), 0640));
    fs::remove(folder / "d");
    EXPECT_TRUE(make_directory(folder / "d", 0750));
    ::umask(old);
    EXPECT_EQ(mode_of(folder / "a"), 0644U);
    EXPECT_EQ(mode_of(folder / "b"), 0600U);
    EXPECT_EQ(mode_of(folder / "c"), 0640U);
    EXPECT_EQ(mode_of(folder / "d"), 0750U);
  }
}

TEST(File, AReaderMeanwhileSeesOnlyWholeFiles) {
  TemporaryFolder folder;
  const Bytes a(100'000, 'a'), b(50'000, 'b');
  ASSERT_TRUE(replace(folder / "f", a, 0644));
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0}, seen{0};
  std::thread reader([&] {
    while (!stop) {
      auto content = read(folder / "f");
      if (!content || (*content != a && *content != b)) ++torn;
      ++seen;
    }
  });
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(replace(folder / "f", i % 2 ? a : b, 0644));
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_GT(seen, 10);
}

TEST(File, AFullDiskLeavesTheOldFileAndNothingElse) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "a", bytes_of("old"), 0600));
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small{.rlim_cur = 4096, .rlim_max = old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  auto replaced = replace(folder / "a", Bytes(10'000), 0600);
  auto created = create_new(folder / "b", Bytes(10'000), 0600);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(replaced.error().code, Errc::storage_full);
  EXPECT_EQ(created.error().code, Errc::storage_full);
  EXPECT_EQ(*read_text(folder / "a"), "old");
  EXPECT_EQ(entries(folder), 1U);
}

TEST(File, CreateNewNeverReplaces) {
  TemporaryFolder folder;
  ASSERT_TRUE(create_new(folder / "a", bytes_of("first"), 0600));
  EXPECT_EQ(create_new(folder / "a", bytes_of("second"), 0600).error().code, Errc::conflict);
  EXPECT_EQ(*read_text(folder / "a"), "first");
  fs::create_symlink(folder / "nowhere", folder / "link");
  EXPECT_EQ(create_new(folder / "link", bytes_of("x"), 0600).error().code, Errc::conflict);
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
}

TEST(File, ReplaceTakesASymbolicLinksPlaceAndSparesItsTarget) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "target", bytes_of("target"), 0600));
  fs::create_symlink(folder / "target", folder / "a");
  ASSERT_TRUE(replace(folder / "a", bytes_of("new"), 0600));
  EXPECT_FALSE(fs::is_symlink(folder / "a"));
  EXPECT_EQ(*read_text(folder / "a"), "new");
  EXPECT_EQ(*read_text(folder / "target"), "target");
}

TEST(File, ASecretOpenToOthersIsRefusedWithTheRemedy) {
  TemporaryFolder folder;
  const std::string name = (folder / "key").string();
  for (unsigned mode : {0640U, 0604U, 0660U, 0644U, 0601U}) {
    ASSERT_TRUE(replace(name, bytes_of("secret"), mode));
    auto refused = read_secret(name);
    ASSERT_FALSE(refused) << mode;
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_NE(refused.error().detail.find("chmod 600 " + name), std::string::npos);
  }
  ASSERT_TRUE(replace(name, bytes_of("secret"), 0600));
  EXPECT_EQ(text_of(read_secret(name)->expose()), "secret");
  ASSERT_TRUE(replace(name, bytes_of("secret"), 0400));
  EXPECT_TRUE(read_secret(name));
}

TEST(File, ASecretIsAPlainFileAlsoBehindALink) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "open", bytes_of("secret"), 0644));
  ASSERT_TRUE(replace(folder / "closed", bytes_of("secret"), 0600));
  fs::create_symlink(folder / "open", folder / "to-open");
  fs::create_symlink(folder / "closed", folder / "to-closed");
  EXPECT_EQ(read_secret(folder / "to-open").error().code, Errc::forbidden);
  EXPECT_TRUE(read_secret(folder / "to-closed"));
  EXPECT_EQ(read_secret(folder.path()).error().code, Errc::forbidden);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_secret(folder / "pipe").error().code, Errc::forbidden);
}

TEST(File, MakeDirectoryMakesParentsAndKeepsWhatIsThere) {
  TemporaryFolder folder;
  ASSERT_TRUE(make_directory(folder / "a/b/c", 0700));
  EXPECT_EQ(mode_of(folder / "a/b/c"), 0700U);
  fs::permissions(folder / "a/b/c", fs::perms(0755));
  ASSERT_TRUE(make_directory(folder / "a/b/c", 0700));
  EXPECT_EQ(mode_of(folder / "a/b/c"), 0755U) << "an existing folder is left alone";
  ASSERT_TRUE(make_directory(folder / "a/b/slash/", 0700));
  EXPECT_EQ(mode_of(folder / "a/b/slash"), 0700U);
  ASSERT_TRUE(replace(folder / "plain", {}, 0600));
  EXPECT_EQ(make_directory(folder / "plain", 0700).error().code, Errc::io);
}

TEST(File, EraseOverwritesBeforeItUnlinks) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "a", bytes_of("secret"), 0600));
  fs::create_hard_link(folder / "a", folder / "other-name");
  ASSERT_TRUE(erase(folder / "a"));
  EXPECT_FALSE(fs::exists(folder / "a"));
  EXPECT_EQ(*read_text(folder / "other-name"), std::string(6, '\0'));
  EXPECT_TRUE(erase(folder / "a")) << "a missing file is no error";
}

TEST(File, AnEraseThatWasKilledHalfwayIsFinishedByTheNextReader) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "a", Bytes(40), 0600));
  const auto read = read_secret(folder / "a");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::not_found);
  EXPECT_FALSE(fs::exists(folder / "a"));
}

TEST(File, AReaderOfASecretMeanwhileNeverSeesItOverwritten) {
  TemporaryFolder folder;
  const Bytes a(3000, 'a'), b(5000, 'b');
  ASSERT_TRUE(replace_secret(folder / "f", a));
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0}, seen{0};
  std::thread reader([&] {
    while (!stop) {
      const auto content = read_secret(folder / "f");
      const bool whole = content && (std::ranges::equal(content->expose(), a) ||
                                     std::ranges::equal(content->expose(), b));
      if (!whole) ++torn;
      ++seen;
    }
  });
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(replace_secret(folder / "f", i % 2 ? a : b));
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_GT(seen, 10);
}

TEST(File, EraseOfALinkSparesItsTarget) {
  TemporaryFolder folder;
  ASSERT_TRUE(replace(folder / "target", bytes_of("target"), 0600));
  fs::create_symlink(folder / "target", folder / "a");
  ASSERT_TRUE(erase(folder / "a"));
  EXPECT_FALSE(fs::is_symlink(folder / "a"));
  EXPECT_EQ(*read_text(folder / "target"), "target");
}

}  // namespace
}  // namespace keyferry::file
