// Frames that the library calls foreign are pairing's. A COSE_Key is read by encoding it again and
// comparing, so it has one spelling.
#include "keyferry/verifier/lock_talk.h"

#include <algorithm>

#include "keyferry/process/log.h"

namespace keyferry::verifier {
namespace {

constexpr std::uint8_t kResult = 5;
constexpr std::size_t kCoseKeySize = 75;

// A CBOR head; everything here is shorter than 2^16.
void head(Bytes& out, unsigned major, std::size_t value) {
  if (value < 24) {
    out.push_back(static_cast<std::uint8_t>(major << 5 | value));
    return;
  }
  out.push_back(static_cast<std::uint8_t>(major << 5 | (value < 256 ? 24 : 25)));
  if (value >= 256) out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void string(Bytes& out, unsigned major, ByteView octets) {
  head(out, major, octets.size());
  append(out, octets);
}

// {1: 2, -1: 1, -2: x, -3: y}
void cose_key(Bytes& out, ByteView key) {
  append(out, Bytes{0xa4, 0x01, 0x02, 0x20, 0x01, 0x21});
  string(out, 2, key.first(32));
  out.push_back(0x22);
  string(out, 2, key.subspan(32));
}

// x ‖ y of exactly such a key.
std::optional<Bytes> parse_cose_key(ByteView octets) {
  if (octets.size() != kCoseKeySize) return std::nullopt;
  Bytes key = copy_of(octets.subspan(8, 32));
  append(key, octets.subspan(43, 32));
  Bytes again;
  cose_key(again, key);
  if (!std::equal(again.begin(), again.end(), octets.begin())) return std::nullopt;
  return key;
}

}  // namespace

LockTalk::LockTalk(LockDesk& desk, const std::string& door)
    : desk_(desk), door_(door), generation_(desk.core.generation()) {
  require(desk_.core.start(session_, door_), "a door's name was checked");
}

LockTalk::~LockTalk() {
  kfl_end(&session_);
}

kfl_progress LockTalk::hear(ByteView piece) {
  if (desk_.core.generation() != generation_) return KFL_ENDED;
  const kfl_progress progress = kfl_receive(&session_, piece.data(), piece.size());
  return progress == KFL_FOREIGN ? pair() : progress;
}

kfl_progress LockTalk::pair() {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  const auto type = static_cast<PairFrame>(kfl_frame(&session_, &data, &size));
  const Bytes body(data, data + size);
  switch (type) {
    case PairFrame::start:
      return body.empty() ? start() : KFL_ENDED;
    case PairFrame::share:
      return share(body);
    case PairFrame::owner:
      return owner(body);
    default:
      return KFL_ENDED;
  }
}

kfl_progress LockTalk::answer(PairFrame type, ByteView body) {
  return kfl_answer(&session_, static_cast<std::uint8_t>(type), body.data(), body.size()) == 1
             ? KFL_ANSWERS
             : KFL_ENDED;
}

kfl_progress LockTalk::result(bool good) {
  const std::uint8_t octet = good ? 1 : 0;
  return kfl_answer(&session_, kResult, &octet, 1) == 1 ? KFL_ANSWERS : KFL_ENDED;
}

kfl_progress LockTalk::start() {
  pairing_.reset();
  if (!desk_.act.allowed(PairingAct::Clock::now())) {
    process::log_event(process::LogLevel::warning, "pairing_refused",
                       {{"door", door_}, {"detail", "nobody has allowed it at the lock"}});
    return result(false);
  }
  pairing_.emplace();
  return answer(PairFrame::sid, pairing_->sid());
}

kfl_progress LockTalk::share(ByteView ya) {
  if (!pairing_) return KFL_ENDED;
  auto said = pairing_->share(ya, desk_.core.code(), statement());
  if (!said) {
    pairing_.reset();
    return KFL_ENDED;
  }
  // What goes out now depends on the code: that was the one guess, whatever follows.
  if (!desk_.act.take(PairingAct::Clock::now())) {
    pairing_.reset();
    return result(false);
  }
  process::log_event(process::LogLevel::info, "pairing_begun", {{"door", door_}});
  return answer(PairFrame::lock, *said);
}

kfl_progress LockTalk::owner(ByteView sealed) {
  if (!pairing_) return KFL_ENDED;
  const auto opened = pairing_->owner(sealed);
  pairing_.reset();
  if (!opened && opened.error().code == Errc::conflict) return KFL_ENDED;
  Result<Done> added = fail(Errc::cannot_open, "another code was typed");
  if (opened) {
    const auto key = parse_cose_key(*opened);
    added = key ? desk_.core.add_first_owner(*key)
                : Result<Done>(fail(Errc::invalid, "what came is not a key"));
  }
  if (added) {
    process::log_event(process::LogLevel::info, "paired", {{"door", door_}});
  } else {
    process::log_event(process::LogLevel::warning, "pairing_failed",
                       {{"door", door_}, {"detail", added.error().detail}});
  }
  desk_.paired(added.has_value());
  return result(added.has_value());
}

// [COSE_Key, zone, [door id, …]]
Bytes LockTalk::statement() const {
  Bytes out;
  head(out, 4, 3);
  cose_key(out, desk_.core.key());
  string(out, 3, bytes_of(desk_.zone));
  head(out, 4, desk_.doors.size());
  for (const std::string& door : desk_.doors) string(out, 2, desk_.core.door_id(door));
  return out;
}

}  // namespace keyferry::verifier
