// Every list is read, and the backup opened under another name, before anything is replaced.
#include "restore.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "keyferry/codec/plain_text.h"
#include "keyferry/file/file.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/merge.h"
#include "keyferry/ledger/restore.h"

namespace keyferry::cmd {
namespace {

constexpr std::size_t kMostBackup = std::size_t{4} << 30;
constexpr std::size_t kMostList = 64 << 20;

// A database and what SQLite keeps beside it.
constexpr const char* kParts[] = {"", "-wal", "-shm"};

// unused_name returns `name`, or with -2, -3, … behind it the first that nothing has: what a
// restore replaced may be the only copy there is, so a later one never takes its place.
std::string unused_name(const std::string& name) {
  for (int number = 1;; ++number) {
    const std::string candidate = number == 1 ? name : name + "-" + std::to_string(number);
    const bool taken = std::any_of(std::begin(kParts), std::end(kParts), [&](const char* suffix) {
      return std::filesystem::exists(candidate + suffix);
    });
    if (!taken) return candidate;
  }
}

// put_in_place copies the backup beside the ledger and opens it there, so that a file that is not a
// ledger changes nothing; only then it takes the ledger's name.
Result<Done> put_in_place(const AuthorityConfig& config, const file::Path& backup, Time now) {
  const file::Path fresh = config.ledger.string() + ".restoring";
  KF_TRY(auto content, file::read(backup, kMostBackup));
  KF_TRY(file::replace(fresh, content, 0600));
  {
    auto ledger = ledger::Ledger::open(fresh);
    if (!ledger) {
      std::filesystem::remove(fresh);
      return in_context(backup.string(), ledger.error());
    }
    KF_TRY(ledger::mark_restored(**ledger, now));
  }
  const std::string kept = unused_name(config.ledger.string() + ".replaced");
  for (const char* suffix : kParts) {
    const file::Path old = config.ledger.string() + suffix;
    if (std::filesystem::exists(old)) std::filesystem::rename(old, kept + suffix);
  }
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const file::Path part = fresh.string() + suffix;
    if (std::filesystem::exists(part))
      std::filesystem::rename(part, config.ledger.string() + suffix);
  }
  std::fprintf(stderr, "restored; the ledger before it is kept as %s\n", kept.c_str());
  return Done{};
}

// ListNumber is the (epoch, number) in the name of a file list-EPOCH-NUMBER.
using ListNumber = std::pair<std::uint64_t, std::uint64_t>;

std::optional<ListNumber> list_number(std::string_view name) {
  if (!name.starts_with("list-")) return std::nullopt;
  name.remove_prefix(5);
  ListNumber number;
  const auto epoch = std::from_chars(name.begin(), name.end(), number.first);
  if (epoch.ec != std::errc() || epoch.ptr == name.end() || *epoch.ptr != '-') return std::nullopt;
  const auto rest = std::from_chars(epoch.ptr + 1, name.end(), number.second);
  if (rest.ec != std::errc() || rest.ptr != name.end()) return std::nullopt;
  return number;
}

// list_file returns the list beside whose JWS it lies: FILE itself, or in an agent's folder
// (STATE/ssh.krl-…) the newest list-EPOCH-NUMBER.
Result<file::Path> list_file(const file::Path& path) {
  if (!std::filesystem::is_directory(path)) return path;
  std::optional<std::pair<ListNumber, file::Path>> newest;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const auto number = list_number(entry.path().filename().string());
    if (number && (!newest || *number > newest->first)) newest = {*number, entry.path()};
  }
  if (!newest) return fail(Errc::not_found, path.string() + " holds no list of a verifier");
  return newest->second;
}

Result<ledger::SeenList> read_list(const issuer::Keys& keys, const file::Path& path) {
  KF_TRY(const file::Path file, list_file(path));
  KF_TRY(auto list, file::read(file, kMostList));
  const file::Path signature =
      file == path ? file::Path(path.string() + ".jws") : path / "list.jws";
  KF_TRY(const std::string raw, file::read_text(signature));
  KF_TRY(const std::string jws, codec::plain_line(raw, signature.string()));
  auto seen = issuer::read_seen_list(keys, list, jws);
  if (!seen) return in_context(path.string(), seen.error());
  return seen;
}

}  // namespace

Result<Done> restore(const AuthorityConfig& config, const Options& options) {
  const Time now = SystemClock().now();
  if (options.file.empty() && options.merge.empty() && !options.accept_loss) {
    return fail(Errc::invalid, "restore takes a backup, --merge FILE or --accept-loss", "usage");
  }
  KF_TRY(auto keys, issuer::load_keys(config.keys));
  auto lock = file::Lock::acquire(config.lock());
  if (!lock) return in_context("stop the server first: ledger", lock.error());
  // All that was named is read before anything is replaced.
  std::vector<ledger::SeenList> lists;
  for (const auto& path : options.merge) {
    KF_TRY(auto list, read_list(keys, path));
    lists.push_back(std::move(list));
  }
  if (!options.file.empty()) {
    KF_TRY(put_in_place(config, options.file, now));
  }
  KF_TRY(auto ledger, ledger::Ledger::open(config.ledger));
  for (const auto& list : lists) {
    KF_TRY(ledger::merge_list(*ledger, list, now));
  }
  if (options.merge.empty() && !options.accept_loss) {
    std::fprintf(stderr,
                 "it is not served before keyferry-authority restore --merge FILE took a "
                 "verifier's newest list (FILE and FILE.jws), or --accept-loss\n");
    return Done{};
  }
  return ledger::mark_merged(*ledger, options.merge.empty(), now);
}

}  // namespace keyferry::cmd
