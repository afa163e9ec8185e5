// Whole files: read, replace atomically, lock. Modes are octal (0600). The reasons of errors tell
// them from refusals of others: no_file, unsafe_file, exists, in_use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::file {

using Path = std::filesystem::path;

// read returns the whole file; a pipe is read to its end, /dev/stdin as it is. Errors: not_found
// (no such file), too_large (over `most` octets), io. read_text is the same as text.
Result<Bytes> read(const Path& path, std::size_t most = 16 << 20);
Result<std::string> read_text(const Path& path, std::size_t most = 16 << 20);

// read_plain is read of a regular file alone, for places that somebody else can write: a pipe or a
// device is refused before anything waits for it. Errors: also forbidden (unsafe_file).
Result<Bytes> read_plain(const Path& path, std::size_t most = 16 << 20);

// read_secret is read of a file that must be a regular file, owned by us (or root) and closed to
// group and others. A file of zeros only is what a killed erase left: it is unlinked and not_found.
// A file that is replaced meanwhile is read anew.
// Errors: also forbidden, saying "chmod 600 PATH".
Result<SecretBytes> read_secret(const Path& path, std::size_t most = 1 << 20);

// replace writes a temporary file beside `path` with exactly `mode` (whatever the umask), fsyncs
// it, renames it over `path` and fsyncs the folder. A reader at any instant sees the old file or
// the new one, whole. Errors: storage_full, io; then the old file is untouched and the temporary
// one is gone.
Result<Done> replace(const Path& path, ByteView content, unsigned mode);

// replace_secret is replace with mode 600 that also overwrites the old content with zeros (where
// the file system does that in place), so that no earlier version of a secret stays on the disk.
// read_secret is safe beside it; another reader must hold a lock that excludes the writer, or it
// may see the zeros.
Result<Done> replace_secret(const Path& path, ByteView content);

// create_new is replace that fails with conflict if `path` exists.
Result<Done> create_new(const Path& path, ByteView content, unsigned mode);

// make_directory makes the folder and missing parents; the last one gets `mode` if it is new.
Result<Done> make_directory(const Path& path, unsigned mode);

// erase overwrites the file with zeros (where the file system does that in place), unlinks it and
// fsyncs the folder. A missing file is no error.
Result<Done> erase(const Path& path);

// sweep overwrites with zeros and removes the temporary files in `folder` (".NAME.new-PID-N") that
// killed writers left, whatever they were to replace; those of writers at work stay. Called when a
// program opens its folders. sweep_beside does it for one file, wherever that lies; so does every
// replace, create_new and erase of it. What cannot be removed is left for the next time.
void sweep(const Path& folder);
void sweep_beside(const Path& path);

// Lock holds an exclusive flock on `path` (made with mode 600) until it dies. Errors: conflict with
// "in use by another process (pid N)".
class Lock {
 public:
  static Result<Lock> acquire(const Path& path);
  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace keyferry::file
