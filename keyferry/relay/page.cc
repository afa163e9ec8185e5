// The words of the preview page. No script, no third party, readable on a phone and in the dark.
#include "keyferry/relay/page.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/digest/hash.h"

namespace keyferry::relay {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ink:#1b2430;--soft:#556070;--paper:#fff;--card:#f3f5f8;"
    "--line:#d6dce4;--mark:#0b6e5f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#a5b0bd;--paper:#14181e;"
    "--card:#1e242c;--line:#333c47;--mark:#5fd0b8}}"
    "*{box-sizing:border-box}"
    "body{margin:0;padding:1.25rem;background:var(--paper);color:var(--ink);"
    "font:1.0625rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}"
    "main{max-width:38rem;margin:0 auto}"
    "h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}"
    "h2{font-size:1.1rem;margin:1.75rem 0 .35rem}"
    "p,ol{margin:.35rem 0}ol{padding-left:1.4rem}li{margin:.3rem 0}"
    "figure{margin:1rem 0;padding:1rem;background:var(--card);border:1px solid var(--line);"
    "border-radius:.75rem}"
    "figure img{display:block;width:100%;height:auto;border-radius:.5rem;margin-bottom:.75rem}"
    "figcaption{color:var(--soft);font-size:.9rem}"
    "blockquote{margin:.35rem 0;padding:0}blockquote strong{font-size:1.15rem}"
    "code{display:inline-block;padding:.15rem .45rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:.35rem;font-size:.95em}"
    ".until{border-left:.3rem solid var(--mark);padding-left:.75rem;margin:1rem 0}"
    "footer{margin-top:2rem;padding-top:.75rem;border-top:1px solid var(--line);"
    "color:var(--soft);font-size:.9rem}";

std::string_view thing_of(Vertical vertical) {
  switch (vertical) {
    case Vertical::home:
      return "a door";
    case Vertical::car:
      return "a car";
    case Vertical::general:
      return "something of theirs, such as a login or a door";
  }
  return {};
}

std::string_view title_of(Vertical vertical) {
  switch (vertical) {
    case Vertical::home:
      return "A door is being shared with you";
    case Vertical::car:
      return "A car is being shared with you";
    case Vertical::general:
      return "Access is being shared with you";
  }
  return {};
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

std::string meta(std::string_view property, std::string_view content) {
  return "<meta property=\"" + std::string(property) + "\" content=\"" + escape_html(content) +
         "\">\n";
}

std::string begin_page(std::string_view title, std::string_view more_head) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
         "<meta name=\"robots\" content=\"noindex\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         escape_html(title) + "</title>\n" + std::string(more_head) + "<style>" +
         std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n";
}

constexpr std::string_view kEnd = "</main>\n</body>\n</html>\n";

//= spec:tigress#A-37
std::string open_graph(const PageInput& input, std::string_view title) {
  const std::string_view description = input.display.description.empty()
                                           ? "Open the link with keyferry to take it. Looking at "
                                             "it takes nothing."
                                           : std::string_view(input.display.description);
  return meta("og:type", "website") + meta("og:site_name", "keyferry") + meta("og:title", title) +
         meta("og:description", description) + meta("og:image", input.preview_url) +
         meta("og:url", input.link) +
         "<meta name=\"twitter:card\" content=\"summary_large_image\">\n";
}

std::string sender_card(const PageInput& input) {
  std::string card = "<figure>\n<img src=\"" + escape_html(input.stock_url) + "\" alt=\"\">\n";
  if (!input.display.title.empty() || !input.display.description.empty()) {
    card += "<figcaption>What the sender wrote:</figcaption>\n<blockquote>";
    if (!input.display.title.empty()) {
      card += "<strong><bdi>" + escape_html(input.display.title) + "</bdi></strong>";
    }
    if (!input.display.description.empty()) {
      card += "<p><bdi>" + escape_html(input.display.description) + "</bdi></p>";
    }
    card += "</blockquote>\n";
  }
  return card + "</figure>\n";
}

std::string until(const std::optional<Time>& deadline) {
  if (!deadline) return {};
  return "<p class=\"until\">The link works until <time datetime=\"" +
         codec::encode_rfc3339(*deadline) + "\"><strong>" + long_date(*deadline) +
         "</strong></time>. After that it leads nowhere.</p>\n";
}

constexpr std::string_view kAfterDeadline =
    "<h2>Looking takes nothing</h2>\n"
    "<p>You can open and close this page as often as you like. The share is taken only when you "
    "tell your own device to take it, as described below. It can be taken once.</p>\n"
    "<h2>How to take it</h2>\n"
    "<ol>\n"
    "<li>On the computer that you want to use it with, install the free program "
    "<strong>keyferry</strong>.</li>\n"
    "<li>Copy the <strong>whole</strong> link that you were sent, with everything behind the "
    "<code>#</code>. That last part is the secret: without it nobody can take the share.</li>\n"
    "<li>In a terminal, type <code>keyferry accept</code>, press Enter and paste the link. You see "
    "what is offered before you say yes.</li>\n"
    "</ol>\n"
    "<p>If you are on another device now, for example a phone, send the whole link to yourself and "
    "go on there. If the sender told you a PIN, have it ready.</p>\n"
    "<h2>Opened by mistake?</h2>\n"
    "<p>Just close this page. Nothing was taken, installed or changed, and nobody was told. If you "
    "do not know the sender, or did not expect this, do not take it and do not pass the link on: "
    "whoever has the whole link may be able to use it.</p>\n";

constexpr std::string_view kFooter =
    "<footer>\n<p>This site only carries a sealed message from one person to another. It cannot "
    "read it, and does not know who they are. A site like this could still be tampered with, so "
    "take the share with the keyferry program; it never relies on this page.</p>\n</footer>\n";

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
  const std::string_view title = input.display.title.empty()
                                     ? title_of(input.vertical)
                                     : std::string_view(input.display.title);
  return begin_page(title, open_graph(input, title)) + "<h1>" +
         std::string(title_of(input.vertical)) +
         "</h1>\n<p>Somebody sent you this link to let you "
         "use " +
         std::string(thing_of(input.vertical)) +
         ". Your own device makes a key of its own for it; no password is handed over, and the "
         "sender can end the access again.</p>\n" +
         sender_card(input) + until(input.deadline) + std::string(kAfterDeadline) +
         std::string(kFooter) + std::string(kEnd);
}

std::string render_missing_page() {
  return begin_page("This link leads nowhere any more", "") +
         "<h1>This link leads nowhere any more</h1>\n"
         "<p>What was shared here has been taken and finished, was taken back by its sender, or "
         "ran out. It may also be that a part of the link got lost on its way.</p>\n"
         "<p>Nothing was taken by opening it now. If you expected something, ask the person who "
         "sent you the link for a new one.</p>\n" +
         std::string(kEnd);
}

//= spec:tigress#A-39
//= spec:tigress#PRV-06
const std::string& content_security_policy() {
  static const std::string policy =
      "default-src 'none'; img-src 'self'; style-src 'sha256-" +
      encode_base64(digest::sha256(bytes_of(kStyle))) +
      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return policy;
}

}  // namespace keyferry::relay
