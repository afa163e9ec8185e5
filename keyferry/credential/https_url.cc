// Form only; no name is looked up.
#include "keyferry/credential/https_url.h"

#include "keyferry/codec/web_url.h"

namespace keyferry::credential {

bool is_https_url(std::string_view text, UrlQuery query) {
  return text.starts_with("https://") && codec::parse_web_url(text) &&
         (query == UrlQuery::allowed || text.find('?') == text.npos);
}

}  // namespace keyferry::credential
