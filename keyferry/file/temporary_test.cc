// What a killed writer leaves: wiped, whoever looks next; what a writer at work has is spared.
#include "keyferry/file/temporary.h"

#include <array>
#include <chrono>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyferry/file/temporary_folder_test.h"

namespace keyferry::file {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSecret = "a key that nobody may find";

// dead_process is the id of one that has just ended.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  return child;
}

std::string left_name(const std::string& name, pid_t writer) {
  return "." + name + ".new-" + std::to_string(writer) + "-0";
}

// leave writes what a writer had written when it was killed.
fs::path leave(const TemporaryFolder& folder, const std::string& name) {
  const fs::path path = folder / name;
  EXPECT_TRUE(replace(path, bytes_of(kSecret), 0600));
  return path;
}

std::string octets_of(const Descriptor& open) {
  std::string octets(kSecret.size() + 10, 'x');
  const ssize_t got = ::pread(open.number(), octets.data(), octets.size(), 0);
  return octets.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
}

Descriptor opened(const fs::path& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

//= spec:transfer#6-erased test
TEST(Temporary, WhatAKilledWriterLeftIsWipedAndRemoved) {
  TemporaryFolder folder;
  const fs::path left = leave(folder, left_name("take-1.json", dead_process()));
  const Descriptor open = opened(left);
  sweep(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(octets_of(open), std::string(kSecret.size(), '\0'));
}

// The real thing: killed between writing and rename.
TEST(Temporary, AWriterThatIsKilledLosesItsFileToTheNextSweep) {
  TemporaryFolder folder;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t writer = ::fork();
  if (writer == 0) {
    const auto made = open_temporary(folder / "a");
    const bool written = made && ::write(made->descriptor.number(), kSecret.data(),
                                         kSecret.size()) == ssize_t(kSecret.size());
    if (!written || ::write(ends[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  ::close(ends[1]);
  char told = 0;
  ASSERT_EQ(::read(ends[0], &told, 1), 1);
  sweep(folder.path());
  const auto left = *fs::directory_iterator(folder.path());
  EXPECT_EQ(*read_text(left.path()), kSecret) << "a writer at work lost its file";
  fs::last_write_time(left.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  sweep(folder.path());
  EXPECT_TRUE(fs::exists(left.path())) << "also one that takes long";
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  sweep(folder.path());
  EXPECT_FALSE(fs::exists(left.path()));
  ::close(ends[0]);
}

// Another process without a lock: an older keyferry.
TEST(Temporary, AFreshFileOfALivingProcessIsSpared) {
  TemporaryFolder folder;
  const fs::path fresh = leave(folder, left_name("a", ::getppid()));
  sweep(folder.path());
  EXPECT_TRUE(fs::exists(fresh));
  fs::last_write_time(fresh, fs::file_time_type::clock::now() - std::chrono::minutes(2));
  sweep(folder.path());
  EXPECT_FALSE(fs::exists(fresh));
}

// create_new was killed after its link: both names are one file.
TEST(Temporary, AFileThatHasItsNameAlreadyIsNotWiped) {
  TemporaryFolder folder;
  const fs::path left = leave(folder, left_name("key", dead_process()));
  fs::create_hard_link(left, folder / "key");
  sweep(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(*read_text(folder / "key"), kSecret);
}

TEST(Temporary, OtherNamesAreNotTouched) {
  TemporaryFolder folder;
  const std::string pid = std::to_string(dead_process());
  const std::vector<std::string> others = {
      ".bashrc",       "a.new-" + pid + "-0",      ".new-" + pid + "-0",
      ".a.new-" + pid, ".a.new-" + pid + "-",      ".a.new--0",
      ".a.new-x-0",    ".a.new-" + pid + "-0.bak", ".a.new-" + pid + "-0x"};
  for (const std::string& name : others) leave(folder, name);
  fs::create_directory(folder / left_name("folder", dead_process()));
  fs::create_symlink(folder / ".bashrc", folder / left_name("link", dead_process()));
  sweep(folder.path());
  for (const std::string& name : others) EXPECT_EQ(*read_text(folder / name), kSecret) << name;
}

TEST(Temporary, BesideAFileOnlyItsOwnAreSwept) {
  TemporaryFolder folder;
  const pid_t dead = dead_process();
  for (const bool erased : {false, true}) {
    const fs::path own = leave(folder, left_name("a", dead));
    const fs::path other = leave(folder, left_name("b", dead));
    ASSERT_TRUE(erased ? erase(folder / "a") : replace(folder / "a", bytes_of("x"), 0600));
    EXPECT_FALSE(fs::exists(own));
    EXPECT_TRUE(fs::exists(other));
  }
}

}  // namespace
}  // namespace keyferry::file
