#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyferry/file/file.h"
#include "keyferry/file/temporary_folder_test.h"

namespace keyferry::file {
namespace {

TEST(Lock, IsExclusiveAndNamesTheHolder) {
  TemporaryFolder folder;
  auto held = Lock::acquire(folder / "lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(mode_of(folder / "lock"), 0600U);
  auto refused = Lock::acquire(folder / "lock");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  const std::string words = "in use by another process (pid " + std::to_string(::getpid()) + ")";
  EXPECT_NE(refused.error().detail.find(words), std::string::npos) << refused.error().detail;
}

TEST(Lock, EndsWithTheObjectAndMovesWithIt) {
  TemporaryFolder folder;
  {
    auto held = Lock::acquire(folder / "lock");
    ASSERT_TRUE(held);
    Lock moved = *std::move(held);
    EXPECT_FALSE(Lock::acquire(folder / "lock"));
  }
  EXPECT_TRUE(Lock::acquire(folder / "lock"));
}

TEST(Lock, EndsWithAKilledProcess) {
  TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto held = Lock::acquire(folder / "lock");
    [[maybe_unused]] auto told = ::write(ready[1], held ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  auto refused = Lock::acquire(folder / "lock");
  EXPECT_NE(refused.error().detail.find("pid " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(Lock::acquire(folder / "lock"));
}

TEST(Lock, DoesNotFollowAPlantedLink) {
  TemporaryFolder folder;
  std::filesystem::create_symlink(folder / "elsewhere", folder / "lock");
  EXPECT_EQ(Lock::acquire(folder / "lock").error().code, Errc::io);
  EXPECT_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

}  // namespace
}  // namespace keyferry::file
