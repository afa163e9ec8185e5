// Target: SSH public keys as blobs and lines, and OpenSSH private key files. A blob comes back
// octet for octet; a file is written again for the same key.
#include "keyferry/credential/ssh_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const ByteView octets(data, size);
  if (const auto key = credential::parse_ssh_public_key(octets)) {
    require(credential::encode_ssh_public_key(*key) == copy_of(octets), "a blob comes back");
  }
  if (const auto key = credential::parse_authorized_line(text_of(octets))) {
    std::string line = credential::authorized_line(*key, "");
    line.erase(line.find_last_not_of(' ') + 1);
    require(credential::parse_authorized_line(line) == *key, "a line comes back");
    // Any number of spaces may stand before the key, as OpenSSH reads it.
    require(text_of(octets).find(line.substr(line.find(' ') + 1)) != std::string_view::npos,
            "a key has one spelling");
  }
  if (const auto key = credential::parse_openssh_private_key(SecretBytes::copy(octets))) {
    const auto again =
        credential::parse_openssh_private_key(credential::encode_openssh_private_key(*key, "c"));
    require(again && again->public_key() == key->public_key(), "a key file comes back");
  }
  return 0;
}
