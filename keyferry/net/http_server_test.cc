#include "keyferry/net/http_server.h"

#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include <gmock/gmock.h>

#include "keyferry/net/server_test.h"

namespace keyferry::net {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// echo answers with what it understood of the request.
void echo(const Request& request, const Reply& reply) {
  reply(text_response(200, request.method + " " + request.path + "?" + request.query + " " +
                               request.source + " " + request.body));
}

// HeldReply keeps the reply of a request for later.
class HeldReply {
 public:
  Handler handler() {
    return [this](const Request&, Reply reply) { promise_.set_value(std::move(reply)); };
  }
  // wait returns once the request has arrived.
  Reply wait() { return promise_.get_future().get().value(); }

 private:
  std::promise<std::optional<Reply>> promise_;
};

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  const auto server = start_plain(echo);
  RawClient client(port_of(*server));
  client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string first = client.receive_response();
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\nServer: keyferry\r\nDate: "));
  EXPECT_THAT(first, HasSubstr("\r\nContent-Length: 21\r\n"));
  EXPECT_THAT(first, ::testing::EndsWith("\r\n\r\nGET /a?b=c 127.0.0.1 "));
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_THAT(client.receive_response(), HasSubstr("POST /p? 127.0.0.1 body"));
  EXPECT_EQ(server->connections(), 1u);
}

TEST(HttpServer, AnswersFromAnotherThreadInOrder) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  const auto server = start_plain([&](const Request& request, Reply reply) {
    const std::lock_guard lock(mutex);
    threads.emplace_back([reply = std::move(reply), path = request.path] {
      std::this_thread::sleep_for(milliseconds(path == "/1" ? 50 : 1));
      reply(text_response(200, path));
    });
  });
  RawClient client(port_of(*server));
  client.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive_response(), HasSubstr("\r\n\r\n/1"));
  EXPECT_THAT(client.receive_response(), HasSubstr("\r\n\r\n/2"));
  EXPECT_THAT(client.receive_response(), HasSubstr("\r\n\r\n/3"));
  for (auto& thread : threads) thread.join();
}

TEST(HttpServer, PlainHttpOnAPublicAddressIsRefused) {
  ServerOptions options;
  options.listen = "0.0.0.0:0";
  const auto server = HttpServer::start(options, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
  EXPECT_THAT(server.error().detail, HasSubstr("plain HTTP on 0.0.0.0:0 is refused"));
}

TEST(HttpServer, PortInUseIsAConflict) {
  const auto first = start_plain(echo);
  ServerOptions options;
  options.listen = first->address();
  const auto second = HttpServer::start(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_EQ(second.error().detail, "address " + first->address() + " is in use by another program");
}

TEST(HttpServer, DrainLetsARunningRequestEnd) {
  HeldReply held;
  const auto server = start_plain(held.handler());
  RawClient idle(port_of(*server));
  RawClient client(port_of(*server));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = held.wait();
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(50));
    reply(text_response(200, "late"));
  });
  server->drain(std::chrono::seconds(5));
  later.join();
  const std::string answer = client.receive_all();
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nlate"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(idle.receive_all().empty());
  EXPECT_FALSE(RawClient(port_of(*server)).connected());
}

TEST(HttpServer, AReplyAfterTheServerHasGoneIsDropped) {
  HeldReply held;
  auto server = start_plain(held.handler());
  RawClient client(port_of(*server));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = held.wait();
  server->drain(milliseconds(1));
  server.reset();
  reply(text_response(200, "too late"));
  EXPECT_TRUE(client.receive_all().empty());
}

}  // namespace
}  // namespace keyferry::net
