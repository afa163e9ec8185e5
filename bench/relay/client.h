// What the loads of scripts/bench relay share: one blocking TLS connection, and the relay's calls
// as text. A fault ends the program: a benchmark with a failed call measures nothing.
#pragma once

#include <cstdint>
#include <string>

#include <openssl/ssl.h>

namespace keyferry::bench {

[[noreturn]] void stop(const char* what);

// make_context trusts any certificate and keeps no sessions: each connection does a full handshake.
SSL_CTX* make_context();

// One TLS connection to a port of this machine.
class Connection {
 public:
  Connection(SSL_CTX* context, std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::string& request);
  // receive waits for one whole answer: status line, headers, body of Content-Length octets.
  std::string receive();
  std::string call(const std::string& request);
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  SSL* ssl_;
};

struct CreateWish {
  std::size_t payload = 1024;  // octets, before base64
  std::string expires;         // RFC 3339; empty: as the relay likes
};

// create_request has a device claim and a request id of its own.
std::string create_request(const CreateWish& wish, const std::string& claim = {});
std::string read_request(const std::string& path, const std::string& claim,
                         const std::string& more_headers = {});
std::string update_request(const std::string& path, const std::string& claim, std::size_t payload);
std::string get_request(const std::string& path);

// expect_success ends the program unless `answer` is a 200.
void expect_success(const std::string& answer);
// The path of the mailbox that a Create answer tells.
std::string path_of(const std::string& created);
// The value of a header, which must be there.
std::string header_of(const std::string& answer, const std::string& name);
std::string uuid();

// bound_read makes a mailbox on this connection, binds it, and returns the request that reads it.
std::string bound_read(Connection& connection, const CreateWish& wish);

}  // namespace keyferry::bench
