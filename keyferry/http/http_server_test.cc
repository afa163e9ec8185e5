#include "keyferry/http/http_server.h"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <sys/un.h>

#include "keyferry/http/response_encoder.h"
#include "keyferry/http/server_test.h"

namespace keyferry::http {
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

//= spec:tigress#TRN-01 test
//= spec:tigress#TRN-07 test
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

TEST(HttpServer, WhoAnswersLateHearsThatTheClientHasGoneWhateverItSentBefore) {
  for (const std::string_view behind : {"", "GET /next"}) {
    std::promise<void> gone;
    std::promise<std::optional<Reply>> held;
    const auto server = start_plain([&](const Request&, Reply reply) {
      reply.when_gone([&] { gone.set_value(); });
      held.set_value(std::move(reply));
    });
    auto client = std::make_optional<RawClient>(port_of(*server));
    client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(behind));
    const Reply reply = held.get_future().get().value();
    client.reset();
    EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
    reply(text_response(200, "nobody reads this"));
    EXPECT_TRUE(wait_for_connections(*server, 0));
  }
}

TEST(HttpServer, WhoHasOnlyEndedItsSendingIsStillAnswered) {
  const auto server = start_plain([](const Request&, const Reply& reply) {
    reply.when_gone([reply] { reply(text_response(200, "what stands")); });
  });
  RawClient client(port_of(*server));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_sending();
  EXPECT_THAT(client.receive_all(std::chrono::seconds(30)), ::testing::EndsWith("what stands"));
}

TEST(HttpServer, OneSourceHoldsOnlyItsShareOfTheConnections) {
  ServerOptions options;
  options.max_connections_per_source = 2;
  const auto server = start_plain(echo, options);
  RawClient first(port_of(*server));
  auto second = std::make_optional<RawClient>(port_of(*server));
  ASSERT_TRUE(wait_for_connections(*server, 2));
  EXPECT_EQ(ask(port_of(*server), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "");
  second.reset();
  ASSERT_TRUE(wait_for_connections(*server, 1));
  RawClient third(port_of(*server));
  third.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(third.receive_response(), HasSubstr("GET /third"));
}

TEST(HttpServer, AProxyHoldsAsManyConnectionsAsComeThroughIt) {
  ServerOptions options;
  options.max_connections_per_source = 1;
  ASSERT_TRUE(options.proxies.add("127.0.0.0/8"));
  const auto server = start_plain(echo, options);
  const RawClient first(port_of(*server));
  const RawClient second(port_of(*server));
  EXPECT_TRUE(wait_for_connections(*server, 2));
}

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpServer, AThousandPipelinedRequestsAreAnsweredInOrder) {
  const auto server = start_plain(echo);
  RawClient client(port_of(*server));
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n.";
  }
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(client.receive_response(), HasSubstr("POST /" + std::to_string(i) + "? "));
  }
  sender.join();
}

TEST(HttpServer, ARequestCutAtAnyOctetHarmsNobody) {
  std::atomic<int> handled = 0;
  const auto server = start_plain([&](const Request&, const Reply& reply) {
    ++handled;
    reply(text_response(200, "ok"));
  });
  const std::string text =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    RawClient client(port_of(*server));
    client.send(text.substr(0, size));
    client.end_sending();
    EXPECT_EQ(client.receive_all(), "") << size;
  }
  EXPECT_EQ(handled, 0);
  EXPECT_TRUE(wait_for_connections(*server, 0));
  EXPECT_THAT(ask(port_of(*server), "GET / HTTP/1.0\r\n\r\n"), HasSubstr("200 OK"));
}

TEST(HttpServer, AClientThatEndsSendingStillGetsItsAnswer) {
  HeldReply held;
  const auto server = start_plain(held.handler());
  RawClient client(port_of(*server));
  client.send(kGet);
  client.end_sending();
  held.wait()(text_response(200, "late"));
  EXPECT_THAT(client.receive_all(), HasSubstr("\r\n\r\nlate"));
}

TEST(HttpServer, HeadIsAnsweredWithoutBody) {
  const auto server = start_plain(echo);
  RawClient client(port_of(*server));
  client.send(
      "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\nGET /y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string both = client.receive_all();
  EXPECT_THAT(
      both,
      HasSubstr(
          "Content-Length: 19\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_THAT(both, ::testing::EndsWith("GET /y? 127.0.0.1 "));
}

TEST(HttpServer, AsksForABodyThatTheClientHoldsBack) {
  const auto server = start_plain(echo);
  RawClient client(port_of(*server));
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_THAT(client.receive_response(), HasSubstr("POST /? 127.0.0.1 ab"));
  // One that would be too long is refused instead, before it is sent.
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, RefusalsReachAClientThatIsStillSending) {
  ServerOptions options;
  options.max_body = 1000;
  const auto server = start_plain(echo, options);
  RawClient client(port_of(*server));
  const std::string body(300'000, 'x');
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + body);
  const std::string answer = client.receive_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/problem+json\r\n"));
  client.end_sending();
  EXPECT_TRUE(wait_for_connections(*server, 0));
}

TEST(HttpServer, NothingBehindARefusedRequestIsServed) {
  std::atomic<int> handled = 0;
  const auto server = start_plain([&](const Request&, const Reply& reply) {
    ++handled;
    reply(text_response(200, "ok"));
  });
  const std::string answer =
      ask(port_of(*server),
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, AnEndlessHeaderIs431) {
  const auto server = start_plain(echo);
  EXPECT_THAT(ask(port_of(*server), "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')),
              StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServer, SlowRequestsAre408AndIdleConnectionsClose) {
  ServerOptions options;
  options.request_timeout = milliseconds(80);
  options.idle_timeout = milliseconds(1500);  // far apart, also on a busy machine
  const auto server = start_plain(echo, options);
  const auto begun = std::chrono::steady_clock::now();
  RawClient idle(port_of(*server));
  RawClient slow(port_of(*server));
  // An octet now and then does not help: the whole request has its time.
  std::thread dripping([&] {
    for (const char c : kGet.substr(0, 15)) {
      if (!slow.send({&c, 1})) break;
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  const std::string answer = slow.receive_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"error\":\"request_timeout\""));
  dripping.join();
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_TRUE(idle.closed());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(1400));
  slow.end_sending();
  EXPECT_TRUE(wait_for_connections(*server, 0));
}

TEST(HttpServer, AReaderThatStandsStillIsDropped) {
  ServerOptions options;
  options.idle_timeout = milliseconds(1000);
  const auto server =
      start_plain([](const Request&,
                     const Reply& reply) { reply(text_response(200, std::string(16 << 20, 'x'))); },
                  options);
  RawClient client(port_of(*server));
  client.send(kGet);
  EXPECT_TRUE(wait_for_connections(*server, 1));
  EXPECT_TRUE(wait_for_connections(*server, 0));
}

TEST(HttpServer, ALongAnswerArrivesWhole) {
  std::string body;
  for (int i = 0; i < 400'000; ++i) body += std::to_string(i % 10'007);
  const auto server =
      start_plain([&](const Request&, const Reply& reply) { reply(text_response(200, body)); });
  RawClient client(port_of(*server));
  client.send(std::string(kGet) + std::string(kGet));
  for (int i = 0; i < 2; ++i) {
    const std::string answer = client.receive_response();
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body));
  }
}

TEST(HttpServer, ALongSharedAnswerArrivesWholeAndIsNotCopied) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{16} << 20}) {
    std::string text;
    while (text.size() < size) text += std::to_string(text.size());
    const auto body = std::make_shared<const std::string>(text);
    const auto server = start_plain([&](const Request&, const Reply& reply) {
      Response response;
      response.shared = body;
      reply(std::move(response));
    });
    RawClient slow(port_of(*server));
    slow.send(std::string(kGet) + std::string(kGet));
    RawClient head(port_of(*server));
    head.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string told = head.receive_all();
    EXPECT_THAT(told, HasSubstr("Content-Length: " + std::to_string(text.size()) + "\r\n"));
    EXPECT_THAT(told, ::testing::EndsWith("\r\n\r\n"));
    if (size > kMostCopied) {
      // Another thread may not have come to it yet; once it has, nobody reads.
      const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(2);
      while (body.use_count() == 1 && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      EXPECT_GT(body.use_count(), 1) << "who has not read it yet holds no copy";
    }
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(slow.receive_response().ends_with("\r\n\r\n" + text));
    }
  }
}

TEST(HttpServer, AHundredConnectionsAtOnce) {
  std::mutex mutex;
  std::vector<std::jthread> threads;
  const auto server = start_plain([&](const Request& request, Reply reply) {
    if (request.query != "late") return echo(request, reply);
    const std::lock_guard lock(mutex);
    threads.emplace_back([reply = std::move(reply)] { reply(text_response(200, "late")); });
  });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<RawClient>(port_of(*server)));
  for (int round = 0; round < 5; ++round) {
    for (auto& client : clients)
      client->send(round == 2 ? "GET /?late HTTP/1.1\r\nHost: x\r\n\r\n" : kGet);
    for (auto& client : clients)
      EXPECT_THAT(client->receive_response(), StartsWith("HTTP/1.1 200 OK"));
  }
  EXPECT_EQ(server->connections(), 100u);
  clients.clear();
  EXPECT_TRUE(wait_for_connections(*server, 0));
}

TEST(HttpServer, ConnectionsAboveTheLimitAreClosed) {
  ServerOptions options;
  options.max_connections = 2;
  const auto server = start_plain(echo, options);
  RawClient one(port_of(*server));
  RawClient two(port_of(*server));
  EXPECT_TRUE(wait_for_connections(*server, 2));
  RawClient three(port_of(*server));
  EXPECT_EQ(three.receive_all(), "");
  EXPECT_TRUE(three.closed());
  one.send(kGet);
  EXPECT_THAT(one.receive_response(), HasSubstr("200 OK"));
}

TEST(HttpServer, AHandlerThatThrowsAnswers500) {
  const auto server =
      start_plain([](const Request&, const Reply&) { throw std::runtime_error("on purpose"); });
  RawClient client(port_of(*server));
  client.send(kGet);
  const std::string answer = client.receive_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("purpose")));
  client.send(kGet);
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 500 "));
}

TEST(HttpServer, OptionsOfTheWholeServerReachesNoHandler) {
  const auto server = start_plain(echo);
  RawClient client(port_of(*server));
  client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive_response(), StartsWith("HTTP/1.1 204 No Content\r\n"));
}

TEST(HttpServer, ServesAUnixSocket) {
  const ScratchDir dir;
  ServerOptions options;
  options.listen = "unix:" + (dir.path() / "s").string();
  const auto server = start_plain(echo, options);
  const process::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (dir.path() / "s").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(fd.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::send(fd.value(), "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
  char text[1024];
  const ssize_t size = ::recv(fd.value(), text, sizeof text, MSG_WAITALL);
  EXPECT_THAT(std::string(text, static_cast<std::size_t>(size)),
              ::testing::EndsWith("GET /? local "));
  server->drain(milliseconds(0));
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "s"));
}

TEST(HttpServer, AfterRunsTasksInTimeAndNoneOnceStopped) {
  auto server = start_plain(echo);
  std::promise<std::string> order;
  std::mutex mutex;
  std::string seen;
  const auto task = [&](char name) {
    return [&, name] {
      const std::lock_guard lock(mutex);
      seen += name;
      if (seen.size() == 3) order.set_value(seen);
    };
  };
  server->after(milliseconds(60), task('c'));
  server->after(milliseconds(0), task('a'));
  server->after(milliseconds(30), task('b'));
  EXPECT_EQ(order.get_future().get(), "abc");
  bool ran = false;
  auto dropped = std::make_shared<int>(0);
  server->after(milliseconds(50), [&, dropped] { ran = true; });
  server->drain(milliseconds(0));
  server->after(milliseconds(0), [&, dropped] { ran = true; });
  server.reset();
  EXPECT_FALSE(ran);
  EXPECT_EQ(dropped.use_count(), 1) << "what the tasks held is let go";
}

TEST(HttpServer, DrainGivesUpAtItsLimit) {
  HeldReply held;
  const auto server = start_plain(held.handler());
  RawClient client(port_of(*server));
  client.send(kGet);
  const Reply reply = held.wait();
  const auto begun = std::chrono::steady_clock::now();
  server->drain(milliseconds(50));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(50));
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(server->connections(), 0u);
}

}  // namespace
}  // namespace keyferry::http
