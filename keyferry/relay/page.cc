// The preview page. No script, no third party, readable on a phone and in the dark. Its fixed words
// and its style sheet are the files in pages/.
#include "keyferry/relay/page.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/digest/hash.h"
#include "keyferry/relay/embedded.h"

namespace keyferry::relay {
namespace {

// What is said of a vertical: the heading, and what the link lets its receiver use.
struct Words {
  std::string_view title;
  std::string_view thing;
  std::string_view picture;  // what the stock picture shows, for those who do not see it
};

Words words_of(Vertical vertical) {
  switch (vertical) {
    case Vertical::home:
      return {"A door is being shared with you", "a door", "A house with a door"};
    case Vertical::car:
      return {"A car is being shared with you", "a car", "A car"};
    case Vertical::general:
      break;
  }
  return {"Access is being shared with you", "something of theirs, such as a login to a computer",
          "A key"};
}

// "Wednesday 25 November 2026, 15:04 UTC"
std::string long_date(Time time) {
  static constexpr std::array kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
  static constexpr std::array kMonths = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::minutes>(time - day));
  std::array<char, 16> hours{};
  std::snprintf(hours.data(), hours.size(), "%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()));
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ' ' +
         std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         kMonths[static_cast<unsigned>(date.month()) - 1] + ' ' +
         std::to_string(static_cast<int>(date.year())) + ", " + hours.data() + " UTC";
}

// shown is a stranger's text as it may stand in a heading: nothing invisible, nothing that turns
// the direction of writing, one line, with "…" where it was cut.
std::string shown(std::string_view text, std::size_t most) {
  const Result<std::string> whole = codec::label(text, text.size());
  if (!whole) return {};
  const Result<std::string> cut = codec::label(*whole, most);
  return *cut == *whole ? *whole : *cut + "…";
}

mailbox::DisplayInformation shown(const mailbox::DisplayInformation& display) {
  return {shown(display.title, kMostTitle), shown(display.description, kMostDescription), {}};
}

std::string meta(std::string_view attribute, std::string_view name, std::string_view content) {
  return "<meta " + std::string(attribute) + "=\"" + std::string(name) + "\" content=\"" +
         escape_html(content) + "\">\n";
}

std::string property(std::string_view name, std::string_view content) {
  return meta("property", name, content);
}

std::string begin_page(std::string_view title, std::string_view icon_url,
                       std::string_view more_head) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
         meta("name", "viewport", "width=device-width,initial-scale=1") +
         meta("name", "robots", "noindex") + meta("name", "referrer", "no-referrer") +
         meta("name", "color-scheme", "light dark") + "<title>" + escape_html(title) +
         "</title>\n<link rel=\"icon\" type=\"image/png\" href=\"" + escape_html(icon_url) +
         "\">\n" + std::string(more_head) + "<style>" + std::string(embedded::style_css()) +
         "</style>\n</head>\n<body>\n<header>keyferry</header>\n<main>\n";
}

//= spec:tigress#A-37
std::string open_graph(const PageInput& input, std::string_view title,
                       std::string_view description) {
  // Size and kind are known of the relay's own pictures only.
  const std::string known = input.preview_url != input.stock_url
                                ? std::string()
                                : property("og:image:type", "image/png") +
                                      property("og:image:width", std::to_string(kPictureWidth)) +
                                      property("og:image:height", std::to_string(kPictureHeight)) +
                                      property("og:image:alt", words_of(input.vertical).picture);
  return meta("name", "description", description) + property("og:type", "website") +
         property("og:site_name", "keyferry") + property("og:locale", "en_US") +
         property("og:title", title) + property("og:description", description) +
         property("og:url", input.link) + property("og:image", input.preview_url) + known +
         meta("name", "twitter:card", "summary_large_image");
}

std::string sender_card(const PageInput& input, const mailbox::DisplayInformation& display) {
  std::string card = "<figure>\n<img src=\"" + escape_html(input.stock_url) + "\" width=\"" +
                     std::to_string(kPictureWidth) + "\" height=\"" +
                     std::to_string(kPictureHeight) + "\" alt=\"\">\n";
  if (!display.title.empty() || !display.description.empty()) {
    card += "<figcaption>The sender’s words, unchecked:</figcaption>\n<blockquote>\n";
    if (!display.title.empty()) {
      card += "<p class=\"title\" dir=\"auto\">" + escape_html(display.title) + "</p>\n";
    }
    if (!display.description.empty()) {
      card += "<p dir=\"auto\">" + escape_html(display.description) + "</p>\n";
    }
    card += "</blockquote>\n";
  }
  return card + "</figure>\n";
}

std::string until(const std::optional<Time>& deadline) {
  if (!deadline) return {};
  return "<p class=\"until\">The link works until <time datetime=\"" +
         codec::encode_rfc3339(*deadline) + "\"><strong>" + long_date(*deadline) +
         "</strong></time> <small>UTC is world time; your own clock may be some hours ahead or "
         "behind. "
         "After that moment the link leads nowhere.</small></p>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else if ((octet < 0x20 && c != '\n' && c != '\t') || octet == 0x7f)
      out += "\xef\xbf\xbd";
    else
      out += c;
  }
  return out;
}

//= spec:tigress#A-46
Vertical parse_vertical(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair == "v=h") return Vertical::home;
    if (pair == "v=c") return Vertical::car;
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return Vertical::general;
}

//= spec:tigress#API-04
std::string render_page(const PageInput& input) {
  const Words words = words_of(input.vertical);
  const mailbox::DisplayInformation display = shown(input.display);
  const std::string_view title =
      display.title.empty() ? words.title : std::string_view(display.title);
  const std::string_view description =
      display.description.empty()
          ? "Open the link with keyferry to take it. Looking at it takes nothing."
          : std::string_view(display.description);
  return begin_page(title, input.icon_url, open_graph(input, title, description)) + "<h1>" +
         std::string(words.title) +
         "</h1>\n<p class=\"lead\">Somebody sent you this link to let you use " +
         std::string(words.thing) +
         ". Your own device makes a key of its own for it; no password is handed over, and the "
         "sender can end the access again.</p>\n<div class=\"share\">\n<div>\n" +
         sender_card(input, display) + until(input.deadline) + "</div>\n" +
         std::string(embedded::advice_html()) + "</div>\n" + std::string(embedded::footer_html());
}

std::string render_missing_page(std::string_view icon_url) {
  return begin_page("This link leads nowhere any more", icon_url, "") +
         std::string(embedded::missing_html()) + std::string(embedded::footer_html());
}

std::string render_home_page(std::string_view icon_url) {
  return begin_page("keyferry relay", icon_url, "") + std::string(embedded::home_html()) +
         std::string(embedded::footer_html());
}

//= spec:tigress#A-39
//= spec:tigress#PRV-06
const std::string& content_security_policy() {
  static const std::string policy =
      "default-src 'none'; img-src 'self'; style-src 'sha256-" +
      encode_base64(digest::sha256(bytes_of(embedded::style_css()))) +
      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return policy;
}

}  // namespace keyferry::relay
