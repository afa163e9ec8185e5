// The relay's secret: a ring of keys in one file, never in the store (architecture.md section 3). A
// copied store opens nothing without it.
#pragma once

#include <filesystem>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/digest/hash.h"

namespace keyferry::relay {

// Secret is one key of the ring. `id` names it in stored cells; it follows from the key, so that a
// store and a foreign ring are told apart.
struct Secret {
  std::uint32_t id = 0;
  SecretBytes key;  // 32 octets
  Time made{};
  digest::HmacSha256 hmac;  // of `key`
};

// SecretRing holds at least one key, the newest first: new mailboxes are made under that one.
// Immutable once loaded, so safe from any thread.
class SecretRing {
 public:
  // load_or_make reads the file, or makes it with one new key and mode 600 if there is none.
  // Errors: forbidden (mode or owner), invalid (not a key ring, or of a newer version), io.
  static Result<SecretRing> load_or_make(const std::filesystem::path& path, Time now);

  // rotate puts a new key at the head of the ring in the file. Servers use it from their next
  // start.
  static Result<Done> rotate(const std::filesystem::path& path, Time now);

  // keep_only drops every key but the newest and those named, in the file and here.
  Result<Done> keep_only(const std::vector<std::uint32_t>& named,
                         const std::filesystem::path& path);

  const std::vector<Secret>& keys() const { return keys_; }
  const Secret& newest() const { return keys_.front(); }
  bool knows(std::uint32_t id) const;

 private:
  static Result<SecretRing> parse(std::string_view text);
  std::string encode() const;
  std::vector<Secret> keys_;
};

}  // namespace keyferry::relay
