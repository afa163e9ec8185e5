// Rights are data with an order: a child's are never more than its parent's (authority.md section
// 4). Each kind has a schema that lists its rights; the rules here hold for every kind.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"

namespace keyferry::credential {

// RightValue is one text (a command) or a set of texts (logins).
using RightValue = std::variant<std::string, std::set<std::string>>;

// RightOrder says what "narrower or equal" means for a right.
enum class RightOrder {
  subset,    // a set: each text is one of the parent's
  networks,  // a set of CIDR: each lies in one of the parent's
  fixed,     // one text: the parent's, octet for octet
};

// RightPresence says what it means that a right is absent in the rights of a share.
enum class RightPresence {
  required,   // it may not be: a root has to state it
  defaulted,  // it may not be: a root that does not state it gets the default
  optional,   // no limit; so a child may state anything where its parent has none
};

// Right is one row of a schema.
struct Right {
  std::string_view name;
  RightOrder order;
  RightPresence presence;
  // parse_text checks one text and returns its canonical form. Errors: invalid, with a detail that
  // says what is wrong with it.
  Result<std::string> (*parse_text)(std::string_view text);
  std::size_t least = 1;  // texts in a set
  std::size_t most = 64;
  std::span<const std::string_view> root_default = {};
};

// Rights are the complete rights of a share: every required and defaulted right is there, every
// text is canonical, so equal rights compare equal. Made only by the functions below.
class Rights {
 public:
  // texts returns the set `name`, or nothing where the right is absent or one text; text the one
  // text. The pointers live as long as the object does.
  const std::set<std::string>* texts(std::string_view name) const;
  const std::string* text(std::string_view name) const;
  const std::map<std::string, RightValue, std::less<>>& values() const { return values_; }

  friend bool operator==(const Rights&, const Rights&) = default;

 private:
  friend struct RightsReader;
  std::map<std::string, RightValue, std::less<>> values_;
};

// RightsSchema is what a kind's verifier enforces, and nothing else may be sold.
struct RightsSchema {
  std::string_view verifier;  // for messages: "sshd"
  std::span<const Right> rights;
  // check_whole checks what no single right shows (how many principals). Errors: invalid.
  Result<Done> (*check_whole)(const Rights& rights);
};

// make_root_rights reads the rights that an administrator asks for and adds the defaults.
// make_child_rights reads what a holder asks for, copies what is absent from `parent` and checks
// the order. Both take the JSON object `rights` of the interface: sets as arrays of strings (order
// and repetitions do not matter), one text as a string.
//
// Errors, all before anything changes, the detail naming the right: forbidden with reason
// right_not_enforceable (a name that the schema does not list), invalid (a wrong type, a bad or
// missing text, too many), forbidden with reason wider_than_parent (as check_narrower).
Result<Rights> make_root_rights(const RightsSchema& schema, const boost::json::object& asked);
Result<Rights> make_child_rights(const RightsSchema& schema, const Rights& parent,
                                 const boost::json::object& asked);

// parse_rights reads complete rights, as records, answers and offers carry them: what
// encode_rights wrote. Errors as make_root_rights, and invalid for a defaulted right that is
// missing.
Result<Rights> parse_rights(const RightsSchema& schema, const boost::json::object& object);

// encode_rights writes members and sets in ascending order of their octets: equal rights, equal
// JSON.
boost::json::object encode_rights(const Rights& rights);

// check_narrower says whether `child` is nowhere more than `parent`. It is reflexive and
// transitive. Errors: forbidden with reason wider_than_parent, the detail naming the right, what is
// too much and what the parent has.
Result<Done> check_narrower(const RightsSchema& schema, const Rights& parent, const Rights& child);

}  // namespace keyferry::credential
