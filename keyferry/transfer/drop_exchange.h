// The messages of a Draft R exchange (docs/dropbox.md): where each lies and how it is sealed. Both
// follow from R and from everything that was said before, so one side has to keep all of it. Pure
// but for fresh random octets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/transfer/envelope.h"

namespace keyferry::transfer {

// DropSuite is a cipher suite under its TLS 1.3 number.
//
//= spec:tigress#DRR-03
enum class DropSuite { aes_128 = 0x1301, aes_256 = 0x1302, chacha20 = 0x1303 };

// encode_suite and parse_suite: four digits, as in the link. Nothing for one that we do not know.
std::string encode_suite(DropSuite suite);
std::optional<DropSuite> parse_suite(std::string_view text);

inline constexpr std::size_t kDropSecretSize = 32;  // R

// DropExchange is where one side stands. A plain value: the wallet stores encode() with every step.
class DropExchange {
 public:
  // `secret` is R, kDropSecretSize octets (else a broken promise). Before the first message.
  DropExchange(SecretBytes secret, DropSuite suite, Side own);

  // location is the URL part of the next message, in either direction; cancel_location of the place
  // where `side` ends the exchange out of turn.
  std::string location() const;
  std::string cancel_location(Side side) const;
  // is_own_turn says whether the next message is ours to write: the sender's are 0, 2, 4 …
  bool is_own_turn() const;

  // seal returns the octets to be put at location() and goes on to the next message. Each call
  // draws fresh octets: seal once and keep what came out. Only in one's own turn: writing twice in
  // a row is a broken promise.
  //
  //= spec:tigress#DRR-08
  Bytes seal(ByteView message);
  // open reads what lay at location() and goes on to the next message. Errors: cannot_open
  // (whatever is wrong: the seal, the number, a length), and nothing has changed.
  Result<Bytes> open(ByteView sealed);

  // seal_cancel and open_cancel do the same for the cancel of `side`; nothing goes on.
  Bytes seal_cancel(Side side, ByteView message) const;
  Result<Bytes> open_cancel(Side side, ByteView sealed) const;

  // first_message is message 0; empty before it was written or read.
  Bytes first_message() const;

  // encode holds all that was said, not R; resume takes it up again. Errors: invalid.
  SecretBytes encode() const;
  static Result<DropExchange> resume(SecretBytes secret, DropSuite suite, Side own, ByteView said);

 private:
  struct Place;
  Place next() const;
  Place cancel_of(Side side) const;
  std::string address(std::string_view label, ByteView context) const;
  Bytes derive(std::string_view label, ByteView context, std::size_t size) const;
  Bytes seal_at(const Place& place, ByteView plaintext) const;
  Result<Bytes> open_at(const Place& place, ByteView sealed) const;
  void advance(ByteView plaintext);

  SecretBytes secret_;
  DropSuite suite_;
  Side own_;
  SecretBytes said_;  // plaintext_0 ‖ … ‖ plaintext_(i-1)
  std::uint16_t number_ = 0;
};

}  // namespace keyferry::transfer
