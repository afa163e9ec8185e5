// Strict JSON (RFC 8259): values in, values out; what members mean is the caller's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::codec {

struct JsonLimits {
  std::size_t octets = 65536;
  std::size_t depth = 8;  // containers inside one another, the outermost included
};

// parse_json reads one JSON value: UTF-8, no byte-order mark, no duplicate member at any depth,
// nothing but white space behind it, no number beyond the range of a double. Errors: too_large
// (octets), invalid (everything else; the detail says what and at which octet, counted from 0,
// never quoting the value). Costs some 1.2 of Boost.JSON's own parses (bench/json).
Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits = {});

// parse_json_object is parse_json that also demands an object.
Result<boost::json::object> parse_json_object(std::string_view text, JsonLimits limits = {});

// encode_json writes without white space, members in the order of the object.
std::string encode_json(const boost::json::value& value);

// Readers of one member. A missing or wrongly typed member is Errc::invalid with a detail like
// "member \"expires\" is missing" or "member \"depth\" must be an integer from 0 to 16"; callers
// say where with in_context("content", …). An optional member that is there must have its type:
// null is refused. Numbers with a fraction or an exponent are not integers.
Result<std::string> text_member(const boost::json::object& object, std::string_view name);
Result<std::optional<std::string>> optional_text_member(const boost::json::object& object,
                                                        std::string_view name);
Result<std::int64_t> integer_member(const boost::json::object& object, std::string_view name,
                                    std::int64_t least, std::int64_t most);
Result<std::optional<std::int64_t>> optional_integer_member(const boost::json::object& object,
                                                            std::string_view name,
                                                            std::int64_t least, std::int64_t most);
Result<std::optional<bool>> optional_bool_member(const boost::json::object& object,
                                                 std::string_view name);
// The pointers live as long as the object does.
Result<const boost::json::object*> object_member(const boost::json::object& object,
                                                 std::string_view name);
Result<const boost::json::object*> optional_object_member(const boost::json::object& object,
                                                          std::string_view name);
Result<std::vector<std::string>> texts_member(const boost::json::object& object,
                                              std::string_view name);
// base64url without padding of exactly `size` octets (0: any size).
Result<Bytes> octets_member(const boost::json::object& object, std::string_view name,
                            std::size_t size);

}  // namespace keyferry::codec
