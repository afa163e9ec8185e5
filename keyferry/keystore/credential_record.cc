// A folder counts as a credential once credential.json lies in it, which is written last, so that a
// killed wallet leaves none half known.
#include "keyferry/keystore/credential_record.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/file/trust.h"

namespace keyferry::keystore {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::string_view kFile = "credential.json";

boost::json::object encode_window(const credential::Window& window) {
  return {{"from", codec::encode_rfc3339(window.from)},
          {"until", codec::encode_rfc3339(window.until)}};
}

Result<Time> time_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const std::string text, codec::text_member(object, name));
  return codec::parse_rfc3339(text);
}

Result<credential::Window> window_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const boost::json::object* window, codec::object_member(object, name));
  credential::Window out;
  KF_TRY(out.from, time_member(*window, "from"));
  KF_TRY(out.until, time_member(*window, "until"));
  return out;
}

Result<Done> read_texts(const boost::json::object& object, CredentialRecord& record) {
  const std::pair<std::string_view, std::string*> members[] = {
      {"name", &record.name},     {"persona", &record.persona},
      {"kind", &record.kind},     {"issuer", &record.issuer},
      {"share", &record.share},   {"credential_id", &record.credential_id},
      {"serial", &record.serial}, {"key_file", &record.key_file},
      {"source", &record.source}};
  for (const auto& [name, place] : members) {
    KF_TRY(*place, codec::text_member(object, name));
  }
  return Done{};
}

boost::json::array encode_names(const std::vector<SshName>& names) {
  boost::json::array array;
  for (const SshName& name : names) {
    array.push_back(
        boost::json::object{{"alias", name.alias}, {"host", name.host}, {"login", name.login}});
  }
  return array;
}

Result<std::optional<std::vector<SshName>>> names_member(const boost::json::object& object) {
  const boost::json::value* list = object.if_contains("ssh_names");
  if (list == nullptr) return std::optional<std::vector<SshName>>();
  if (!list->is_array()) return fail(Errc::invalid, "member \"ssh_names\" must be an array");
  std::vector<SshName> names;
  for (const boost::json::value& entry : list->get_array()) {
    if (!entry.is_object()) return fail(Errc::invalid, "member \"ssh_names\" must hold objects");
    SshName name;
    KF_TRY(name.alias, codec::text_member(entry.get_object(), "alias"));
    KF_TRY(name.host, codec::text_member(entry.get_object(), "host"));
    KF_TRY(name.login, codec::text_member(entry.get_object(), "login"));
    if (!is_credential_name(name.alias)) {
      return fail(Errc::invalid, "member \"ssh_names\" holds what is no name");
    }
    names.push_back(std::move(name));
  }
  return std::optional(std::move(names));
}

Result<CredentialRecord> load_file(const file::Path& path) {
  KF_TRY(const std::string text, file::read_own(path));
  KF_TRY(const boost::json::object object, codec::parse_json_object(text, {1 << 20, 8}));
  return parse_credential_record(object);
}

}  // namespace

boost::json::object encode_credential_record(const CredentialRecord& record) {
  boost::json::object object{{"version", kVersion},
                             {"name", record.name},
                             {"persona", record.persona},
                             {"kind", record.kind},
                             {"issuer", record.issuer},
                             {"credential_id", record.credential_id},
                             {"share", record.share},
                             {"rights", record.rights},
                             {"window", encode_window(record.window)},
                             {"certificate", encode_window(record.certificate)},
                             {"serial", record.serial},
                             {"renew", record.renew},
                             {"hosts", encode_hosts(record.hosts)},
                             {"key_file", record.key_file},
                             {"source", record.source},
                             {"reported", record.reported},
                             {"taken", codec::encode_rfc3339(record.taken)}};
  if (record.depth) object["depth"] = *record.depth;
  if (!record.over.empty()) object["over"] = record.over;
  if (record.ssh_names) object["ssh_names"] = encode_names(*record.ssh_names);
  return object;
}

Result<CredentialRecord> parse_credential_record(const boost::json::object& object) {
  KF_TRY(const std::int64_t version, codec::integer_member(object, "version", 1, 1 << 20));
  if (version != kVersion) {
    return fail(Errc::invalid, "made by a newer version of keyferry: update this one");
  }
  CredentialRecord record;
  if (auto fine = read_texts(object, record); !fine) return fine.error();
  KF_TRY(const boost::json::object* rights, codec::object_member(object, "rights"));
  record.rights = *rights;
  KF_TRY(record.window, window_member(object, "window"));
  KF_TRY(record.certificate, window_member(object, "certificate"));
  KF_TRY(const auto renew, codec::optional_bool_member(object, "renew"));
  record.renew = renew.value_or(false);
  KF_TRY(record.depth, codec::optional_integer_member(object, "depth", 0, 64));
  KF_TRY(record.hosts, parse_hosts(object));
  KF_TRY(const auto reported, codec::optional_bool_member(object, "reported"));
  record.reported = reported.value_or(false);
  KF_TRY(record.taken, time_member(object, "taken"));
  KF_TRY(const auto over, codec::optional_text_member(object, "over"));
  record.over = over.value_or("");
  KF_TRY(record.ssh_names, names_member(object));
  return record;
}

Result<std::vector<CredentialRecord>> load_credentials(const Home& home) {
  std::vector<file::Path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home.ssh_folder(), error)) {
    if (std::filesystem::exists(entry.path() / kFile)) files.push_back(entry.path() / kFile);
  }
  if (error) return fail(Errc::io, "cannot read the wallet's folder: " + error.message());
  std::sort(files.begin(), files.end());
  std::vector<CredentialRecord> records;
  for (const file::Path& path : files) {
    auto record = load_file(path);
    if (!record) return in_context(path.string(), record.error());
    records.push_back(*std::move(record));
  }
  return records;
}

Result<CredentialRecord> load_credential(const Home& home, std::string_view name) {
  KF_TRY(std::vector<CredentialRecord> all, load_credentials(home));
  std::string names;
  for (CredentialRecord& record : all) {
    if (record.name == name) return std::move(record);
    names += (names.empty() ? "" : ", ") + record.name;
  }
  return fail(Errc::not_found,
              "no credential is called \"" + std::string(name) +
                  "\": " + (names.empty() ? "this wallet holds none" : "there are " + names),
              "unknown_name");
}

Result<Done> save_credential(const Home& home, const CredentialRecord& record) {
  const std::string text = codec::encode_json(encode_credential_record(record)) + "\n";
  return file::replace(home.credential_folder(record.name) / kFile, bytes_of(text), 0600);
}

Result<crypto::PrivateKey> load_key(const Home& home, const CredentialRecord& record) {
  const file::Path path = home.credential_folder(record.name) / record.key_file;
  KF_TRY(const SecretBytes text, file::read_secret(path));
  auto key = credential::parse_openssh_private_key(text);
  if (!key) return in_context(path.string(), key.error());
  return key;
}

}  // namespace keyferry::keystore
