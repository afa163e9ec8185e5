// Each head is checked against its shortest form, and each size against what is left, before octets
// are taken.
#include "keyferry/delegation/cbor.h"

#include <algorithm>

namespace keyferry::delegation {

Bytes cbor_head(Major major, std::uint64_t value) {
  const int size = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value >> 32 ? 8 : 4;
  const std::uint8_t more = size == 0   ? static_cast<std::uint8_t>(value)
                            : size == 1 ? 24
                            : size == 2 ? 25
                            : size == 4 ? 26
                                        : 27;
  Bytes out{static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5 | more)};
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

Bytes cbor_number(std::uint64_t value) {
  return cbor_head(Major::number, value);
}

Bytes cbor_bytes(ByteView value) {
  return concat({cbor_head(Major::bytes, value.size()), value});
}

Bytes cbor_text(std::string_view value) {
  return concat({cbor_head(Major::text, value.size()), bytes_of(value)});
}

Bytes cbor_array(const std::vector<Bytes>& items) {
  Bytes out = cbor_head(Major::array, items.size());
  for (const Bytes& item : items) append(out, item);
  return out;
}

ByteView CborReader::take(std::uint64_t size) {
  if (!ok_ || size > left_.size()) {
    ok_ = false;
    return {};
  }
  const ByteView taken = left_.first(static_cast<std::size_t>(size));
  left_ = left_.subspan(static_cast<std::size_t>(size));
  return taken;
}

std::uint64_t CborReader::head(Major major) {
  const ByteView first = take(1);
  if (!ok_ || first[0] >> 5 != static_cast<int>(major) || (first[0] & 31) > 27) {
    ok_ = false;
    return 0;
  }
  const unsigned info = first[0] & 31u;
  if (info < 24) return info;
  std::uint64_t value = 0;
  for (const std::uint8_t octet : take(std::uint64_t{1} << (info - 24))) value = value << 8 | octet;
  const std::uint64_t least = info == 24   ? 24
                              : info == 25 ? 0x100
                              : info == 26 ? 0x10000
                                           : std::uint64_t{1} << 32;
  if (value < least) ok_ = false;
  return ok_ ? value : 0;
}

std::uint64_t CborReader::number(std::uint64_t least, std::uint64_t most) {
  const std::uint64_t value = head(Major::number);
  if (value < least || value > most) ok_ = false;
  return ok_ ? value : 0;
}

ByteView CborReader::bytes(std::size_t least, std::size_t most) {
  const std::uint64_t size = head(Major::bytes);
  if (size < least || size > most) ok_ = false;
  return take(size);
}

std::string_view CborReader::text(std::size_t most) {
  const std::uint64_t size = head(Major::text);
  if (size > most) ok_ = false;
  return text_of(take(size));
}

std::size_t CborReader::array(std::size_t least, std::size_t most) {
  const std::uint64_t size = head(Major::array);
  if (size < least || size > most) ok_ = false;
  return ok_ ? static_cast<std::size_t>(size) : 0;
}

void CborReader::exactly(ByteView octets) {
  if (!std::ranges::equal(take(octets.size()), octets)) ok_ = false;
}

bool CborReader::null() {
  if (!ok_ || left_.empty() || left_[0] != kCborNull[0]) return false;
  take(1);
  return true;
}

}  // namespace keyferry::delegation
