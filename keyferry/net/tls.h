// TLS 1.2 and 1.3 for servers, on non-blocking sockets. The only unit of net that knows OpenSSL.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "keyferry/base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace keyferry::net {

// What a call on a non-blocking socket came to. closed: the peer ended it, or it is broken.
enum class IoState { done, want_read, want_write, closed };
struct IoResult {
  IoState state = IoState::closed;
  std::size_t octets = 0;
};

// TlsContext holds one certificate and its key; immutable, safe from any thread.
class TlsContext {
 public:
  // load reads both files. Errors: invalid (cannot be read, not PEM, key encrypted, key of another
  // certificate).
  static Result<std::shared_ptr<const TlsContext>> load(const std::filesystem::path& certificate,
                                                        const std::filesystem::path& key);
  // with_fresh_tickets is the same certificate and key with a new secret for session tickets. Who
  // steals such a secret can read the TLS 1.2 sessions that were resumed under it, so none lives
  // long; sessions from before begin anew with a full handshake.
  std::shared_ptr<const TlsContext> with_fresh_tickets() const;
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}  // takes it over
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();
  ssl_ctx_st* context() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

// TlsSession is the server side of one connection on `fd`, which it does not own. One thread.
class TlsSession {
 public:
  TlsSession(const TlsContext& context, int fd);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  IoState handshake();
  IoResult read(char* data, std::size_t size);
  IoResult write(std::string_view data);
  bool has_unread() const;
  // send_close says good-bye without waiting for an answer.
  void send_close();
  // spoke_plain_http is true when handshake() failed because the peer sent an HTTP request.
  bool spoke_plain_http() const { return spoke_plain_http_; }

 private:
  IoState state_of(int outcome);
  ssl_st* session_;
  bool spoke_plain_http_ = false;
  bool broken_ = false;
};

}  // namespace keyferry::net
