// One prepared statement: parameters in, rows out.
#include <sqlite3.h>

#include "keyferry/sql/database.h"
#include "keyferry/sql/sqlite_error.h"

namespace keyferry::sql {

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), handle_(std::exchange(other.handle_, nullptr)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(handle_);
    db_ = other.db_;
    handle_ = std::exchange(other.handle_, nullptr);
  }
  return *this;
}
Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  require(sqlite3_bind_int64(handle_, parameter, value) == SQLITE_OK, "an SQL parameter exists");
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
  // A null pointer would bind NULL, not the empty text.
  const char* data = value.data() ? value.data() : "";
  require(sqlite3_bind_text64(handle_, parameter, data, value.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8) == SQLITE_OK,
          "an SQL parameter exists");
  return *this;
}

Statement& Statement::bind(int parameter, ByteView value) {
  const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
  require(
      sqlite3_bind_blob64(handle_, parameter, data, value.size(), SQLITE_TRANSIENT) == SQLITE_OK,
      "an SQL parameter exists");
  return *this;
}

Statement& Statement::bind_view(int parameter, ByteView value) {
  const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
  require(sqlite3_bind_blob64(handle_, parameter, data, value.size(), SQLITE_STATIC) == SQLITE_OK,
          "an SQL parameter exists");
  return *this;
}

Statement& Statement::bind(int parameter, std::nullopt_t) {
  require(sqlite3_bind_null(handle_, parameter) == SQLITE_OK, "an SQL parameter exists");
  return *this;
}

Result<bool> Statement::step() {
  switch (sqlite3_step(handle_) & 0xff) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return error_of(db_);
  }
}

Result<Done> Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return stepped.error();
  return Done{};
}

void Statement::reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
  const auto* data = sqlite3_column_text(handle_, column);
  if (!data) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return std::string(text_of({data, size}));
}

Bytes Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  if (!data) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return copy_of({static_cast<const std::uint8_t*>(data), size});
}

}  // namespace keyferry::sql
