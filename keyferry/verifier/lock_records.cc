// Reads come from memory, which changes only when the file is on the disk.
#include "keyferry/verifier/lock_records.h"

#include <algorithm>

#include "keyferry/digest/hash.h"
#include "keyferry/file/file.h"

namespace keyferry::verifier {
namespace {

constexpr std::string_view kMagic = "kfl1";
constexpr std::size_t kSealSize = 32;
constexpr const char* kSealed = "sealed";

Bytes seal_of(unsigned number, ByteView content) {
  Bytes covered{static_cast<std::uint8_t>(number)};
  append(covered, content);
  const auto hash = digest::sha256(covered);
  Bytes seal = copy_of(bytes_of(kMagic));
  append(seal, ByteView(hash).first(kSealSize - kMagic.size()));
  return seal;
}

bool looks_sealed(ByteView octets) {
  return octets.size() >= kSealSize &&
         text_of(octets.subspan(octets.size() - kSealSize, kMagic.size())) == kMagic;
}

Error damaged(const std::filesystem::path& path) {
  return fail(
      Errc::invalid,
      path.string() +
          " is damaged, and a lock that goes on without it may open to who was denied. "
          "Bring it back from a copy; or remove the key and the folder of records: the lock "
          "is another one then, and is paired anew",
      "damaged");
}

}  // namespace

Result<LockRecords> LockRecords::open(std::filesystem::path folder) {
  KF_TRY(file::make_directory(folder, 0700));
  file::sweep(folder);
  LockRecords out(std::move(folder));
  std::error_code error;
  const bool all_sealed = std::filesystem::exists(out.folder_ / kSealed, error);
  if (error) return fail(Errc::io, out.folder_.string() + ": " + error.message());
  for (unsigned number = 0; number < KFL_RECORDS; ++number) {
    KF_TRY(out.load(number, all_sealed));
  }
  if (!all_sealed) {
    KF_TRY(file::replace(out.folder_ / kSealed, {}, 0600));
  }
  return out;
}

Result<Done> LockRecords::load(unsigned number, bool all_sealed) {
  const std::filesystem::path path = folder_ / std::to_string(number);
  auto octets = file::read_plain(path, KFL_RECORD_MOST + kSealSize);
  if (!octets && octets.error().code == Errc::not_found) return Done{};
  if (!octets) return octets.error();
  if (!looks_sealed(*octets)) {
    if (all_sealed) return damaged(path);
    records_.at(number) = *std::move(octets);
    return write(number, records_.at(number));
  }
  const std::size_t size = octets->size() - kSealSize;
  const Bytes content(octets->begin(), octets->begin() + static_cast<std::ptrdiff_t>(size));
  const Bytes seal = seal_of(number, content);
  if (!std::equal(seal.begin(), seal.end(), octets->end() - kSealSize)) return damaged(path);
  records_.at(number) = content;
  return Done{};
}

Result<Done> LockRecords::write(unsigned number, ByteView content) const {
  Bytes octets = copy_of(content);
  append(octets, seal_of(number, content));
  return file::replace(folder_ / std::to_string(number), octets, 0600);
}

Result<Done> LockRecords::replace(unsigned number, ByteView content) {
  KF_TRY(write(number, content));
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
