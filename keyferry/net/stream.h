// A connected, non-blocking socket, plain or under TLS, with one face for both.
#pragma once

#include <memory>
#include <string_view>

#include "keyferry/net/tls.h"

namespace keyferry::net {

// Stream reads and writes on `fd`, which it does not own. One thread.
class Stream {
 public:
  Stream(int fd, std::shared_ptr<const TlsContext> tls);

  bool secure() const { return session_ != nullptr; }
  // handshake is done at once on a plain socket.
  IoState handshake();
  IoResult read(char* data, std::size_t size);
  IoResult write(std::string_view data);
  // has_unread is true when octets have left the socket but were not read here yet.
  bool has_unread() const { return session_ && session_->has_unread(); }
  // peer_has_ended is true once the peer has ended its side or the connection broke, whatever it
  // sent before; no octet is read.
  bool peer_has_ended() const;
  // end_writing says that no more comes: close_notify, then the end of the TCP stream.
  void end_writing();
  // discard reads octets off the wire without looking at them.
  IoResult discard(char* scratch, std::size_t size);
  bool spoke_plain_http() const { return session_ && session_->spoke_plain_http(); }
  // become_plain drops a TLS session whose handshake failed, to tell the peer in its own language.
  void become_plain() { session_.reset(); }

 private:
  int fd_;
  std::shared_ptr<const TlsContext> tls_;
  std::unique_ptr<TlsSession> session_;
};

}  // namespace keyferry::net
