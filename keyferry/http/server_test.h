// What the tests of net share: a raw socket client, a server on a free port, certificates.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keyferry/http/http_server.h"
#include "keyferry/process/unique_fd.h"

namespace keyferry::http {

// ScratchDir is a new folder that goes with the object.
class ScratchDir {
 public:
  ScratchDir() {
    std::string name = std::filesystem::temp_directory_path() / "kf-net-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  ~ScratchDir() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// make_certificate writes a P-256 key and a self-signed certificate for 127.0.0.1 and localhost.
inline TlsFiles make_certificate(const std::filesystem::path& folder, const std::string& name) {
  TlsFiles files{folder / (name + ".crt"), folder / (name + ".key")};
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=" +
      name + " -addext subjectAltName=IP:127.0.0.1,DNS:localhost,IP:::1 -keyout '" +
      files.key.string() + "' -out '" + files.certificate.string() + "' 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return files;
}

inline std::unique_ptr<HttpServer> start_plain(Handler handler, ServerOptions options = {}) {
  if (options.listen.empty()) options.listen = "127.0.0.1:0";
  auto server = HttpServer::start(std::move(options), std::move(handler));
  if (!server) {
    ADD_FAILURE() << server.error().detail;
    std::abort();
  }
  return *std::move(server);
}

inline int port_of(const HttpServer& server) {
  const std::string address = server.address();
  return std::stoi(address.substr(address.rfind(':') + 1));
}

// wait_for_connections waits until the server counts `expected` of them.
inline bool wait_for_connections(const HttpServer& server, std::size_t expected) {
  for (int i = 0; i < 30'000 && server.connections() != expected; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return server.connections() == expected;
}

// RawClient is a TCP connection to 127.0.0.1 that sends what it is told.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(fd_.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  bool connected() const { return connected_; }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_.value(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(fd_.value(), SHUT_WR); }

  // receive_until reads until `done` says so of all that came, the peer closes, or time is up.
  template <class Done>
  std::string receive_until(Done done, std::chrono::milliseconds limit = std::chrono::minutes(1)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done(got_)) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd wanted{fd_.value(), POLLIN, 0};
      if (left.count() <= 0 || ::poll(&wanted, 1, static_cast<int>(left.count())) != 1) break;
      char buffer[65536];
      const ssize_t size = ::recv(fd_.value(), buffer, sizeof buffer, 0);
      if (size <= 0) {
        closed_ = true;
        break;
      }
      got_.append(buffer, static_cast<std::size_t>(size));
    }
    return std::exchange(got_, {});
  }
  // receive_all reads until the peer closes.
  std::string receive_all(std::chrono::milliseconds limit = std::chrono::minutes(1)) {
    return receive_until([](const std::string&) { return false; }, limit);
  }
  // receive_response reads one response with a Content-Length; what follows stays for later.
  std::string receive_response(std::chrono::milliseconds limit = std::chrono::minutes(1)) {
    std::size_t size = 0;
    std::string all = receive_until(
        [&](const std::string& text) {
          size = response_size(text);
          return size > 0;
        },
        limit);
    if (size == 0) return all;
    got_ = all.substr(size);
    return all.substr(0, size);
  }
  bool closed() const { return closed_; }

 private:
  static std::size_t response_size(const std::string& text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const std::size_t at = text.find("Content-Length: ");
    const std::size_t body = at < end ? std::stoul(text.substr(at + 16)) : 0;
    return text.size() >= end + 4 + body ? end + 4 + body : 0;
  }

  process::UniqueFd fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string got_;
};

// ask sends one request text on a new connection and returns all that comes until it closes.
inline std::string ask(int port, std::string_view request) {
  RawClient client(port);
  client.send(request);
  return client.receive_all();
}

}  // namespace keyferry::http
