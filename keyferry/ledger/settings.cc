#include "keyferry/ledger/settings.h"

#include <charconv>

namespace keyferry::ledger {

Result<std::int64_t> number_setting(sql::Database& db, std::string_view name,
                                    std::int64_t fallback) {
  KF_TRY(auto query, db.prepare("SELECT value FROM settings WHERE name = ?1"));
  query.bind(1, name);
  KF_TRY(bool row, query.step());
  if (!row) return fallback;
  const std::string text = query.text(0);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return fail(Errc::io, "the ledger's setting " + std::string(name) + " is damaged");
  }
  return value;
}

Result<Done> set_number(sql::Database& db, std::string_view name, std::int64_t value) {
  KF_TRY(auto set, db.prepare("INSERT INTO settings (name, value) VALUES (?1, ?2) "
                              "ON CONFLICT (name) DO UPDATE SET value = excluded.value"));
  const std::string text = std::to_string(value);
  set.bind(1, name).bind(2, std::string_view(text));
  return set.run();
}

}  // namespace keyferry::ledger
