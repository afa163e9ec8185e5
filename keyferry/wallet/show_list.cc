#include "keyferry/wallet/show_list.h"

#include <algorithm>

#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/kind.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

std::string padded(std::string text, std::size_t width) {
  const std::size_t size = codec::count_code_points(text);
  if (size < width) text.append(width - size, ' ');
  return text;
}

std::string validity(const keystore::CredentialRecord& record, Time now) {
  if (!record.over.empty() && record.over != "expired") return record.over;
  if (now >= record.window.until) return "ended " + show_time(record.window.until);
  if (now < record.window.from) return "from " + show_time(record.window.from);
  return "until " + show_time(record.window.until) + " (" + show_span(record.window.until - now) +
         " left)";
}

bool has_several_personas(const std::vector<keystore::CredentialRecord>& records) {
  return std::any_of(records.begin(), records.end(), [&](const keystore::CredentialRecord& record) {
    return record.persona != records.front().persona;
  });
}

}  // namespace

std::string title_of(const keystore::CredentialRecord& record) {
  const auto kind = credential::find_kind(record.kind);
  if (!kind) return record.kind;
  const auto rights = credential::parse_rights((*kind)->schema(), record.rights);
  return rights ? (*kind)->title(*rights) : record.kind;
}

std::vector<std::string> show_credentials(const std::vector<keystore::CredentialRecord>& records,
                                          Time now) {
  std::size_t name_width = 0, title_width = 0, time_width = 0;
  for (const keystore::CredentialRecord& record : records) {
    name_width = std::max(name_width, codec::count_code_points(record.name));
    title_width = std::max(title_width, codec::count_code_points(title_of(record)));
    time_width = std::max(time_width, codec::count_code_points(validity(record, now)));
  }
  const bool personas = has_several_personas(records);
  std::vector<std::string> lines;
  for (const keystore::CredentialRecord& record : records) {
    std::string line = padded(record.name, name_width) + "  " +
                       padded(title_of(record), title_width) + "  " +
                       padded(validity(record, now), time_width) + "  " + record.issuer;
    if (personas) line += "  as " + record.persona;
    lines.push_back(std::move(line));
  }
  return lines;
}

boost::json::object credential_json(const keystore::CredentialRecord& record) {
  boost::json::object object{{"name", record.name},
                             {"persona", record.persona},
                             {"kind", record.kind},
                             {"title", title_of(record)},
                             {"issuer", record.issuer},
                             {"share", record.share},
                             {"credential_id", record.credential_id},
                             {"rights", record.rights},
                             {"serial", record.serial},
                             {"valid_from", codec::encode_rfc3339(record.window.from)},
                             {"valid_until", codec::encode_rfc3339(record.window.until)},
                             {"certificate_until", codec::encode_rfc3339(record.certificate.until)},
                             {"taken", codec::encode_rfc3339(record.taken)}};
  if (record.depth) object["depth"] = *record.depth;
  if (!record.over.empty()) object["over"] = record.over;
  if (record.ssh_names && !record.ssh_names->empty()) {
    boost::json::array names;
    for (const keystore::SshName& name : *record.ssh_names) names.emplace_back(name.alias);
    object["ssh_names"] = std::move(names);
  }
  return object;
}

}  // namespace keyferry::wallet
