#include "client.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/uuid.h"
#include "keyferry/digest/random.h"

namespace keyferry::bench {
namespace {

// Octets of the whole answer once its headers are there.
std::size_t size_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == std::string::npos) return end;
  const std::size_t length = answer.find("Content-Length: ");
  if (length == std::string::npos || length > end) return end + 4;
  return end + 4 + static_cast<std::size_t>(std::atol(answer.c_str() + length + 16));
}

std::string payload_member(std::size_t octets) {
  static const std::string data = encode_base64(digest::random_bytes(octets));
  return R"("payload":{"type":"AEAD_AES_256_GCM","data":")" + data + R"("})";
}

std::string request(const std::string& line, const std::string& claim, const std::string& headers,
                    const std::string& body) {
  return line + " HTTP/1.1\r\nHost: relay.example\r\nMailbox-Request-ID: " + uuid() +
         "\r\nMailbox-Device-Claim: " + claim + "\r\n" + headers +
         (body.empty() ? "" : "Content-Type: application/json\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

void stop(const char* what) {
  std::perror(what);
  std::exit(1);
}

SSL_CTX* make_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

Connection::Connection(SSL_CTX* context, std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (descriptor_ < 0) stop("socket");
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    stop("connect");
  }
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, descriptor_);
  if (SSL_connect(ssl_) != 1) stop("TLS handshake");
}

Connection::~Connection() {
  SSL_free(ssl_);
  ::close(descriptor_);
}

void Connection::send(const std::string& request) {
  if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) stop("write");
}

std::string Connection::receive() {
  std::string answer;
  std::array<char, 16384> buffer;
  std::size_t whole = std::string::npos;
  while (answer.size() < whole) {
    const int got = SSL_read(ssl_, buffer.data(), buffer.size());
    if (got <= 0) stop("read");
    answer.append(buffer.data(), static_cast<std::size_t>(got));
    if (whole == std::string::npos) whole = size_of(answer);
  }
  return answer;
}

std::string Connection::call(const std::string& request) {
  send(request);
  return receive();
}

std::string create_request(const CreateWish& wish, const std::string& claim) {
  std::string body =
      "{" + payload_member(wish.payload) +
      R"(,"displayInformation":{"title":"A login","description":"for web","imageURL":""})";
  if (!wish.expires.empty()) {
    body +=
        R"(,"mailboxConfiguration":{"accessRights":"RWD","expiration":")" + wish.expires + "\"}";
  }
  return request("POST /v1/m", claim.empty() ? uuid() : claim, "", body + "}");
}

std::string read_request(const std::string& path, const std::string& claim,
                         const std::string& more_headers) {
  return request("POST " + path, claim, more_headers, "");
}

std::string update_request(const std::string& path, const std::string& claim, std::size_t payload) {
  return request("PUT " + path, claim, "", "{" + payload_member(payload) + "}");
}

std::string get_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: relay.example\r\n\r\n";
}

void expect_success(const std::string& answer) {
  if (answer.starts_with("HTTP/1.1 200")) return;
  std::cerr << answer.substr(0, 400) << '\n';
  std::exit(1);
}

std::string path_of(const std::string& created) {
  expect_success(created);
  return created.substr(created.find("/v1/m/"), 6 + 36);
}

std::string header_of(const std::string& answer, const std::string& name) {
  const std::string begin = "\r\n" + name + ": ";
  const std::size_t at = answer.find(begin);
  if (at == std::string::npos) stop(name.c_str());
  const std::size_t value = at + begin.size();
  return answer.substr(value, answer.find("\r\n", value) - value);
}

std::string uuid() {
  return encode_uuid(digest::random_uuid());
}

std::string bound_read(Connection& connection, const CreateWish& wish) {
  const std::string path = path_of(connection.call(create_request(wish)));
  const std::string request = read_request(path, uuid());
  expect_success(connection.call(request));
  return request;
}

}  // namespace keyferry::bench
