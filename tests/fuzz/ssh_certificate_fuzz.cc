// Target: credential::parse_ssh_certificate and its line. The input is a certificate without CA key
// and signature; both are added here, or no mutation would ever get past the signature. What is
// accepted has one encoding: issued again from its fields it is the same octets.
#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_key.h"

namespace {

using namespace keyferry;

const crypto::PrivateKey& ca() {
  static const crypto::PrivateKey key =
      *crypto::PrivateKey::from_secret(crypto::KeyType::ed25519, SecretBytes(Bytes(32, 0x17)));
  return key;
}

Bytes signed_as_certificate(ByteView body) {
  codec::SshWriter out;
  out.raw(body);
  out.string(credential::encode_ssh_public_key(ca().public_key()));
  codec::SshWriter signature;
  signature.string(credential::ssh_key_type(crypto::KeyType::ed25519));
  signature.string(ca().sign(out.bytes()));
  out.string(signature.bytes());
  return out.take();
}

Bytes nonce_of(ByteView blob) {
  codec::SshReader reader(blob);
  require(reader.string().has_value(), "a certificate begins with its type");
  const auto nonce = reader.string();
  require(nonce.has_value(), "a certificate has a nonce");
  return copy_of(*nonce);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto blob = credential::parse_certificate_line(text_of(input))) {
    const auto read = credential::parse_ssh_certificate(*blob);
    require(!read || credential::parse_certificate_line(
                         credential::certificate_line(*blob, "comment")) == *blob,
            "a line comes back");
  }
  const Bytes blob = signed_as_certificate(input);
  const auto certificate = credential::parse_ssh_certificate(blob);
  if (!certificate || certificate->serial == 0) return 0;
  require(credential::issue_ssh_certificate(*certificate, nonce_of(blob), ca()) == blob,
          "a certificate has one encoding");
  return 0;
}
