#include "restore.h"

#include <cstdio>
#include <filesystem>
#include <optional>

#include "keyferry/file/file.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/merge.h"
#include "keyferry/ledger/restore.h"

namespace keyferry::cmd {
namespace {

constexpr std::size_t kMostBackup = std::size_t{4} << 30;
constexpr std::size_t kMostList = 64 << 20;

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
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const file::Path old = config.ledger.string() + suffix;
    if (std::filesystem::exists(old)) {
      std::filesystem::rename(old, config.ledger.string() + ".replaced" + suffix);
    }
  }
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const file::Path part = fresh.string() + suffix;
    if (std::filesystem::exists(part))
      std::filesystem::rename(part, config.ledger.string() + suffix);
  }
  std::fprintf(stderr, "restored; the ledger before it is kept as %s.replaced\n",
               config.ledger.c_str());
  return Done{};
}

// list_file returns the list beside whose JWS it lies: FILE itself, or in an agent's folder
// (STATE/ssh.krl-…) the list-EPOCH-NUMBER that sorts last.
Result<file::Path> list_file(const file::Path& path) {
  if (!std::filesystem::is_directory(path)) return path;
  std::optional<file::Path> newest;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("list-") && (!newest || name > newest->filename().string())) {
      newest = entry.path();
    }
  }
  if (!newest) return fail(Errc::not_found, path.string() + " holds no list of a verifier");
  return *newest;
}

Result<Done> merge(ledger::Ledger& ledger, const issuer::Keys& keys, const file::Path& path,
                   Time now) {
  KF_TRY(const file::Path file, list_file(path));
  KF_TRY(auto list, file::read(file, kMostList));
  const file::Path signature =
      file == path ? file::Path(path.string() + ".jws") : path / "list.jws";
  KF_TRY(auto jws, file::read_text(signature));
  while (jws.ends_with('\n')) jws.pop_back();
  auto seen = issuer::read_seen_list(keys, list, jws);
  if (!seen) return in_context(path.string(), seen.error());
  return ledger::merge_list(ledger, *seen, now);
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
  if (!options.file.empty()) {
    KF_TRY(put_in_place(config, options.file, now));
  }
  KF_TRY(auto ledger, ledger::Ledger::open(config.ledger));
  for (const auto& path : options.merge) {
    KF_TRY(merge(*ledger, keys, path, now));
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
