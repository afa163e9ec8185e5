#include "keyferry/service/admin.h"

#include <gmock/gmock.h>

#include "keyferry/http/http_client.h"
#include "keyferry/http/server_test.h"
#include "keyferry/service/metrics.h"

namespace keyferry::service {
namespace {

using ::testing::HasSubstr;

http::Response get(const http::HttpServer& server, const std::string& path) {
  http::ClientOptions options;
  options.allow_local = true;
  auto response =
      http::HttpClient(options).send({"GET", "http://" + server.address() + path, {}, {}, {}, {}});
  EXPECT_TRUE(response) << response.error().detail;
  return *std::move(response);
}

TEST(Admin, TellsHealthReadinessAndMetrics) {
  const auto registry = std::make_shared<prometheus::Registry>();
  HttpMetrics metrics(*registry, "keyferry_test");
  std::atomic<bool> ready = false;
  const auto server = start_admin(
      "127.0.0.1:0", registry,
      [&]() -> Result<Done> {
        if (ready) return Done{};
        return fail(Errc::unavailable, "the store is still opening");
      },
      [&] { metrics.show_connections(7); });
  ASSERT_TRUE(server) << server.error().detail;
  EXPECT_EQ(get(**server, "/healthz").status, 200);
  const http::Response unready = get(**server, "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_THAT(unready.body, HasSubstr("the store is still opening"));
  ready = true;
  EXPECT_EQ(get(**server, "/readyz").status, 200);

  metrics.observer()("/v1/m/{id}", 201, Duration(3));
  metrics.observer()("", 404, Duration(0));
  const http::Response text = get(**server, "/metrics");
  EXPECT_EQ(text.headers.find("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(
      text.body,
      HasSubstr("keyferry_test_http_requests_total{route=\"/v1/m/{id}\",status=\"201\"} 1"));
  EXPECT_THAT(text.body, HasSubstr("{route=\"unknown\",status=\"404\"} 1"));
  EXPECT_THAT(
      text.body,
      HasSubstr("keyferry_test_http_request_seconds_bucket{route=\"/v1/m/{id}\",le=\"0.005\"} 1"));
  EXPECT_THAT(text.body, HasSubstr("keyferry_test_http_connections 7"));
}

TEST(Admin, IsNeverPublic) {
  const auto server = start_admin("0.0.0.0:0", std::make_shared<prometheus::Registry>(),
                                  [] { return Result<Done>(Done{}); });
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
}

}  // namespace
}  // namespace keyferry::service
