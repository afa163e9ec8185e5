#include "keyferry/http/forwarded.h"

#include <algorithm>

namespace keyferry::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// cut_last takes the last entry off a list with commas.
std::string_view cut_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const bool only = comma == std::string_view::npos;
  const std::string_view entry = trimmed(only ? list : list.substr(comma + 1));
  list = only ? std::string_view() : list.substr(0, comma);
  return entry;
}

}  // namespace

bool TrustedProxies::add(std::string_view text) {
  if (text == "unix") {
    unix_sockets_ = true;
    return true;
  }
  const auto range = net::parse_ip_range(text);
  if (range) ranges_.push_back(*range);
  return range.has_value();
}

bool TrustedProxies::trusts(const net::IpAddress& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const net::IpRange& range) { return net::contains(range, address); });
}

bool TrustedProxies::trusts_peer(const std::optional<net::IpAddress>& peer) const {
  return peer ? trusts(*peer) : unix_sockets_;
}

//= spec:quality#1-behind
std::string counted_source(const Request& request, const TrustedProxies& proxies) {
  if (!proxies.trusts_peer(request.peer)) return request.source;
  const auto lists = request.headers.all("X-Forwarded-For");
  for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
    std::string_view rest = *list;
    while (!rest.empty()) {
      const std::string_view entry = cut_last(rest);
      if (entry.empty()) continue;
      const auto address = net::parse_ip(entry);
      if (!address) return request.source;
      if (!proxies.trusts(*address)) return net::source_of(*address);
    }
  }
  return request.source;
}

}  // namespace keyferry::http
