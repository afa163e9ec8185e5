// The table of kinds: a new one adds its line here.
#include "keyferry/credential/kind.h"

#include <array>

#include "keyferry/codec/text.h"
#include "keyferry/credential/ssh_kind.h"

namespace keyferry::credential {

std::span<const Kind* const> kinds() {
  static const std::array<const Kind*, 1> table{&ssh_kind()};
  return table;
}

Result<const Kind*> find_kind(std::string_view name) {
  std::string known;
  for (const Kind* kind : kinds()) {
    if (kind->name() == name) return kind;
    known.append(known.empty() ? "" : ", ").append(kind->name());
  }
  return fail(Errc::invalid,
              "the kind " + codec::quote(name) + " is not known here; there is " + known,
              "unknown_kind");
}

}  // namespace keyferry::credential
