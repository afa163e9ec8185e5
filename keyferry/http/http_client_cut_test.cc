// What goes out when the connection ends early: libcurl repeats a request by itself where a kept
// connection ends before the first octet of the answer, and HttpClient must not.
#include <atomic>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>

#include "keyferry/http/http_client.h"
#include "keyferry/http/server_test.h"

namespace keyferry::http {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
constexpr std::size_t kWhole = 1 << 20;

// Cut says how far the next requests get: octets read of each, then octets written of its answer.
struct Cut {
  std::size_t request = kWhole;
  std::size_t answer = kWhole;
};

// CutServer answers on kept connections and ends each at the place that is set.
class CutServer {
 public:
  CutServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.value(), plain, size), 0);
    EXPECT_EQ(::listen(listener_.value(), 16), 0);
    EXPECT_EQ(::getsockname(listener_.value(), plain, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CutServer() {
    ::shutdown(listener_.value(), SHUT_RDWR);
    thread_.join();
  }
  CutServer(const CutServer&) = delete;
  CutServer& operator=(const CutServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  // answer sets what is written in place of kAnswer.
  void answer(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    answer_ = text;
  }
  void cut(Cut place) {
    const std::scoped_lock lock(mutex_);
    cut_ = place;
  }
  // seen returns what came of each request since the last call.
  std::vector<std::string> seen() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(seen_, {});
  }

 private:
  void serve() {
    for (;;) {
      const process::UniqueFd connection(::accept(listener_.value(), nullptr, nullptr));
      if (connection.value() < 0) return;
      while (serve_one(connection.value())) {
      }
    }
  }

  // serve_one returns false when the connection is to end.
  bool serve_one(int connection) {
    std::string request;
    while (!whole(request)) {
      Cut place = now();
      if (request.size() >= place.request) break;
      char octet = 0;
      if (::recv(connection, &octet, 1, 0) != 1) break;
      request += octet;
    }
    if (!request.empty()) {
      const std::scoped_lock lock(mutex_);
      seen_.push_back(request);
    }
    const Cut place = now();
    if (request.empty() || request.size() >= place.request || !whole(request)) return false;
    const std::string_view part = answer_.substr(0, place.answer);
    ::send(connection, part.data(), part.size(), MSG_NOSIGNAL);
    return part == kAnswer;
  }

  Cut now() {
    const std::scoped_lock lock(mutex_);
    return cut_;
  }

  static bool whole(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t at = request.find("Content-Length: ");
    const std::size_t body = at < end ? std::stoul(request.substr(at + 16)) : 0;
    return request.size() >= end + 4 + body;
  }

  process::UniqueFd listener_;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  Cut cut_;
  std::string_view answer_ = kAnswer;
  std::vector<std::string> seen_;
};

std::vector<ClientRequest> requests(const CutServer& server) {
  std::vector<ClientRequest> all;
  for (const auto& [method, body] : std::vector<std::pair<std::string, std::string>>{
           {"GET", ""}, {"POST", ""}, {"POST", "a body"}, {"PUT", "a body"}, {"DELETE", ""}}) {
    ClientRequest request;
    request.method = method;
    request.url = server.url();
    request.body = body;
    request.headers.set("DPoP", "a proof");
    all.push_back(std::move(request));
  }
  return all;
}

HttpClient local_client() {
  ClientOptions options;
  options.allow_local = true;
  return HttpClient(options);
}

// lose has a request cut at `place`, on a new connection or on a kept one; what the server saw.
std::vector<std::string> lose(CutServer& server, const ClientRequest& request, Cut place,
                              bool kept) {
  HttpClient client = local_client();
  server.cut({});
  if (kept) {
    EXPECT_TRUE(client.send(request));
    EXPECT_EQ(server.seen().size(), 1u);
  }
  server.cut(place);
  const auto answer = client.send(request);
  EXPECT_TRUE(!answer && answer.error().code == Errc::network);
  EXPECT_TRUE(client.was_sent());
  return server.seen();
}

TEST(HttpClientCut, WithoutTheGuardAKeptConnectionRepeatsTheRequest) {
  CutServer server;
  for (ClientRequest request : requests(server)) {
    request.repeatable = true;
    EXPECT_GT(lose(server, request, {kWhole, 0}, true).size(), 1u) << request.method;
  }
}

//= spec:authority#3-lost test
TEST(HttpClientCut, ARequestGoesOutOnceWhereverItsAnswerIsCut) {
  CutServer server;
  for (const ClientRequest& request : requests(server)) {
    for (std::size_t octets = 0; octets < kAnswer.size(); ++octets) {
      for (const bool kept : {false, true}) {
        EXPECT_EQ(lose(server, request, {kWhole, octets}, kept).size(), 1u)
            << request.method << " answer cut after " << octets << (kept ? " kept" : " new");
      }
    }
  }
}

//= spec:authority#3-lost test
TEST(HttpClientCut, ARequestGoesOutOnceWhereverItIsCut) {
  CutServer server;
  for (const ClientRequest& request : requests(server)) {
    server.cut({});
    ASSERT_TRUE(local_client().send(request));
    const std::size_t size = server.seen()[0].size();
    for (std::size_t octets = 1; octets <= size; ++octets) {
      for (const bool kept : {false, true}) {
        EXPECT_EQ(lose(server, request, {octets, 0}, kept).size(), 1u)
            << request.method << " cut after " << octets << (kept ? " kept" : " new");
      }
    }
  }
}

// An interim answer is none.
TEST(HttpClientCut, AnAnswerThatEndsWithinItsHeadersIsLost) {
  for (const std::string_view answer :
       {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200", "HTTP/1.1 204 No Content\r\nDate: x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    CutServer server;
    server.answer(answer);
    ClientRequest request;
    request.url = server.url();
    const auto got = local_client().send(request);
    ASSERT_FALSE(got) << answer;
    EXPECT_EQ(got.error().code, Errc::network) << got.error().detail;
  }
}

TEST(HttpClientCut, WhatWasNeverConnectedWasNotSent) {
  std::string url;
  {
    const CutServer server;
    url = server.url();
  }
  HttpClient client = local_client();
  ClientRequest request;
  request.url = url;
  EXPECT_FALSE(client.send(request));
  EXPECT_FALSE(client.was_sent());
}

}  // namespace
}  // namespace keyferry::http
