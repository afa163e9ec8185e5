// Reading, replacing and erasing whole files. The lock is in lock.cc.
#include "keyferry/file/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/file/descriptor.h"
#include "keyferry/file/temporary.h"

namespace keyferry::file {
namespace {

constexpr int kReplacedWhileRead = 100;

Result<Done> write_all(int descriptor, ByteView content, const Path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("cannot write", path);
    }
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return Done{};
}

Result<Done> sync_folder(const Path& path) {
  Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open()) return system_error("cannot open the folder of", path);
  if (::fsync(folder.number()) != 0) return system_error("cannot sync the folder of", path);
  return Done{};
}

Result<Done> fill(const Temporary& temporary, ByteView content, unsigned mode, const Path& path) {
  KF_TRY(write_all(temporary.descriptor.number(), content, path));
  if (::fchmod(temporary.descriptor.number(), mode) != 0)
    return system_error("cannot set the mode of", path);
  if (::fsync(temporary.descriptor.number()) != 0) return system_error("cannot sync", path);
  return Done{};
}

// read_all appends the rest of the file. Within the capacity of `out` it never reallocates, so a
// secret leaves no copy behind.
Result<Done> read_all(int descriptor, Bytes& out, std::size_t most, const Path& path) {
  constexpr std::size_t kPiece = 64 * 1024;
  while (true) {
    const std::size_t filled = out.size();
    const std::size_t room = out.capacity() - filled;
    out.resize(std::min(filled + (room > 0 ? room : kPiece), most + 1));
    const ssize_t got = ::read(descriptor, out.data() + filled, out.size() - filled);
    if (got < 0) {
      out.resize(filled);
      if (errno == EINTR) continue;
      return system_error("cannot read", path);
    }
    out.resize(filled + static_cast<std::size_t>(got));
    if (got == 0) return Done{};
    if (out.size() > most)
      return fail(Errc::too_large,
                  path.string() + " is larger than " + std::to_string(most) + " octets");
  }
}

Result<Descriptor> open_to_read(const Path& path, int extra_flags) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | extra_flags));
  if (descriptor.open()) return descriptor;
  if (errno == ENOENT) return fail(Errc::not_found, "there is no file " + path.string(), "no_file");
  return system_error("cannot open", path);
}

Result<struct stat> check_plain(int descriptor, const Path& path) {
  struct stat info{};
  if (::fstat(descriptor, &info) != 0) return system_error("cannot look at", path);
  if (S_ISREG(info.st_mode)) return info;
  return fail(Errc::forbidden, path.string() + " is not a plain file", "unsafe_file");
}

Result<Done> check_secret(int descriptor, const Path& path) {
  KF_TRY(const struct stat info, check_plain(descriptor, path));
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return fail(Errc::forbidden, path.string() + " belongs to another user: chown it to yours",
                "unsafe_file");
  if ((info.st_mode & 077) != 0)
    return fail(
        Errc::forbidden,
        path.string() + " holds a secret but others may open it: chmod 600 " + path.string(),
        "unsafe_file");
  return Done{};
}

// erase was killed between its two steps: nothing but zeros is left.
bool is_erased(ByteView octets) {
  return !octets.empty() &&
         std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

// read_secret_once gives nothing where the file was replaced while it was read.
Result<std::optional<SecretBytes>> read_secret_once(const Path& path, std::size_t most) {
  // O_NONBLOCK: opening a pipe must not wait for somebody to write before it is refused.
  KF_TRY(Descriptor descriptor, open_to_read(path, O_NONBLOCK));
  KF_TRY(check_secret(descriptor.number(), path));
  // Room for all of it at once: a growing vector would leave unwiped copies behind.
  Bytes out;
  struct stat info{};
  if (::fstat(descriptor.number(), &info) != 0) return system_error("cannot look at", path);
  out.reserve(std::min(static_cast<std::size_t>(info.st_size), most) + 1);
  auto filled = read_all(descriptor.number(), out, most, path);
  SecretBytes octets(std::move(out));
  if (!filled) return filled.error();
  if (!still_named(descriptor.number(), path)) return std::optional<SecretBytes>();
  return std::optional(std::move(octets));
}

}  // namespace

Result<Bytes> read(const Path& path, std::size_t most) {
  // Opening /dev/stdin anew is refused where another account made the pipe (runuser, sudo -u).
  if (path == "/dev/stdin") {
    Bytes piped;
    KF_TRY(read_all(STDIN_FILENO, piped, most, path));
    return piped;
  }
  KF_TRY(Descriptor descriptor, open_to_read(path, 0));
  Bytes out;
  KF_TRY(read_all(descriptor.number(), out, most, path));
  return out;
}

Result<Bytes> read_plain(const Path& path, std::size_t most) {
  // O_NONBLOCK: as in read_secret_once; on a plain file it does nothing.
  KF_TRY(Descriptor descriptor, open_to_read(path, O_NONBLOCK | O_NOCTTY));
  KF_TRY(check_plain(descriptor.number(), path));
  Bytes out;
  KF_TRY(read_all(descriptor.number(), out, most, path));
  return out;
}

Result<std::string> read_text(const Path& path, std::size_t most) {
  KF_TRY(Bytes octets, read(path, most));
  return std::string(text_of(octets));
}

Result<SecretBytes> read_secret(const Path& path, std::size_t most) {
  for (int attempt = 0; attempt < kReplacedWhileRead; ++attempt) {
    KF_TRY(std::optional<SecretBytes> octets, read_secret_once(path, most));
    if (!octets) continue;
    if (!is_erased(octets->expose())) return *std::move(octets);
    KF_TRY(erase(path));
    return fail(Errc::not_found, path.string() + " was being erased", "no_file");
  }
  return fail(Errc::io, path.string() + " is replaced again and again");
}

Result<Done> replace(const Path& path, ByteView content, unsigned mode) {
  sweep_beside(path);
  KF_TRY(Temporary temporary, open_temporary(path));
  auto filled = fill(temporary, content, mode, path);
  if (filled && ::rename(temporary.path.c_str(), path.c_str()) != 0)
    filled = system_error("cannot replace", path);
  if (!filled) {
    ::unlink(temporary.path.c_str());
    return filled.error();
  }
  return sync_folder(path);
}

Result<Done> replace_secret(const Path& path, ByteView content) {
  // Opened before the new file takes the name: afterwards nothing else leads to the old one.
  Descriptor old(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  KF_TRY(replace(path, content, 0600));
  if (old.open()) overwrite(old.number());
  return Done{};
}

Result<Done> create_new(const Path& path, ByteView content, unsigned mode) {
  sweep_beside(path);
  KF_TRY(Temporary temporary, open_temporary(path));
  auto filled = fill(temporary, content, mode, path);
  // link, not rename: it never replaces what another process made meanwhile.
  if (filled && ::link(temporary.path.c_str(), path.c_str()) != 0)
    filled = errno == EEXIST
                 ? Result<Done>(fail(Errc::conflict, path.string() + " exists already", "exists"))
                 : Result<Done>(system_error("cannot create", path));
  ::unlink(temporary.path.c_str());
  if (!filled) return filled.error();
  return sync_folder(path);
}

Result<Done> make_directory(const Path& path, unsigned mode) {
  const Path folder = path.has_filename() ? path : path.parent_path();
  std::error_code failed;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), failed);
  if (failed)
    return fail(Errc::io,
                "cannot create " + folder.parent_path().string() + ": " + failed.message());
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno != EEXIST) return system_error("cannot create the folder", folder);
    if (std::filesystem::is_directory(folder, failed)) return Done{};
    return fail(Errc::io, folder.string() + " is in the way: it is not a folder");
  }
  if (::chmod(folder.c_str(), mode) != 0) return system_error("cannot set the mode of", folder);
  return sync_folder(folder);
}

//= spec:transfer#6-erased
Result<Done> erase(const Path& path) {
  sweep_beside(path);
  {
    // O_NOFOLLOW: behind a symbolic link is another file, which is not ours to overwrite.
    Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (descriptor.open()) overwrite(descriptor.number());
  }
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return Done{};
    return system_error("cannot delete", path);
  }
  return sync_folder(path);
}

}  // namespace keyferry::file
