// A piece of a stored value that is kept and written apart from the rest.
#pragma once

#include <cstdint>

#include "keyferry/base/bytes.h"

namespace keyferry {

// Part is one such piece. Whoever keeps a value in parts never uses a number again for other octets
// as long as the value lives.
struct Part {
  std::uint64_t number = 0;
  Bytes octets;
  friend bool operator==(const Part&, const Part&) = default;
};

}  // namespace keyferry
