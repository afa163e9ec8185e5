// An open file descriptor that closes itself, and errno as an Error.
#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <unistd.h>

#include "keyferry/base/result.h"

namespace keyferry::file {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  // Closing keeps errno: it runs on the way out of a failed call.
  ~Descriptor() {
    const int kept = errno;
    if (number_ >= 0) ::close(number_);
    errno = kept;
  }
  bool open() const { return number_ >= 0; }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// system_error reads errno: storage_full for a full disk, quota or file size limit, otherwise io.
inline Error system_error(std::string_view doing, const std::filesystem::path& path) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return fail(full ? Errc::storage_full : Errc::io,
              std::string(doing) + " " + path.string() + ": " + std::strerror(number));
}

}  // namespace keyferry::file
