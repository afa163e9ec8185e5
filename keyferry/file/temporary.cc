// A writer holds its file by flock, so who can lock one has found a dead writer's; process id and
// age only spare a writer without a lock.
#include "keyferry/file/temporary.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace keyferry::file {
namespace {

constexpr std::string_view kMark = ".new-";

// A writer without a flock (an older keyferry, a file system without) is at work for less.
constexpr auto kStale = std::chrono::minutes(1);

std::string temporary_prefix(const Path& path) {
  return "." + path.filename().string() + std::string(kMark);
}

// writer_of reads the process id in ".NAME.new-PID-N"; nothing for any other name.
std::optional<pid_t> writer_of(std::string_view name) {
  const std::size_t at = name.rfind(kMark);
  if (!name.starts_with('.') || at == name.npos || at < 2) return std::nullopt;
  const std::string_view tail = name.substr(at + kMark.size());
  const char* const end = tail.data() + tail.size();
  pid_t pid = 0;
  unsigned number = 0;
  const auto first = std::from_chars(tail.data(), end, pid);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-' || pid <= 0) return {};
  const auto second = std::from_chars(first.ptr + 1, end, number);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  return pid;
}

bool may_be_at_work(pid_t writer, const struct stat& info) {
  const bool runs = ::kill(writer, 0) == 0 || errno == EPERM;
  const auto written = std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec);
  return runs && std::chrono::system_clock::now() - written < kStale;
}

// wipe_left overwrites and unlinks a temporary file that no writer holds. One with a second name is
// whole (create_new was killed after its link): only this name goes.
void wipe_left(const Path& path, pid_t writer) {
  const Descriptor left(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  if (!left.open() || ::fstat(left.number(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  const bool own = info.st_uid == ::geteuid();
  if (!own || (writer != ::getpid() && may_be_at_work(writer, info))) return;
  if (::flock(left.number(), LOCK_EX | LOCK_NB) != 0 || !still_named(left.number(), path)) return;
  if (info.st_nlink == 1) overwrite(left.number());
  ::unlink(path.c_str());
}

void sweep_names(const Path& folder, std::string_view prefix) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const auto writer = name.starts_with(prefix) ? writer_of(name) : std::nullopt;
    if (writer) wipe_left(entry.path(), *writer);
  }
}

}  // namespace

Path folder_of(const Path& path) {
  return path.has_parent_path() ? path.parent_path() : Path(".");
}

Result<Temporary> open_temporary(const Path& path) {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    Temporary made{folder_of(path) / (temporary_prefix(path) + std::to_string(::getpid()) + "-" +
                                      std::to_string(counter++)),
                   {}};
    made.descriptor = Descriptor(
        ::open(made.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!made.descriptor.open()) {
      if (errno != EEXIST) return system_error("cannot create a file beside", path);
      continue;
    }
    // Between the two calls a sweep may have taken it for one that was left.
    const bool held = ::flock(made.descriptor.number(), LOCK_EX | LOCK_NB) == 0;
    if ((held || errno != EWOULDBLOCK) && still_named(made.descriptor.number(), made.path)) {
      return made;
    }
  }
  return fail(Errc::io, "cannot create a file beside " + path.string() + ": too many left over");
}

void overwrite(int descriptor) {
  struct stat info{};
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return;
  const Bytes zeros(64 * 1024);
  for (off_t at = 0; at < info.st_size;) {
    const auto size =
        std::min<std::size_t>(zeros.size(), static_cast<std::size_t>(info.st_size - at));
    const ssize_t written = ::pwrite(descriptor, zeros.data(), size, at);
    if (written <= 0) return;
    at += written;
  }
  ::fsync(descriptor);
}

bool still_named(int descriptor, const Path& path) {
  struct stat open{}, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

//= spec:transfer#6-erased
void sweep(const Path& folder) {
  sweep_names(folder, ".");
}

void sweep_beside(const Path& path) {
  sweep_names(folder_of(path), temporary_prefix(path));
}

}  // namespace keyferry::file
