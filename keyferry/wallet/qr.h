// A QR picture in text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/result.h"

namespace keyferry::wallet {

// qr_lines draws `text` (8-bit) with half blocks: two modules a character, dark on light with the
// quiet zone of four modules, for terminals that show light text on dark ground. Errors: too_large.
Result<std::vector<std::string>> qr_lines(std::string_view text);

}  // namespace keyferry::wallet
