// All headers are looked at before the first octet is written, so a response is either whole or a
// 500.
#include "keyferry/http/response_encoder.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "keyferry/http/problem.h"
#include "keyferry/process/log.h"

namespace keyferry::http {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

bool same_name(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + ('a' - 'A')) : x) == y;
         });
}

bool is_ours(std::string_view name) {
  switch (name.size()) {
    case 10:
      return same_name(name, "connection");
    case 14:
      return same_name(name, "content-length");
    case 17:
      return same_name(name, "transfer-encoding");
    default:
      return false;
  }
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool is_clean(const Headers& headers) {
  return std::all_of(headers.entries().begin(), headers.entries().end(), [](const auto& entry) {
    return !entry.first.empty() && is_clean(entry.first) && is_clean(entry.second) &&
           entry.first.find_first_of(" :\t") == std::string::npos;
  });
}

}  // namespace

std::shared_ptr<const std::string> append_response(std::string& out, const Response& response,
                                                   const ResponseFrame& frame) {
  if (!is_clean(response.headers)) {
    process::log_event(process::LogLevel::error, "response_header_refused");
    return append_response(out, problem(fail(Errc::internal, "bad response header")), frame);
  }
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nServer: keyferry\r\nDate: ";
  out += frame.date;
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    out += "\r\nContent-Length: ";
    append_number(out, response.content().size());
  }
  if (!frame.keep_alive) {
    out += "\r\nConnection: close";
  } else if (frame.http10) {
    out += "\r\nConnection: keep-alive";
  }
  for (const auto& [name, value] : response.headers.entries()) {
    if (is_ours(name)) continue;
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  out += "\r\n\r\n";
  if (frame.head || bodiless) return nullptr;
  if (response.shared && response.shared->size() > kMostCopied) return response.shared;
  out += response.content();
  return nullptr;
}

std::string encode_http_date(std::time_t time) {
  // Not strftime: its names depend on the locale.
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[128];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text;
}

}  // namespace keyferry::http
