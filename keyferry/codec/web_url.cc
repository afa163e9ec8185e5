// Boost.URL 1.81 reads "http://127.0.0.1.evil" as the host 127.0.0.1 with the path ".evil", so it
// is asked only for what lies on one side of that border.
#include "keyferry/codec/web_url.h"

#include <algorithm>
#include <cctype>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "keyferry/codec/host.h"
#include "keyferry/codec/text.h"

namespace keyferry::codec {
namespace {

namespace urls = boost::urls;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_path_and_query(std::string_view text) {
  const std::string rooted = (text.starts_with('/') ? "" : "/") + std::string(text);
  return urls::parse_origin_form(rooted).has_value();
}

}  // namespace

Result<WebUrl> parse_web_url(std::string_view text) {
  constexpr std::size_t kMost = 2048;
  const Error wrong = fail(Errc::invalid, "not an https address");
  const std::size_t mark = text.find("://");
  if (mark == text.npos || text.size() > kMost) return wrong;
  const std::string scheme = lower(text.substr(0, mark));
  std::string_view rest = text.substr(mark + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = parse_host_port(rest.substr(0, end));
  // Outside brackets a second colon is no address.
  const bool bare = rest.substr(0, end).find(':') != rest.npos && !rest.starts_with('[');
  rest.remove_prefix(end);
  if (!authority || (bare && authority->host.kind == Host::Kind::ipv6)) return wrong;
  if (!is_path_and_query(rest)) return wrong;
  if (scheme != "https" && !(scheme == "http" && authority->host.is_loopback())) return wrong;

  WebUrl url;
  url.host = HostPort{authority->host, {}}.encode();
  HostPort origin = *authority;
  if (origin.port == (scheme == "https" ? 443 : 80)) origin.port.reset();
  url.origin = scheme + "://" + origin.encode();
  const std::size_t query = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, query);
  if (query < rest.size()) url.query = rest.substr(query + 1);
  return url;
}

Result<std::string> parse_base_url(std::string_view text) {
  const auto url = parse_web_url(text);
  std::string_view path = url ? std::string_view(url->path) : std::string_view();
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!url || text.find('?') != text.npos || !is_base_path(path)) {
    return fail(Errc::invalid,
                codec::quote(text) +
                    " is no https://HOST[:PORT][/BASE]; the parts of BASE have letters, digits and "
                    "-._~ and are not . or ..");
  }
  return url->origin + std::string(path);
}

bool is_base_path(std::string_view path) {
  while (!path.empty()) {
    if (path.front() != '/') return false;
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (!std::all_of(part.begin(), part.end(), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                 std::string_view("-._~").find(c) != std::string_view::npos;
        })) {
      return false;
    }
    path.remove_prefix(part.size());
  }
  return true;
}

}  // namespace keyferry::codec
