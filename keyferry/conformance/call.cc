#include "keyferry/conformance/call.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::conformance {

bool is_create(const Call& call) {
  return call.method == "POST" && call.path.ends_with("/m");
}

std::string id_of(std::string_view link) {
  link = link.substr(0, link.find_first_of("?#"));
  const std::size_t slash = link.rfind('/');
  return std::string(slash == link.npos ? std::string_view() : link.substr(slash + 1));
}

std::string Answer::media_type() const {
  std::string type(headers.find("Content-Type").value_or(""));
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

Result<boost::json::object> Answer::json() const {
  auto parsed = codec::parse_json_object(body, {1024 * 1024, 16});
  if (parsed) return *std::move(parsed);
  return fail(Errc::conflict, "the body of the " + std::to_string(status) + " answer is " +
                                  (body.empty() ? "empty" : "not a JSON object"));
}

std::string Answer::said() const {
  std::string out = std::to_string(status);
  const auto parsed = codec::parse_json_object(body);
  if (!parsed) return out;
  const auto word = codec::text_member(*parsed, "error");
  if (word && !word->empty()) out += " (" + codec::quote(*word) + ")";
  return out;
}

}  // namespace keyferry::conformance
