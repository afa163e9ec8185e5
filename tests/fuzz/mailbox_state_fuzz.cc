// Target: mailbox::parse_state, the cells of the relay's store (a damaged or foreign database).
// What parses encodes to the same octets.
#include "keyferry/mailbox/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const ByteView octets(data, size);
  if (const auto state = mailbox::parse_state(octets)) {
    require(mailbox::encode_state(*state) == copy_of(octets), "a stored cell comes back");
  }
  return 0;
}
