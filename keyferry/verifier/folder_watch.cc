// The folder is watched and not the file, for a file that is renamed into its place is another one;
// that the folder itself was replaced is told by device and inode.
#include "keyferry/verifier/folder_watch.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace keyferry::verifier {
namespace {

constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                  IN_ONLYDIR;

Error cannot_watch(const file::Path& folder, int error) {
  std::string detail = "cannot watch " + folder.string() + ": " + std::strerror(error);
  if (error == ENOSPC) detail += "; raise fs.inotify.max_user_watches";
  if (error == EMFILE) detail += "; raise fs.inotify.max_user_instances";
  return fail(Errc::io, std::move(detail));
}

}  // namespace

FolderWatch::FolderWatch(const file::Path& file)
    : folder_(file.has_parent_path() ? file.parent_path() : "."),
      name_(file.filename().string()),
      waker_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  require(waker_ >= 0, "the kernel gives an event descriptor");
}

FolderWatch::~FolderWatch() {
  detach();
  ::close(waker_);
}

void FolderWatch::detach() {
  // Closing forgets the watch and the events that nobody read.
  if (inotify_ >= 0) ::close(inotify_);
  inotify_ = watch_ = -1;
}

Result<Done> FolderWatch::attach() {
  struct stat info{};
  const bool there = ::stat(folder_.c_str(), &info) == 0;
  if (watch_ >= 0 && there && info.st_dev == device_ && info.st_ino == inode_) return Done{};
  detach();
  if (!there) return cannot_watch(folder_, errno);
  inotify_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify_ >= 0) watch_ = ::inotify_add_watch(inotify_, folder_.c_str(), kEvents);
  if (watch_ < 0) {
    const Error error = cannot_watch(folder_, errno);
    detach();
    return error;
  }
  // If another folder has come between the two calls, the next attach sees it.
  device_ = info.st_dev;
  inode_ = info.st_ino;
  return Done{};
}

// drain reads what happened: true if it may concern the file.
bool FolderWatch::drain() {
  alignas(inotify_event) std::array<char, 8192> buffer;
  bool concerns = false, gone = false;
  while (true) {
    const ssize_t size = ::read(inotify_, buffer.data(), buffer.size());
    if (size <= 0) break;
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      const bool of_folder = event.len == 0;
      gone = gone || (event.mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0;
      concerns = concerns || of_folder || name_ == name;
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  if (gone) detach();
  return concerns;
}

void FolderWatch::wait(Duration most) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (true) {
    const auto left = std::chrono::ceil<Duration>(end - std::chrono::steady_clock::now());
    if (left <= Duration(0)) return;
    pollfd watched[2] = {{waker_, POLLIN, 0}, {inotify_, POLLIN, 0}};
    const int ready = ::poll(watched, inotify_ >= 0 ? 2 : 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return;
    if (watched[0].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t read = ::read(waker_, &count, sizeof count);
      return;
    }
    if (ready > 0 && watched[1].revents != 0 && drain()) return;
  }
}

void FolderWatch::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(waker_, &one, sizeof one);
}

}  // namespace keyferry::verifier
