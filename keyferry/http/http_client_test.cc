#include "keyferry/http/http_client.h"

#include <thread>

#include <gmock/gmock.h>

#include "keyferry/http/server_test.h"

namespace keyferry::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A TLS server that echoes, and a client that trusts it.
class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() : files_(make_certificate(dir_.path(), "server")) {
    ServerOptions options;
    options.tls = files_;
    server_ = start_plain(
        [this](Request request, Reply reply) { answer(std::move(request), std::move(reply)); },
        options);
  }

  ClientOptions trusting() const {
    ClientOptions options;
    options.ca_file = files_.certificate;
    options.allow_local = true;
    return options;
  }
  std::string url(const std::string& path) const { return "https://" + server_->address() + path; }

  void answer(Request request, Reply reply) {
    if (request.path == "/never") {
      held_.push_back(std::move(reply));
    } else if (request.path == "/redirect") {
      Response response = text_response(302, "");
      response.headers.add("Location", url("/echo"));
      reply(std::move(response));
    } else if (request.path == "/big") {
      reply(text_response(200, std::string(100'000, 'x')));
    } else if (request.path == "/headers") {
      std::string text;
      for (const auto& [name, value] : request.headers.entries())
        text += name + ": " + value + "\n";
      reply(text_response(200, text));
    } else {
      Response response =
          text_response(207, request.method + " " + request.path + "?" + request.query + " " +
                                 request.body + (request.secure ? " secure" : " plain"));
      response.headers.add("X-Seen", "yes");
      reply(std::move(response));
    }
  }

  ScratchDir dir_;
  TlsFiles files_;
  std::vector<Reply> held_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpClientTest, AnyStatusIsASuccessOfTheCall) {
  HttpClient client(trusting());
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    ClientRequest request{method, url("/echo?a=b"), {}, "body", {}, {}};
    const auto response = client.send(request);
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 207);
    EXPECT_EQ(response->body, method + " /echo?a=b body secure");
    EXPECT_EQ(response->headers.find("x-seen"), "yes");
  }
  EXPECT_EQ(server_->connections(), 1u) << "the connection is kept";
}

TEST_F(HttpClientTest, HeadHasNoBody) {
  HttpClient client(trusting());
  const auto response = client.send({"HEAD", url("/big"), {}, {}, {}, {}});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->headers.find("content-length"), "100000");
}

TEST_F(HttpClientTest, SendsNoHeaderThatNobodyAskedFor) {
  HttpClient client(trusting());
  ClientRequest request{"POST", url("/headers"), {}, "{}", {}, {}};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Empty", "");
  const auto response = client.send(request);
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "Host: " + server_->address() +
                                "\nUser-Agent: keyferry\nAccept: */*\nContent-Type: "
                                "application/json\nEmpty: \nContent-Length: 2\n");
}

TEST_F(HttpClientTest, RedirectsAreNotFollowed) {
  HttpClient client(trusting());
  const auto response = client.send({"GET", url("/redirect"), {}, {}, {}, {}});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
}

TEST_F(HttpClientTest, AnUnknownCertificateIsANetworkError) {
  ClientOptions options = trusting();
  options.ca_file.reset();
  HttpClient client(options);
  const auto response = client.send({"GET", url("/echo"), {}, {}, {}, {}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::network);
  EXPECT_THAT(response.error().detail, HasSubstr("self-signed certificate"));
}

TEST_F(HttpClientTest, AnyCertificateIsTakenOnlyWhenToldSo) {
  ClientOptions options = trusting();
  options.ca_file.reset();
  options.check_certificate = false;
  HttpClient client(options);
  const auto response = client.send({"GET", url("/echo"), {}, {}, {}, {}});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 207);
}

TEST_F(HttpClientTest, AMissingCaFileIsNamed) {
  ClientOptions options = trusting();
  options.ca_file = dir_.path() / "absent.pem";
  HttpClient client(options);
  const auto response = client.send({"GET", url("/echo"), {}, {}, {}, {}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::invalid);
  EXPECT_THAT(response.error().detail, HasSubstr("absent.pem"));
}

//= spec:transfer#5-authority test
TEST_F(HttpClientTest, ALocalAddressIsRefusedAlsoBehindAName) {
  ClientOptions options = trusting();
  options.allow_local = false;
  HttpClient client(options);
  const std::string port = std::to_string(port_of(*server_));
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    const auto response =
        client.send({"GET", "https://" + host + ":" + port + "/", {}, {}, {}, {}});
    ASSERT_FALSE(response) << host;
    EXPECT_EQ(response.error().code, Errc::forbidden) << host << response.error().detail;
  }
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(HttpClientTest, AConnectionThatWasAllowedServesNoCallThatIsNot) {
  HttpClient client(trusting());
  ASSERT_TRUE(client.send({"GET", url("/echo"), {}, {}, {}, {}}));
  ClientRequest strict{"GET", url("/echo"), {}, {}, {}, false};
  const auto response = client.send(strict);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::forbidden);
}

TEST_F(HttpClientTest, PlainHttpGoesToLoopbackOnly) {
  HttpClient client(trusting());
  for (const std::string bad : {"http://example.com/", "http://10.0.0.1/"}) {
    const auto response = client.send({"GET", bad, {}, {}, {}, {}});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::invalid);
    EXPECT_THAT(response.error().detail, HasSubstr("use https://"));
  }
  const auto plain = start_plain(
      [](const Request& request, const Reply& reply) { reply(text_response(200, request.path)); });
  const auto response = client.send({"GET", "http://" + plain->address() + "/x", {}, {}, {}, {}});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "/x");
  ClientRequest strict{"GET", "http://" + plain->address() + "/x", {}, {}, {}, false};
  EXPECT_FALSE(client.send(strict));
}

TEST_F(HttpClientTest, BadUrlsAreInvalid) {
  HttpClient client(trusting());
  for (const std::string bad : {"", "127.0.0.1", "ftp://a/", "https://", "https://u:p@a/",
                                "https://a b/", "file:///etc/passwd", "https://a:99999/"}) {
    const auto response = client.send({"GET", bad, {}, {}, {}, {}});
    ASSERT_FALSE(response) << bad;
    EXPECT_EQ(response.error().code, Errc::invalid) << bad << ": " << response.error().detail;
  }
}

TEST_F(HttpClientTest, ALongAnswerIsCutOff) {
  ClientOptions options = trusting();
  options.max_response = 99'999;
  HttpClient client(options);
  const auto response = client.send({"GET", url("/big"), {}, {}, {}, {}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::too_large);
  options.max_response = 100'000;
  EXPECT_TRUE(HttpClient(options).send({"GET", url("/big"), {}, {}, {}, {}}));
}

TEST_F(HttpClientTest, TimeOutAndRefusalSaySo) {
  HttpClient client(trusting());
  const auto late = client.send({"GET", url("/never"), {}, {}, milliseconds(50), {}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::network);
  EXPECT_THAT(late.error().detail, HasSubstr("timed out"));
  const std::string gone = url("/echo");
  server_->drain(milliseconds(0));
  const auto refused = client.send({"GET", gone, {}, {}, {}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::network);
  EXPECT_THAT(refused.error().detail, HasSubstr("onnect"));
}

TEST_F(HttpClientTest, CancelEndsARunningCallAtOnce) {
  HttpClient client(trusting());
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(50));
    client.cancel();
  });
  const auto before = std::chrono::steady_clock::now();
  const auto response = client.send({"GET", url("/never"), {}, {}, {}, {}});
  canceller.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error(), fail(Errc::network, "cancelled"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, trusting().timeout);
  EXPECT_FALSE(client.send({"GET", url("/echo"), {}, {}, {}, {}}));
}

TEST_F(HttpClientTest, LineBreaksInHeadersAreRefused) {
  HttpClient client(trusting());
  ClientRequest request{"GET", url("/echo"), {}, {}, {}, {}};
  request.headers.add("X", "a\r\nY: b");
  const auto response = client.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::invalid);
}

}  // namespace
}  // namespace keyferry::http
