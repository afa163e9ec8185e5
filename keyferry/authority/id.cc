#include "keyferry/authority/id.h"

#include <algorithm>

namespace keyferry::authority {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

}  // namespace

std::string encode_id(ByteView random) {
  require(random.size() == kIdRandomSize, "an id is made from 13 random octets");
  std::string text;
  std::uint32_t window = 0;
  int bits = 0;
  for (std::uint8_t octet : random) {
    window = (window << 8) | octet;
    for (bits += 8; bits >= 5 && text.size() < kIdLength; bits -= 5) {
      text += kAlphabet[(window >> (bits - 5)) & 31u];
    }
  }
  return text;
}

bool is_id(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
           return kAlphabet.find(c) != std::string_view::npos;
         });
}

}  // namespace keyferry::authority
