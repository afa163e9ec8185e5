// The exclusive lock of a state folder: flock, which ends with the process however it dies.
#include <cstdlib>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "keyferry/file/descriptor.h"
#include "keyferry/file/file.h"

namespace keyferry::file {
namespace {

// holder_of reads the process id that the holder wrote; 0 if it has not yet.
long holder_of(int descriptor) {
  char text[32] = {};
  const ssize_t got = ::pread(descriptor, text, sizeof text - 1, 0);
  return got > 0 ? std::strtol(text, nullptr, 10) : 0;
}

Error in_use(int descriptor, const Path& path) {
  const long holder = holder_of(descriptor);
  std::string who = "another process";
  if (holder > 0) who += " (pid " + std::to_string(holder) + ")";
  return fail(Errc::conflict, path.string() + " is in use by " + who, "in_use");
}

}  // namespace

Result<Lock> Lock::acquire(const Path& path) {
  // O_NOFOLLOW: a link planted in a shared folder must not make us create a file elsewhere.
  Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!descriptor.open()) return system_error("cannot open the lock", path);
  if (::flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return in_use(descriptor.number(), path);
    return system_error("cannot lock", path);
  }
  // The mode and the number are only for people: a full disk must not keep anybody from locking.
  const std::string pid = std::to_string(::getpid()) + "\n";
  [[maybe_unused]] const bool told = ::fchmod(descriptor.number(), 0600) == 0 &&
                                     ::ftruncate(descriptor.number(), 0) == 0 &&
                                     ::pwrite(descriptor.number(), pid.data(), pid.size(), 0) > 0;
  return Lock(descriptor.release());
}

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Lock& Lock::operator=(Lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace keyferry::file
