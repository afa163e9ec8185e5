// Deterministic CBOR (RFC 8949 section 4.2.1), as far as delegations need it: integers below 2^64,
// byte and text strings, arrays, maps and null. What is written another way than the shortest is
// not read.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "keyferry/base/bytes.h"

namespace keyferry::delegation {

enum class Major : std::uint8_t { number, negative, bytes, text, array, map };

// cbor_head writes a head; of `negative` the value is -1 - value. cbor_number, cbor_bytes and
// cbor_text write whole items.
Bytes cbor_head(Major major, std::uint64_t value);
Bytes cbor_number(std::uint64_t value);
Bytes cbor_bytes(ByteView value);
Bytes cbor_text(std::string_view value);
// cbor_array joins items that are encoded already.
Bytes cbor_array(const std::vector<Bytes>& items);
inline const Bytes kCborNull{0xf6};

// CborReader reads from `octets`, which must outlive it and every view that it returns. After the
// first thing that is not as asked, ok() is false and everything returned is 0 or empty.
class CborReader {
 public:
  explicit CborReader(ByteView octets) : left_(octets) {}
  bool ok() const { return ok_; }
  // finished says that everything was read, and as asked.
  bool finished() const { return ok_ && left_.empty(); }
  ByteView left() const { return left_; }
  // fail notes that what was read has a wrong value.
  void fail() { ok_ = false; }
  bool next_is(Major major) const { return !left_.empty() && left_[0] >> 5 == int(major); }

  std::uint64_t head(Major major);
  std::uint64_t number(std::uint64_t least, std::uint64_t most);
  ByteView bytes(std::size_t least, std::size_t most);
  std::string_view text(std::size_t most);
  std::size_t array(std::size_t least, std::size_t most);
  // exactly takes these octets. null takes a null, if one is next.
  void exactly(ByteView octets);
  bool null();

 private:
  ByteView take(std::uint64_t size);
  ByteView left_;
  bool ok_ = true;
};

}  // namespace keyferry::delegation
