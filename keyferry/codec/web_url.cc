// Boost.URL 1.81 reads "http://127.0.0.1.evil" as the host 127.0.0.1 with the path ".evil", so it
// is asked only for what lies on one side of that border.
#include "keyferry/codec/web_url.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace keyferry::codec {
namespace {

namespace urls = boost::urls;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.ends_with(']') && urls::parse_ipv6_address(host.substr(1, host.size() - 2));
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
  });
}

bool names_loopback(std::string_view host) {
  if (host == "localhost") return true;
  if (host.starts_with('[')) {
    return urls::parse_ipv6_address(host.substr(1, host.size() - 2))->is_loopback();
  }
  const auto v4 = urls::parse_ipv4_address(host);
  return v4 && v4->is_loopback();
}

// The number behind the colon; nothing unless it is 1…65535 in decimal digits alone.
std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + text.size(), port);
  if (port < 1 || port > 65535) return std::nullopt;
  return port;
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
  const std::string authority = lower(rest.substr(0, end));
  rest.remove_prefix(end);

  WebUrl url;
  const std::size_t host_end = authority.starts_with('[') ? authority.find(']') : 0;
  const std::size_t colon = authority.find(':', std::min(host_end, authority.size()));
  url.host = authority.substr(0, colon);
  if (!is_host(url.host) || !is_path_and_query(rest)) return wrong;
  if (scheme != "https" && !(scheme == "http" && names_loopback(url.host))) return wrong;
  url.origin = scheme + "://" + url.host;
  if (colon != authority.npos) {
    const auto port = parse_port(std::string_view(authority).substr(colon + 1));
    if (!port) return wrong;
    if (*port != (scheme == "https" ? 443 : 80)) url.origin += ":" + std::to_string(*port);
  }
  const std::size_t query = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, query);
  if (query < rest.size()) url.query = rest.substr(query + 1);
  return url;
}

}  // namespace keyferry::codec
