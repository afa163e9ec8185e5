// OpenSSH certificates. Which rights stand in one is decided in ssh_rights and ssh_kind.
#include "keyferry/credential/ssh_certificate.h"

#include <algorithm>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_line.h"

namespace keyferry::credential {
namespace {

constexpr std::string_view kSuffix = "-cert-v01@openssh.com";
constexpr std::size_t kNonceSize = 32;
constexpr std::size_t kMostOctets = 65536;
constexpr std::size_t kMostPrincipals = 256;  // OpenSSH: SSHKEY_CERT_MAX_PRINCIPALS
// sshd refuses a certificate with a critical option that it does not know, and so do we.
constexpr std::string_view kCriticalTexts[] = {"force-command", "source-address"};
constexpr std::string_view kCriticalFlag = "verify-required";

using Options = std::map<std::string, std::string>;

std::string certificate_type(crypto::KeyType type) {
  return std::string(ssh_key_type(type)).append(kSuffix);
}

// encode_options writes pairs string name ‖ string data in the map's order, which is the one that
// OpenSSH demands. Data is empty for a flag, else one string inside the string.
Bytes encode_options(const Options& options) {
  codec::SshWriter out;
  for (const auto& [name, value] : options) {
    codec::SshWriter data;
    if (!value.empty()) data.string(value);
    out.string(name);
    out.string(data.bytes());
  }
  return out.take();
}

Bytes encode_principals(const std::vector<std::string>& principals) {
  codec::SshWriter out;
  for (const std::string& principal : principals) out.string(principal);
  return out.take();
}

Bytes encode_signature(const crypto::PrivateKey& key, ByteView message) {
  const Bytes raw = key.sign(message);
  codec::SshWriter out;
  out.string(ssh_key_type(key.type()));
  if (key.type() == crypto::KeyType::ed25519) {
    out.string(raw);
  } else {
    codec::SshWriter pair;
    pair.mpint(ByteView(raw).first(32));
    pair.mpint(ByteView(raw).subspan(32));
    out.string(pair.bytes());
  }
  return out.take();
}

Result<std::string> read_text(codec::SshReader& in, std::string_view what) {
  KF_TRY(const ByteView octets, in.string());
  const std::string_view text = text_of(octets);
  if (!codec::is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(Errc::invalid, "the " + std::string(what) + " is not UTF-8 text");
  }
  return std::string(text);
}

// unwrap_option takes the one string out of an option's data.
Result<std::string> unwrap_option(ByteView data) {
  if (data.empty()) return std::string();
  codec::SshReader in(data);
  KF_TRY(std::string value, read_text(in, "value of an option"));
  if (value.empty() || !in.at_end()) {
    return fail(Errc::invalid, "the value of an option is not one string");
  }
  return value;
}

Result<Options> parse_options(ByteView octets) {
  Options options;
  codec::SshReader in(octets);
  while (!in.at_end()) {
    KF_TRY(std::string name, read_text(in, "name of an option"));
    KF_TRY(const ByteView data, in.string());
    if (name.empty() || (!options.empty() && name <= options.rbegin()->first)) {
      return fail(Errc::invalid, "the options of a certificate must be in ascending order");
    }
    KF_TRY(std::string value, unwrap_option(data));
    options.emplace_hint(options.end(), std::move(name), std::move(value));
  }
  return options;
}

Result<Done> check_critical(const Options& options) {
  for (const auto& [name, value] : options) {
    const bool is_text = std::ranges::find(kCriticalTexts, name) != std::end(kCriticalTexts);
    if (!(is_text && !value.empty()) && !(name == kCriticalFlag && value.empty())) {
      return fail(Errc::invalid, "the certificate has a critical option that is not understood");
    }
  }
  return Done{};
}

Result<std::vector<std::string>> parse_principals(ByteView octets) {
  std::vector<std::string> principals;
  codec::SshReader in(octets);
  while (!in.at_end()) {
    KF_TRY(std::string principal, read_text(in, "principal"));
    if (principal.empty() || principals.size() == kMostPrincipals) {
      return fail(Errc::invalid, "a certificate names 1 to 256 principals, none of them empty");
    }
    principals.push_back(std::move(principal));
  }
  // OpenSSH takes an empty list for "everybody".
  if (principals.empty()) return fail(Errc::invalid, "the certificate names no principal");
  return principals;
}

Result<Bytes> parse_p256_signature(ByteView body) {
  Bytes raw(64);
  codec::SshReader in(body);
  for (std::size_t end : {std::size_t{32}, std::size_t{64}}) {
    KF_TRY(const ByteView number, in.unsigned_mpint());
    if (number.size() > 32) return fail(Errc::invalid, "a number of the signature is too long");
    std::ranges::copy_backward(number, raw.begin() + static_cast<std::ptrdiff_t>(end));
  }
  if (!in.at_end()) return fail(Errc::invalid, "something follows the signature");
  return raw;
}

Result<Done> check_signature(const crypto::PublicKey& ca, ByteView signed_octets,
                             ByteView signature) {
  codec::SshReader in(signature);
  KF_TRY(const ByteView type, in.string());
  KF_TRY(const ByteView body, in.string());
  if (text_of(type) != ssh_key_type(ca.type()) || !in.at_end()) {
    return fail(Errc::invalid, "the signature is not of the CA key's type");
  }
  Bytes raw = copy_of(body);
  if (ca.type() == crypto::KeyType::p256) {
    KF_TRY(raw, parse_p256_signature(body));
  }
  if (!ca.verify(signed_octets, raw)) {
    return fail(Errc::cannot_open, "the certificate's signature is wrong");
  }
  return Done{};
}

Result<crypto::KeyType> read_type(codec::SshReader& in) {
  KF_TRY(const ByteView type, in.string());
  for (crypto::KeyType known : {crypto::KeyType::ed25519, crypto::KeyType::p256}) {
    if (text_of(type) == certificate_type(known)) return known;
  }
  return fail(Errc::invalid, "not an Ed25519 or P-256 OpenSSH certificate");
}

// read_options reads from critical options to the CA key.
Result<Done> read_options(codec::SshReader& in, SshCertificate& certificate) {
  KF_TRY(const ByteView critical, in.string());
  KF_TRY(const ByteView extensions, in.string());
  KF_TRY(const ByteView reserved, in.string());
  KF_TRY(const ByteView ca, in.string());
  KF_TRY(certificate.critical_options, parse_options(critical));
  KF_TRY(certificate.extensions, parse_options(extensions));
  KF_TRY(check_critical(certificate.critical_options));
  if (!reserved.empty()) return fail(Errc::invalid, "the certificate uses reserved octets");
  KF_TRY(certificate.ca, parse_ssh_public_key(ca));
  return Done{};
}

// read_body reads everything before the signature.
Result<SshCertificate> read_body(codec::SshReader& in) {
  KF_TRY(const crypto::KeyType type, read_type(in));
  KF_TRY(const ByteView nonce, in.string());
  if (nonce.size() != kNonceSize) return fail(Errc::invalid, "the nonce must have 32 octets");
  KF_TRY(const crypto::PublicKey key, read_ssh_key_octets(in, type));
  SshCertificate certificate{.key = key, .ca = key};
  KF_TRY(certificate.serial, in.u64());
  KF_TRY(certificate.kind, in.u32());
  if (certificate.kind != 1 && certificate.kind != 2) {
    return fail(Errc::invalid, "the certificate is neither for a user nor for a host");
  }
  KF_TRY(certificate.key_id, read_text(in, "key id"));
  KF_TRY(const ByteView principals, in.string());
  KF_TRY(certificate.principals, parse_principals(principals));
  KF_TRY(certificate.valid_after, in.u64());
  KF_TRY(certificate.valid_before, in.u64());
  if (certificate.valid_after >= certificate.valid_before) {
    return fail(Errc::invalid, "the certificate is never valid");
  }
  KF_TRY(read_options(in, certificate));
  return certificate;
}

}  // namespace

Bytes issue_ssh_certificate(SshCertificate certificate, ByteView nonce,
                            const crypto::PrivateKey& ca) {
  require(certificate.serial != 0, "a certificate has a serial");
  require(!certificate.principals.empty(), "a certificate names a principal");
  require(certificate.valid_after < certificate.valid_before, "a certificate is valid once");
  require(nonce.size() == kNonceSize, "a certificate's nonce has 32 octets");
  codec::SshWriter out;
  out.string(certificate_type(certificate.key.type()));
  out.string(nonce);
  write_ssh_key_octets(out, certificate.key);
  out.u64(certificate.serial);
  out.u32(certificate.kind);
  out.string(certificate.key_id);
  out.string(encode_principals(certificate.principals));
  out.u64(certificate.valid_after);
  out.u64(certificate.valid_before);
  out.string(encode_options(certificate.critical_options));
  out.string(encode_options(certificate.extensions));
  out.string("");
  out.string(encode_ssh_public_key(ca.public_key()));
  const Bytes signature = encode_signature(ca, out.bytes());
  out.string(signature);
  return out.take();
}

Result<SshCertificate> parse_ssh_certificate(ByteView blob) {
  if (blob.size() > kMostOctets) return fail(Errc::invalid, "the certificate is too long");
  codec::SshReader in(blob);
  KF_TRY(SshCertificate certificate, read_body(in));
  const ByteView signed_octets = blob.first(blob.size() - in.rest().size());
  KF_TRY(const ByteView signature, in.string());
  if (!in.at_end()) return fail(Errc::invalid, "something follows the certificate");
  KF_TRY(check_signature(certificate.ca, signed_octets, signature));
  return certificate;
}

std::string certificate_line(ByteView blob, std::string_view comment) {
  return encode_ssh_line(blob, comment);
}

Result<Bytes> parse_certificate_line(std::string_view line) {
  KF_TRY(Bytes blob, parse_ssh_line(line));
  codec::SshReader in(blob);
  KF_TRY(read_type(in));
  return blob;
}

}  // namespace keyferry::credential
