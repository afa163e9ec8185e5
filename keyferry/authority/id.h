// Ids of shares and credentials: 20 characters of [a-z2-7], 100 random bits (base32 of RFC 4648 in
// lower case). A share and its credential have different ids; neither is a secret.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::authority {

inline constexpr std::size_t kIdLength = 20;
// kIdRandomSize octets go into an id; the last four bits are not used.
inline constexpr std::size_t kIdRandomSize = 13;

// encode_id writes 20 characters from exactly kIdRandomSize octets (another size is a broken
// promise).
std::string encode_id(ByteView random);

// is_id says whether `text` has the form of an id.
bool is_id(std::string_view text);

// Id is a checked id of one sort; ids of different sorts do not mix.
template <class Tag>
class Id {
 public:
  // parse reads an id. Errors: not_found, as for an unknown one, so that nobody learns the form.
  static Result<Id> parse(std::string_view text) {
    if (!is_id(text)) return fail(Errc::not_found, "there is no such id");
    return Id(std::string(text));
  }
  // make takes kIdRandomSize random octets.
  static Id make(ByteView random) { return Id(encode_id(random)); }

  const std::string& text() const { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct ShareIdTag;
struct CredentialIdTag;
using ShareId = Id<ShareIdTag>;
using CredentialId = Id<CredentialIdTag>;

}  // namespace keyferry::authority
