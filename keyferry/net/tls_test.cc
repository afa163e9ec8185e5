#include "keyferry/net/tls.h"

#include <array>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "keyferry/http/http_client.h"
#include "keyferry/http/server_test.h"

namespace keyferry::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

void answer_path(const http::Request& request, const http::Reply& reply) {
  reply(http::text_response(200, request.path + (request.secure ? " secure" : "")));
}

std::string detail_of(const http::TlsFiles& files) {
  const Result<Done> outcome = http::check_listening("127.0.0.1:443", files);
  if (outcome) return "";
  EXPECT_EQ(outcome.error().code, Errc::invalid);
  return outcome.error().detail;
}

TEST(Tls, SaysWhatIsWrongWithTheFiles) {
  const http::ScratchDir dir;
  const http::TlsFiles one = http::make_certificate(dir.path(), "one");
  const http::TlsFiles two = http::make_certificate(dir.path(), "two");
  EXPECT_EQ(detail_of(one), "");
  EXPECT_EQ(
      detail_of({one.certificate, two.key}),
      "key " + two.key.string() + " does not belong to certificate " + one.certificate.string());
  EXPECT_EQ(detail_of({dir.path() / "absent", one.key}), "cannot read certificate " +
                                                             (dir.path() / "absent").string() +
                                                             ": No such file or directory");
  EXPECT_THAT(detail_of({one.certificate, dir.path() / "absent"}), StartsWith("cannot read key "));
  EXPECT_THAT(detail_of({one.key, one.key}), HasSubstr("is not a usable PEM chain"));
  EXPECT_THAT(detail_of({one.certificate, one.certificate}),
              HasSubstr("is not an unencrypted PEM private key"));
  std::ofstream(dir.path() / "empty");
  EXPECT_THAT(detail_of({dir.path() / "empty", one.key}), HasSubstr(": it is empty"));
  const std::string locked = dir.path() / "locked.key";
  ASSERT_EQ(std::system(("openssl pkey -in '" + one.key.string() +
                         "' -aes256 -passout pass:x -out '" + locked + "'")
                            .c_str()),
            0);
  EXPECT_THAT(detail_of({one.certificate, locked}),
              HasSubstr("is not an unencrypted PEM private key"));
}

// start_tls serves with `files`; the certificate may be replaced on disk meanwhile.
std::unique_ptr<http::HttpServer> start_tls(const http::TlsFiles& files,
                                            const std::string& listen = "127.0.0.1:0") {
  http::ServerOptions options;
  options.listen = listen;
  options.tls = files;
  return http::start_plain(answer_path, options);
}

Result<http::Response> get(const std::string& url, const std::filesystem::path& ca) {
  http::ClientOptions options;
  options.ca_file = ca;
  options.allow_local = true;
  return http::HttpClient(options).send({"GET", url, {}, {}, {}, {}});
}

TEST(Tls, ReloadServesTheNewCertificateToNewConnections) {
  const http::ScratchDir dir;
  const http::TlsFiles old_files = http::make_certificate(dir.path(), "old");
  const http::TlsFiles new_files = http::make_certificate(dir.path(), "new");
  const http::TlsFiles files{dir.path() / "live.crt", dir.path() / "live.key"};
  const auto install = [&](const http::TlsFiles& from) {
    constexpr auto kReplace = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(from.certificate, files.certificate, kReplace);
    std::filesystem::copy_file(from.key, files.key, kReplace);
  };
  install(old_files);
  const auto server = start_tls(files);
  const std::string url = "https://" + server->address() + "/x";
  http::ClientOptions options;
  options.ca_file = old_files.certificate;
  options.allow_local = true;
  http::HttpClient kept(options);
  ASSERT_TRUE(kept.send({"GET", url, {}, {}, {}, {}}));

  std::filesystem::copy_file(new_files.key, files.key,
                             std::filesystem::copy_options::overwrite_existing);
  const auto refused = server->reload_tls();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("does not belong to"));
  EXPECT_TRUE(get(url, old_files.certificate)) << "the old certificate stays";

  install(new_files);
  EXPECT_TRUE(server->reload_tls());
  EXPECT_TRUE(get(url, new_files.certificate));
  EXPECT_FALSE(get(url, old_files.certificate));
  EXPECT_TRUE(kept.send({"GET", url, {}, {}, {}, {}})) << "the open connection goes on";
  EXPECT_TRUE(http::wait_for_connections(*server, 1));
}

TEST(Tls, FreshTicketsKeepTheCertificateAndItsChain) {
  const http::ScratchDir dir;
  const http::TlsFiles leaf = http::make_certificate(dir.path(), "leaf");
  const http::TlsFiles other = http::make_certificate(dir.path(), "other");
  std::ofstream(leaf.certificate, std::ios::app) << std::ifstream(other.certificate).rdbuf();
  const auto before = TlsContext::load(leaf.certificate, leaf.key);
  ASSERT_TRUE(before) << before.error().detail;
  const auto after = (*before)->with_fresh_tickets();
  SSL_CTX* one = (*before)->context();
  SSL_CTX* two = after->context();
  EXPECT_EQ(SSL_CTX_get0_certificate(one), SSL_CTX_get0_certificate(two));
  EXPECT_EQ(SSL_CTX_check_private_key(two), 1);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(two, &chain);
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(sk_X509_num(chain), 1);
  std::array<std::array<unsigned char, 80>, 2> secrets{};
  EXPECT_EQ(SSL_CTX_get_tlsext_ticket_keys(one, secrets[0].data(), secrets[0].size()), 1);
  EXPECT_EQ(SSL_CTX_get_tlsext_ticket_keys(two, secrets[1].data(), secrets[1].size()), 1);
  EXPECT_NE(secrets[0], secrets[1]);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(two), TLS1_2_VERSION);
}

TEST(Tls, DualStackTakesBothFamilies) {
  const http::ScratchDir dir;
  const http::TlsFiles files = http::make_certificate(dir.path(), "dual");
  const auto server = start_tls(files, "[::]:0");
  EXPECT_THAT(server->address(), StartsWith("[::]:"));
  const std::string port = std::to_string(http::port_of(*server));
  for (const std::string host : {"127.0.0.1", "[::1]", "localhost"}) {
    const auto response = get("https://" + host + ":" + port + "/y", files.certificate);
    ASSERT_TRUE(response) << host << ": " << response.error().detail;
    EXPECT_EQ(response->body, "/y secure");
  }
}

TEST(Tls, PlainHttpOnATlsPortIsToldSo) {
  const http::ScratchDir dir;
  const auto server = start_tls(http::make_certificate(dir.path(), "s"));
  const std::string answer = http::ask(http::port_of(*server), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("this port speaks TLS: use https://"));
}

TEST(Tls, RubbishAndSilenceInTheHandshakeEndTheConnection) {
  const http::ScratchDir dir;
  http::ServerOptions options;
  options.tls = http::make_certificate(dir.path(), "s");
  options.request_timeout = Duration(80);
  const auto server = http::start_plain(answer_path, options);
  http::RawClient rubbish(http::port_of(*server));
  rubbish.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) +
               std::string(600, '\xff'));
  rubbish.receive_all();
  EXPECT_TRUE(rubbish.closed());
  http::RawClient silent(http::port_of(*server));
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(http::wait_for_connections(*server, 0));
}

TEST(Tls, BigBodiesPassBothWays) {
  const http::ScratchDir dir;
  http::ServerOptions options;
  options.tls = http::make_certificate(dir.path(), "s");
  options.max_body = 4 << 20;
  const auto server = http::start_plain(
      [](const http::Request& request, const http::Reply& reply) {
        reply(http::text_response(200, request.body));
      },
      options);
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += std::to_string(i % 9973);
  http::ClientOptions trusting;
  trusting.ca_file = options.tls->certificate;
  trusting.allow_local = true;
  trusting.max_response = 4 << 20;
  http::HttpClient client(trusting);
  for (int i = 0; i < 3; ++i) {
    const auto response =
        client.send({"PUT", "https://" + server->address() + "/", {}, body, {}, {}});
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_TRUE(response->body == body);
  }
}

TEST(Tls, LateAnswersComeFromAnyThread) {
  const http::ScratchDir dir;
  http::ServerOptions options;
  options.tls = http::make_certificate(dir.path(), "s");
  std::vector<std::jthread> threads;
  std::mutex mutex;
  const auto server = http::start_plain(
      [&](const http::Request& request, http::Reply reply) {
        const std::lock_guard lock(mutex);
        threads.emplace_back([reply = std::move(reply), body = request.body] {
          reply(http::text_response(200, body));
        });
      },
      options);
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      http::ClientOptions trusting;
      trusting.ca_file = options.tls->certificate;
      trusting.allow_local = true;
      http::HttpClient client(trusting);
      for (int i = 0; i < 25; ++i) {
        const std::string body = std::to_string(c) + "/" + std::to_string(i);
        const auto response =
            client.send({"POST", "https://" + server->address() + "/", {}, body, {}, {}});
        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->body, body);
      }
    });
  }
  for (auto& client : clients) client.join();
}

}  // namespace
}  // namespace keyferry::net
