// Load for scripts/bench relay: keep-alive HTTPS requests on many connections, and what they cost
// the server in CPU time. Prints one JSON line. The load generator's own cost does not count, so it
// may be simple: one blocking thread a connection.
#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keyferry/base/base64.h"
#include "keyferry/base/uuid.h"
#include "keyferry/digest/random.h"

namespace {

using namespace keyferry;

struct Options {
  std::uint16_t port = 0;
  std::vector<int> pids;     // whose CPU time counts
  std::string mode = "get";  // get, create, read, handshake
  std::string path = "/";
  int connections = 64;
  int requests = 20'000;
  std::size_t payload = 1024;
};

[[noreturn]] void stop(const char* what) {
  std::perror(what);
  std::exit(1);
}

// One TLS connection that sends a request and reads its whole answer.
class Connection {
 public:
  Connection(SSL_CTX* context, std::uint16_t port) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
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
  ~Connection() {
    SSL_free(ssl_);
    ::close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string call(const std::string& request) {
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) stop("write");
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

 private:
  // Octets of the whole answer once its headers are there.
  static std::size_t size_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return end;
    const std::size_t length = answer.find("Content-Length: ");
    if (length == std::string::npos || length > end) return end + 4;
    return end + 4 + static_cast<std::size_t>(std::atol(answer.c_str() + length + 16));
  }

  int descriptor_;
  SSL* ssl_;
};

std::string uuid() {
  return encode_uuid(digest::random_uuid());
}

std::string create_request(std::size_t payload) {
  static const std::string data = encode_base64(digest::random_bytes(payload));
  const std::string body =
      R"({"payload":{"type":"AEAD_AES_256_GCM","data":")" + data +
      R"("},"displayInformation":{"title":"A login","description":"for web","imageURL":""}})";
  return "POST /v1/m HTTP/1.1\r\nHost: relay.example\r\nMailbox-Request-ID: " + uuid() +
         "\r\nMailbox-Device-Claim: " + uuid() +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string read_request(const std::string& path, const std::string& claim) {
  return "POST " + path + " HTTP/1.1\r\nHost: relay.example\r\nMailbox-Device-Claim: " + claim +
         "\r\nMailbox-Request-ID: " + uuid() + "\r\nContent-Length: 0\r\n\r\n";
}

std::string get_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: relay.example\r\n\r\n";
}

void expect_success(const std::string& answer) {
  if (answer.starts_with("HTTP/1.1 200")) return;
  std::cerr << answer.substr(0, 400) << '\n';
  std::exit(1);
}

// Makes a mailbox on this connection, binds it, and returns the request that reads it.
std::string bound_read(Connection& connection, std::size_t payload) {
  const std::string made = connection.call(create_request(payload));
  expect_success(made);
  const std::size_t begin = made.find("/v1/m/");
  const std::string path = made.substr(begin, 6 + 36);
  const std::string request = read_request(path, uuid());
  expect_success(connection.call(request));
  return request;
}

// Nanoseconds that all threads of the processes have run.
std::uint64_t cpu_ns(const std::vector<int>& pids) {
  std::uint64_t sum = 0;
  for (int pid : pids) {
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::uint64_t ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      sum += ran;
    }
  }
  return sum;
}

struct Work {
  const Options& options;
  SSL_CTX* context;
  std::barrier<>& ready;
  std::barrier<>& done;
  std::vector<double>& latencies;  // of this connection, in microseconds
};

void run_handshakes(const Work& work, int requests) {
  work.ready.arrive_and_wait();
  for (int i = 0; i < requests; ++i) {
    Connection connection(work.context, work.options.port);
    expect_success(connection.call(get_request(work.options.path)));
  }
  work.done.arrive_and_wait();
}

void run_connection(const Work& work, int requests) {
  if (work.options.mode == "handshake") return run_handshakes(work, requests);
  Connection connection(work.context, work.options.port);
  const bool create = work.options.mode == "create";
  std::string request = create                        ? ""
                        : work.options.mode == "read" ? bound_read(connection, work.options.payload)
                                                      : get_request(work.options.path);
  expect_success(connection.call(create ? create_request(work.options.payload) : request));
  work.ready.arrive_and_wait();
  for (int i = 0; i < requests; ++i) {
    if (create) request = create_request(work.options.payload);
    const auto begun = std::chrono::steady_clock::now();
    expect_success(connection.call(request));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    work.latencies.push_back(took.count());
  }
  work.done.arrive_and_wait();
}

// Of all connections; 0 for handshakes, which are not timed one by one.
double p99(const std::vector<std::vector<double>>& latencies) {
  std::vector<double> all;
  for (const auto& own : latencies) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() * 99 / 100];
}

int run(const Options& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  std::barrier ready(options.connections + 1);
  std::barrier done(options.connections + 1);
  const int each = options.requests / options.connections;
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(options.connections));
  std::vector<std::jthread> threads;
  for (std::vector<double>& own : latencies) {
    threads.emplace_back([&] { run_connection({options, context, ready, done, own}, each); });
  }
  ready.arrive_and_wait();
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t before = cpu_ns(options.pids);
  done.arrive_and_wait();
  const std::uint64_t after = cpu_ns(options.pids);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  threads.clear();
  SSL_CTX_free(context);
  const double requests = static_cast<double>(each) * options.connections;
  std::printf(
      "{\"mode\":\"%s\",\"requests\":%.0f,\"seconds\":%.3f,\"cpu_us\":%.3f,"
      "\"p99_us\":%.1f}\n",
      options.mode.c_str(), requests, took.count(),
      static_cast<double>(after - before) / 1000.0 / requests, p99(latencies));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Loads an HTTPS server on loopback and measures its CPU time.", "relay_load");
  app.add_option("--port", options.port)->required();
  app.add_option("--pid", options.pids, "processes whose CPU time counts")->required();
  app.add_option("--mode", options.mode)
      ->check(CLI::IsMember({"get", "create", "read", "handshake"}));
  app.add_option("--path", options.path);
  app.add_option("--connections", options.connections);
  app.add_option("--requests", options.requests);
  app.add_option("--payload", options.payload);
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
