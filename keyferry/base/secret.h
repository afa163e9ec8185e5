// Secrets: wiped when they die, compared in constant time, never printed. Raw octets come out only
// through expose(), so one grep for `expose(` shows every place that sees them.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "keyferry/base/bytes.h"

namespace keyferry {

// wipe overwrites memory in a way that the compiler may not leave out.
inline void wipe(void* data, std::size_t size) {
  if (size == 0) return;  // `data` may be null then, which memset forbids
  std::memset(data, 0, size);
  asm volatile("" : : "r"(data) : "memory");
}
inline void wipe(Bytes& bytes) {
  wipe(bytes.data(), bytes.size());
}
// wipe overwrites the whole capacity, the short-string buffer included, and empties the text.
inline void wipe(std::string& text) {
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

// equal_constant_time compares without leaving early; only the lengths may show in the time.
inline bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  asm volatile("" : "+r"(difference));
  return difference == 0;
}
inline bool equal_constant_time(std::string_view a, std::string_view b) {
  return equal_constant_time(bytes_of(a), bytes_of(b));
}

// SecretBytes holds secret octets of any length. Move-only; the moved-from one is empty. No
// operator prints it. Not safe for concurrent writers.
class SecretBytes {
 public:
  SecretBytes() = default;
  // Takes the octets over; whoever copied them elsewhere before has to wipe that copy.
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  // Copies `view`; the caller keeps its own copy and its duty to wipe it.
  static SecretBytes copy(ByteView view) { return SecretBytes(copy_of(view)); }

  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }

  SecretBytes clone() const { return copy(bytes_); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  // expose gives the raw octets; the view lives as long as this object.
  ByteView expose() const { return bytes_; }

  friend bool operator==(const SecretBytes& a, const SecretBytes& b) {
    return equal_constant_time(a.bytes_, b.bytes_);
  }

 private:
  Bytes bytes_;
};

}  // namespace keyferry
