// SQLite behind plain types: opening, migrating, copying and the translation of its errors.
#include "keyferry/sql/database.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/sql/log_gatherer.h"
#include "keyferry/sql/sqlite_error.h"

namespace keyferry::sql {
namespace {

Error system_error(std::string_view doing, const std::filesystem::path& path) {
  const int number = errno;
  return fail(is_full(number) ? Errc::storage_full : Errc::io,
              std::string(doing) + " " + path.string() + ": " + std::strerror(number));
}

// make_private_file creates `path` with mode 600, whatever the umask; an existing file is left
// alone and reported as false.
Result<bool> make_private_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    if (errno == EEXIST) return false;
    return system_error("cannot create", path);
  }
  const bool kept = ::fchmod(descriptor, 0600) == 0;
  ::close(descriptor);
  if (!kept) return system_error("cannot set the mode of", path);
  return true;
}

Result<Done> sync_path(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error("cannot open", path);
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!synced) return system_error("cannot sync", path);
  return Done{};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// harden sets what every connection has: extended codes, strict quoting, keys checked, nothing
// temporary on disk.
Result<Done> harden(Database& db) {
  sqlite3_extended_result_codes(db.handle(), 1);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  return db.execute("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
}

Result<Done> configure(Database& db, const OpenOptions& options) {
  sqlite3_busy_timeout(db.handle(), static_cast<int>(options.busy_timeout.count()));
  KF_TRY(harden(db));
  KF_TRY(
      db.execute(options.secure_delete ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=OFF"));
  if (!options.read_only) {
    if (options.page_size != 0) {
      KF_TRY(db.execute("PRAGMA page_size=" + std::to_string(options.page_size)));
    }
    if (options.incremental_vacuum) {
      KF_TRY(db.execute("PRAGMA auto_vacuum=INCREMENTAL"));
    }
    KF_TRY(auto wal, db.prepare("PRAGMA journal_mode=WAL"));
    KF_TRY(bool row, wal.step());
    if (!row || wal.text(0) != "wal")
      return fail(Errc::io, "the file system does not support a write-ahead log here");
    KF_TRY(db.execute(options.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  }
  // The header is read only now: a file that is no database shows here.
  return db.execute("SELECT count(*) FROM sqlite_master");
}

Result<std::int64_t> user_version(Database& db) {
  KF_TRY(auto query, db.prepare("PRAGMA user_version"));
  KF_TRY(bool row, query.step());
  return row ? query.integer(0) : 0;
}

Error newer_schema(std::int64_t found, std::size_t known) {
  return fail(Errc::unavailable, "made by a newer version (schema " + std::to_string(found) +
                                     "; this program knows " + std::to_string(known) + ")");
}

Result<Done> copy_pages(sqlite3* from, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (!backup) return error_of(to);
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) return error_of(to);
  return Done{};
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, OpenOptions options) {
  const std::string doing = "opening " + path.string();
  if (options.create && !options.read_only) {
    KF_TRY(bool made, make_private_file(path));
    if (made) {
      KF_TRY(sync_path(folder_of(path)));
    }
  }
  const int flags =
      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
  sqlite3* handle = nullptr;
  require(options.durable || !options.gather_log, "a log that is gathered is synced");
  const char* files = options.gather_log ? log_gatherer() : nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, files);
  require(handle != nullptr, "SQLite has memory for a connection");
  Database db(handle);
  if (opened != SQLITE_OK) return in_context(doing, error_of(handle));
  auto configured = configure(db, options);
  if (!configured) {
    Error error = configured.error();
    const int primary = sqlite3_errcode(handle) & 0xff;
    if (primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT) error.code = Errc::invalid;
    return in_context(doing, std::move(error));
  }
  return db;
}

Result<Database> Database::in_memory() {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(":memory:", &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  require(handle != nullptr, "SQLite has memory for a connection");
  Database db(handle);
  if (opened != SQLITE_OK) return error_of(handle);
  KF_TRY(harden(db));
  return db;
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    sqlite3_close_v2(db_);
    db_ = std::exchange(other.db_, nullptr);
  }
  return *this;
}
// close_v2, so that a statement which outlives its database is no crash.
Database::~Database() {
  sqlite3_close_v2(db_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &handle, &tail) != SQLITE_OK)
    return error_of(db_);
  Statement statement(db_, handle);
  if (!handle) return fail(Errc::io, "an empty SQL statement");
  const std::string_view rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
    return fail(Errc::io, "more than one SQL statement");
  return statement;
}

Result<Done> Database::execute(std::string_view sql) {
  if (sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return error_of(db_);
  return Done{};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}

Result<Done> Database::migrate(std::span<const std::string_view> steps) {
  KF_TRY(std::int64_t found, user_version(*this));
  if (found > std::ssize(steps)) return newer_schema(found, steps.size());
  while (found < std::ssize(steps)) {
    KF_TRY(auto transaction, Transaction::begin(*this));
    // Asked again under the write lock: another process may have migrated meanwhile.
    KF_TRY(found, user_version(*this));
    if (found > std::ssize(steps)) return newer_schema(found, steps.size());
    if (found == std::ssize(steps)) break;
    KF_TRY(execute(steps[static_cast<std::size_t>(found)]));
    ++found;
    KF_TRY(execute("PRAGMA user_version=" + std::to_string(found)));
    KF_TRY(transaction.commit());
  }
  return Done{};
}

Result<Done> Database::backup_to(const std::filesystem::path& path) {
  KF_TRY(bool made, make_private_file(path));
  if (!made)
    return fail(Errc::conflict, path.string() + " exists already: give the name of a new file",
                "exists");
  auto copied = [&]() -> Result<Done> {
    KF_TRY(auto copy, open(path, {.create = false}));
    KF_TRY(copy_pages(db_, copy.db_));
    // Whole in one file, so that it can be copied away as it is.
    return copy.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE;");
  }();
  if (copied) copied = sync_path(path);
  if (copied) copied = sync_path(folder_of(path));
  if (copied) return Done{};
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    std::filesystem::remove(path.string() + suffix, ignored);
  }
  return in_context("writing " + path.string(), copied.error());
}

Result<Transaction> Transaction::begin(Database& db) {
  KF_TRY(db.execute("BEGIN IMMEDIATE"));
  return Transaction(&db);
}

Transaction::Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (a full disk); then this fails and nothing is lost.
  if (db_) sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<Done> Transaction::commit() {
  require(db_ != nullptr, "a transaction is committed once");
  auto committed = db_->execute("COMMIT");
  if (!committed) sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  db_ = nullptr;
  return committed;
}

}  // namespace keyferry::sql
