#include "keyferry/relay/source.h"

#include <algorithm>

namespace keyferry::relay {
namespace {

constexpr std::size_t kMostAddressOctets = 64;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string source_of(const net::Request& request,
                      const std::vector<std::string>& trusted_proxies) {
  const auto trusted = [&](std::string_view address) {
    return std::find(trusted_proxies.begin(), trusted_proxies.end(), address) !=
           trusted_proxies.end();
  };
  if (!trusted(request.source)) return request.source;
  std::string chain;
  for (std::string_view value : request.headers.all("X-Forwarded-For")) {
    if (!chain.empty()) chain += ',';
    chain += value;
  }
  std::string_view rest = chain;
  while (!rest.empty()) {
    const std::size_t comma = rest.rfind(',');
    const bool last = comma == std::string_view::npos;
    const std::string_view address = trimmed(last ? rest : rest.substr(comma + 1));
    if (!address.empty() && address.size() <= kMostAddressOctets && !trusted(address)) {
      return std::string(address);
    }
    if (last) break;
    rest = rest.substr(0, comma);
  }
  return request.source;
}

}  // namespace keyferry::relay
