// recv and send where there is no TLS session; EAGAIN and EINTR become a state to wait for, every
// other error an end.
#include "keyferry/net/stream.h"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace keyferry::net {

Stream::Stream(int fd, std::shared_ptr<const TlsContext> tls) : fd_(fd), tls_(std::move(tls)) {
  if (tls_) session_ = std::make_unique<TlsSession>(*tls_, fd);
}

IoState Stream::handshake() {
  return session_ ? session_->handshake() : IoState::done;
}

IoResult Stream::read(char* data, std::size_t size) {
  return session_ ? session_->read(data, size) : discard(data, size);
}

IoResult Stream::discard(char* scratch, std::size_t size) {
  const ssize_t got = ::recv(fd_, scratch, size, 0);
  if (got > 0) return {IoState::done, static_cast<std::size_t>(got)};
  const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
  return {later ? IoState::want_read : IoState::closed, 0};
}

IoResult Stream::write(std::string_view data) {
  if (session_) return session_->write(data);
  const ssize_t sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {IoState::done, static_cast<std::size_t>(sent)};
  const bool later = errno == EAGAIN || errno == EINTR;
  return {later ? IoState::want_write : IoState::closed, 0};
}

bool Stream::peer_has_ended() const {
  pollfd wanted{fd_, POLLRDHUP, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

void Stream::end_writing() {
  if (session_) session_->send_close();
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace keyferry::net
