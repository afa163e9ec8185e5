// Boost.JSON's own parser keeps the last of two equal members without a word, so its tokens pass
// through a handler that refuses them. Reading members is in json_members.cc.
#include "keyferry/codec/json.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

namespace keyferry::codec {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// StrictHandler builds the value as Boost.JSON's handler does and remembers the names of the open
// objects: as views into the input where they stand there as they are, else decoded in `decoded_`,
// which is never longer than the input, so never grows beyond what it reserved, and the views hold.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit StrictHandler(std::string_view text)
      : stack_(json::storage_ptr(), scratch_, sizeof(scratch_)), text_(text) {
    open_.reserve(32);
    stack_.reset();
  }

  json::value release() { return stack_.release(); }
  // problem says what the handler itself has refused; empty if nothing.
  std::string_view problem() const { return problem_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t size, json::error_code& ec) {
    if (!drop_names(size)) return refuse("an object has a member twice", ec);
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t size, json::error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    decode(part);
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view rest, std::size_t size, json::error_code&) {
    if (rest.size() == size && is_in_text(rest)) {
      open_.push_back(rest);
    } else {
      decode(rest);
      open_.push_back(std::string_view(decoded_).substr(decoded_.size() - size));
    }
    stack_.push_key(rest);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view rest, std::size_t, json::error_code&) {
    stack_.push_string(rest);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, json::error_code& ec) {
    if (!std::isfinite(number)) return refuse("a number is out of range", ec);
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  // A name with escapes comes from a buffer of the parser that the next one overwrites.
  bool is_in_text(json::string_view part) const {
    const std::less_equal<const char*> not_behind;
    return not_behind(text_.data(), part.data()) &&
           not_behind(part.data() + part.size(), text_.data() + text_.size());
  }
  void decode(json::string_view part) {
    decoded_.reserve(text_.size());
    decoded_.append(part.data(), part.size());
  }
  // drop_names forgets the names of the object that ends; false if two of them are equal.
  bool drop_names(std::size_t size) {
    const auto first = open_.end() - static_cast<std::ptrdiff_t>(size);
    std::sort(first, open_.end());
    const bool distinct = std::adjacent_find(first, open_.end()) == open_.end();
    open_.erase(first, open_.end());
    return distinct;
  }
  bool refuse(std::string_view problem, json::error_code& ec) {
    problem_ = problem;
    ec = json::error::syntax;
    return false;
  }

  unsigned char scratch_[4096];
  json::value_stack stack_;
  std::string_view text_;
  std::string decoded_;
  std::vector<std::string_view> open_;
  std::string_view problem_;
};

Error refusal(std::string_view problem, std::size_t octet) {
  return fail(Errc::invalid, "the JSON is refused at octet " + std::to_string(octet) + ": " +
                                 std::string(problem));
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.octets) {
    return fail(Errc::too_large,
                "the JSON has more than " + std::to_string(limits.octets) + " octets");
  }
  if (text.starts_with(kByteOrderMark)) {
    return refusal("it starts with a byte-order mark, send plain UTF-8", 0);
  }
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<StrictHandler> parser(options, text);
  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (ec == json::error::incomplete) return refusal("it ends too early", text.size());
  if (ec == json::error::too_deep) {
    return refusal("more than " + std::to_string(limits.depth) + " objects and arrays are nested",
                   used);
  }
  if (ec) {
    const std::string_view problem = parser.handler().problem();
    return refusal(problem.empty() ? std::string_view(ec.message()) : problem, used);
  }
  if (used < text.size()) return refusal("something follows the value", used);
  return parser.handler().release();
}

Result<json::object> parse_json_object(std::string_view text, JsonLimits limits) {
  KF_TRY(json::value value, parse_json(text, limits));
  if (!value.is_object()) return fail(Errc::invalid, "the JSON must be an object");
  return std::move(value.get_object());
}

std::string encode_json(const json::value& value) {
  return json::serialize(value);
}

}  // namespace keyferry::codec
