// Readers of single members of a JSON object, with messages for the person who wrote the object.
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"

namespace keyferry::codec {
namespace {

namespace json = boost::json;

std::string named(std::string_view name) {
  return "member \"" + std::string(name) + "\"";
}
Error missing(std::string_view name) {
  return fail(Errc::invalid, named(name) + " is missing");
}
Error mistyped(std::string_view name, std::string_view wanted) {
  return fail(Errc::invalid, named(name) + " must be " + std::string(wanted));
}

std::optional<std::int64_t> as_integer(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return *number;
  const std::uint64_t* number = value.if_uint64();
  if (number != nullptr && std::in_range<std::int64_t>(*number)) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

template <class T>
Result<T> required(Result<std::optional<T>> found, std::string_view name) {
  KF_TRY(std::optional<T> value, std::move(found));
  if (!value) return missing(name);
  return *std::move(value);
}

}  // namespace

Result<std::string> text_member(const json::object& object, std::string_view name) {
  return required(optional_text_member(object, name), name);
}

Result<std::optional<std::string>> optional_text_member(const json::object& object,
                                                        std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return mistyped(name, "a string");
  return std::optional<std::string>(std::string(value->get_string()));
}

Result<std::int64_t> integer_member(const json::object& object, std::string_view name,
                                    std::int64_t least, std::int64_t most) {
  return required(optional_integer_member(object, name, least, most), name);
}

Result<std::optional<std::int64_t>> optional_integer_member(const json::object& object,
                                                            std::string_view name,
                                                            std::int64_t least, std::int64_t most) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<std::int64_t>();
  const std::optional<std::int64_t> number = as_integer(*value);
  if (!number || *number < least || *number > most) {
    return mistyped(name,
                    "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

Result<std::optional<bool>> optional_bool_member(const json::object& object,
                                                 std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_bool()) return mistyped(name, "true or false");
  return std::optional<bool>(value->get_bool());
}

Result<const json::object*> object_member(const json::object& object, std::string_view name) {
  KF_TRY(const json::object* member, optional_object_member(object, name));
  if (member == nullptr) return missing(name);
  return member;
}

Result<const json::object*> optional_object_member(const json::object& object,
                                                   std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return static_cast<const json::object*>(nullptr);
  if (!value->is_object()) return mistyped(name, "an object");
  return &value->get_object();
}

Result<std::vector<std::string>> texts_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return missing(name);
  const json::array* array = value->if_array();
  if (array == nullptr) return mistyped(name, "an array of strings");
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (const json::value& item : *array) {
    if (!item.is_string()) return mistyped(name, "an array of strings");
    texts.emplace_back(item.get_string());
  }
  return texts;
}

Result<Bytes> octets_member(const json::object& object, std::string_view name, std::size_t size) {
  KF_TRY(const std::string text, text_member(object, name));
  Result<Bytes> octets = parse_base64url(text);
  if (!octets) return mistyped(name, "base64url without padding");
  if (size != 0 && octets->size() != size) {
    return mistyped(name, "base64url of " + std::to_string(size) + " octets");
  }
  return octets;
}

}  // namespace keyferry::codec
