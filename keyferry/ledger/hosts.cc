#include "keyferry/ledger/hosts.h"

#include "keyferry/codec/json.h"
#include "keyferry/ledger/audit.h"

namespace keyferry::ledger {
namespace {

std::string encode_lines(const std::vector<std::string>& lines) {
  boost::json::array array;
  for (const auto& line : lines) array.emplace_back(line);
  return codec::encode_json(array);
}

Result<std::vector<std::string>> parse_lines(std::string_view text) {
  KF_TRY(auto value, codec::parse_json(text));
  std::vector<std::string> lines;
  if (!value.is_array()) return fail(Errc::io, "the ledger's table of hosts is damaged");
  for (const auto& line : value.get_array()) {
    if (line.is_string()) lines.emplace_back(line.get_string());
  }
  return lines;
}

Result<Host> read_row(const sql::Statement& row) {
  Host host;
  host.name = row.text(0);
  host.address = row.text(1);
  host.port = static_cast<int>(row.integer(2));
  KF_TRY(host.host_keys, parse_lines(row.text(3)));
  KF_TRY(host.host_cas, parse_lines(row.text(4)));
  return host;
}

constexpr std::string_view kSelect = "SELECT name, address, port, host_keys, host_cas FROM hosts";

}  // namespace

Result<Done> add_host(Ledger& ledger, const Host& host, bool replace, Time now) {
  return ledger.transact([&](sql::Database& db) -> Result<Done> {
    KF_TRY(auto known, find_host(db, host.name));
    if (known && !replace) {
      return fail(Errc::conflict, "host " + host.name + " exists; --replace changes it", "exists");
    }
    KF_TRY(auto insert,
           db.prepare("INSERT INTO hosts (name, address, port, host_keys, host_cas) VALUES (?1, "
                      "?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET address = "
                      "excluded.address, port = excluded.port, host_keys = excluded.host_keys, "
                      "host_cas = excluded.host_cas"));
    const std::string keys = encode_lines(host.host_keys);
    const std::string cas = encode_lines(host.host_cas);
    insert.bind(1, std::string_view(host.name)).bind(2, std::string_view(host.address));
    insert.bind(3, std::int64_t{host.port}).bind(4, std::string_view(keys));
    insert.bind(5, std::string_view(cas));
    KF_TRY(insert.run());
    return append_audit(db, now, known ? "host_replaced" : "host_added", "",
                        {{"name", host.name}, {"address", host.address}, {"port", host.port}});
  });
}

Result<std::vector<Host>> all_hosts(sql::Database& db) {
  KF_TRY(auto query, db.prepare(std::string(kSelect) + " ORDER BY name"));
  std::vector<Host> hosts;
  while (true) {
    KF_TRY(bool row, query.step());
    if (!row) return hosts;
    KF_TRY(auto host, read_row(query));
    hosts.push_back(std::move(host));
  }
}

Result<std::optional<Host>> find_host(sql::Database& db, std::string_view name) {
  KF_TRY(auto query, db.prepare(std::string(kSelect) + " WHERE name = ?1"));
  query.bind(1, name);
  KF_TRY(bool row, query.step());
  if (!row) return std::optional<Host>();
  KF_TRY(auto host, read_row(query));
  return std::optional(std::move(host));
}

}  // namespace keyferry::ledger
