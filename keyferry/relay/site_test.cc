#include "keyferry/relay/site.h"

#include <vector>

#include <gtest/gtest.h>

namespace keyferry::relay {
namespace {

constexpr const char* kAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
constexpr const char* kSafari =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

http::Headers headers(const std::vector<std::pair<std::string, std::string>>& entries) {
  http::Headers all;
  for (const auto& [name, value] : entries) all.add(name, value);
  return all;
}

TEST(Site, ABrowsersNavigationGoesThere) {
  EXPECT_TRUE(is_navigation(
      "GET", headers({{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}})));
  // Safari sends no Sec-Fetch-User; before 16.4 it sends no such header at all.
  EXPECT_TRUE(is_navigation("GET", headers({{"Sec-Fetch-Site", "none"},
                                            {"Sec-Fetch-Mode", "navigate"},
                                            {"Sec-Fetch-Dest", "document"},
                                            {"Accept", kAccept},
                                            {"User-Agent", kSafari}})));
  EXPECT_TRUE(is_navigation("GET", headers({{"Accept", kAccept}, {"User-Agent", kSafari}})));
}

TEST(Site, WhateverElseFetchesItStays) {
  const std::pair<const char*, const char*> others[] = {{"navigate", "iframe"},
                                                        {"navigate", "empty"},
                                                        {"cors", "document"},
                                                        {"no-cors", "image"},
                                                        {"", ""},
                                                        {"NAVIGATE", "document"}};
  for (const auto& [mode, dest] : others) {
    EXPECT_FALSE(is_navigation("GET", headers({{"Sec-Fetch-Mode", mode},
                                               {"Sec-Fetch-Dest", dest},
                                               {"Accept", kAccept},
                                               {"User-Agent", kSafari}})))
        << mode << ' ' << dest;
  }
  // Any one of these headers means a browser that sends them.
  EXPECT_FALSE(is_navigation(
      "GET", headers({{"Sec-Fetch-Site", "none"}, {"Accept", kAccept}, {"User-Agent", kSafari}})));
  for (const char* method : {"HEAD", "POST", "PUT", "DELETE", "get"}) {
    EXPECT_FALSE(is_navigation(
        method, headers({{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}})))
        << method;
  }
}

TEST(Site, ProgramsAndRobotsStay) {
  EXPECT_FALSE(is_navigation("GET", headers({})));
  EXPECT_FALSE(is_navigation("GET", headers({{"Accept", "*/*"}, {"User-Agent", "curl/7.88.1"}})));
  EXPECT_FALSE(is_navigation("GET", headers({{"Accept", "text/html"}, {"User-Agent", kSafari}})));
  EXPECT_FALSE(is_navigation("GET", headers({{"Accept", kAccept}})));
  for (const char* robot :
       {"facebookexternalhit/1.1", "WhatsApp/2.23.20.0 A", "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Discordbot/2.0)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 "
        "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "LinkedInBot/1.0", "Mozilla/5.0 (compatible; Googlebot/2.1)", "Iframely/1.3.1"}) {
    EXPECT_FALSE(is_navigation("GET", headers({{"Accept", kAccept}, {"User-Agent", robot}})))
        << robot;
  }
}

TEST(Site, ItsAddressIsMadeOfTheConfiguration) {
  Settings settings;
  settings.public_url = "https://relay.example:8443/some/base";
  settings.web_origin = "https://get.example/get";
  const std::string base =
      "https://get.example/get/?relay=https%3A%2F%2Frelay.example%3A8443%2Fsome%2Fbase";
  const MailboxId id{parse_uuid("9F1C2D3E-4B5A-4978-8796-A5B4C3D2E1F0").value()};
  const std::string mailbox = "&m=9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0";
  EXPECT_EQ(site_url(settings, id, ""), base + mailbox);
  EXPECT_EQ(site_url(settings, id, "utm_source=x&v=h"), base + mailbox + "&v=h");
  EXPECT_EQ(site_url(settings, id, "v=zzz&relay=https://evil.example"), base + mailbox);
  EXPECT_EQ(site_url(settings, {}, "v=a"), base + "&t=1&v=a");
}

}  // namespace
}  // namespace keyferry::relay
