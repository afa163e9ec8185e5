// The records of a lock (keyferry/lock/keyferry_lock.h) in a folder, one file each, named by its
// number: the old record or the new one at any instant, also over a power loss. A file is the
// record, "kfl1", and the first 28 octets of SHA-256 over number (one octet) and record, so that a
// damaged one is no empty one, which would forget denials and counts. Files of 0.1 are the record
// alone; they are sealed at the first start, and the file `sealed` says that all are.
#pragma once

#include <array>
#include <filesystem>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/lock/keyferry_lock.h"

namespace keyferry::verifier {

class LockRecords {
 public:
  // open reads all of them; a missing folder is made with mode 700. Errors: io, too_large; invalid
  // with reason damaged.
  static Result<LockRecords> open(std::filesystem::path folder);

  // read gives a record as it was written last; empty if never.
  ByteView read(unsigned number) const { return records_.at(number); }
  // replace is durable on return. Errors: those of file::replace; then the old record stays.
  Result<Done> replace(unsigned number, ByteView content);
  // forget empties all, the owners' first. Errors: as replace; the rest stays.
  Result<Done> forget();
  std::uint64_t writes() const { return writes_; }

 private:
  explicit LockRecords(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<Done> load(unsigned number, bool all_sealed);
  Result<Done> write(unsigned number, ByteView content) const;
  std::filesystem::path folder_;
  std::array<Bytes, KFL_RECORDS> records_;
  std::uint64_t writes_ = 0;
};

}  // namespace keyferry::verifier
