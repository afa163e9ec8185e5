// A thin layer over SQLite (a PostgreSQL twin comes with the authority's cluster): connection,
// statement, row, transaction, error code. It knows no table.
//
// A Database and everything made from it belongs to one thread at a time. All text is SQL of ours;
// values come in only as bound parameters (?1, ?2, …).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace keyferry::sql {

// Statement is one prepared statement, reusable. bind_* before step; reset() makes it ready again
// and forgets the bindings (secret parameters are wiped by SQLite's own reuse only; keep secrets
// hashed).
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Parameters count from 1. Binding a parameter that does not exist is a broken promise.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view value);
  Statement& bind(int parameter, ByteView value);
  Statement& bind(int parameter, std::nullopt_t);
  // bind_view binds octets without copying them: they must live until reset() or run() returns.
  Statement& bind_view(int parameter, ByteView value);
  template <class T>
  Statement& bind(int parameter, const std::optional<T>& value) {
    return value ? bind(parameter, *value) : bind(parameter, std::nullopt);
  }

  // step goes to the next row: true if there is one, false at the end. Errors: conflict (a
  // constraint), storage_full, unavailable (busy), io (everything else, with SQLite's words and
  // extended code).
  Result<bool> step();
  // run is step() for statements without rows, then reset().
  Result<Done> run();
  void reset();

  // Columns count from 0, valid until the next step or reset. A NULL reads as 0 or empty.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* handle) : db_(db), handle_(handle) {}
  sqlite3* db_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
};

struct OpenOptions {
  bool create = true;
  bool read_only = false;
  std::chrono::milliseconds busy_timeout{5000};
  bool durable = true;        // WAL with synchronous=FULL; false: NORMAL
  bool gather_log = false;    // write the log in large pieces (log_gatherer.h); needs `durable`
  bool secure_delete = true;  // freed content is overwritten with zeros
  // For a file that is made now; an existing one keeps what it has.
  int page_size = 0;                // octets, a power of two from 512 to 65536; 0: SQLite's choice
  bool incremental_vacuum = false;  // PRAGMA incremental_vacuum can give free pages back
};

class Database {
 public:
  // open opens or creates the file, WAL, foreign_keys=ON, mode 600 when created.
  // Errors: io, unavailable, invalid (not a database).
  static Result<Database> open(const std::filesystem::path& path, OpenOptions options = {});
  // in_memory is a private database that dies with the object.
  static Result<Database> in_memory();

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // prepare: a syntax error in our own SQL comes out as io with SQLite's words.
  Result<Statement> prepare(std::string_view sql);
  // execute runs one or more statements without parameters.
  Result<Done> execute(std::string_view sql);
  // changes counts the rows that the last INSERT, UPDATE or DELETE touched.
  std::int64_t changes() const;

  // migrate brings the schema from PRAGMA user_version to steps.size() by running the missing
  // steps, each in its own transaction. Errors: unavailable with "made by a newer version (schema
  // N; this program knows M)" when the file is newer; nothing is changed then.
  Result<Done> migrate(std::span<const std::string_view> steps);

  // backup_to writes a consistent copy of the whole database into a new file of mode 600.
  Result<Done> backup_to(const std::filesystem::path& path);

  sqlite3* handle() { return db_; }

 private:
  explicit Database(sqlite3* db) : db_(db) {}
  sqlite3* db_ = nullptr;
};

// Transaction is BEGIN IMMEDIATE … COMMIT; without commit() the destructor rolls back.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db);
  Transaction(Transaction&&) noexcept;
  ~Transaction();
  // commit makes it durable; after an error the transaction is rolled back.
  Result<Done> commit();

 private:
  explicit Transaction(Database* db) : db_(db) {}
  Database* db_;
};

}  // namespace keyferry::sql
