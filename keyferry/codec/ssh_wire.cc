// Big-endian integers and counted strings; what they mean is in credential/.
#include "keyferry/codec/ssh_wire.h"

#include <limits>

namespace keyferry::codec {
namespace {

Error too_short() {
  return fail(Errc::invalid, "the SSH data ends too early");
}

template <class T>
void write(Bytes& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

template <class T>
Result<T> read(ByteView& rest) {
  if (rest.size() < sizeof(T)) return too_short();
  T value = 0;
  for (std::uint8_t octet : rest.first(sizeof(T))) {
    value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | octet);
  }
  rest = rest.subspan(sizeof(T));
  return value;
}

}  // namespace

void SshWriter::u8(std::uint8_t value) {
  bytes_.push_back(value);
}
void SshWriter::u32(std::uint32_t value) {
  write(bytes_, value);
}
void SshWriter::u64(std::uint64_t value) {
  write(bytes_, value);
}
void SshWriter::raw(ByteView value) {
  append(bytes_, value);
}

void SshWriter::string(ByteView value) {
  require(value.size() <= std::numeric_limits<std::uint32_t>::max(), "an SSH string fits its u32");
  u32(static_cast<std::uint32_t>(value.size()));
  raw(value);
}

void SshWriter::mpint(ByteView unsigned_big_endian) {
  while (!unsigned_big_endian.empty() && unsigned_big_endian.front() == 0) {
    unsigned_big_endian = unsigned_big_endian.subspan(1);
  }
  const bool needs_zero = !unsigned_big_endian.empty() && (unsigned_big_endian.front() & 0x80) != 0;
  u32(static_cast<std::uint32_t>(unsigned_big_endian.size() + (needs_zero ? 1 : 0)));
  if (needs_zero) u8(0);
  raw(unsigned_big_endian);
}

Result<std::uint8_t> SshReader::u8() {
  return read<std::uint8_t>(rest_);
}
Result<std::uint32_t> SshReader::u32() {
  return read<std::uint32_t>(rest_);
}
Result<std::uint64_t> SshReader::u64() {
  return read<std::uint64_t>(rest_);
}

Result<ByteView> SshReader::string() {
  KF_TRY(const std::uint32_t size, u32());
  return raw(size);
}

Result<ByteView> SshReader::unsigned_mpint() {
  KF_TRY(const ByteView number, string());
  if (number.empty()) return number;
  const bool high_bit = (number.front() & 0x80) != 0;
  const bool sign_octet = number.front() == 0;
  const bool sign_needed = number.size() > 1 && (number[1] & 0x80) != 0;
  if (high_bit || (sign_octet && !sign_needed)) {
    return fail(Errc::invalid, "an SSH number is negative or has needless leading zeros");
  }
  return sign_octet ? number.subspan(1) : number;
}

Result<ByteView> SshReader::raw(std::size_t size) {
  if (rest_.size() < size) return too_short();
  const ByteView value = rest_.first(size);
  rest_ = rest_.subspan(size);
  return value;
}

}  // namespace keyferry::codec
