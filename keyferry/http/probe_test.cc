#include "keyferry/http/probe.h"

#include "keyferry/http/server_test.h"

namespace keyferry::http {
namespace {

class Probe : public ::testing::Test {
 protected:
  std::unique_ptr<HttpServer> start(bool tls) {
    ServerOptions options;
    if (tls) options.tls = make_certificate(dir_.path(), "probed");
    return start_plain(
        [](const Request& request, const Reply& reply) {
          Response response = text_response(request.path == "/base/moved" ? 301 : 200, "");
          if (response.status == 301) response.headers.set("Location", "https://elsewhere/x");
          reply(std::move(response));
        },
        std::move(options));
  }
  static ProbeTarget target(const HttpServer& server) {
    return {"https://127.0.0.1:" + std::to_string(port_of(server)) + "/base/", Duration(5'000)};
  }
  ScratchDir dir_;
};

TEST_F(Probe, OurServerTakesNoOldTls) {
  const auto server = start(true);
  EXPECT_FALSE(takes_old_tls(target(*server)).value());
}

TEST_F(Probe, NothingThatListensIsANetworkError) {
  int port = 0;
  {
    const auto server = start(true);
    port = port_of(*server);
  }
  const ProbeTarget nobody{"https://127.0.0.1:" + std::to_string(port), Duration(2'000)};
  EXPECT_EQ(takes_old_tls(nobody).error().code, Errc::network);
  EXPECT_FALSE(ask_plain(nobody, {}, "/x")->has_value());
}

TEST_F(Probe, PlainHttpIsSeenWithStatusAndRedirect) {
  const auto server = start(false);
  const auto found = ask_plain(target(*server), {}, "/x");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->status, 200);
  const auto moved = ask_plain(target(*server), port_of(*server), "/moved");
  ASSERT_TRUE(moved && *moved);
  EXPECT_EQ((*moved)->headers.find("Location"), "https://elsewhere/x");
}

TEST_F(Probe, ThePortIsReadOffTheUrl) {
  EXPECT_EQ(port_of(ProbeTarget{"https://relay.example/base"}).value(), 443);
  EXPECT_EQ(port_of(ProbeTarget{"https://relay.example:8443"}).value(), 8443);
  EXPECT_FALSE(port_of(ProbeTarget{"https://"}));
}

}  // namespace
}  // namespace keyferry::http
