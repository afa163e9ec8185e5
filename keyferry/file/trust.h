// Who else could change a file: what sshd's StrictModes asks of ~/.ssh, asked of our own folders.
#pragma once

#include <string>

#include "keyferry/file/file.h"

namespace keyferry::file {

// check_own_folder demands that nobody but this user and root can change what lies in the folder
// `path`: it and every folder above it, with symbolic links resolved, belong to one of the two and
// are writable by no other. Two things are fine, as for Debian's sshd: a group that is this user's
// own (same name, no other member) may write, and above the folder one that everybody may write to
// but where only owners may remove (/tmp). Being readable is no fault. Errors: forbidden with
// reason unsafe_file, naming the folder and the chmod; io.
Result<Done> check_own_folder(const Path& path);

// read_own is read of a regular file that check_own_folder's rule holds for. Errors: as read; also
// forbidden (unsafe_file).
Result<std::string> read_own(const Path& path, std::size_t most = 16 << 20);

}  // namespace keyferry::file
