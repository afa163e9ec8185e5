#include "keyferry/wallet/web_url.h"

#include <algorithm>
#include <cctype>

namespace keyferry::wallet {
namespace {

bool is_host_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view(".-:[]").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_loopback_literal(std::string_view host) {
  return host.starts_with("127.") || host == "[::1]" || host == "localhost";
}

}  // namespace

Result<WebUrl> parse_web_url(std::string_view text) {
  const Error wrong = fail(Errc::invalid, "not an https address");
  const std::size_t mark = text.find("://");
  if (mark == text.npos || text.size() > 2048) return wrong;
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    return wrong;
  }
  const std::string scheme = lower(text.substr(0, mark));
  std::string_view rest = text.substr(mark + 3);
  if (rest.find_first_of("#\\@") != rest.npos) return wrong;
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string authority = lower(rest.substr(0, end));
  rest.remove_prefix(end);

  WebUrl url;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  url.host = authority.substr(0, has_port ? colon : authority.npos);
  const std::string port = has_port ? authority.substr(colon + 1) : "";
  if (url.host.empty() || !std::all_of(authority.begin(), authority.end(), is_host_char) ||
      (has_port && (port.empty() || port.find_first_not_of("0123456789") != port.npos))) {
    return wrong;
  }
  if (scheme != "https" && !(scheme == "http" && is_loopback_literal(url.host))) return wrong;
  url.origin = scheme + "://" + url.host;
  if (has_port && port != (scheme == "https" ? "443" : "80")) url.origin += ":" + port;
  const std::size_t query = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, query);
  if (query < rest.size()) url.query = rest.substr(query + 1);
  return url;
}

}  // namespace keyferry::wallet
