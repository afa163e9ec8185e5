// The plaintext of every message between wallets (transfer.md section 2):
//
//   {"format": …, "content": {…}, "keyferry": {"v": 1, "type", "transfer", "from", "seq", …}}
//
// One JSON object, UTF-8, no duplicate member, depth ≤ 8, ≤ 32 768 octets. Unknown members are
// ignored.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::transfer {

inline constexpr std::size_t kMostPlaintext = 32768;

enum class Side { sender, receiver };

// Routing is the member `keyferry`: where in a conversation the message stands.
struct Routing {
  std::string type;  // "invite", …
  ByteArray<16> transfer{};
  Side from = Side::sender;
  std::uint8_t seq = 0;
  std::optional<std::string> mailbox;  // absent in the first message
  std::optional<ByteArray<32>> prev;   // H(last plaintext of the other side that was accepted)
};

struct Envelope {
  std::string format;
  boost::json::object content;
  std::optional<Routing> routing;  // a plain v1 sender has none
};

// parse_envelope reads a plaintext. Errors: invalid; reason `version` when `keyferry.v` is an
// integer other than 1 ("made by a newer version": tell the person, give the mailbox back), else
// `damaged`.
//
//= spec:tigress#FMT-01
Result<Envelope> parse_envelope(ByteView plaintext);

// encode_envelope writes the octets that are sealed and hashed. More than kMostPlaintext octets is
// too_large.
Result<Bytes> encode_envelope(const Envelope& envelope);

}  // namespace keyferry::transfer
