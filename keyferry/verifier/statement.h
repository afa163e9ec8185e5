// What the authority signs about a list, and which statement replaces which. Pure.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "keyferry/base/clock.h"
#include "keyferry/digest/hash.h"
#include "keyferry/verifier/trust.h"

namespace keyferry::verifier {

// Position orders the lists of one name: the epoch first (it rises with each restore from a
// backup), then the number. {0, 0} is before every list of an authority.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// encode_position writes "EPOCH/NUMBER" for people.
std::string encode_position(const Position& position);

// Statement is the payload of a `keyferry-list+jwt`.
struct Statement {
  std::string name;
  Position position;
  Time issued{};
  Time next_update{};
  digest::Sha256 sha256{};  // of the list's octets
};

// verify_statement parses a compact JWS of type keyferry-list+jwt, checks its signature by one of
// the list keys (the one that `kid` names by its thumbprint, or any if there is no kid) and that it
// is about the list `name`. Nothing of an unverified payload gets out.
//
// Errors: invalid (form, another list's name, next_update not after issued), cannot_open (signed by
// a key that trust.json does not hold, or wrongly).
//
//= spec:authority#6-signed
Result<Statement> verify_statement(std::string_view compact, const Trust& trust,
                                   std::string_view name);

enum class Step {
  keep,   // the list that we have is the newest
  fetch,  // get the list that the statement is about
};

// decide_statement says what to do with a verified statement when `have` is in force at `now`.
//
// Errors, each with a reason for metrics: conflict `roll_back` (an older position), conflict
// `two_lists` (our position with other octets), conflict `expired` (a newer list whose next_update
// has passed; the detail names the clock).
//
//= spec:authority#6-rising
Result<Step> decide_statement(const Statement& said, const Statement& have, Time now);

// check_list checks the octets of a list against the statement that named them. Errors: conflict
// `wrong_hash`.
Result<Done> check_list(ByteView list, const Statement& said);

// is_current says whether an unchanged list may still count as news from the authority: until its
// next_update and 120 s of clock skew. Whoever can only repeat old answers loses us after that.
bool is_current(const Statement& have, Time now);

}  // namespace keyferry::verifier
