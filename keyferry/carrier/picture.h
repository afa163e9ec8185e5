// QR pictures in files: drawn as PNG, read from PNG and JPEG (a screenshot, a photograph).
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::carrier {

inline constexpr std::size_t kMostPicture = 16 << 20;  // octets of a file that is read

// draw_qr draws `text` (8-bit) as a PNG, dark on light with its quiet zone. Errors: too_large (more
// than 2953 octets).
Result<Bytes> draw_qr(std::string_view text);

// is_picture says that `octets` begin as a PNG or JPEG does.
bool is_picture(ByteView octets);

// read_qr reads the one QR code in a PNG or JPEG, upright or turned. Errors: invalid (no such
// picture or a damaged one; no QR code in it, or several), too_large (over 40 million points).
Result<std::string> read_qr(ByteView picture);

}  // namespace keyferry::carrier
