// The preview page. No script, no third party, readable on a phone and in the dark. Its fixed words
// (page_words.h) and its style sheet are the files in pages/.
#include "keyferry/relay/page.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/digest/hash.h"
#include "keyferry/relay/embedded.h"

namespace keyferry::relay {
namespace {

std::string_view name_of(Vertical vertical) {
  switch (vertical) {
    case Vertical::home:
      return "home";
    case Vertical::car:
      return "car";
    case Vertical::general:
      break;
  }
  return "general";
}

std::string_view said_of(const PageWords& words, std::string_view what, Vertical vertical) {
  return words.text(std::string(what) + "." + std::string(name_of(vertical)));
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

std::string begin_page(Language language, std::string_view title, std::string_view icon_url,
                       std::string_view more_head) {
  return "<!DOCTYPE html>\n<html lang=\"" + std::string(tag_of(language)) + "\" dir=\"" +
         std::string(words_in(language).text("direction")) +
         "\">\n<head>\n<meta charset=\"utf-8\">\n" +
         meta("name", "viewport", "width=device-width,initial-scale=1") +
         meta("name", "robots", "noindex") + meta("name", "referrer", "no-referrer") +
         meta("name", "color-scheme", "light dark") + "<title>" + escape_html(title) +
         "</title>\n<link rel=\"icon\" type=\"image/png\" href=\"" + escape_html(icon_url) +
         "\">\n" + std::string(more_head) + "<style>" + std::string(embedded::style_css()) +
         "</style>\n</head>\n<body>\n<header>keyferry</header>\n<main>\n";
}

// What all pages end with; the page says so where no native speaker has read its words.
std::string end_page(const PageWords& words) {
  const std::string_view note = words.text("translation");
  return "</main>\n<footer>\n" + std::string(words.text("footer")) +
         (note.empty() ? std::string() : "\n<p>" + escape_html(note) + "</p>") +
         "\n</footer>\n</body>\n</html>\n";
}

std::string paragraph(std::string_view kind, std::string_view text) {
  return "<p class=\"" + std::string(kind) + "\">" + escape_html(text) + "</p>\n";
}

//= spec:tigress#A-37
std::string open_graph(const PageInput& input, std::string_view title,
                       std::string_view description) {
  const PageWords& words = words_in(input.language);
  // Size and kind are known of the relay's own pictures only.
  const std::string known =
      input.preview_url != input.stock_url
          ? std::string()
          : property("og:image:type", "image/png") +
                property("og:image:width", std::to_string(kPictureWidth)) +
                property("og:image:height", std::to_string(kPictureHeight)) +
                property("og:image:alt", said_of(words, "picture", input.vertical));
  return meta("name", "description", description) + property("og:type", "website") +
         property("og:site_name", "keyferry") + property("og:locale", words.text("locale")) +
         property("og:title", title) + property("og:description", description) +
         property("og:url", input.link) + property("og:image", input.preview_url) + known +
         meta("name", "twitter:card", "summary_large_image");
}

std::string sender_card(const PageInput& input, const mailbox::DisplayInformation& display) {
  std::string card = "<figure>\n<img src=\"" + escape_html(input.stock_url) + "\" width=\"" +
                     std::to_string(kPictureWidth) + "\" height=\"" +
                     std::to_string(kPictureHeight) + "\" alt=\"\">\n";
  if (!display.title.empty() || !display.description.empty()) {
    card += "<figcaption>" + escape_html(words_in(input.language).text("unchecked")) +
            "</figcaption>\n<blockquote>\n";
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

std::string until(const PageWords& words, const std::optional<Time>& deadline) {
  if (!deadline) return {};
  return "<p class=\"until\">" + escape_html(words.text("until")) + " <time datetime=\"" +
         codec::encode_rfc3339(*deadline) + "\"><strong>" + words.long_date(*deadline) +
         "</strong></time> <small>" + escape_html(words.text("until.note")) + "</small></p>\n";
}

// How to take it: also on the browser's site, where this relay has one.
std::string advice(const PageWords& words, std::string_view site) {
  const std::string there =
      site.empty() ? std::string() : filled(words.text("site"), {{"site", escape_html(site)}});
  return "<div class=\"advice\">\n" + filled(words.text("advice"), {{"site", there}}) +
         "\n</div>\n";
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
  const PageWords& words = words_in(input.language);
  const mailbox::DisplayInformation display = shown(input.display);
  const std::string_view heading = said_of(words, "title", input.vertical);
  const std::string_view title = display.title.empty() ? heading : std::string_view(display.title);
  const std::string_view description = display.description.empty()
                                           ? words.text("description")
                                           : std::string_view(display.description);
  return begin_page(input.language, title, input.icon_url, open_graph(input, title, description)) +
         "<h1>" + escape_html(heading) + "</h1>\n" +
         paragraph("lead", said_of(words, "lead", input.vertical)) +
         "<div class=\"share\">\n<div>\n" + sender_card(input, display) +
         until(words, input.deadline) + "</div>\n" + advice(words, input.site) + "</div>\n" +
         end_page(words);
}

std::string render_missing_page(Language language, std::string_view icon_url) {
  const PageWords& words = words_in(language);
  return begin_page(language, words.text("missing.title"), icon_url, "") +
         std::string(words.text("missing")) + "\n" + end_page(words);
}

std::string render_home_page(Language language, std::string_view icon_url) {
  const PageWords& words = words_in(language);
  return begin_page(language, words.text("home.title"), icon_url, "") +
         std::string(words.text("home")) + "\n" + end_page(words);
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
