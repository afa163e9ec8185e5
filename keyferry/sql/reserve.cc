// posix_fallocate, for a file's size alone takes no blocks; giving up is one unlink.
#include "keyferry/sql/reserve.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace keyferry::sql {
namespace {

constexpr std::size_t kBlock = 4096;

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

// A disk can be broken where it seems to have room: what is written shows that it takes it.
int write_block(int descriptor) {
  constexpr std::array<char, kBlock> block{};
  const auto written = ::pwrite(descriptor, block.data(), block.size(), 0);
  if (written < 0) return errno;
  if (static_cast<std::size_t>(written) != block.size()) return EIO;
  return ::fdatasync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

Result<Done> Reserve::make() {
  if (size_ == 0) return Done{};
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_allocate(errno);
  int failed = 0;
  if (!has_size(descriptor, size_)) {
    failed = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size_));
    if (failed != 0) ::unlink(path_.c_str());
  }
  if (failed == 0 && size_ >= kBlock) failed = write_block(descriptor);
  ::close(descriptor);
  if (failed == 0) return Done{};
  return cannot_allocate(failed);
}

bool Reserve::give_up() {
  return ::unlink(path_.c_str()) == 0;
}

}  // namespace keyferry::sql
