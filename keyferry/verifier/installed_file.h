// The file that sshd reads: replaced whole, looked after, never missing.
#pragma once

#include <optional>

#include "keyferry/digest/hash.h"
#include "keyferry/file/file.h"

namespace keyferry::verifier {

class InstalledFile {
 public:
  // `mode` are the permission bits (0644: sshd reads it as the user who logs in).
  InstalledFile(file::Path path, unsigned mode) : path_(std::move(path)), mode_(mode) {}

  // install makes the file hold exactly `content` with the mode. True if it was written: it held
  // something else, had another mode, or somebody changed or removed it meanwhile. A symbolic link
  // there is replaced by the file. Errors: storage_full, io, and the file is as before.
  Result<bool> install(ByteView content);

  // is_untouched says whether the file still looks as install left it.
  bool is_untouched() const;

  // read returns what is there. Errors: not_found, too_large, io.
  Result<Bytes> read() const;

  // sha256 is the hash of what install put there; nothing before that.
  const std::optional<digest::Sha256>& sha256() const { return sha256_; }

 private:
  // Seen is how the file looked when it was known to be right: cheaper than reading it each time.
  struct Seen {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0, modified_ns = 0, changed_ns = 0;
    unsigned mode = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  std::optional<Seen> look() const;
  bool holds(ByteView content, const digest::Sha256& hash) const;

  file::Path path_;
  unsigned mode_;
  std::optional<digest::Sha256> sha256_;
  std::optional<Seen> seen_;
};

}  // namespace keyferry::verifier
