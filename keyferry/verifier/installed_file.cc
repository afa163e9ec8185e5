// The octets are read only where device, inode, size, times or mode are not what they were when the
// file was known to be right.
#include "keyferry/verifier/installed_file.h"

#include <sys/stat.h>

namespace keyferry::verifier {
namespace {

constexpr std::size_t kMostList = 64U << 20;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<InstalledFile::Seen> InstalledFile::look() const {
  struct stat info{};
  if (::lstat(path_.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return Seen{info.st_dev,
              info.st_ino,
              info.st_size,
              nanoseconds(info.st_mtim),
              nanoseconds(info.st_ctim),
              info.st_mode & 07777U};
}

bool InstalledFile::holds(ByteView content, const digest::Sha256& hash) const {
  const auto seen = look();
  if (!seen || seen->mode != mode_) return false;
  if (sha256_ == hash && seen_ == seen) return true;
  auto present = read();
  return present && std::equal(present->begin(), present->end(), content.begin(), content.end());
}

bool InstalledFile::is_untouched() const {
  return seen_ && seen_->mode == mode_ && seen_ == look();
}

Result<bool> InstalledFile::install(ByteView content) {
  const digest::Sha256 hash = digest::sha256(content);
  const bool right = holds(content, hash);
  if (!right) {
    KF_TRY(file::replace(path_, content, mode_));
  }
  sha256_ = hash;
  seen_ = look();
  return !right;
}

Result<Bytes> InstalledFile::read() const {
  return file::read(path_, kMostList);
}

}  // namespace keyferry::verifier
