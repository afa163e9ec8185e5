// Public keys in SSH's own encoding. Private key files are in ssh_private_key.cc.
#include "keyferry/credential/ssh_key.h"

#include "keyferry/base/base64.h"
#include "keyferry/credential/ssh_line.h"
#include "keyferry/digest/hash.h"

namespace keyferry::credential {
namespace {

constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kP256 = "ecdsa-sha2-nistp256";
constexpr std::string_view kP256Curve = "nistp256";

}  // namespace

std::string_view ssh_key_type(crypto::KeyType type) {
  return type == crypto::KeyType::ed25519 ? kEd25519 : kP256;
}

void write_ssh_key_octets(codec::SshWriter& out, const crypto::PublicKey& key) {
  if (key.type() == crypto::KeyType::p256) out.string(kP256Curve);
  out.string(key.raw());
}

Result<crypto::PublicKey> read_ssh_key_octets(codec::SshReader& in, crypto::KeyType type) {
  if (type == crypto::KeyType::p256) {
    KF_TRY(const ByteView curve, in.string());
    if (text_of(curve) != kP256Curve) {
      return fail(Errc::invalid, "the curve of an ecdsa-sha2-nistp256 key must be nistp256");
    }
  }
  KF_TRY(const ByteView raw, in.string());
  return crypto::PublicKey::parse(type, raw);
}

Bytes encode_ssh_public_key(const crypto::PublicKey& key) {
  codec::SshWriter out;
  out.string(ssh_key_type(key.type()));
  write_ssh_key_octets(out, key);
  return out.take();
}

Result<crypto::PublicKey> parse_ssh_public_key(ByteView blob) {
  codec::SshReader in(blob);
  KF_TRY(const ByteView name, in.string());
  if (text_of(name) != kEd25519 && text_of(name) != kP256) {
    return fail(Errc::invalid, "the key must be of type ssh-ed25519 or ecdsa-sha2-nistp256");
  }
  const auto type = text_of(name) == kEd25519 ? crypto::KeyType::ed25519 : crypto::KeyType::p256;
  KF_TRY(crypto::PublicKey key, read_ssh_key_octets(in, type));
  if (!in.at_end()) return fail(Errc::invalid, "something follows the SSH key");
  return key;
}

std::string authorized_line(const crypto::PublicKey& key, std::string_view comment) {
  return encode_ssh_line(encode_ssh_public_key(key), comment);
}

Result<crypto::PublicKey> parse_authorized_line(std::string_view line) {
  KF_TRY(const Bytes blob, parse_ssh_line(line));
  return parse_ssh_public_key(blob);
}

std::string ssh_fingerprint(const crypto::PublicKey& key) {
  std::string hash = encode_base64(digest::sha256(encode_ssh_public_key(key)));
  hash.resize(hash.find_last_not_of('=') + 1);
  return "SHA256:" + hash;
}

}  // namespace keyferry::credential
