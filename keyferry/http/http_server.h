// The HTTP/1.1 server of every program: TLS 1.2+ by itself, plain HTTP only where asked for.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keyferry/base/result.h"
#include "keyferry/http/forwarded.h"
#include "keyferry/http/http.h"

namespace keyferry::http {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM chain, leaf first
  std::filesystem::path key;          // PEM, unencrypted
};

struct ServerOptions {
  // "HOST:PORT" ("127.0.0.1:0" picks a free port, "[::]:443" is dual stack) or "unix:PATH".
  std::string listen;
  // A socket that the service manager passed under this name ("api", "admin"; passed_sockets.h) is
  // served in place of `listen`. Empty: none is looked for.
  std::string socket_name;
  std::optional<TlsFiles> tls;  // absent: plain HTTP; start() refuses that unless loopback or unix
  int threads = 2;
  std::size_t max_body = 256 * 1024;     // octets; more is 413
  std::size_t max_header = 16 * 1024;    // request line and headers together; more is 431
  std::size_t max_connections = 20'000;  // more are accepted and closed at once
  // Of max_connections one source (Request::source) holds so many at most, those above are closed
  // at once; 0: no limit. It does not count for proxies, behind which everybody stands, nor for a
  // unix socket.
  std::size_t max_connections_per_source = 0;
  TrustedProxies proxies;
  Duration request_timeout{15'000};  // from first octet to the end of the request
  Duration idle_timeout{60'000};     // between requests of one connection
  unsigned socket_mode = 0600;       // of a unix socket
};

class HttpServer {
 public:
  // start binds, loads the certificate and begins to serve on own threads. Handlers that return
  // late are fine. Errors: conflict ("address 127.0.0.1:8443 is in use by another program"),
  // invalid (address; certificate and key do not match or cannot be read; plain HTTP on a public
  // address; a passed socket that is none), io.
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options, Handler handler);
  virtual ~HttpServer() = default;

  // address is what was bound, with the real port ("127.0.0.1:40123").
  virtual std::string address() const = 0;
  // reload_tls reads the certificate files again for new connections; on error the old ones stay.
  virtual Result<Done> reload_tls() = 0;
  // after calls `task` on an I/O thread once `delay` has passed, unless the server stopped before.
  virtual void after(Duration delay, std::function<void()> task) = 0;
  // drain stops accepting, lets running requests end for at most `limit`, then closes everything.
  // Blocks. No handler runs afterwards.
  virtual void drain(Duration limit) = 0;
  virtual std::size_t connections() const = 0;
};

// check_listening says what start would say about address and certificate files, without binding.
Result<Done> check_listening(const std::string& listen, const std::optional<TlsFiles>& tls);

}  // namespace keyferry::http
