// One loop: attach the watch, look, wait. The watch comes first, so what changes before the look is
// seen and what changes after it wakes.
#include "keyferry/verifier/file_guard.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "keyferry/process/log.h"
#include "keyferry/verifier/folder_watch.h"

namespace keyferry::verifier {
namespace {

// Somebody who changes the file again and again must not keep a core busy.
constexpr Duration kBetween = std::chrono::milliseconds(100);

}  // namespace

struct FileGuard::State {
  mutable std::mutex mutex;  // guards file and wanted
  InstalledFile file;
  std::optional<Bytes> wanted;
  bool pending = false;  // the last try to put `wanted` in place failed

  file::Path path;
  Noticed noticed;
  FolderWatch watch;
  std::atomic<bool> stopping = false;
  std::thread thread;
  std::string told;        // the last failure, told once; of the thread alone
  std::string watch_told;  // the same of the watch

  State(file::Path where, unsigned mode, Noticed call)
      : file(where, mode), path(std::move(where)), noticed(std::move(call)), watch(path) {}

  // install is for callers that hold the lock.
  Result<bool> install() {
    auto installed = file.install(*wanted);
    pending = !installed;
    return installed;
  }

  Result<bool> put_back() {
    const std::lock_guard lock(mutex);
    if (!wanted || (!pending && file.is_untouched())) return false;
    return install();
  }

  // look puts the file back where that is needed; true if it wrote.
  bool look() {
    const auto result = put_back();
    const std::string failure = result ? "" : result.error().detail;
    if ((result && *result) || failure != told) noticed(result);
    told = failure;
    return result && *result;
  }

  void attach() {
    const auto attached = watch.attach();
    const std::string failure = attached ? "" : attached.error().detail;
    if (!failure.empty() && failure != watch_told)
      process::log_event(process::LogLevel::warning, "watch_failed",
                         {{"file", path.string()},
                          {"detail", failure + "; the file is looked at every second instead"}});
    watch_told = failure;
  }

  void guard(Duration every) {
    while (!stopping) {
      attach();
      if (look()) std::this_thread::sleep_for(kBetween);
      if (!stopping) watch.wait(every);
    }
  }
};

FileGuard::FileGuard(file::Path path, unsigned mode, Noticed noticed)
    : state_(std::make_unique<State>(std::move(path), mode, std::move(noticed))) {}

FileGuard::~FileGuard() {
  stop();
}

Result<bool> FileGuard::install(ByteView content) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->wanted || !std::ranges::equal(*state_->wanted, content))
    state_->wanted = copy_of(content);
  return state_->install();
}

Result<Bytes> FileGuard::read() const {
  const std::lock_guard lock(state_->mutex);
  return state_->file.read();
}

digest::Sha256 FileGuard::sha256() const {
  const std::lock_guard lock(state_->mutex);
  require(state_->file.sha256().has_value(), "something was installed");
  return *state_->file.sha256();
}

void FileGuard::start(Duration every) {
  state_->thread = std::thread([state = state_.get(), every] { state->guard(every); });
}

void FileGuard::stop() {
  state_->stopping = true;
  state_->watch.wake();
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace keyferry::verifier
