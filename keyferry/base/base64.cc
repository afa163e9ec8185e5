#include "keyferry/base/base64.h"

namespace keyferry {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Table = std::array<std::int8_t, 256>;

constexpr Table table_of(std::string_view a, std::string_view b) {
  Table table{};
  for (auto& entry : table) entry = -1;
  for (std::string_view alphabet : {a, b}) {
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
  }
  return table;
}

constexpr Table kFromStandard = table_of(kStandard, kStandard);
constexpr Table kFromUrl = table_of(kUrl, kUrl);
constexpr Table kFromAny = table_of(kStandard, kUrl);

std::string encode(ByteView bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::uint8_t octet : bytes) {
    bits = bits << 8 | octet;
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += alphabet[bits >> count & 63];
    }
  }
  if (count > 0) out += alphabet[bits << (6 - count) & 63];
  if (pad) out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

// `text` is without padding here.
Result<Bytes> decode(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) return fail(Errc::invalid, "base64 text is cut off");
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    const int value = table[static_cast<unsigned char>(c)];
    if (value < 0) return fail(Errc::invalid, "not a base64 character");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> count & 255));
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) {
    return fail(Errc::invalid, "base64 text has spare bits that are not zero");
  }
  return out;
}

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string encode_base64(ByteView bytes) {
  return encode(bytes, kStandard, true);
}

std::string encode_base64url(ByteView bytes) {
  return encode(bytes, kUrl, false);
}

Result<Bytes> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Errc::invalid, "base64 text is cut off");
  return decode(without_padding(text), kFromStandard);
}

Result<Bytes> parse_base64url(std::string_view text) {
  return decode(text, kFromUrl);
}

Result<Bytes> parse_base64_any(std::string_view text) {
  const std::string_view bare = without_padding(text);
  if (bare.size() != text.size() && text.size() % 4 != 0) {
    return fail(Errc::invalid, "base64 text has half its padding");
  }
  return decode(bare, kFromAny);
}

}  // namespace keyferry
