// OpenSSH's private key file, unencrypted:
//   "openssh-key-v1\0" ‖ string cipher "none" ‖ string kdf "none" ‖ string kdf options, empty ‖
//   u32 1 ‖ string public key ‖ string { u32 check ‖ u32 check ‖ private key ‖ string comment ‖
//   padding 1, 2, 3 … to a multiple of 8 }, in base64 lines of 70 characters.
#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/digest/hash.h"

namespace keyferry::credential {
namespace {

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::size_t kBlock = 8;  // of cipher "none"
constexpr std::size_t kColumns = 70;
constexpr std::size_t kMostOctets = 16384;

Error bad_file(std::string_view why) {
  return fail(Errc::invalid, "not an OpenSSH private key file: " + std::string(why));
}

void write_private_part(codec::SshWriter& out, const crypto::PrivateKey& key,
                        std::string_view comment) {
  // The two check words show a wrong passphrase; without one any equal pair does.
  const digest::Sha256 check = digest::sha256(encode_ssh_public_key(key.public_key()));
  out.raw(ByteView(check).first(4));
  out.raw(ByteView(check).first(4));
  out.string(ssh_key_type(key.type()));
  write_ssh_key_octets(out, key.public_key());
  if (key.type() == crypto::KeyType::ed25519) {
    out.u32(64);
    out.raw(key.secret().expose());
    out.raw(key.public_key().raw());
  } else {
    out.mpint(key.secret().expose());
  }
  out.string(comment);
  for (std::uint8_t pad = 1; out.bytes().size() % kBlock != 0; ++pad) out.u8(pad);
}

SecretBytes encode_blob(const crypto::PrivateKey& key, std::string_view comment) {
  const std::size_t room = 1024 + comment.size();
  codec::SshWriter part;
  part.reserve(room);
  write_private_part(part, key, comment);
  const SecretBytes secret(part.take());
  codec::SshWriter out;
  out.reserve(2 * room);
  out.raw(bytes_of(kMagic));
  out.string("none");
  out.string("none");
  out.string("");
  out.u32(1);
  out.string(encode_ssh_public_key(key.public_key()));
  out.string(secret.expose());
  return SecretBytes(out.take());
}

// decode_file returns the octets between the two marker lines.
Result<SecretBytes> decode_file(std::string_view file) {
  if (file.size() > kMostOctets) return bad_file("it is too long");
  if (!file.starts_with(kBegin)) return bad_file("the BEGIN line is missing");
  file.remove_prefix(kBegin.size());
  const std::size_t end = file.find(kEnd.substr(0, kEnd.size() - 1));
  if (end == std::string_view::npos) return bad_file("the END line is missing");
  const std::string_view behind = file.substr(end + kEnd.size() - 1);
  if (!behind.empty() && behind != "\n") return bad_file("something follows the END line");
  std::string text;
  text.reserve(end);
  for (char c : file.substr(0, end)) {
    if (c != '\n' && c != '\r') text += c;
  }
  Result<Bytes> octets = parse_base64(text);
  wipe(text);
  if (!octets) return bad_file("its base64 text is damaged");
  return SecretBytes(*std::move(octets));
}

// read_secret reads the type's private octets: an Ed25519 seed followed by the public key, or a
// P-256 scalar.
Result<SecretBytes> read_secret(codec::SshReader& in, const crypto::PublicKey& key) {
  if (key.type() == crypto::KeyType::ed25519) {
    KF_TRY(const ByteView both, in.string());
    if (both.size() != 64 || !std::ranges::equal(both.subspan(32), key.raw())) {
      return bad_file("its private and its public part do not belong together");
    }
    return SecretBytes::copy(both.first(32));
  }
  KF_TRY(const ByteView scalar, in.unsigned_mpint());
  if (scalar.size() > 32) return bad_file("its private number is too long");
  Bytes padded(32);
  std::ranges::copy_backward(scalar, padded.end());
  return SecretBytes(std::move(padded));
}

Result<crypto::PrivateKey> read_private_part(ByteView part, const crypto::PublicKey& public_key) {
  codec::SshReader in(part);
  KF_TRY(const std::uint32_t check1, in.u32());
  KF_TRY(const std::uint32_t check2, in.u32());
  if (part.size() % kBlock != 0 || check1 != check2) return bad_file("its private part is damaged");
  KF_TRY(const ByteView type, in.string());
  if (text_of(type) != ssh_key_type(public_key.type())) return bad_file("its key types differ");
  KF_TRY(const crypto::PublicKey inner, read_ssh_key_octets(in, public_key.type()));
  if (inner != public_key) return bad_file("its public keys differ");
  KF_TRY(const SecretBytes secret, read_secret(in, public_key));
  KF_TRY(in.string());
  const ByteView padding = in.rest();
  for (std::size_t i = 0; i < padding.size(); ++i) {
    if (i >= kBlock - 1 || padding[i] != i + 1) return bad_file("its padding is damaged");
  }
  KF_TRY(crypto::PrivateKey key, crypto::PrivateKey::from_secret(public_key.type(), secret));
  if (key.public_key() != public_key) {
    return bad_file("its private and its public part do not belong together");
  }
  return key;
}

}  // namespace

SecretBytes encode_openssh_private_key(const crypto::PrivateKey& key, std::string_view comment) {
  require(comment.size() <= 1024 && comment.find_first_of("\r\n") == std::string_view::npos,
          "a key's comment is one short line");
  const SecretBytes blob = encode_blob(key, comment);
  std::string text = encode_base64(blob.expose());
  Bytes file;
  file.reserve(kBegin.size() + kEnd.size() + text.size() + text.size() / kColumns + 1);
  append(file, bytes_of(kBegin));
  for (std::size_t at = 0; at < text.size(); at += kColumns) {
    append(file, bytes_of(std::string_view(text).substr(at, kColumns)));
    file.push_back('\n');
  }
  append(file, bytes_of(kEnd));
  wipe(text);
  return SecretBytes(std::move(file));
}

Result<crypto::PrivateKey> parse_openssh_private_key(const SecretBytes& file) {
  KF_TRY(const SecretBytes blob, decode_file(text_of(file.expose())));
  codec::SshReader in(blob.expose());
  KF_TRY(const ByteView magic, in.raw(std::min(kMagic.size(), blob.size())));
  if (text_of(magic) != kMagic) return bad_file("its first octets are not openssh-key-v1");
  KF_TRY(const ByteView cipher, in.string());
  KF_TRY(const ByteView kdf, in.string());
  KF_TRY(const ByteView kdf_options, in.string());
  if (text_of(cipher) != "none" || text_of(kdf) != "none" || !kdf_options.empty()) {
    return bad_file("it has a passphrase; only files without one are read");
  }
  KF_TRY(const std::uint32_t keys, in.u32());
  if (keys != 1) return bad_file("it must hold one key");
  KF_TRY(const ByteView public_blob, in.string());
  KF_TRY(const ByteView part, in.string());
  if (!in.at_end()) return bad_file("something follows the key");
  KF_TRY(const crypto::PublicKey public_key, parse_ssh_public_key(public_blob));
  return read_private_part(part, public_key);
}

}  // namespace keyferry::credential
