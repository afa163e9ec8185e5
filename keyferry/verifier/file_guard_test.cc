#include "keyferry/verifier/file_guard.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "keyferry/verifier/test_folder_test.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

const Bytes kContent = copy_of(bytes_of("the list"));

// The guard looks by itself only every hour: what comes back, comes back by an event.
struct FileGuardTest : testing::Test {
  TestFolder folder;
  file::Path home = folder.path() / "etc";
  file::Path path = home / "ssh.krl";
  std::mutex mutex;
  std::condition_variable changed;
  int put_back = 0, failed = 0;
  FileGuard guard{path, 0644, [this](const Result<bool>& noticed) {
                    const std::lock_guard lock(mutex);
                    if (noticed && *noticed) ++put_back;
                    if (!noticed) ++failed;
                    changed.notify_all();
                  }};

  FileGuardTest() {
    std::filesystem::create_directory(home);
    EXPECT_TRUE(guard.install(kContent));
  }
  ~FileGuardTest() override { guard.stop(); }

  void expect_back(int times) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return put_back >= times; }));
    EXPECT_EQ(*file::read(path), kContent);
  }
};

TEST_F(FileGuardTest, PutsBackWhatIsRemovedEmptiedChangedOrMoved) {
  guard.start(1h);
  std::filesystem::remove(path);
  expect_back(1);
  std::filesystem::resize_file(path, 0);
  expect_back(2);
  ASSERT_TRUE(file::replace(path, bytes_of("another"), 0644));
  expect_back(3);
  std::filesystem::rename(path, home / "elsewhere");
  expect_back(4);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  expect_back(5);
  std::filesystem::remove(path);
  std::filesystem::create_symlink(home / "elsewhere", path);
  expect_back(6);
}

TEST_F(FileGuardTest, SeesWhatHappenedBeforeItBegan) {
  std::filesystem::remove(path);
  guard.start(1h);
  expect_back(1);
}

TEST_F(FileGuardTest, FollowsAFolderThatIsReplaced) {
  guard.start(20ms);
  std::filesystem::rename(home, folder.path() / "old");
  std::filesystem::create_directory(home);
  expect_back(1);
  std::filesystem::remove(path);
  expect_back(2);
}

TEST_F(FileGuardTest, FollowsWhenAFolderAboveIsReplaced) {
  const file::Path above = folder.path() / "a", deep = above / "b";
  std::filesystem::create_directories(deep);
  FileGuard inner(deep / "ssh.krl", 0644, [this](const Result<bool>& noticed) {
    const std::lock_guard lock(mutex);
    if (noticed && *noticed) ++put_back;
    changed.notify_all();
  });
  ASSERT_TRUE(inner.install(kContent));
  inner.start(20ms);
  std::filesystem::rename(above, folder.path() / "moved");
  std::filesystem::create_directories(deep);
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return put_back >= 1; }));
  lock.unlock();
  EXPECT_EQ(*file::read(deep / "ssh.krl"), kContent);
  inner.stop();
}

TEST_F(FileGuardTest, SaysOnceThatItCannotAndThenCan) {
  guard.start(20ms);
  std::filesystem::rename(home, folder.path() / "gone");
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return failed == 1; }));
  }
  std::filesystem::create_directory(home);
  expect_back(1);
  EXPECT_EQ(failed, 1);
}

TEST_F(FileGuardTest, PutsInPlaceWhatCouldNotBeInstalled) {
  std::filesystem::remove_all(home);
  const Bytes newer = copy_of(bytes_of("a newer list"));
  EXPECT_FALSE(guard.install(newer));
  guard.start(20ms);
  std::filesystem::create_directory(home);
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return put_back >= 1; }));
  EXPECT_EQ(*file::read(path), newer);
}

TEST_F(FileGuardTest, KeepsWhatWasInstalledLast) {
  guard.start(1h);
  const Bytes newer = copy_of(bytes_of("a newer list"));
  ASSERT_TRUE(guard.install(newer));
  std::filesystem::remove(path);
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return put_back >= 1; }));
  EXPECT_EQ(*file::read(path), newer);
}

}  // namespace
}  // namespace keyferry::verifier
