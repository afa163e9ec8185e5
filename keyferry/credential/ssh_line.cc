// Text around an SSH blob; what the blob holds is the caller's business.
#include "keyferry/credential/ssh_line.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/ssh_wire.h"

namespace keyferry::credential {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// take_word removes leading spaces and returns what stands before the next one.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string encode_ssh_line(ByteView blob, std::string_view comment) {
  const Result<ByteView> type = codec::SshReader(blob).string();
  require(type.has_value(), "an SSH blob begins with its type");
  require(std::none_of(comment.begin(), comment.end(), is_control),
          "a comment has no control characters");
  std::string line(text_of(*type));
  line += ' ';
  line += encode_base64(blob);
  if (!comment.empty()) line.append(" ").append(comment);
  return line;
}

Result<Bytes> parse_ssh_line(std::string_view line) {
  std::string_view rest = without_line_end(line);
  if (std::any_of(rest.begin(), rest.end(), is_control)) {
    return fail(Errc::invalid, "an SSH key or certificate must be one line: TYPE BASE64 COMMENT");
  }
  const std::string_view type = take_word(rest);
  const Result<Bytes> blob = parse_base64(take_word(rest));
  if (!blob || blob->empty()) {
    return fail(Errc::invalid, "an SSH key or certificate must be TYPE BASE64 COMMENT");
  }
  const Result<ByteView> inner = codec::SshReader(*blob).string();
  if (!inner || text_of(*inner) != type) {
    return fail(Errc::invalid, "the type in front of the base64 text is not the one inside it");
  }
  return *blob;
}

}  // namespace keyferry::credential
