// Target: mailbox::parse_state, the cells of the relay's store (a damaged or foreign database).
// What parses encodes to the same octets, or, if it is of an older format, to what parses to the
// same. "PART" in the input begins the next part; they are numbered from 1.
#include <algorithm>

#include "keyferry/mailbox/encoding.h"

namespace {

constexpr std::string_view kMark = "PART";

keyferry::mailbox::Encoded split(keyferry::ByteView input) {
  keyferry::mailbox::Encoded encoded;
  std::uint64_t number = 0;
  while (true) {
    const auto end = std::search(input.begin(), input.end(), kMark.begin(), kMark.end());
    keyferry::Bytes piece(input.begin(), end);
    number == 0 ? encoded.octets = std::move(piece)
                : encoded.parts.emplace_back(keyferry::Part{number, std::move(piece)}).octets;
    if (end == input.end()) return encoded;
    ++number;
    input = keyferry::ByteView(end + kMark.size(), input.end());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const mailbox::Encoded given = split(ByteView(data, size));
  const auto state = mailbox::parse_state(given.octets, given.parts);
  if (!state) return 0;
  const mailbox::Encoded again = mailbox::encode_state(*state);
  require(given.octets[0] != 3 || again == given, "a stored cell comes back");
  const auto read = mailbox::parse_state(again.octets, again.parts);
  require(read && *read == *state, "what is written anew is the same");
  return 0;
}
