#include "keyferry/relay/site.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "keyferry/base/uuid.h"
#include "keyferry/http/form.h"

namespace keyferry::relay {
namespace {

constexpr std::string_view kSecFetch = "sec-fetch-";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Parts of what robots call themselves, in lower case. Those that run a real browser send Sec-Fetch
// headers as it does, and then see the site's own card.
bool is_robot(std::string_view user_agent) {
  constexpr std::array<std::string_view, 22> kRobots = {"bot",
                                                        "crawler",
                                                        "spider",
                                                        "preview",
                                                        "facebookexternalhit",
                                                        "facebookcatalog",
                                                        "meta-external",
                                                        "whatsapp",
                                                        "telegram",
                                                        "slack",
                                                        "discord",
                                                        "skype",
                                                        "embedly",
                                                        "iframely",
                                                        "mattermost",
                                                        "vkshare",
                                                        "viber",
                                                        "bitrix",
                                                        "outbrain",
                                                        "pinterest",
                                                        "scanner",
                                                        "linkcheck"};
  const std::string name = lower(user_agent);
  return name.empty() || std::any_of(kRobots.begin(), kRobots.end(), [&](std::string_view part) {
           return name.find(part) != std::string::npos;
         });
}

// Every browser begins so when a person opens an address; programs that ask for HTML seldom do.
bool is_browsers_accept(std::string_view accept) {
  return lower(accept).starts_with("text/html,application/xhtml+xml");
}

// The v of a link's query, of those that links are made with; never anything that a caller chose.
std::string_view vertical_of(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    for (const std::string_view known : {"v=a", "v=h", "v=c"}) {
      if (pair == known) return known.substr(2);
    }
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return {};
}

}  // namespace

bool is_navigation(std::string_view method, const http::Headers& headers) {
  if (method != "GET") return false;
  const auto& all = headers.entries();
  const bool tells = std::any_of(all.begin(), all.end(), [](const auto& header) {
    return lower(header.first).starts_with(kSecFetch);
  });
  // Sec-Fetch-User is not asked for: Safari sends none, and a mail gateway's redirect by script
  // loses it.
  if (tells) {
    return headers.find("Sec-Fetch-Mode") == "navigate" &&
           headers.find("Sec-Fetch-Dest") == "document";
  }
  return is_browsers_accept(headers.find("Accept").value_or("")) &&
         !is_robot(headers.find("User-Agent").value_or(""));
}

std::string site_url(const Settings& settings, const std::optional<MailboxId>& id,
                     std::string_view query) {
  std::string url = settings.web_origin + "/?relay=" + http::percent_encode(settings.public_url);
  url += id ? "&m=" + encode_uuid(id->octets) : std::string("&t=1");
  if (const std::string_view vertical = vertical_of(query); !vertical.empty()) {
    url.append("&v=").append(vertical);
  }
  return url;
}

}  // namespace keyferry::relay
