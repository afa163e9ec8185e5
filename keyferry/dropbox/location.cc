#include "keyferry/dropbox/location.h"

#include <algorithm>

#include "keyferry/base/base64.h"

namespace keyferry::dropbox {

Result<Location> parse_location(std::string_view text) {
  const auto octets =
      text.size() == kLocationLength ? parse_base64url(text) : Result<Bytes>(nothing_there());
  Location location;
  if (!octets || octets->size() != location.octets.size()) return nothing_there();
  std::copy(octets->begin(), octets->end(), location.octets.begin());
  return location;
}

Error nothing_there() {
  return fail(Errc::not_found, "nothing lies here: it never did, has expired or was deleted");
}

}  // namespace keyferry::dropbox
