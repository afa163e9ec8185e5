#include "keyferry/verifier/ack.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::verifier {
namespace {

constexpr std::string_view kFile = "signing.key";

std::string account_of(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry ? entry->pw_name : std::to_string(user);
}

// check_account keeps root from leaving a key that the agent, which runs as the folder's owner,
// cannot read. A folder that is not there yet will be its parent's owner's.
Result<Done> check_account(file::Path folder) {
  if (::geteuid() != 0) return Done{};
  struct stat info{};
  while (::stat(folder.c_str(), &info) != 0) {
    if (!folder.has_relative_path()) return Done{};
    folder = folder.parent_path();
  }
  if (info.st_uid == 0) return Done{};
  const std::string owner = account_of(info.st_uid);
  return fail(Errc::forbidden, folder.string() + " belongs to " + owner +
                                   ": run this with that account (runuser -u " + owner +
                                   " -- keyferry-verifier init …)");
}

std::string encode_key_set(const crypto::PublicKey& key) {
  auto jwk = crypto::encode_jwk(key);
  jwk["use"] = "sig";
  jwk["alg"] = "ES256";
  jwk["kid"] = crypto::jwk_thumbprint(key);
  return codec::encode_json(boost::json::object{{"keys", boost::json::array{std::move(jwk)}}});
}

}  // namespace

Result<std::string> init_keys(const file::Path& state) {
  KF_TRY(check_account(std::filesystem::absolute(state)));
  KF_TRY(file::make_directory(state, 0700));
  file::sweep(state);
  KF_TRY(auto key, load_signing_key(state));
  if (!key) {
    key = crypto::PrivateKey::generate(crypto::KeyType::p256);
    const SecretBytes text = credential::encode_openssh_private_key(*key, "keyferry verifier");
    KF_TRY(file::create_new(state / kFile, text.expose(), 0600));
  }
  return encode_key_set(key->public_key());
}

Result<std::optional<crypto::PrivateKey>> load_signing_key(const file::Path& state) {
  const file::Path path = state / kFile;
  auto text = file::read_secret(path);
  if (!text) {
    if (text.error().code == Errc::not_found) return std::optional<crypto::PrivateKey>();
    return text.error();
  }
  auto key = credential::parse_openssh_private_key(*text);
  if (!key) return in_context(path.string(), key.error());
  if (key->type() != crypto::KeyType::p256)
    return fail(Errc::invalid, path.string() + " holds no P-256 key");
  return std::optional(*std::move(key));
}

//= spec:authority#6-acknowledged
std::string make_ack(const crypto::PrivateKey& key, const std::string& authority,
                     const std::string& list, const Position& position, Time now) {
  return crypto::sign_jws({{"typ", "keyferry-ack+jwt"}},
                          {{"verifier", crypto::jwk_thumbprint(key.public_key())},
                           {"aud", authority},
                           {"list", list},
                           {"epoch", position.epoch},
                           {"number", position.number},
                           {"iat", unix_seconds(now)}},
                          key);
}

}  // namespace keyferry::verifier
