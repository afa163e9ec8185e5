// One deadline holds for a whole frame, so that a reader that drips octets does not hold the
// wallet.
#include "keyferry/client/lock_talk.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <netdb.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace keyferry::client {
namespace {

constexpr std::size_t kMostPiece = 239;
constexpr std::size_t kMostFrame = 8192;
constexpr time_t kConnect = 10, kSilence = 30;  // seconds

Error no_lock(const std::string& address) {
  // What connect says where kConnect has passed.
  const bool late = errno == EINPROGRESS || errno == EAGAIN;
  return fail(Errc::network,
              "no lock answers at " + address + ": " + std::strerror(late ? ETIMEDOUT : errno) +
                  " (--lock says where its reader is)",
              "no_lock");
}

Error no_answer() {
  return fail(Errc::network,
              "the lock ended the conversation, perhaps because others are at its doors: try again",
              "no_answer");
}

void wait_at_most(int socket, time_t seconds) {
  const timeval patience{seconds, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(socket, SOL_SOCKET, option, &patience, sizeof patience);
  }
}

// A path that is longer than a socket's address holds is reached by way of its folder.
Result<process::UniqueFd> connect_unix(const std::string& address) {
  const std::filesystem::path path = address.substr(5);
  const process::UniqueFd folder(
      ::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.value() < 0) return no_lock(address);
  const std::string there =
      "/proc/self/fd/" + std::to_string(folder.value()) + "/" + path.filename().string();
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (there.size() >= sizeof to.sun_path) {
    return fail(Errc::invalid, "the name of the lock's socket is too long", "usage");
  }
  std::copy(there.begin(), there.end(), to.sun_path);
  process::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  wait_at_most(socket.value(), kConnect);
  const void* raw = &to;
  if (socket.value() < 0 ||
      ::connect(socket.value(), static_cast<const sockaddr*>(raw), sizeof to) != 0) {
    return no_lock(address);
  }
  return socket;
}

Result<process::UniqueFd> connect_tcp(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return fail(Errc::invalid, "a lock is at unix:PATH or ADDRESS:PORT, not at \"" + address + "\"",
                "usage");
  }
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    return fail(Errc::network, "no lock answers at " + address + ": the name is not known",
                "no_lock");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    process::UniqueFd socket(
        ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (socket.value() < 0) continue;
    wait_at_most(socket.value(), kConnect);
    if (::connect(socket.value(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return no_lock(address);
}

bool write_all(int socket, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t done = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

using Deadline = std::chrono::steady_clock::time_point;

bool read_all(int socket, std::span<std::uint8_t> out, Deadline until) {
  while (!out.empty()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    const ssize_t got = ::recv(socket, out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_pieces(int socket, ByteView frame) {
  while (true) {
    const ByteView part = frame.first(std::min(frame.size(), kMostPiece));
    frame = frame.subspan(part.size());
    const std::uint8_t more = frame.empty() ? 0 : 1;
    const Bytes head{static_cast<std::uint8_t>(part.size() + 1), more};
    if (!write_all(socket, concat({head, part}))) return false;
    if (more == 0) return true;
  }
}

// However slowly octets drip in: `until` is the end.
bool read_pieces(int socket, Bytes& frame, Deadline until) {
  for (std::uint8_t more = 1; more != 0;) {
    std::uint8_t size = 0;
    if (!read_all(socket, std::span(&size, 1), until) || size < 2 || size > kMostPiece + 1) {
      return false;
    }
    Bytes piece(size);
    if (!read_all(socket, piece, until) || piece[0] > 1 || frame.size() > kMostFrame) return false;
    more = piece[0];
    append(frame, ByteView(piece).subspan(1));
  }
  return true;
}

}  // namespace

Result<LockTalk> LockTalk::connect(const std::string& address) {
  KF_TRY(process::UniqueFd socket,
         address.starts_with("unix:") ? connect_unix(address) : connect_tcp(address));
  wait_at_most(socket.value(), kSilence);
  return LockTalk(std::move(socket));
}

Result<LockFrame> LockTalk::say(unsigned type, ByteView body) {
  const Bytes head{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(body.size() >> 8),
                   static_cast<std::uint8_t>(body.size())};
  Bytes back;
  const Deadline until = std::chrono::steady_clock::now() + std::chrono::seconds(kSilence);
  if (!write_pieces(socket_.value(), concat({head, body})) ||
      !read_pieces(socket_.value(), back, until) || back.size() < 3 ||
      back.size() - 3 != (std::size_t{back[1]} << 8 | back[2])) {
    return no_answer();
  }
  return LockFrame{back[0], Bytes(back.begin() + 3, back.end())};
}

Result<delegation::Challenge> LockTalk::greet() {
  KF_TRY(const LockFrame frame, say(1));
  if (frame.type != 2) return no_answer();
  return delegation::parse_challenge(frame.body);
}

}  // namespace keyferry::client
