#include "keyferry/keystore/record_folder.h"

#include <algorithm>

#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"

namespace keyferry::keystore {
namespace {

constexpr std::string_view kEnding = ".json";
constexpr std::int64_t kRecordVersion = 1;

file::Path path_of_record(const file::Path& folder, const std::string& name) {
  return folder / (name + std::string(kEnding));
}

}  // namespace

Result<std::vector<std::string>> record_names(const file::Path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(kEnding) || name.starts_with('.')) continue;
    names.push_back(name.substr(0, name.size() - kEnding.size()));
  }
  if (error) return fail(Errc::io, "cannot read the wallet's folder: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::optional<boost::json::object>> load_record(const file::Path& folder,
                                                       const std::string& name) {
  const file::Path path = path_of_record(folder, name);
  const auto octets = file::read_secret(path);
  if (!octets && octets.error().code == Errc::not_found) {
    return std::optional<boost::json::object>();
  }
  if (!octets) return octets.error();
  auto object = codec::parse_json_object(text_of(octets->expose()), {1 << 20, 8});
  if (!object) return in_context(path.string(), object.error());
  const auto version = codec::integer_member(*object, "version", 1, 1 << 20);
  if (!version) return in_context(path.string(), version.error());
  if (*version != kRecordVersion) {
    return fail(Errc::invalid,
                path.string() + ": made by a newer version of keyferry: update this one");
  }
  return std::optional(*std::move(object));
}

Result<Done> save_record(const file::Path& folder, const std::string& name,
                         boost::json::object record) {
  record["version"] = kRecordVersion;
  std::string text = codec::encode_json(record) + "\n";
  auto saved = file::replace_secret(path_of_record(folder, name), bytes_of(text));
  wipe(text);
  return saved;
}

Result<Done> erase_record(const file::Path& folder, const std::string& name) {
  return file::erase(path_of_record(folder, name));
}

Result<std::string> free_name(const std::vector<file::Path>& folders, const std::string& wish) {
  for (int number = 1;; ++number) {
    std::string name = number == 1 ? wish : wish + "-" + std::to_string(number);
    const bool taken = std::any_of(folders.begin(), folders.end(), [&](const file::Path& folder) {
      return std::filesystem::exists(path_of_record(folder, name)) ||
             std::filesystem::exists(folder / name);
    });
    if (!taken) return name;
  }
}

void put_p256(boost::json::object& record, std::string_view name, const crypto::PrivateKey& key) {
  std::string text = encode_base64url(key.secret().expose());
  record[name] = text;
  wipe(text);
}

Result<crypto::PrivateKey> p256_member(const boost::json::object& record, std::string_view name) {
  KF_TRY(Bytes octets, base64url_member(record, name));
  return crypto::PrivateKey::from_secret(crypto::KeyType::p256, SecretBytes(std::move(octets)));
}

Result<Bytes> base64url_member(const boost::json::object& record, std::string_view name) {
  KF_TRY(std::string text, codec::text_member(record, name));
  auto octets = parse_base64url(text);
  wipe(text);
  return octets;
}

boost::json::array encode_octets_list(const std::vector<Bytes>& list) {
  boost::json::array out;
  for (const Bytes& octets : list) out.emplace_back(encode_base64url(octets));
  return out;
}

Result<std::vector<Bytes>> octets_list_member(const boost::json::object& record,
                                              std::string_view name) {
  KF_TRY(const std::vector<std::string> texts, codec::texts_member(record, name));
  std::vector<Bytes> out;
  for (const std::string& text : texts) {
    KF_TRY(Bytes octets, parse_base64url(text));
    out.push_back(std::move(octets));
  }
  return out;
}

}  // namespace keyferry::keystore
