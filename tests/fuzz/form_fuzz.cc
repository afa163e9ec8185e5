// Target: http::Form, what POST /token and queries are read with, and percent-encoding. What is
// read is written and read again as the same.
#include <algorithm>

#include "keyferry/base/bytes.h"
#include "keyferry/http/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const std::string_view text = text_of({data, size});
  if (const auto form = http::Form::parse(text)) {
    const auto& fields = form->fields();
    const auto again = http::Form::parse(http::encode_form(fields));
    require(again && again->fields() == fields, "a form comes back");
    for (const auto& [name, value] : fields) {
      require(!name.empty() && form->find(name) == value, "a field is found by its name, once");
      require(value.find('\0') == std::string::npos, "no NUL comes out of a form");
    }
  } else {
    require(form.error().code == Errc::invalid, "a form is invalid or fine");
  }
  require(*http::percent_decode(http::percent_encode(text)) == text, "any octets come back");
  if (const auto decoded = http::percent_decode(text)) {
    require(decoded->size() <= size, "decoding makes nothing longer");
  }
  return 0;
}
