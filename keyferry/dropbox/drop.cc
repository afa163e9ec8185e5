// The same octets put again are a retry and succeed: a client that lost its answer must get
// through.
#include "keyferry/dropbox/drop.h"

namespace keyferry::dropbox {
namespace {

constexpr std::uint8_t kPlain = 1;
constexpr std::uint8_t kWithToken = 2;

Result<Drop> damaged() {
  return fail(Errc::io, "a stored message is damaged");
}

}  // namespace

Result<Done> check_content(std::string_view content, std::size_t most) {
  if (content.size() > most) {
    return fail(Errc::too_large,
                "the body is over the limit of " + std::to_string(most) + " octets");
  }
  if (content.size() >= kLeastDrop) return Done{};
  return fail(Errc::invalid, "the body is too short for a sealed message: send what was sealed");
}

//= spec:tigress#B-06
Result<Put> decide_put(const std::optional<Drop>& current, std::string_view content) {
  if (!current) return Put{false};
  if (text_of(current->content) == content) return Put{true};
  return fail(Errc::precondition_failed, "something else lies here already", "taken");
}

Bytes encode_drop(std::string_view content, std::string_view token) {
  require(token.size() <= 0xffff, "a token fits into a stored drop");
  Bytes octets;
  octets.reserve(3 + token.size() + content.size());
  octets.push_back(token.empty() ? kPlain : kWithToken);
  if (!token.empty()) {
    octets.push_back(static_cast<std::uint8_t>(token.size() >> 8));
    octets.push_back(static_cast<std::uint8_t>(token.size() & 0xff));
    append(octets, bytes_of(token));
  }
  append(octets, bytes_of(content));
  return octets;
}

Result<Drop> parse_drop(ByteView octets) {
  if (octets.empty() || octets[0] == 0) return damaged();
  if (octets[0] > kWithToken) {
    return fail(Errc::unavailable,
                "a stored message was written by a newer version of the relay: run that one");
  }
  if (octets[0] == kPlain) return Drop{copy_of(octets.subspan(1)), {}};
  if (octets.size() < 3) return damaged();
  const std::size_t length = std::size_t{octets[1]} << 8 | octets[2];
  if (length == 0 || octets.size() - 3 < length) return damaged();
  return Drop{copy_of(octets.subspan(3 + length)), std::string(text_of(octets.subspan(3, length)))};
}

}  // namespace keyferry::dropbox
