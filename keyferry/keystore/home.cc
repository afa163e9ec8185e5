// A lock is asked for again and again until patience ends, since file::Lock itself never waits.
#include "keyferry/keystore/home.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <thread>

#include "keyferry/file/trust.h"

namespace keyferry::keystore {
namespace {

constexpr unsigned kFolderMode = 0700;
constexpr auto kLockPatience = std::chrono::seconds(5);
constexpr auto kLockPause = std::chrono::milliseconds(50);

// ssh expands % and ${…}, and splits lists of files at blanks unless they are quoted.
bool ssh_can_name(const std::string& path) {
  return path.find_first_of("\"%\\") == path.npos && path.find("${") == path.npos &&
         std::none_of(path.begin(), path.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Result<file::Lock> acquire(const file::Path& path, Duration patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto lock = file::Lock::acquire(path);
    if (lock || lock.error().code != Errc::conflict || std::chrono::steady_clock::now() >= end) {
      return lock;
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

}  // namespace

Result<Home> Home::open(const file::Path& root) {
  if (!root.is_absolute()) {
    return fail(Errc::invalid, "the wallet's folder must be an absolute path: set KEYFERRY_HOME");
  }
  if (!ssh_can_name(root.string())) {
    return fail(Errc::invalid,
                "the path of the wallet's folder has a character that ssh cannot take (\" % \\ ${ "
                "or a control character): set KEYFERRY_HOME to another one");
  }
  Home home(root);
  for (const file::Path& folder :
       {root, home.ssh_folder(), home.transfers_folder(), home.folder("locks"),
        home.folder("owners"), home.folder("delegations"), home.folder("signed"),
        home.folder("lists")}) {
    if (auto made = file::make_directory(folder, kFolderMode); !made) return made.error();
    KF_TRY(file::check_own_folder(folder));
    file::sweep(folder);
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(home.ssh_folder(), ignored)) {
    if (entry.is_directory(ignored)) file::sweep(entry.path());
  }
  return home;
}

file::Path Home::receiver_file(std::string_view id) const {
  return transfers_folder() / ("take-" + std::string(id) + ".json");
}

file::Path Home::sender_file(std::string_view id) const {
  return transfers_folder() / ("give-" + std::string(id) + ".json");
}

file::Path Home::exchange_file(std::string_view id) const {
  return transfers_folder() / ("exchange-" + std::string(id));
}

Result<file::Lock> Home::lock() const {
  return acquire(root_ / "lock", kLockPatience);
}

Result<file::Lock> Home::lock_transfer(std::string_view id, Duration patience) const {
  auto lock = acquire(transfers_folder() / ("lock-" + std::string(id)), patience);
  if (!lock && lock.error().code == Errc::conflict) {
    return fail(Errc::io,
                "the same share is being worked on by another keyferry process: wait for "
                "it or end it",
                "busy");
  }
  return lock;
}

bool is_credential_name(std::string_view name) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits) &&
         std::isalnum(static_cast<unsigned char>(name.front())) != 0;
}

}  // namespace keyferry::keystore
