// The kernel says who asks (SO_PEERCRED); callers are served one after the other, and one that
// stays silent for two seconds is given up.
#include "lock_control.h"

#include <cerrno>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/process/log.h"

namespace keyferry::cmd {
namespace {

constexpr std::size_t kMostAnswer = 64 * 1024;

bool is_administrator(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == 0 || peer.uid == ::geteuid());
}

boost::json::object error_of(const Error& error) {
  return {{"error", std::string(about(error.code).name)}, {"detail", error.detail}};
}

boost::json::object show(const verifier::LockStatus& status) {
  boost::json::array owners, doors;
  for (const Bytes& owner : status.owners) owners.emplace_back(encode_hex(owner));
  for (const auto& [name, address] : status.doors) {
    doors.emplace_back(boost::json::object{{"name", name}, {"address", address}});
  }
  boost::json::object out{{"lock", encode_hex(status.id)}, {"owners", std::move(owners)},
                          {"root_records", status.roots},  {"time", nullptr},
                          {"doors", std::move(doors)},     {"pairing", status.pairing}};
  if (status.time) out["time"] = codec::encode_rfc3339(from_unix_seconds(*status.time));
  return out;
}

boost::json::object obey(verifier::LockService& service, std::string_view word) {
  if (word == "pair") {
    const auto code = service.allow_pairing();
    return code ? boost::json::object{{"code", *code}} : error_of(code.error());
  }
  if (word == "reset") {
    const auto done = service.reset();
    if (!done) return error_of(done.error());
  } else if (word != "status") {
    return error_of(Error{Errc::invalid, "the words are: pair, reset, status", {}});
  }
  const auto status = service.status();
  return status ? show(*status) : error_of(status.error());
}

// One line, or what came before the end.
std::string read_line(int fd, std::size_t most, int milliseconds) {
  std::string line;
  char octet = 0;
  while (line.size() < most) {
    pollfd one{fd, POLLIN, 0};
    if (::poll(&one, 1, milliseconds) <= 0) break;
    const ssize_t got = ::recv(fd, &octet, 1, 0);
    if (got <= 0 || octet == '\n') break;
    line.push_back(octet);
  }
  return line;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    pollfd one{fd, POLLOUT, 0};
    if (::poll(&one, 1, 2000) <= 0) return false;
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Result<process::UniqueFd> connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.string();
  if (name.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid, "the path of the state folder is too long for a socket");
  }
  std::copy(name.begin(), name.end(), address.sun_path);
  process::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return fd;
  }
  if (errno == EACCES) return fail(Errc::forbidden, "only root and the lock's account may do this");
  return fail(Errc::unavailable, "no lock runs on " + path.parent_path().string() + ": start it");
}

}  // namespace

Result<std::unique_ptr<LockControl>> LockControl::serve(verifier::LockService& service,
                                                        const std::filesystem::path& folder) {
  KF_TRY(const auto address, net::parse_listen_address(
                                 "unix:" + std::filesystem::absolute(folder / "control").string()));
  KF_TRY(auto listener, net::Listener::open(address, 0600));
  return std::unique_ptr<LockControl>(new LockControl(service, std::move(listener)));
}

LockControl::LockControl(verifier::LockService& service, net::Listener listener)
    : service_(service),
      listener_(std::move(listener)),
      socket_(listener_.take_fd()),
      thread_([this] { work(); }) {}

LockControl::~LockControl() {
  stopper_.stop();
  thread_.join();
}

void LockControl::work() {
  while (true) {
    pollfd both[] = {{socket_.value(), POLLIN, 0}, {stopper_.descriptor(), POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) return;
    auto accepted = net::accept_one(socket_.value());
    if (auto* one = std::get_if<net::Accepted>(&accepted)) answer(one->fd.value());
  }
}

void LockControl::answer(int fd) {
  if (!is_administrator(fd)) return;
  const std::string word = read_line(fd, 64, 2000);
  write_all(fd, boost::json::serialize(obey(service_, word)) + "\n");
}

Result<boost::json::object> ask_lock(const std::filesystem::path& folder, const std::string& word) {
  KF_TRY(const process::UniqueFd fd, connect_to(std::filesystem::absolute(folder / "control")));
  if (!write_all(fd.value(), word + "\n")) return fail(Errc::io, "the lock does not listen");
  KF_TRY(auto answer, codec::parse_json_object(read_line(fd.value(), kMostAnswer, 10'000)));
  if (const auto* detail = answer.if_contains("detail"); detail != nullptr && detail->is_string()) {
    return fail(Errc::conflict, std::string(detail->get_string()));
  }
  return answer;
}

}  // namespace keyferry::cmd
