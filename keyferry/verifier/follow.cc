// The thread of a Follower: rounds and pauses, and what other threads ask meanwhile.
#include "keyferry/digest/random.h"
#include "keyferry/verifier/backoff.h"
#include "keyferry/verifier/follower.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr Duration kQuickTry{1'500};

std::uint32_t random_32() {
  return static_cast<std::uint32_t>(digest::random_uniform(std::uint64_t{1} << 32));
}

// margin_after is how long an answer may take after so many failures in a row. A packet that nobody
// answers is sent again more and more seldom, so a new connection is tried soon; every fourth has
// the patience that a busy authority may need.
Duration margin_after(int failures) {
  return failures % 4 == 0 ? kAnswerMargin : kQuickTry;
}

}  // namespace

Follower::~Follower() {
  stop();
}

void Follower::start() {
  file_.start();
  thread_ = std::thread([this] { follow(); });
}

void Follower::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  receiver_.cancel();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  file_.stop();
}

void Follower::wait_for_hook() {
  if (hook_) hook_->wait();
}

// follow polls for ever. The authority's long poll is the clock: an answer that says "unchanged"
// well before its time is asked again at once, then more and more slowly, as after a failure. While
// it fails nothing waits for news, so that the first answer counts.
//
//= spec:authority#6-back
void Follower::follow() {
  Backoff failures, early;
  int early_answers = 0, failed_rounds = 0;
  while (true) {
    const auto began = SteadyClock::now();
    const Position before = receiver_.state().have().position;
    const Duration wait = failed_rounds == 0 ? wait_.now() : 0ms;
    const bool failed = !round({wait, margin_after(failed_rounds), {}});
    const bool newer = receiver_.state().have().position != before;
    const bool too_early = SteadyClock::now() - began < wait / 2;
    Duration rest{0};
    if (failed) {
      ++failed_rounds;
      rest = failures.next(random_32());
    } else {
      failures.reset();
      failed_rounds = 0;
      early_answers = newer || !too_early ? 0 : early_answers + 1;
      if (early_answers > 1) {
        rest = early.next(random_32());
      } else {
        early.reset();
      }
    }
    pause(rest);
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
}

// pause rests, and wakes in between at the instant at which the last list stops serving.
void Follower::pause(Duration duration) {
  const auto end = SteadyClock::now() + duration;
  while (true) {
    const auto limit = SteadyClock::now() + until_limit();
    std::unique_lock lock(mutex_);
    if (wake_.wait_until(lock, std::min(end, limit), [this] { return stopping_; })) return;
    lock.unlock();
    if (SteadyClock::now() >= end) return;
    // What went wrong is in the log; the next round tries again.
    [[maybe_unused]] const auto result = put_into_force();
  }
}

// until_limit is the time until last-good becomes closed; a day when that is not ahead.
Duration Follower::until_limit() const {
  const Shown now = shown();
  const auto age_now = age(now);
  if (now.mode != Mode::last_good || !age_now) return 24h;
  return std::max(settings_.on_unreachable.limit - *age_now + 1ms, Duration(1));
}

Follower::Shown Follower::shown() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

std::optional<Duration> Follower::age(const Shown& shown) const {
  std::optional<Duration> steady;
  if (shown.contact_steady)
    steady = std::chrono::floor<Duration>(SteadyClock::now() - *shown.contact_steady);
  // `closed` serves nothing before the first contact; the others count from the first start.
  if (!shown.contact.ever && settings_.on_unreachable.kind == OnUnreachable::Kind::closed)
    return {};
  return contact_age(shown.contact.at, clock_.now(), steady);
}

void Follower::replace_key(SigningKey key) {
  const std::lock_guard lock(mutex_);
  key_ = std::move(key);
}

void Follower::replace_trust(Trust trust) {
  const std::lock_guard lock(mutex_);
  trust_ = std::move(trust);
  trust_is_new_ = true;
}

Result<Done> Follower::ready() const {
  const Shown now = shown();
  const std::string about = "list " + settings_.name + ": ";
  if (!now.installed) return fail(Errc::io, about + "its file cannot be written");
  if (!now.heard) return fail(Errc::unavailable, about + "nothing heard from the authority");
  if (now.mode == Mode::closed)
    return fail(Errc::unavailable, about + "closed, the authority cannot be heard");
  if (now.alarm) return fail(Errc::unavailable, about + "not confirmed for too long");
  return Done{};
}

void Follower::refresh_metrics() {
  const Shown now = shown();
  metrics_.set_age(now.contact.ever ? age(now) : std::nullopt);
}

}  // namespace keyferry::verifier
