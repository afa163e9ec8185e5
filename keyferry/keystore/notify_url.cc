#include "keyferry/keystore/notify_url.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/digest/random.h"

namespace keyferry::keystore {
namespace {

constexpr std::size_t kMostUrl = 1900;  // a relay takes 2048
constexpr std::size_t kRandomOctets = 16;
constexpr std::size_t kPart = 22;  // of these octets in base64url

bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

}  // namespace

Result<std::string> check_notify_url(std::string_view url) {
  const auto parsed = codec::parse_web_url(url);
  if (!parsed || !parsed->origin.starts_with("https://") || url.size() > kMostUrl ||
      url.find('?') != url.npos || !std::all_of(url.begin(), url.end(), is_visible)) {
    return fail(Errc::invalid,
                "--notify-url must be like https://push.example/me: no user, ? or #, at most 1900 "
                "characters",
                "usage");
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

//= spec:tigress#NTF-03
//= spec:tigress#NTF-04
std::string draw_notify_url(std::string_view url) {
  return std::string(url) + "/" + encode_base64url(digest::random_bytes(kRandomOctets));
}

std::string notify_base(std::string_view drawn) {
  return std::string(drawn.substr(0, drawn.rfind('/')));
}

bool is_notify_part(std::string_view drawn, std::string_view text) {
  if (drawn.empty() || text.size() < kPart) return false;
  return text == drawn || (text.size() == kPart && drawn.ends_with(text));
}

}  // namespace keyferry::keystore
