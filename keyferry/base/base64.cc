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

// Three octets become four characters; what is left of one or two becomes two or three.
std::string encode(ByteView bytes, std::string_view alphabet, bool pad) {
  const std::size_t rest = bytes.size() % 3;
  const std::size_t tail = rest == 0 ? 0 : pad ? 4 : rest + 1;
  std::string text(bytes.size() / 3 * 4 + tail, '=');
  const std::uint8_t* in = bytes.data();
  char* out = text.data();
  for (const std::uint8_t* end = in + (bytes.size() - rest); in != end; in += 3, out += 4) {
    const std::uint32_t bits = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & 63];
    out[2] = alphabet[bits >> 6 & 63];
    out[3] = alphabet[bits & 63];
  }
  if (rest == 0) return text;
  const std::uint32_t bits =
      std::uint32_t{in[0]} << 16 | (rest == 2 ? std::uint32_t{in[1]} << 8 : 0U);
  for (std::size_t i = 0; i <= rest; ++i) out[i] = alphabet[bits >> (18 - 6 * i) & 63];
  return text;
}

// `text` is without padding here. A bad character shows in the sign of all that were or-ed, so that
// the loop has no branch.
Result<Bytes> decode(std::string_view text, const Table& table) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return fail(Errc::invalid, "base64 text is cut off");
  Bytes bytes(text.size() * 3 / 4);
  std::uint8_t* out = bytes.data();
  const auto value = [&](std::size_t at) -> std::int32_t {
    return table[static_cast<unsigned char>(text[at])];
  };
  std::int32_t all = 0;
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4, out += 3) {
    const std::int32_t a = value(at), b = value(at + 1), c = value(at + 2), d = value(at + 3);
    all |= a | b | c | d;
    out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    out[2] = static_cast<std::uint8_t>(c << 6 | d);
  }
  std::int32_t spare = 0;
  if (rest > 0) {
    const std::int32_t a = value(at), b = value(at + 1), c = rest == 3 ? value(at + 2) : 0;
    all |= a | b | c;
    out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (rest == 3) out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    spare = rest == 3 ? c & 3 : b & 15;
  }
  if (all < 0) return fail(Errc::invalid, "not a base64 character");
  if (spare != 0) return fail(Errc::invalid, "base64 text has spare bits that are not zero");
  return bytes;
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
