#include "keyferry/wallet/ssh_agent.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/credential/ssh_certificate.h"

namespace keyferry::wallet {
namespace {

constexpr std::uint8_t kAddConstrained = 25;
constexpr std::uint8_t kSuccess = 6;
constexpr std::uint8_t kLifetime = 1;
constexpr std::uint32_t kMostAnswer = 4096;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool send_all(int descriptor, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t done = ::send(descriptor, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

bool receive_all(int descriptor, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::recv(descriptor, out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

void write_private_key(codec::SshWriter& out, const crypto::PrivateKey& key, ByteView certificate,
                       std::string_view type) {
  out.string(type);
  out.string(certificate);
  const ByteView secret = key.secret().expose();
  if (key.type() == crypto::KeyType::p256) {
    out.mpint(secret);
    return;
  }
  const SecretBytes pair(concat({secret, key.public_key().raw()}));
  out.string(key.public_key().raw());
  out.string(pair.expose());
}

}  // namespace

Result<SecretBytes> agent_add_message(const crypto::PrivateKey& key,
                                      std::string_view certificate_line, const std::string& comment,
                                      std::chrono::seconds lifetime) {
  KF_TRY(const Bytes certificate, credential::parse_certificate_line(certificate_line));
  codec::SshWriter body;
  body.u8(kAddConstrained);
  write_private_key(body, key, certificate, certificate_line.substr(0, certificate_line.find(' ')));
  body.string(comment);
  body.u8(kLifetime);
  body.u32(static_cast<std::uint32_t>(std::max<std::int64_t>(lifetime.count(), 1)));
  const SecretBytes inner(body.take());
  codec::SshWriter message;
  message.string(inner.expose());
  return SecretBytes(message.take());
}

Result<Done> add_to_agent(const std::string& socket, const SecretBytes& message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.empty() || socket.size() >= sizeof(address.sun_path)) {
    return fail(Errc::not_found, "no SSH agent is running here: SSH_AUTH_SOCK does not name one",
                "no_agent");
  }
  std::memcpy(address.sun_path, socket.c_str(), socket.size());
  const Socket agent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (agent.get() < 0 ||
      ::connect(agent.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(Errc::not_found,
                std::string("the SSH agent cannot be reached: ") + std::strerror(errno),
                "no_agent");
  }
  std::array<std::uint8_t, 5> head{};
  if (!send_all(agent.get(), message.expose()) || !receive_all(agent.get(), head)) {
    return fail(Errc::io, "the SSH agent broke off");
  }
  codec::SshReader reader(head);
  const auto size = reader.u32();
  const auto kind = reader.u8();
  if (!size || *size == 0 || *size > kMostAnswer || !kind || *kind != kSuccess) {
    return fail(Errc::forbidden, "the SSH agent refused the key");
  }
  return Done{};
}

}  // namespace keyferry::wallet
