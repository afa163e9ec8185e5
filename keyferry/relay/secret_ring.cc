// Two instances may start at once: create_new lets one of them make the ring, and the other reads
// that one.
#include "keyferry/relay/secret_ring.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"
#include "keyferry/file/file.h"

namespace keyferry::relay {
namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr unsigned kMode = 0600;

std::uint32_t id_of(const SecretBytes& key) {
  const auto hash = digest::sha256({bytes_of("keyferry relay secret id"), key.expose()});
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = id << 8 | hash[i];
  return id;
}

Secret secret_of(SecretBytes key, Time made) {
  const std::uint32_t id = id_of(key);
  digest::HmacSha256 hmac(key.expose());
  return Secret{id, std::move(key), made, std::move(hmac)};
}

Secret make_secret(Time now) {
  return secret_of(digest::random_secret(kKeyOctets), now);
}

Result<Secret> parse_secret(const boost::json::value& value) {
  if (!value.is_object()) return fail(Errc::invalid, "a key of the ring is not an object");
  KF_TRY(Bytes octets, codec::octets_member(value.get_object(), "key", kKeyOctets));
  SecretBytes key(std::move(octets));
  KF_TRY(const std::string text, codec::text_member(value.get_object(), "made"));
  KF_TRY(const Time made, codec::parse_rfc3339(text));
  return secret_of(std::move(key), made);
}

}  // namespace

Result<SecretRing> SecretRing::parse(std::string_view text) {
  KF_TRY(const auto object, codec::parse_json_object(text));
  if (!codec::integer_member(object, "version", 1, 1)) {
    return fail(Errc::invalid, "it is not a key ring of this version of the relay");
  }
  const auto* list = object.if_contains("keys");
  if (!list || !list->is_array() || list->get_array().empty()) {
    return fail(Errc::invalid, "it holds no keys");
  }
  SecretRing ring;
  for (const auto& value : list->get_array()) {
    KF_TRY(Secret secret, parse_secret(value));
    ring.keys_.push_back(std::move(secret));
  }
  return ring;
}

std::string SecretRing::encode() const {
  std::string text = R"({"version":1,"keys":[)";
  for (const Secret& secret : keys_) {
    if (&secret != &keys_.front()) text += ',';
    std::string key = encode_base64url(secret.key.expose());
    text += R"({"made":")" + codec::encode_rfc3339(secret.made) + R"(","key":")" + key + "\"}";
    wipe(key);
  }
  return text + "]}\n";
}

Result<SecretRing> SecretRing::load_or_make(const std::filesystem::path& path, Time now) {
  file::sweep_beside(path);
  const auto octets = file::read_secret(path);
  if (octets) {
    auto ring = parse(text_of(octets->expose()));
    if (!ring) return in_context(path.string(), ring.error());
    return ring;
  }
  if (octets.error().code != Errc::not_found) return octets.error();
  SecretRing ring;
  ring.keys_.push_back(make_secret(now));
  std::string text = ring.encode();
  const auto made = file::create_new(path, bytes_of(text), kMode);
  wipe(text);
  // Another instance was faster: its ring is the one.
  if (!made && made.error().code == Errc::conflict) return load_or_make(path, now);
  KF_TRY(made);
  return ring;
}

Result<Done> SecretRing::rotate(const std::filesystem::path& path, Time now) {
  KF_TRY(SecretRing ring, load_or_make(path, now));
  ring.keys_.insert(ring.keys_.begin(), make_secret(now));
  std::string text = ring.encode();
  auto replaced = file::replace(path, bytes_of(text), kMode);
  wipe(text);
  return replaced;
}

Result<Done> SecretRing::keep_only(const std::vector<std::uint32_t>& named,
                                   const std::filesystem::path& path) {
  const auto unused = [&](const Secret& secret) {
    return &secret != &keys_.front() &&
           std::find(named.begin(), named.end(), secret.id) == named.end();
  };
  if (std::none_of(keys_.begin(), keys_.end(), unused)) return Done{};
  std::vector<Secret> kept;
  for (Secret& secret : keys_) {
    if (!unused(secret)) kept.push_back(secret_of(secret.key.clone(), secret.made));
  }
  keys_ = std::move(kept);
  std::string text = encode();
  auto replaced = file::replace(path, bytes_of(text), kMode);
  wipe(text);
  return replaced;
}

bool SecretRing::knows(std::uint32_t id) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const Secret& secret) { return secret.id == id; });
}

}  // namespace keyferry::relay
