// On a stream a piece (docs/lock.md) follows its length, one octet.
#include "keyferry/verifier/lock_reader.h"

#include <cerrno>
#include <chrono>

#include <poll.h>
#include <sys/socket.h>

#include "keyferry/verifier/lock_talk.h"

namespace keyferry::verifier {
namespace {

using Clock = std::chrono::steady_clock;

// From the first octet to the last: ten seconds for a nonce, and some for lists.
constexpr std::chrono::seconds kConversation{30};
// Whoever says nothing at once keeps others from the door: wallets greet first.
constexpr std::chrono::seconds kFirstPiece{5};

// Wire is a connection with a deadline for all of it.
class Wire {
 public:
  Wire(int fd, int stop) : fd_(fd), stop_(stop) {}

  // receive takes exactly these octets; false: closed, late or stopped (`why`).
  bool receive(std::span<std::uint8_t> out) {
    while (!out.empty()) {
      if (!wait(POLLIN)) return false;
      const ssize_t got = ::recv(fd_, out.data(), out.size(), 0);
      if (got == 0) return false;
      if (got < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }
  bool send(ByteView octets) {
    while (!octets.empty()) {
      if (!wait(POLLOUT)) return false;
      const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (sent > 0) octets = octets.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // has_begun gives a peer that has said something the time for a whole conversation.
  void has_begun() { end_ = begun_ + kConversation; }
  const char* why() const { return why_; }

 private:
  bool wait(short events) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count();
    pollfd both[] = {{fd_, events, 0}, {stop_, POLLIN, 0}};
    const int ready = left > 0 ? ::poll(both, 2, static_cast<int>(left)) : 0;
    if (ready == 0) why_ = "late";
    if (ready > 0 && both[1].revents != 0) {
      why_ = "stopped";
      return false;
    }
    return ready > 0 || (ready < 0 && errno == EINTR);
  }

  int fd_, stop_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point end_ = begun_ + kFirstPiece;
  const char* why_ = "left";
};

bool send_pieces(Wire& wire, kfl_session& session) {
  ByteArray<1 + KFL_PIECE_MOST> piece;
  while (const std::size_t size = kfl_send(&session, piece.data() + 1, KFL_PIECE_MOST)) {
    piece[0] = static_cast<std::uint8_t>(size);
    if (!wire.send(ByteView(piece).first(1 + size))) return false;
  }
  return true;
}

}  // namespace

LockReader::LockReader(LockDesk& desk, std::string door, net::Listener listener)
    : desk_(desk),
      door_(std::move(door)),
      listener_(std::move(listener)),
      address_(listener_.address()),
      socket_(listener_.take_fd()),
      thread_([this] { work(); }) {}

LockReader::~LockReader() {
  stopper_.stop();
  thread_.join();
}

void LockReader::work() {
  while (true) {
    pollfd both[] = {{socket_.value(), POLLIN, 0}, {stopper_.descriptor(), POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) return;
    auto accepted = net::accept_one(socket_.value());
    if (auto* failure = std::get_if<net::AcceptFailure>(&accepted)) {
      // No descriptors: somebody else must end first.
      if (*failure == net::AcceptFailure::exhausted) ::poll(both + 1, 1, 100);
      continue;
    }
    if (!desk_.sessions.try_acquire_for(kConversation)) continue;
    const std::string end = talk(std::get<net::Accepted>(accepted).fd.value());
    desk_.sessions.release();
    desk_.ended(door_, end);
  }
}

std::string LockReader::talk(int fd) {
  LockTalk conversation(desk_, door_);
  Wire wire(fd, stopper_.descriptor());
  ByteArray<KFL_PIECE_MOST> piece;
  while (true) {
    ByteArray<1> size{};
    if (!wire.receive(size)) return wire.why();
    if (size[0] > KFL_PIECE_MOST) return "broken";
    const auto octets = std::span(piece).first(size[0]);
    if (!wire.receive(octets)) return wire.why();
    wire.has_begun();
    switch (conversation.hear(octets)) {
      case KFL_MORE:
        break;
      case KFL_ANSWERS:
        if (!send_pieces(wire, conversation.session())) return wire.why();
        break;
      default:
        return "broken";
    }
  }
}

}  // namespace keyferry::verifier
