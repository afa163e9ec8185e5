// Form only; no name is looked up.
#include "keyferry/credential/https_url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace keyferry::credential {

bool is_https_url(std::string_view text, UrlQuery query) {
  constexpr std::size_t kMost = 2048;
  if (text.size() > kMost || !text.starts_with("https://")) return false;
  const auto url = boost::urls::parse_absolute_uri(text);  // absolute: no fragment
  return url.has_value() && !url->host().empty() && !url->has_userinfo() &&
         (!url->has_port() || url->port_number() != 0) &&
         (query == UrlQuery::allowed || !url->has_query());
}

}  // namespace keyferry::credential
