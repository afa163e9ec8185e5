// One sealed message at one location, as a value: PUT once, read as often as needed, deleted, or
// gone at its deadline. The rules know no clock, disk, socket or digest.
#pragma once

#include <optional>
#include <string>

#include "keyferry/base/bytes.h"
#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::dropbox {

// kLeastDrop: a nonce of 16 octets, the framing of an empty message without random (7) and a tag
// (16). Nothing that was sealed is shorter.
inline constexpr std::size_t kLeastDrop = 16 + 7 + 16;

struct Drop {
  Bytes content;      // nobody's business here
  std::string token;  // whom to tell when this is deleted: a webhook's URL; empty: nobody
  friend bool operator==(const Drop&, const Drop&) = default;
};

// check_content refuses what cannot be a sealed message. Errors: invalid (shorter than kLeastDrop),
// too_large (longer than `most`).
Result<Done> check_content(std::string_view content, std::size_t most);

struct Put {
  bool repeated = false;  // the same octets lie there already: a retry; nothing to store
};

// decide_put lets `content` be put where `current` lies, if anything does. Nothing is ever put over
// something else (B-06). Errors: precondition_failed (`taken`).
Result<Put> decide_put(const std::optional<Drop>& current, std::string_view content);

// A drop as octets, as the store keeps it:
//
//   u8      format: 1 without, 2 with a token
//   u16 n   only in format 2, big-endian; 1 at least
//   n       the token, likewise
//   content
//
// A token of more than 65 535 octets is a fault of the caller.
Bytes encode_drop(std::string_view content, std::string_view token);

// parse_drop reads that. Errors: unavailable (a newer format), io (damaged).
Result<Drop> parse_drop(ByteView octets);

}  // namespace keyferry::dropbox
