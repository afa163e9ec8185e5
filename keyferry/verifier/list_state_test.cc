#include "keyferry/verifier/list_state.h"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "keyferry/verifier/test_folder_test.h"
#include "keyferry/verifier/verifier_test.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

ListState opened(const TestFolder& folder, Time now = kNow) {
  auto state = ListState::open(folder / "state", "ssh.krl", now);
  EXPECT_TRUE(state) << state.error().detail;
  return *std::move(state);
}

TEST(ListState, ANewFolderRemembersTheFirstStart) {
  TestFolder folder;
  ListState state = opened(folder);
  EXPECT_EQ(state.have().position, Position{});
  EXPECT_FALSE(state.copy());
  EXPECT_EQ(state.contact(), (Contact{kNow, false}));
  EXPECT_EQ(opened(folder, kNow + 1h).contact(), (Contact{kNow, false}));
}

TEST(ListState, WhatWasStoredIsThereAfterARestart) {
  TestFolder folder;
  const Bytes list = test_list(7);
  {
    ListState state = opened(folder);
    ASSERT_TRUE(state.store_list(test_statement(1, 5, test_list(6)), test_list(6), "older"));
    ASSERT_TRUE(state.store_list(test_statement(1, 7, list), list, "signature"));
    ASSERT_TRUE(state.store_contact(kNow + 5s));
  }
  ListState state = opened(folder, kNow + 1h);
  EXPECT_EQ(state.have().position, (Position{1, 7}));
  EXPECT_EQ(state.have().next_update, kNow + 24h);
  EXPECT_EQ(state.copy(), list);
  EXPECT_EQ(state.contact(), (Contact{kNow + 5s, true}));
  EXPECT_EQ(*file::read_text(folder / "state/list.jws"), "signature");
  EXPECT_FALSE(fs::exists(folder / "state/list-1-5")) << "older copies go";
}

TEST(ListState, ALostPositionIsNoFreshStart) {
  TestFolder folder;
  ListState state = opened(folder);
  fs::remove(folder / "state/position.json");
  EXPECT_TRUE(ListState::open(folder / "state", "ssh.krl", kNow)) << "there was no contact yet";
  ASSERT_TRUE(state.store_list(test_statement(1, 7, test_list(7)), test_list(7), "s"));
  ASSERT_TRUE(state.store_contact(kNow));
  fs::remove(folder / "state/position.json");
  EXPECT_EQ(ListState::open(folder / "state", "ssh.krl", kNow).error().code, Errc::invalid);
}

TEST(ListState, ALostOrDamagedCopyKeepsThePosition) {
  TestFolder folder;
  ASSERT_TRUE(opened(folder).store_list(test_statement(1, 7, test_list(7)), test_list(7), "s"));
  ASSERT_TRUE(file::replace(folder / "state/list-1-7", bytes_of("cut"), 0600));
  EXPECT_FALSE(opened(folder).copy());
  fs::remove(folder / "state/list-1-7");
  ListState state = opened(folder);
  EXPECT_FALSE(state.copy());
  EXPECT_EQ(state.have().position, (Position{1, 7}));
}

TEST(ListState, ADamagedPositionIsNeverForgottenSilently) {
  TestFolder folder;
  ASSERT_TRUE(opened(folder).store_list(test_statement(1, 7, test_list(7)), test_list(7), "s"));
  const fs::path path = folder / "state/position.json";
  const std::string whole = *file::read_text(path);
  for (std::size_t size = 0; size + 1 < whole.size(); size += 10) {
    ASSERT_TRUE(file::replace(path, bytes_of(whole.substr(0, size)), 0600));
    auto state = ListState::open(folder / "state", "ssh.krl", kNow);
    ASSERT_FALSE(state) << size;
    EXPECT_EQ(state.error().code, Errc::invalid);
    EXPECT_NE(state.error().detail.find("is damaged"), std::string::npos);
  }
  ASSERT_TRUE(file::replace(path, bytes_of(whole), 0600));
  EXPECT_FALSE(ListState::open(folder / "state", "other.krl", kNow)) << "another list's folder";
}

TEST(ListState, AFullDiskKeepsWhatWasRemembered) {
  TestFolder folder;
  ListState state = opened(folder);
  ASSERT_TRUE(state.store_list(test_statement(1, 7, test_list(7)), test_list(7), "s"));
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small{.rlim_cur = 16, .rlim_max = old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  auto full = state.store_list(test_statement(1, 8, test_list(8)), test_list(8), "t");
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(full.error().code, Errc::storage_full);
  EXPECT_EQ(state.have().position, (Position{1, 7}));
  EXPECT_EQ(opened(folder).have().position, (Position{1, 7}));
  EXPECT_EQ(opened(folder).copy(), test_list(7));
}

}  // namespace
}  // namespace keyferry::verifier
