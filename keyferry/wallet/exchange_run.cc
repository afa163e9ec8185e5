// Whatever the machine decides goes through kept(), which stores it and then tells the place; only
// after that its effects are carried out in order, those that follow from one before the next.
#include "keyferry/wallet/exchange_run.h"

#include <algorithm>
#include <deque>
#include <thread>

#include "keyferry/client/refusals.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

using transfer::Effects;
using transfer::Ended;

constexpr auto kFetch = std::chrono::seconds(25);
constexpr auto kNetworkPause = std::chrono::seconds(1);
// For an authority or a lock. The other side is waited for until the deadline.
constexpr auto kPatience = std::chrono::minutes(5);
constexpr int kRaces = 8;
constexpr int kLooksElsewhere = 5;

}  // namespace

Result<Effects> ExchangeRun::kept(Effects effects) {
  // A cancel for another wallet that has the link: that one waits for it.
  const bool of_another = std::any_of(effects.begin(), effects.end(), [](const auto& effect) {
    const auto* const ended = std::get_if<Ended>(&effect);
    return ended != nullptr && ended->reason == "not_alone";
  });
  if (of_another) courier_.leave();
  KF_TRY(save());
  courier_.stored();
  return effects;
}

bool ExchangeRun::wait_out(const Error& error, Time deadline) {
  if (!client::was_lost(error) || wallet_.web.now() >= deadline) return false;
  if (!told_)
    wallet_.person.notice(
        "no_answer", {{"detail", error.detail}, {"until", codec::encode_rfc3339(deadline)}},
        "no answer (" + error.detail + "); still trying, until " + show_time(deadline));
  told_ = true;
  std::this_thread::sleep_for(kNetworkPause);
  return true;
}

// judge turns what a look at the place gave into what follows from it.
Result<Effects> ExchangeRun::judge(Result<std::optional<Bytes>> fetched) {
  if (fetched) {
    told_ = false;
    if (!*fetched) return Effects{};
    return kept(message(**fetched));
  }
  if (fetched.error().code == Errc::not_found) return kept(deadline());
  if (fetched.error().code == Errc::cannot_open) return kept(unreadable());
  return fetched.error();
}

// begin looks first: what was about to be sent when the wallet stopped may have arrived and been
// answered, or be of no use any more.
Result<Effects> ExchangeRun::begin() {
  if (has_ended()) return resume();
  KF_TRY(Effects effects, judge(courier_.look()));
  return effects.empty() ? resume() : effects;
}

Result<Effects> ExchangeRun::await(Time deadline) {
  const Time now = wallet_.web.now();
  if (now >= deadline) return kept(this->deadline());
  auto effects = judge(courier_.fetch(std::min<Duration>(kFetch, deadline - now)));
  if (!effects && wait_out(effects.error(), deadline)) return Effects{};
  if (effects && effects->empty()) return idle();
  return effects;
}

Result<Effects> ExchangeRun::meanwhile() {
  if (wallet_.web.now() >= deadline_) return kept(this->deadline());
  KF_TRY(Effects effects, glance());
  if (!effects.empty() || ++looks_ % kLooksElsewhere != 0) return effects;
  return idle();
}

Result<Ended> ExchangeRun::run(Time deadline) {
  deadline_ = deadline;
  auto begun = begin();
  while (!begun && wait_out(begun.error(), deadline)) begun = begin();
  KF_TRY(Effects effects, std::move(begun));
  for (;;) {
    KF_TRY(auto ended, carry_out(std::move(effects), deadline));
    if (ended) return *std::move(ended);
    KF_TRY(effects, await(deadline));
  }
}

Result<std::optional<Ended>> ExchangeRun::settle() {
  KF_TRY(Effects effects, has_ended() ? Result<Effects>(resume()) : judge(courier_.look()));
  if (!has_ended()) return std::optional<Ended>();
  return carry_out(std::move(effects), Time{});
}

Result<Ended> ExchangeRun::finish(Effects effects) {
  KF_TRY(effects, kept(std::move(effects)));
  KF_TRY(auto ended, carry_out(std::move(effects), Time{}));
  return ended.value_or(Ended{});
}

Result<std::optional<Ended>> ExchangeRun::carry_out(Effects effects, Time deadline) {
  std::deque<transfer::Effect> queue(effects.begin(), effects.end());
  while (!queue.empty()) {
    const transfer::Effect effect = std::move(queue.front());
    queue.pop_front();
    if (const auto* over = std::get_if<Ended>(&effect)) return std::optional(*over);
    Effects more;
    if (const auto* message = std::get_if<transfer::SendMessage>(&effect)) {
      if (has_ended()) {
        KF_TRY(send_last(*message));
      } else {
        KF_TRY(more, send(*message, deadline));
      }
    } else {
      KF_TRY(more, insist(effect, deadline));
    }
    queue.insert(queue.begin(), more.begin(), more.end());
  }
  return std::optional<Ended>();
}

// insist does what an effect asks for. Whoever has to answer is not waited for as long as the other
// side: what is stored goes on with the same command.
Result<Effects> ExchangeRun::insist(const transfer::Effect& effect, Time deadline) {
  auto done = perform(effect);
  const Time limit = std::min(deadline, wallet_.web.now() + kPatience);
  while (!done && wait_out(done.error(), limit)) done = perform(effect);
  if (done) told_ = false;
  if (!done && client::was_lost(done.error()) && deadline != Time{})
    return client::go_on_later(done.error());
  return done;
}

// send writes a message whose answer is awaited. Where the other side wrote meanwhile (a cancel),
// that decides what follows, and the message may be out of date.
Result<Effects> ExchangeRun::send(const transfer::SendMessage& message, Time deadline) {
  for (int race = 0; race < kRaces;) {
    const auto delivered = courier_.deliver(message.plaintext);
    if (delivered) {
      told_ = false;
      sent();
      return Effects{};
    }
    const Error& error = delivered.error();
    if (error.code == Errc::not_found) return kept(this->deadline());
    if (error.reason == "taken") return displaced(error);
    if (error.code != Errc::precondition_failed) {
      if (!wait_out(error, deadline)) return error;
      continue;
    }
    ++race;
    KF_TRY(Effects effects, judge(courier_.look()));
    if (!effects.empty()) return effects;
  }
  return fail(Errc::conflict, "the mailbox changes all the time: nothing can be written to it");
}

// send_last writes the message with which this side ends the exchange. Nothing waits for it: the
// place may be gone, and who does not read it sees its deadline.
Result<Done> ExchangeRun::send_last(const transfer::SendMessage& message) {
  const auto sent = courier_.deliver_cancel(message.plaintext, closes());
  if (!sent && sent.error().code == Errc::io) return sent.error();
  told_end_ = sent.has_value();
  return Done{};
}

}  // namespace keyferry::wallet
