#include "keyferry/relay/settings.h"

namespace keyferry::relay {

std::string_view base_path_of(const Settings& settings) {
  const std::string_view url = settings.public_url;
  const std::size_t host = url.find("://");
  const std::size_t path = url.find('/', host == std::string_view::npos ? 0 : host + 3);
  return path == std::string_view::npos ? std::string_view() : url.substr(path);
}

//= spec:tigress#A-41
//= spec:tigress#A-42
std::string mailbox_url(const Settings& settings, std::string_view mailbox_id) {
  return settings.public_url + "/v1/m/" + std::string(mailbox_id);
}

}  // namespace keyferry::relay
