// Target: credential::parse_ssh_krl. What it reads, in any of OpenSSH's forms, revokes the same
// once written by us and read again.
#include "keyferry/credential/ssh_krl.h"

namespace {

using namespace keyferry;

void expect_same(const credential::SshKrl& a, const credential::SshKrl& b) {
  require(a.version == b.version && a.generated == b.generated && a.comment == b.comment,
          "the head comes back");
  require(a.keys == b.keys, "revoked keys come back");
  require(a.sections.size() == b.sections.size(), "sections come back");
  for (std::size_t i = 0; i < a.sections.size(); ++i) {
    const auto& one = a.sections[i];
    const auto& other = b.sections[i];
    require(one.ca == other.ca && one.serials == other.serials && one.key_ids == other.key_ids,
            "a section comes back");
    for (const credential::SerialRun& run : one.serials.runs()) {
      for (std::uint64_t serial : {run.first, run.last}) {
        require(credential::revokes(b, one.ca, serial, ""), "what was revoked stays revoked");
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto krl = credential::parse_ssh_krl({data, size});
  if (!krl) return 0;
  const Bytes octets = credential::encode_ssh_krl(*krl);
  const auto again = credential::parse_ssh_krl(octets);
  require(again.has_value(), "what we write we read");
  expect_same(*krl, *again);
  require(credential::encode_ssh_krl(*again) == octets, "a list has one encoding of ours");
  return 0;
}
