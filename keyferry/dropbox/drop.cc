#include "keyferry/dropbox/drop.h"

namespace keyferry::dropbox {
namespace {

constexpr std::uint8_t kFormat = 1;

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

Bytes encode_drop(std::string_view content) {
  Bytes octets;
  octets.reserve(1 + content.size());
  octets.push_back(kFormat);
  append(octets, bytes_of(content));
  return octets;
}

Bytes encode_drop(const Drop& drop) {
  return encode_drop(text_of(drop.content));
}

Result<Drop> parse_drop(ByteView octets) {
  if (octets.empty() || octets[0] == 0) return fail(Errc::io, "a stored message is damaged");
  if (octets[0] > kFormat) {
    return fail(Errc::unavailable,
                "a stored message was written by a newer version of the relay: run that one");
  }
  return Drop{copy_of(octets.subspan(1))};
}

}  // namespace keyferry::dropbox
