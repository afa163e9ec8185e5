#include "keyferry/sql/reserve.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace keyferry::sql {
namespace {

Error cannot_allocate(int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return fail(full ? Errc::storage_full : Errc::io,
              std::string("cannot keep space aside on the disk: ") + std::strerror(number));
}

bool has_size(int descriptor, std::size_t size) {
  struct stat info{};
  return ::fstat(descriptor, &info) == 0 && static_cast<std::size_t>(info.st_size) == size &&
         static_cast<std::size_t>(info.st_blocks) * 512 >= size;
}

}  // namespace

Result<Done> Reserve::make() {
  if (size_ == 0) return Done{};
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_allocate(errno);
  int failed = 0;
  if (!has_size(descriptor, size_)) {
    failed = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size_));
  }
  ::close(descriptor);
  if (failed == 0) return Done{};
  ::unlink(path_.c_str());
  return cannot_allocate(failed);
}

bool Reserve::give_up() {
  return ::unlink(path_.c_str()) == 0;
}

}  // namespace keyferry::sql
