// The stored form of a conversation: named octet strings, so that secrets pass through no buffer
// that is not wiped.
//
//   u8 version (1) ‖ (string name ‖ string value)*
//   string: u32 length, big-endian, then octets
#pragma once

#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/transfer/effects.h"

namespace keyferry::transfer {

class RecordWriter {
 public:
  RecordWriter();
  void octets(std::string_view name, ByteView value);
  void text(std::string_view name, std::string_view value) { octets(name, bytes_of(value)); }
  void number(std::string_view name, int value) { text(name, std::to_string(value)); }
  void object(std::string_view name, const boost::json::object& value);
  // Of effects only those that an ended transfer can still owe: others are a broken promise.
  void effects(std::string_view name, const Effects& value);
  SecretBytes take() { return SecretBytes(std::move(out_)); }

 private:
  void raw(ByteView part);
  Bytes out_;
};

// RecordReader keeps the record; every reader fails with invalid if the name is missing or the
// value is not of that form. "made by a newer version" when the version octet is not 1.
class RecordReader {
 public:
  static Result<RecordReader> parse(const SecretBytes& record);
  Result<SecretBytes> secret(std::string_view name) const;
  Result<std::string> text(std::string_view name) const;
  Result<int> number(std::string_view name, int least, int most) const;
  Result<const boost::json::object*> object(std::string_view name) const;
  Result<Effects> effects(std::string_view name) const;
  template <std::size_t N>
  Result<ByteArray<N>> array(std::string_view name) const {
    KF_TRY(const SecretBytes value, secret(name));
    if (value.size() != N) return fail(Errc::invalid, "the stored transfer is damaged");
    ByteArray<N> out{};
    std::copy(value.expose().begin(), value.expose().end(), out.begin());
    return out;
  }

 private:
  std::map<std::string, SecretBytes, std::less<>> values_;
  mutable std::map<std::string, boost::json::object, std::less<>> objects_;
};

}  // namespace keyferry::transfer
