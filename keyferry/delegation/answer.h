// What a wallet says at a lock's door (docs/lock.md, "At the door").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/delegation/chain.h"

namespace keyferry::delegation {

// Challenge is the lock's message; `octets` is it as it came.
struct Challenge {
  Bytes octets;
  XyOctets lock{};
  Bytes door;  // lock id ‖ name
  std::optional<std::uint32_t> time;
};
// parse_challenge also checks that the door is this key's. Errors: invalid (reason `form`).
Result<Challenge> parse_challenge(ByteView octets);

// answer_of_holder is a plain answer with a chain; answer_of_owner one with the empty chain.
Bytes answer_of_holder(const Challenge& challenge, const crypto::PrivateKey& holder,
                       std::span<const Bytes> links);
Bytes answer_of_owner(const Challenge& challenge, const crypto::PrivateKey& owner);

// statement_of_owner has a lock do `op` instead of opening; `value` is encoded CBOR.
enum class Op : unsigned { add_owner = 1, remove_owner = 2, set_clock = 3, lists = 4 };
Bytes statement_of_owner(const Challenge& challenge, const crypto::PrivateKey& owner, Op op,
                         ByteView value);

// ListNumber is what a lock tells of a list that it has, 0: none.
struct ListNumber {
  Thumbprint signer{};
  std::uint64_t number = 0;
  std::optional<Id> root;
};
struct Reply {
  unsigned reason = 0;
  std::vector<ListNumber> lists;
};

// SealedTalk is one conversation under a key that only this wallet and the lock have.
class SealedTalk {
 public:
  explicit SealedTalk(const Challenge& challenge);
  // Errors: invalid (the lock's key is no point).
  Result<Bytes> seal_answer(ByteView plain);
  // open_reply. Errors: cannot_open, invalid.
  Result<Reply> open_reply(ByteView sealed) const;
  // Bodies of the frames that carry lists, one after another.
  Bytes seal_next(ByteView octets);
  Result<Bytes> open_next(ByteView sealed);

 private:
  SecretBytes key(std::string_view label) const;
  crypto::PrivateKey e_;
  Challenge challenge_;
  SecretBytes shared_;
  std::uint32_t sent_ = 0, taken_ = 0;
};

// reason_name names a lock's reason; kOpened and kDone are the ones that are none against it.
inline constexpr unsigned kRefused = 0, kOpened = 1, kDone = 2;
std::string reason_name(unsigned reason);

}  // namespace keyferry::delegation
