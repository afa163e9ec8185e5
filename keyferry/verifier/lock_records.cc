// Reads come from memory, which changes only when the file is on the disk.
#include "keyferry/verifier/lock_records.h"

#include "keyferry/file/file.h"

namespace keyferry::verifier {

Result<LockRecords> LockRecords::open(std::filesystem::path folder) {
  KF_TRY(file::make_directory(folder, 0700));
  file::sweep(folder);
  LockRecords out(std::move(folder));
  for (unsigned number = 0; number < KFL_RECORDS; ++number) {
    auto content = file::read_plain(out.folder_ / std::to_string(number), KFL_RECORD_MOST);
    if (content) {
      out.records_.at(number) = *std::move(content);
    } else if (content.error().code != Errc::not_found) {
      return content.error();
    }
  }
  return out;
}

Result<Done> LockRecords::replace(unsigned number, ByteView content) {
  KF_TRY(file::replace(folder_ / std::to_string(number), content, 0600));
  records_.at(number) = copy_of(content);
  ++writes_;
  return Done{};
}

Result<Done> LockRecords::forget() {
  for (unsigned i = 1; i <= KFL_RECORDS; ++i) {
    const unsigned number = i % KFL_RECORDS;  // the clock's, 0, last
    if (records_.at(number).empty()) continue;
    KF_TRY(replace(number, {}));
  }
  return Done{};
}

}  // namespace keyferry::verifier
