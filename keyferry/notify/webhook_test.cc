// What is promised and signed; deliveries are tested with real receivers (webhook_test.py).
#include "keyferry/notify/webhook.h"

#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace keyferry::notify {
namespace {

Errc refusal(std::string_view url, std::vector<net::IpRange> allow = {}) {
  const auto parsed = parse_webhook_url(url, allow);
  return parsed ? Errc::internal : parsed.error().code;
}

TEST(Webhook, IsAnHttpsUrlOfThePublicInternetOrAllowed) {
  const std::string good = "https://push.example:8443/a/b?c=d";
  EXPECT_EQ(*parse_webhook_url(good, {}), good);
  EXPECT_TRUE(parse_webhook_url("https://93.184.216.34/x", {}));
  for (const char* url : {"", "push.example", "http://push.example/", "http://127.0.0.1/x",
                          "https://user@push.example/", "https://push.example/#x", "ftp://x/"}) {
    EXPECT_EQ(refusal(url), Errc::invalid) << url;
  }
  for (const char* url : {"https://127.0.0.1/", "https://10.1.2.3/x", "https://[::1]:443/",
                          "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/"}) {
    EXPECT_EQ(refusal(url), Errc::forbidden) << url;
  }
  const std::vector<net::IpRange> allow = {*net::parse_ip_range("10.0.0.0/8")};
  EXPECT_TRUE(parse_webhook_url("https://10.1.2.3/x", allow));
  EXPECT_EQ(refusal("https://127.0.0.1/", allow), Errc::forbidden);
}

// printf '1700000000\nhttps://push.example/x\n{"event":"changed"}' | openssl dgst -sha256 -hmac KEY
TEST(Webhook, TheSignatureCoversTimeUrlAndBody) {
  const std::string key(32, 'k');
  const Time now = from_unix_seconds(1'700'000'000);
  const std::string signature = sign_push(bytes_of(key), now, "https://push.example/x");
  EXPECT_EQ(signature,
            "t=1700000000,v1=c77717e208aaa80197dda0cc36c1e94968a234bb3cdf05f2ab5b8f2ba8d7371e");
  EXPECT_NE(sign_push(bytes_of(key), now, "https://push.example/y"), signature);
  EXPECT_NE(sign_push(bytes_of(key), now + std::chrono::seconds(1), "https://push.example/x"),
            signature);
}

TEST(Webhook, NamesOneHostWhateverItsPorts) {
  for (const char* url : {"https://push.example", "https://Push.Example:8443/x",
                          "https://push.example:1/?z"}) {
    EXPECT_EQ(host_of_webhook(url), "push.example") << url;
  }
  EXPECT_EQ(host_of_webhook("https://192.0.2.7:8443/x"), "192.0.2.7");
  EXPECT_EQ(host_of_webhook("https://[::ffff:192.0.2.7]/"), "192.0.2.7");
  for (const char* url : {"https://[2001:db8:1:2::1]/", "https://[2001:db8:1:2:ffff::9]:1/"}) {
    EXPECT_EQ(host_of_webhook(url), "2001:db8:1:2::/64") << url;
  }
  EXPECT_NE(host_of_webhook("https://a.example/"), host_of_webhook("https://b.example/"));
}

TEST(Webhook, OneReceiverFillsOnlyItsShareOfTheQueue) {
  const SystemClock clock;
  std::atomic<int> dropped = 0;
  WebhookOptions options;
  options.key = SecretBytes(Bytes(32, 7));
  options.most_waiting_per_receiver = 5;
  Webhooks webhooks(std::move(options), clock, [&](Webhooks::Outcome outcome) {
    if (outcome == Webhooks::Outcome::dropped) ++dropped;
  });
  // A refused address ends each call at once, so that some may have run by now.
  for (int i = 0; i < 2000; ++i) {
    webhooks.push("https://127.0.0.1:" + std::to_string(1 + i % 100) + "/" + std::to_string(i));
    EXPECT_LE(webhooks.waiting(), 5u);
  }
  EXPECT_GT(dropped, 0);
}

TEST(Webhook, StopsWhileCallsRunAndOthersWait) {
  const SystemClock clock;
  std::array<std::atomic<int>, 5> outcomes{};
  {
    WebhookOptions options;
    options.key = SecretBytes(Bytes(32, 7));
    options.allow = {*net::parse_ip_range("127.0.0.0/8")};
    options.most_waiting = 50;
    Webhooks webhooks(std::move(options), clock, [&](Webhooks::Outcome outcome) {
      ++outcomes[static_cast<std::size_t>(outcome)];
    });
    // Nothing listens on port 1.
    for (int i = 0; i < 100; ++i) webhooks.push("https://127.0.0.1:1/" + std::to_string(i));
    while (outcomes[1] == 0 && outcomes[4] == 0) std::this_thread::yield();
    EXPECT_LE(webhooks.waiting(), 50u);
  }
  EXPECT_GT(outcomes[1] + outcomes[4], 0);
  EXPECT_EQ(outcomes[0], 0);
}

}  // namespace
}  // namespace keyferry::notify
