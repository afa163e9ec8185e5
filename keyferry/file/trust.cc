// Resolves the path once, then asks the same of the folder and of each one above it, up to the
// root.
#include "keyferry/file/trust.h"

#include <grp.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/file/descriptor.h"

namespace keyferry::file {
namespace {

// A group of the user's own name that nobody else is in: what Debian gives each user.
bool is_own_group(gid_t number) {
  const group* const found = ::getgrgid(number);
  if (found == nullptr) return false;
  const std::string name = found->gr_name;
  for (char** member = found->gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  const passwd* const user = ::getpwuid(::geteuid());
  return user != nullptr && name == user->pw_name && user->pw_gid == number;
}

Error unsafe(const Path& path, const std::string& why) {
  return fail(Errc::forbidden, path.string() + " " + why, "unsafe_file");
}

Result<Done> check(const Path& path, const struct stat& info, bool above) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return unsafe(path, "belongs to another user, who could change it: chown it to yours");
  }
  if (above && (info.st_mode & S_ISVTX) != 0) return Done{};
  const bool others = (info.st_mode & S_IWOTH) != 0;
  if (!others && ((info.st_mode & S_IWGRP) == 0 || is_own_group(info.st_gid))) return Done{};
  return unsafe(path, "may be changed by other users: chmod go-w '" + path.string() + "'");
}

}  // namespace

Result<Done> check_own_folder(const Path& path) {
  std::error_code failed;
  const Path whole = std::filesystem::canonical(path, failed);
  if (failed) return fail(Errc::io, "cannot look at " + path.string() + ": " + failed.message());
  for (Path folder = whole;; folder = folder.parent_path()) {
    struct stat info{};
    if (::stat(folder.c_str(), &info) != 0) return system_error("cannot look at", folder);
    KF_TRY(check(folder, info, folder != whole));
    if (!folder.has_relative_path()) return Done{};
  }
}

Result<std::string> read_own(const Path& path, std::size_t most) {
  KF_TRY(const Bytes octets, read_plain(path, most));
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return system_error("cannot look at", path);
  KF_TRY(check(path, info, false));
  return std::string(text_of(octets));
}

}  // namespace keyferry::file
