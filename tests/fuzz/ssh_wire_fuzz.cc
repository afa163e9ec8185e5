// Target: codec::SshReader. The first octets of the input say which types to read from the rest;
// what is read is written again to the same octets.
#include "keyferry/codec/ssh_wire.h"

namespace {

using namespace keyferry;

// copy reads one value of the kind that `choice` names and writes it to `out`.
bool copy(std::uint8_t choice, codec::SshReader& reader, codec::SshWriter& out) {
  if (choice % 5 == 0) {
    if (const auto value = reader.u8()) return out.u8(*value), true;
  } else if (choice % 5 == 1) {
    if (const auto value = reader.u32()) return out.u32(*value), true;
  } else if (choice % 5 == 2) {
    if (const auto value = reader.u64()) return out.u64(*value), true;
  } else if (choice % 5 == 3) {
    if (const auto value = reader.string()) return out.string(*value), true;
  } else if (const auto value = reader.raw(choice)) {
    return out.raw(*value), true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kChoices = 8;
  if (size < kChoices) return 0;
  const ByteView input = ByteView(data, size).subspan(kChoices);
  codec::SshReader reader(input);
  codec::SshWriter writer;
  for (std::size_t i = 0; i < kChoices && copy(data[i], reader, writer); ++i) {
  }
  // A read that failed may have left the reader anywhere behind what was copied, never before it.
  const Bytes& copied = writer.bytes();
  require(copied.size() + reader.rest().size() <= input.size(), "no octet is read twice");
  require(std::equal(copied.begin(), copied.end(), input.begin()), "what is read comes back");
  return 0;
}
