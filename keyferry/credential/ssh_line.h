// The one-line text form that OpenSSH gives to keys and certificates: TYPE BASE64 COMMENT.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::credential {

// encode_ssh_line takes a blob that begins with its type as an SSH string; anything else, or a
// comment with a line end, is a broken promise. No line end follows.
std::string encode_ssh_line(ByteView blob, std::string_view comment);

// parse_ssh_line returns the blob, whose type is the one in front of it. One line end and spaces
// around are fine; a second line, options in front and base64 that is not exact are refused. The
// comment may hold anything but control characters. Errors: invalid.
Result<Bytes> parse_ssh_line(std::string_view line);

}  // namespace keyferry::credential
