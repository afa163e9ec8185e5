// Names follow the draft: lv_cat, generator_string, ISK. The group is libsodium's ristretto255.
#include "keyferry/crypto/cpace.h"

#include <sodium.h>

#include "keyferry/digest/hash.h"

namespace keyferry::crypto {
namespace {

constexpr std::string_view kDsi = "CPaceRistretto255";
constexpr std::string_view kDsiIsk = "CPaceRistretto255_ISK";
constexpr std::size_t kHashBlock = 128;  // input block size of SHA-512 (s_in_bytes)

void ready() {
  static const int result = sodium_init();
  require(result >= 0, "libsodium starts");
}

// prepend_len: the length in LEB128, then the octets.
void lv(Bytes& out, ByteView part) {
  std::size_t size = part.size();
  do {
    const std::uint8_t low = size & 0x7f;
    size >>= 7;
    out.push_back(static_cast<std::uint8_t>(size > 0 ? low | 0x80 : low));
  } while (size > 0);
  append(out, part);
}

SecretBytes lv_cat(std::initializer_list<ByteView> parts) {
  Bytes out;
  std::size_t room = 0;
  for (const ByteView part : parts) room += part.size() + 4;
  out.reserve(room);  // no reallocation leaves a copy of a secret behind
  for (const ByteView part : parts) lv(out, part);
  return SecretBytes(std::move(out));
}

SecretBytes generator_string(const CpaceInput& input) {
  const std::size_t used = input.prs.size() + 1 + kDsi.size() + 1 + 1;
  const Bytes padding(used < kHashBlock ? kHashBlock - used : 0);
  return lv_cat({bytes_of(kDsi), input.prs, padding, input.ci, input.sid});
}

Result<CpaceShare> multiply(const SecretBytes& scalar, const CpaceShare& element) {
  CpaceShare out{};
  // Refuses what is not an element and a neutral result.
  if (crypto_scalarmult_ristretto255(out.data(), scalar.expose().data(), element.data()) != 0) {
    return fail(Errc::invalid, "the other side's code share is not usable", "code");
  }
  return out;
}

SecretBytes isk(ByteView sid, const CpaceShare& k, const CpaceShare& ya, ByteView ada,
                const CpaceShare& yb, ByteView adb) {
  const SecretBytes input = lv_cat({bytes_of(kDsiIsk), sid, k, ya, ada, yb, adb});
  digest::Sha512 hash = digest::sha512(input.expose());
  SecretBytes out = SecretBytes::copy(hash);
  wipe(hash.data(), hash.size());
  return out;
}

bool is_usable_scalar(ByteView scalar) {
  // Reducing a reduced scalar changes nothing.
  ByteArray<64> wide{};
  std::copy(scalar.begin(), scalar.end(), wide.begin());
  ByteArray<32> reduced{};
  crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
  const bool fine =
      equal_constant_time(reduced, scalar) && !equal_constant_time(reduced, Bytes(32));
  wipe(wide.data(), wide.size());
  wipe(reduced.data(), reduced.size());
  return fine;
}

}  // namespace

CpaceShare cpace_generator(const CpaceInput& input) {
  ready();
  const SecretBytes string = generator_string(input);
  digest::Sha512 hash = digest::sha512(string.expose());
  CpaceShare generator{};
  require(crypto_core_ristretto255_from_hash(generator.data(), hash.data()) == 0, "64 octets map");
  wipe(hash.data(), hash.size());
  return generator;
}

CpaceSide CpaceSide::start(const CpaceInput& input) {
  ready();
  Bytes scalar(crypto_core_ristretto255_SCALARBYTES);
  crypto_core_ristretto255_scalar_random(scalar.data());
  return resume(input, SecretBytes(std::move(scalar))).value();
}

Result<CpaceSide> CpaceSide::resume(const CpaceInput& input, const SecretBytes& scalar) {
  if (scalar.size() != 32 || !is_usable_scalar(scalar.expose())) {
    return fail(Errc::invalid, "the stored code scalar is damaged");
  }
  KF_TRY(const CpaceShare share, multiply(scalar, cpace_generator(input)));
  return CpaceSide(scalar.clone(), share);
}

Result<SecretBytes> CpaceSide::initiator_key(ByteView sid, const CpaceShare& responder,
                                             ByteView ada, ByteView adb) const {
  KF_TRY(CpaceShare k, multiply(scalar_, responder));
  SecretBytes key = isk(sid, k, share_, ada, responder, adb);
  wipe(k.data(), k.size());
  return key;
}

Result<SecretBytes> CpaceSide::responder_key(ByteView sid, const CpaceShare& initiator,
                                             ByteView ada, ByteView adb) const {
  KF_TRY(CpaceShare k, multiply(scalar_, initiator));
  SecretBytes key = isk(sid, k, initiator, ada, share_, adb);
  wipe(k.data(), k.size());
  return key;
}

}  // namespace keyferry::crypto
