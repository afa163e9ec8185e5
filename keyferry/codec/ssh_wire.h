// The SSH data types of RFC 4251 section 5: big-endian integers, strings with a u32 length, mpint.
#pragma once

#include <string_view>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

class SshWriter {
 public:
  // reserve makes room for `size` octets in all, so that secret ones are written once and no copy
  // stays behind in memory that the vector gave up.
  void reserve(std::size_t size) { bytes_.reserve(size); }
  void u8(std::uint8_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void string(ByteView value);
  void string(std::string_view value) { string(bytes_of(value)); }
  // mpint writes an unsigned big-endian number as RFC 4251 mpint; leading zero octets are dropped.
  void mpint(ByteView unsigned_big_endian);
  void raw(ByteView value);
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// SshReader walks over octets it does not own. Every read fails with invalid once too few are left.
class SshReader {
 public:
  explicit SshReader(ByteView bytes) : rest_(bytes) {}
  Result<std::uint8_t> u8();
  Result<std::uint32_t> u32();
  Result<std::uint64_t> u64();
  Result<ByteView> string();  // views the input
  // unsigned_mpint reads an mpint and returns its octets without the sign octet. Errors: invalid
  // for a negative number and for needless leading octets too.
  Result<ByteView> unsigned_mpint();
  Result<ByteView> raw(std::size_t size);
  ByteView rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

}  // namespace keyferry::codec
