// A message is sealed once and stored with its request id before it is first sent, so that a retry
// after a crash sends the same octets under the same id.
#include "keyferry/carrier/courier.h"

#include <algorithm>
#include <thread>

#include "keyferry/digest/random.h"
#include "keyferry/transfer/envelope.h"

namespace keyferry::carrier {
namespace {

using std::chrono::steady_clock;

// Between two reads of a place without versions: half a second at first, then slower.
constexpr auto kFirstPause = std::chrono::milliseconds(500);
constexpr auto kLongestPause = std::chrono::seconds(3);
constexpr int kCancelWrites = 3;
// Changes in one fetch that are no message and are followed at once: a claim, a renewed lifetime. A
// place that changes all the time is asked at intervals.
constexpr int kFreeChanges = 4;

}  // namespace

// A message that does not open is read once more: it may have been cut on the way.
Result<std::optional<Bytes>> Courier::take(std::optional<Arrived> arrived) {
  for (int round = 0;; ++round) {
    if (!arrived) return std::optional<Bytes>();
    version_ = arrived->version;
    if (seen_ == arrived->payload) return std::optional<Bytes>();
    auto opened = carrier_.open(arrived->payload);
    if (opened) {
      seen_ = std::move(arrived->payload);
      return std::optional(*std::move(opened));
    }
    if (round > 0) return opened.error();
    KF_TRY(arrived, carrier_.receive("", false));
  }
}

Result<std::optional<Bytes>> Courier::look() {
  KF_TRY(auto arrived, carrier_.receive("", false));
  return take(std::move(arrived));
}

Result<std::optional<Bytes>> Courier::fetch(Duration most) {
  const auto end = steady_clock::now() + most;
  auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(kFirstPause);
  for (int changes = 0;;) {
    const auto asked = steady_clock::now();
    const std::string known = version_;
    KF_TRY(auto arrived, carrier_.receive(version_, true));
    KF_TRY(auto opened, take(std::move(arrived)));
    const auto answered = steady_clock::now();
    if (opened || answered >= end) return opened;
    // It waited for us, or something changed that is no message: somebody claimed the mailbox.
    if (answered - asked > kLongestPause) continue;
    if (version_ != known && ++changes <= kFreeChanges) continue;
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(pause * 5 / 4, kLongestPause);
  }
}

//= spec:transfer#2-sealed-once
Result<Done> Courier::prepare(ByteView plaintext) {
  const auto hash = digest::sha256(plaintext);
  if (exchange_.outgoing && exchange_.outgoing->plaintext == hash) return Done{};
  exchange_.outgoing =
      keystore::Outgoing{hash, carrier_.seal(plaintext), digest::random_id(), false};
  return keystore::save_exchange(home_, id_, exchange_);
}

Result<Done> Courier::write() {
  keystore::Outgoing& outgoing = *exchange_.outgoing;
  if (seen_ != outgoing.payload) {
    KF_TRY(version_, carrier_.send(outgoing.payload, outgoing.request_id, version_));
    seen_ = outgoing.payload;
  }
  outgoing.sent = true;
  return keystore::save_exchange(home_, id_, exchange_);
}

Result<Done> Courier::deliver(ByteView plaintext) {
  KF_TRY(prepare(plaintext));
  if (exchange_.outgoing->sent) return Done{};
  return write();
}

// stands says whether the cancel was seen, or will be: it lies there, or what lies there was
// written with it in sight, or ends the exchange as well.
Result<bool> Courier::stands(ByteView plaintext) {
  seen_.reset();
  KF_TRY(const auto found, look());
  if (!found || std::ranges::equal(*found, plaintext)) return true;
  const auto envelope = transfer::parse_envelope(*found);
  if (!envelope || !envelope->routing) return false;
  const auto& routing = *envelope->routing;
  return routing.type == "cancel" || routing.prev == digest::sha256(plaintext);
}

Result<Done> Courier::deliver_cancel(ByteView plaintext, bool close) {
  KF_TRY(prepare(plaintext));
  if (!carrier_.is_one_slot()) return write();
  for (int round = 0; round < kCancelWrites; ++round) {
    auto written = write();
    if (!written && written.error().code != Errc::precondition_failed) return written;
    KF_TRY(const bool there, stands(plaintext));
    if (there) return Done{};
    exchange_.outgoing->request_id = digest::random_id();
    exchange_.outgoing->sent = false;
    KF_TRY(keystore::save_exchange(home_, id_, exchange_));
  }
  if (close) carrier_.close();
  return Done{};
}

}  // namespace keyferry::carrier
