// Randomness comes from the kernel itself (getrandom): nothing to seed, nothing to survive a fork.
#include "keyferry/digest/random.h"

#include <cerrno>

#include <sys/random.h>

#include "keyferry/base/error.h"

namespace keyferry::digest {

void random_fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t size = getrandom(out.data(), out.size(), 0);
    require(size > 0 || errno == EINTR, "the system gives random octets");
    if (size > 0) out = out.subspan(static_cast<std::size_t>(size));
  }
}

Bytes random_bytes(std::size_t size) {
  Bytes out(size);
  random_fill(out);
  return out;
}

SecretBytes random_secret(std::size_t size) {
  return SecretBytes(random_bytes(size));
}

std::uint64_t random_uniform(std::uint64_t bound) {
  require(bound > 0, "a random number has a bound");
  // 2^64 mod bound values at the low end would be one time too many: draw again.
  const std::uint64_t excess = (0 - bound) % bound;
  while (true) {
    std::uint64_t drawn = 0;
    random_fill({reinterpret_cast<std::uint8_t*>(&drawn), sizeof drawn});
    if (drawn >= excess) return drawn % bound;
  }
}

std::string random_digits(std::size_t count) {
  std::string out;
  out.reserve(count);
  while (out.size() < count) out += static_cast<char>('0' + random_uniform(10));
  return out;
}

UuidOctets random_uuid() {
  UuidOctets octets{};
  random_fill(octets);
  return as_uuid_v4(octets);
}

std::string random_id() {
  return encode_uuid(random_uuid());
}

}  // namespace keyferry::digest
