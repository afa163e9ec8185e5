// Type and length are checked before anything is decoded; the AEAD comes last.
#include "keyferry/transfer/sealed_payload.h"

#include "keyferry/base/base64.h"
#include "keyferry/crypto/aead.h"

namespace keyferry::transfer {
namespace {

constexpr std::string_view kAes128 = "AEAD_AES_128_GCM";
constexpr std::string_view kAes256 = "AEAD_AES_256_GCM";
constexpr std::size_t kMostData = 65536 / 3 * 4 + 4;  // 64 KiB decoded

std::string_view type_for(std::size_t secret_size) {
  return secret_size == 16 ? kAes128 : kAes256;
}

}  // namespace

//= spec:tigress#REL-01
SealedPayload seal_payload(const SecretBytes& secret, ByteView plaintext) {
  return {std::string(type_for(secret.size())),
          encode_base64(crypto::aead_seal(secret, plaintext))};
}

Result<Bytes> open_payload(const SecretBytes& secret, const SealedPayload& payload) {
  if (payload.type != kAes128 && payload.type != kAes256) {
    return fail(Errc::invalid, "the message is sealed in a way that this version does not know");
  }
  //= spec:tigress#A-44
  if (payload.type != type_for(secret.size())) {
    return fail(Errc::invalid, "the secret's length does not fit how the message was sealed");
  }
  if (payload.data.size() > kMostData) return fail(Errc::invalid, "the message is too long");
  auto sealed = parse_base64_any(payload.data);
  if (!sealed) return in_context("reading the sealed message", sealed.error());
  return crypto::aead_open(secret, *sealed);
}

}  // namespace keyferry::transfer
