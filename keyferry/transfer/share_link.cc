// Reading and writing of links. Repairs of the pasted text as a whole are in codec/pasted_uri; here
// the parts are taken apart, and whatever would need a guess is refused by name.
#include "keyferry/transfer/share_link.h"

#include <algorithm>
#include <cctype>

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/host.h"
#include "keyferry/codec/pasted_uri.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kMostOctets = 4096;
constexpr std::size_t kMostMessage = 64 << 10;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kSecretLength = 43;       // 32 octets without padding
constexpr std::size_t kPlainSecretLength = 22;  // 16 octets without padding
constexpr std::string_view kScheme = "https://";

Error not_a_link(std::string_view why) {
  return fail(
      Errc::invalid,
      "this is not a share link (" + std::string(why) +
          "): it looks like https://HOST/v1/m/…#… or https://HOST/t/…#…; copy the whole link "
          "as it was sent",
      "not_a_link");
}

Error cut() {
  return fail(Errc::invalid,
              "the last part of this link is missing: copy it again, to its very end, or ask the "
              "sender for it; nothing was taken",
              "cut");
}

//= spec:quality#4-messages
Error damaged(std::string_view why) {
  return fail(Errc::invalid,
              "this link looks damaged (" + std::string(why) +
                  "): copy it again or ask the sender to send it in another way; nothing was taken",
              "damaged");
}

bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool only(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || marks.find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// host[:port] in its one spelling; the default port is left out.
Result<std::string> parse_authority(std::string_view text) {
  auto authority = codec::parse_host_port(text);
  const bool bare =
      authority && authority->host.kind == codec::Host::Kind::ipv6 && !text.starts_with('[');
  // Not quoted: what was meant to stand behind the # may have come into it.
  if (!authority || bare) return not_a_link("its host is neither a name nor an address");
  if (authority->port == kHttpsPort) authority->port.reset();
  return authority->encode();
}

struct Parts {
  std::string_view address;  // before '#', without scheme
  std::string_view query;
  std::optional<std::string_view> fragment;
  bool secret_was_in_path = false;
};

Parts split(std::string_view text) {
  Parts parts;
  std::size_t mark = text.find('#');
  std::size_t width = 1;
  if (mark == text.npos) {
    const std::size_t place = std::min(text.find("/m/"), text.find("/t/"));
    mark = place == text.npos ? text.npos : text.find("%23", place);
    width = 3;
    parts.secret_was_in_path = mark != text.npos;
  }
  if (mark != text.npos) parts.fragment = text.substr(mark + width);
  parts.address = text.substr(0, mark);
  if (const std::size_t query = parts.address.find('?'); query != text.npos) {
    parts.query = parts.address.substr(query + 1);
    parts.address = parts.address.substr(0, query);
  }
  return parts;
}

//= spec:tigress#URL-05
std::string vertical_of(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    if (item == "v=a" || item == "v=h" || item == "v=c") return std::string(item.substr(2));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

// is_start_of_uuid: true for a text that more hex digits and hyphens could make a UUID.
bool is_start_of_uuid(std::string_view text) {
  constexpr std::string_view kSample = "00000000-0000-0000-0000-000000000000";
  return text.size() < kUuidLength &&
         parse_uuid(std::string(text) + std::string(kSample.substr(text.size()))).has_value();
}

Result<UuidOctets> parse_mailbox(std::string_view text, bool at_end) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (auto mailbox = parse_uuid(text)) return *mailbox;
  if (at_end && is_start_of_uuid(text)) return cut();
  return damaged("the mailbox in it is not a UUID");
}

// The path up to "/m/" without a version, or why it is none of ours.
Result<std::string_view> parse_base_path(std::string_view path) {
  const std::size_t last = path.rfind('/');
  const std::string_view version = last == path.npos ? path : path.substr(last + 1);
  if (version == "v1") path = path.substr(0, last);
  if (version.size() >= 2 && version != "v1" && version[0] == 'v' &&
      version.find_first_not_of("0123456789", 1) == version.npos) {
    return fail(Errc::invalid,
                "this link was made by a newer version of the protocol (" + std::string(version) +
                    "): update keyferry, or ask the sender for a v1 link",
                "newer");
  }
  if (!codec::is_base_path(path)) return not_a_link("its path is none that a relay has");
  return path;
}

// The base path and "/t" or "/t/" behind it.
Result<Done> parse_dropbox(std::string_view path, ShareLink& link) {
  path.remove_suffix(path.ends_with('/') ? 3 : 2);
  if (!codec::is_base_path(path)) return not_a_link("its path is none that a relay has");
  link.form = LinkForm::dropbox;
  link.base += path;
  return Done{};
}

Result<Done> parse_address(const Parts& parts, ShareLink& link) {
  const std::string_view address = parts.address;
  const bool at_end = !parts.fragment && parts.query.empty();
  const std::size_t slash = std::min(address.find('/'), address.size());
  KF_TRY(const std::string authority, parse_authority(address.substr(0, slash)));
  const std::string_view path = address.substr(slash);
  link.base = std::string(kScheme) + authority;
  if (path.ends_with("/t") || path.ends_with("/t/")) return parse_dropbox(path, link);
  if (at_end && (path.ends_with("/v1") || path.ends_with("/v1/") || path.ends_with("/m"))) {
    return cut();
  }
  const std::size_t mailbox = path.rfind("/m/");
  if (mailbox == path.npos) return not_a_link("it names no mailbox");
  KF_TRY(const std::string_view base, parse_base_path(path.substr(0, mailbox)));
  KF_TRY(link.mailbox, parse_mailbox(path.substr(mailbox + 3), at_end));
  link.base += base;
  return Done{};
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (auto octet = parse_hex(text.substr(i + 1, 2))) {
        out += static_cast<char>((*octet)[0]);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// A secret of exactly 16 or 32 octets with zero spare bits, or nothing.
std::optional<SecretBytes> decode_secret(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() != kSecretLength && text.size() != kPlainSecretLength) return std::nullopt;
  auto octets = parse_base64_any(text);
  if (!octets) return std::nullopt;
  return SecretBytes(*std::move(octets));
}

Error why_no_secret(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (!only(text, "+/-_")) return damaged("its secret part has strange characters");
  if (text.size() < kSecretLength && text.size() != kPlainSecretLength) return cut();
  if (text.size() > kSecretLength) return damaged("its secret part is too long");
  return damaged("the end of its secret part is wrong");
}

// "1302." before the secret of a dropbox; takes it off `text`.
Result<std::optional<DropSuite>> take_suite(std::string_view& text) {
  const std::size_t dot = text.find('.');
  if (dot == text.npos) return std::optional<DropSuite>();
  const std::string_view name = text.substr(0, dot);
  const auto suite = parse_suite(name);
  text.remove_prefix(dot + 1);
  if (suite) return suite;
  if (name.size() != 4 || name.find_first_not_of("0123456789abcdefABCDEF") != name.npos) {
    return damaged("the part of its secret before the dot is wrong");
  }
  return fail(Errc::invalid,
              "this link is sealed with a cipher that this version does not know: update keyferry, "
              "or ask the sender for another link",
              "newer");
}

// `text` holds at most one blank inside: tried as '+', then taken away.
Result<ReadSecret> parse_secret_text(std::string_view text) {
  text = text.substr(0, text.find_first_of("?&"));  // tracking behind the fragment
  KF_TRY(const auto suite, take_suite(text));
  std::string fitting(text);
  fitting = percent_decoded(fitting);
  std::optional<SecretBytes> secret;
  if (const std::size_t blank = fitting.find(' '); blank != fitting.npos) {
    fitting[blank] = '+';
    secret = decode_secret(fitting);
    if (!secret) fitting.erase(blank, 1);
  }
  if (!secret) secret = decode_secret(fitting);
  if (!secret) return why_no_secret(fitting);
  const bool ours = fitting.size() == kSecretLength && only(fitting, "");
  wipe(fitting);
  if (suite && secret->size() != kDropSecretSize) return cut();
  const LinkForm form = suite ? LinkForm::dropbox : LinkForm::mailbox;
  const bool looks_damaged = ours && !check_holds(secret->expose(), form);
  return ReadSecret{std::move(*secret), suite, looks_damaged};
}

Result<Done> check_blanks(std::string_view text) {
  if (std::count(text.begin(), text.end(), ' ') > 1) return damaged("there are blanks inside");
  if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) {
    return damaged("there are strange characters inside");
  }
  return Done{};
}

Result<ReadLink> parse_tidy(std::string& text) {
  if (lower(text.substr(0, kScheme.size())) != kScheme) {
    return not_a_link("it does not begin with https://");
  }
  if (auto fine = check_blanks(text); !fine) return fine.error();
  const Parts first = split(text);
  const std::size_t blank = text.find(' ');
  if (blank != text.npos && (!first.fragment || blank < text.size() - first.fragment->size())) {
    text.erase(blank, 1);  // no address holds a '+'
  }
  Parts parts = split(std::string_view(text).substr(kScheme.size()));
  ReadLink read;
  if (auto fine = parse_address(parts, read.link); !fine) return fine.error();
  read.link.vertical = vertical_of(parts.query);
  read.secret_was_in_path = parts.secret_was_in_path;
  if (!parts.fragment) return read;
  if (parts.fragment->empty()) return cut();
  KF_TRY(ReadSecret secret, parse_secret_text(*parts.fragment));
  const bool looks_damaged = secret.looks_damaged;
  if (auto fine = take_secret(read.link, std::move(secret)); !fine) return fine.error();
  read.looks_damaged = looks_damaged;
  return read;
}

bool is_whole(const Result<ReadLink>& read) {
  return read && read->link.secret && !read->looks_damaged;
}

// The best of the readings of one place: the first that is whole, or what stands there as it is.
Result<ReadLink> read_place(codec::PastedUri& place) {
  Result<ReadLink> best = not_a_link("it names no mailbox");
  bool first = true;
  for (std::string& reading : place.readings) {
    auto read = parse_tidy(reading);
    wipe(reading);
    if (!first && !is_whole(read)) continue;
    const bool certain = place.ends_plainly || is_whole(read);
    best = certain || !read ? std::move(read) : damaged("there are strange characters inside");
    first = false;
    if (is_whole(best)) break;
  }
  for (std::string& reading : place.readings) wipe(reading);
  return best;
}

bool is_same(const ShareLink& a, const ShareLink& b) {
  const bool secrets = !a.secret || !b.secret || *a.secret == *b.secret;
  return secrets && a.form == b.form && a.base == b.base && a.mailbox == b.mailbox;
}

Error several() {
  return fail(Errc::invalid,
              "there are different share links in this text: give the one that you mean, alone",
              "several");
}

// The one link in a message; not_a_link where there is none.
Result<ReadLink> find_in_message(std::string_view plain) {
  Result<ReadLink> found = not_a_link("it begins with no https://");
  for (codec::PastedUri& place : codec::find_uris(plain, kScheme, kMostOctets)) {
    auto read = read_place(place);
    if (!read && (found || read.error().reason == "not_a_link")) continue;
    if (read && found && !is_same(read->link, found->link)) return several();
    if (!found || (read && read->link.secret && !found->link.secret)) found = std::move(read);
  }
  return found;
}

}  // namespace

//= spec:transfer#1-read
Result<ReadLink> parse_share_link(std::string_view text) {
  if (text.size() > kMostMessage) return not_a_link("it is far too long");
  auto plain = codec::plain_text(text, "the link");
  if (!plain) return damaged(plain.error().detail);
  std::string line = codec::on_one_line(*plain);
  std::string tidy(codec::without_marks(line));
  wipe(line);
  auto whole = tidy.size() > kMostOctets ? Result<ReadLink>(not_a_link("it is far too long"))
                                         : parse_tidy(tidy);
  wipe(tidy);
  if (is_whole(whole)) {
    wipe(*plain);
    return whole;
  }
  auto found = find_in_message(*plain);
  wipe(*plain);
  // What is wrong with a text that is nothing but a link is said of it as a whole.
  const bool better =
      found || found.error().reason == "several" ||
      (!whole && whole.error().reason == "not_a_link" && found.error().reason != "not_a_link");
  return better ? std::move(found) : std::move(whole);
}

Result<ReadSecret> parse_link_secret(std::string_view text) {
  if (text.size() > kMostOctets) return damaged("it is far too long");
  auto plain = codec::plain_text(text, "the secret part");
  if (!plain) return damaged(plain.error().detail);
  std::string tidy = codec::on_one_line(*plain);
  wipe(*plain);
  std::string_view rest = codec::without_marks(tidy);
  if (rest.starts_with('#')) rest.remove_prefix(1);
  if (rest.empty()) return cut();
  if (auto fine = check_blanks(rest); !fine) return fine.error();
  auto read = parse_secret_text(rest);
  wipe(tidy);
  return read;
}

Result<Done> take_secret(ShareLink& link, ReadSecret secret) {
  if (secret.suite.has_value() != (link.form == LinkForm::dropbox)) {
    return damaged("its secret part belongs to a link of another form");
  }
  link.secret = std::move(secret.secret);
  link.suite = secret.suite;
  return Done{};
}

//= spec:tigress#B-11
std::string encode_link_secret(const SecretBytes& secret, std::optional<DropSuite> suite) {
  if (suite) return encode_suite(*suite) + "." + encode_base64url(secret.expose());
  return secret.size() == kPlainSecretSize ? encode_base64(secret.expose())
                                           : encode_base64url(secret.expose());
}

//= spec:tigress#URL-02
//= spec:transfer#1-written
std::string encode_share_link(const ShareLink& link) {
  std::string text = link.form == LinkForm::mailbox ? mailbox_url(link) : link.base + "/t/";
  if (!link.vertical.empty()) text += "?v=" + link.vertical;
  if (link.secret) text += "#" + encode_link_secret(*link.secret, link.suite);
  return text;
}

//= spec:transfer#1-secret
std::string mailbox_url(const ShareLink& link) {
  return link.base + "/v1/m/" + encode_uuid(link.mailbox);
}

std::string place_of(const ShareLink& link) {
  if (link.form == LinkForm::mailbox) return encode_uuid(link.mailbox);
  return DropExchange(link.secret->clone(), *link.suite, Side::receiver).location();
}

Result<std::string> base_of_relay(std::string_view url) {
  KF_TRY(std::string base, codec::parse_base_url(url));
  if (!base.starts_with(kScheme)) {
    return fail(Errc::invalid, "a relay's address begins with https://");
  }
  if (base.ends_with("/v1")) base.resize(base.size() - 3);
  return base;
}

}  // namespace keyferry::transfer
