#include "keyferry/verifier/hook.h"

#include <atomic>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "keyferry/file/file.h"
#include "keyferry/verifier/test_folder_test.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

Result<Done> run(std::vector<std::string> argv, Duration limit = 10s,
                 std::vector<std::string> environment = {}) {
  const Stopper stopper;
  return run_hook({std::move(argv), std::move(environment), limit}, stopper);
}

std::string lines(const std::filesystem::path& path) {
  auto text = file::read_text(path);
  return text ? *text : "";
}

TEST(Hook, ArgumentsArePassedAsTheyAre) {
  TestFolder folder;
  const std::string odd = "a b; touch " + (folder / "injected").string() + " $(id) 'x\"";
  ASSERT_TRUE(run({"/bin/sh", "-c", "printf %s \"$1\" > \"$KEYFERRY_FILE\"", "sh", odd}, 10s,
                  {"KEYFERRY_FILE=" + (folder / "out").string()}));
  EXPECT_EQ(lines(folder / "out"), odd);
  EXPECT_FALSE(std::filesystem::exists(folder / "injected"));
}

TEST(Hook, IsFoundThroughPathAndMissingIsSaid) {
  EXPECT_TRUE(run({"true"}));
  auto missing = run({"keyferry-no-such-command"});
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().detail.find("keyferry-no-such-command"), std::string::npos);
}

TEST(Hook, AFailureIsNamed) {
  EXPECT_EQ(run({"sh", "-c", "exit 3"}).error().detail, "ended with status 3");
  EXPECT_EQ(run({"sh", "-c", "kill -9 $$"}).error().detail, "was killed by signal 9");
}

TEST(Hook, TooSlowIsKilledWithItsChildren) {
  TestFolder folder;
  const auto began = std::chrono::steady_clock::now();
  auto slow =
      run({"sh", "-c", "sleep 60 & echo $! > \"$1\"; wait", "sh", (folder / "pid").string()}, 2s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 50s);
  EXPECT_EQ(slow.error().code, Errc::io);
  EXPECT_NE(slow.error().detail.find("did not end within"), std::string::npos);
  const pid_t child = std::stoi(lines(folder / "pid"));
  // Killed; it may be a zombie for an instant until init takes it.
  for (int i = 0; i < 6000 && ::kill(child, 0) == 0; ++i) std::this_thread::sleep_for(10ms);
  const std::string state = lines("/proc/" + std::to_string(child) + "/stat");
  EXPECT_TRUE(state.empty() || state.find(") Z ") != std::string::npos) << state;
}

TEST(Hook, TheCommandGetsUsableSignals) {
  sigset_t blocked, old;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &old);
  auto result = run({"sh", "-c", "kill -TERM $$; sleep 5"});
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  EXPECT_EQ(result.error().detail, "was killed by signal 15");
}

TEST(Hook, StopsWithTheAgent) {
  Stopper stopper;
  std::thread later([&] {
    std::this_thread::sleep_for(50ms);
    stopper.stop();
  });
  auto stopped = run_hook({{"sleep", "60"}, {}, 60s}, stopper);
  later.join();
  EXPECT_EQ(stopped.error().code, Errc::unavailable);
}

TEST(HookRunner, RunsOncePerChangeAlsoAcrossRestarts) {
  TestFolder folder;
  std::atomic<int> ended{0};
  const HookCall call{
      {"sh", "-c", "echo $KEYFERRY_NUMBER >> \"$1\"", "sh", (folder / "out").string()}, {}, 10s};
  const auto count = [&](const Result<Done>& result) { ended += result ? 1 : 100; };
  {
    HookRunner runner(call, folder / "record", count);
    runner.request("aa", {"KEYFERRY_NUMBER=1"});
    runner.wait();
    runner.request("aa", {"KEYFERRY_NUMBER=2"});
    runner.wait();
  }
  HookRunner runner(call, folder / "record", count);
  runner.request("aa", {"KEYFERRY_NUMBER=3"});
  runner.wait();
  EXPECT_EQ(lines(folder / "out"), "1\n");
  runner.request("bb", {"KEYFERRY_NUMBER=4"});
  runner.wait();
  EXPECT_EQ(lines(folder / "out"), "1\n4\n");
  EXPECT_EQ(ended, 2);
}

TEST(HookRunner, AFailureIsTriedAgainWhenAskedAgain) {
  TestFolder folder;
  std::atomic<int> failures{0};
  HookRunner runner({{"sh", "-c", "test -e \"$1\"", "sh", (folder / "flag").string()}, {}, 10s},
                    folder / "record", [&](const Result<Done>& result) { failures += !result; });
  runner.request("aa", {});
  runner.wait();
  EXPECT_EQ(failures, 1);
  ASSERT_TRUE(file::replace(folder / "flag", {}, 0600));
  runner.request("aa", {});
  runner.wait();
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(lines(folder / "record"), "aa");
}

TEST(HookRunner, ChangesDuringARunBecomeOneMore) {
  TestFolder folder;
  std::atomic<int> runs{0};
  const std::string began = (folder / "began").string(), go_on = (folder / "go_on").string();
  HookRunner runner(
      {{"sh", "-c", "touch \"$1\"; until test -e \"$2\"; do sleep 0.02; done", "sh", began, go_on},
       {},
       60s},
      folder / "record", [&](const Result<Done>&) { ++runs; });
  runner.request("a", {});
  while (!std::filesystem::exists(began)) std::this_thread::sleep_for(1ms);
  for (const char* what : {"b", "c", "d"}) runner.request(what, {});
  ASSERT_TRUE(file::replace(go_on, {}, 0600));
  runner.wait();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(lines(folder / "record"), "d");
}

}  // namespace
}  // namespace keyferry::verifier
