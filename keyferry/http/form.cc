// Names are compared after decoding, so two spellings of one name are a repetition too.
#include "keyferry/http/form.h"

#include <algorithm>

#include "keyferry/codec/text.h"

namespace keyferry::http {
namespace {

constexpr std::size_t kMaxFields = 64;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Errc::invalid, "malformed percent-encoding");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

Result<std::string> decode_text(std::string_view text) {
  KF_TRY(std::string out, decode(text, true));
  if (!codec::is_utf8(out) || out.find('\0') != std::string::npos) {
    return fail(Errc::invalid, "a form field is not text in UTF-8");
  }
  return out;
}

}  // namespace

Result<Form> Form::parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t mark = std::min(pair.find('='), pair.size());
    KF_TRY(std::string name, decode_text(pair.substr(0, mark)));
    KF_TRY(std::string value, decode_text(pair.substr(std::min(mark + 1, pair.size()))));
    if (name.empty()) return fail(Errc::invalid, "a form field has no name");
    if (form.find(name)) return fail(Errc::invalid, "a form field is given twice");
    if (form.fields_.size() == kMaxFields) return fail(Errc::invalid, "too many form fields");
    form.fields_.emplace_back(std::move(name), std::move(value));
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string encode_form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + "=" + percent_encode(value);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (const char c : text) {
    const char small = lower(c);
    if ((small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
        kMarks.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  return decode(text, false);
}

bool is_media_type(const Headers& headers, std::string_view type) {
  const std::optional<std::string_view> header = headers.find("Content-Type");
  if (!header) return false;
  std::string_view given = header->substr(0, header->find(';'));
  while (given.ends_with(' ') || given.ends_with('\t')) given.remove_suffix(1);
  return std::equal(given.begin(), given.end(), type.begin(), type.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace keyferry::http
