// Space kept aside on the disk, for what has to work when it is full.
#pragma once

#include <cstddef>
#include <filesystem>

#include "keyferry/base/result.h"

namespace keyferry::sql {

// Reserve is a file of allocated octets, given up when space runs out and made again when it is
// back. One thread at a time.
class Reserve {
 public:
  Reserve(std::filesystem::path path, std::size_t size) : path_(std::move(path)), size_(size) {}

  // make allocates the file, whole or not at all, and writes a block of it, whether it was there
  // before or not. Errors: storage_full; io, the disk does not take what is written.
  Result<Done> make();
  // give_up frees its space. False if there was none left to give.
  bool give_up();

 private:
  std::filesystem::path path_;
  std::size_t size_;
};

}  // namespace keyferry::sql
