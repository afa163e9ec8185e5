// A loop that holds no thread: when the cell was changed in between, the store's callback begins
// the next attempt. Octets are counted against the source in the first attempt alone.
#include "keyferry/relay/change.h"

#include <utility>

#include "keyferry/mailbox/encoding.h"
#include "keyferry/mailbox/lifetime.h"
#include "keyferry/relay/push.h"

namespace keyferry::relay {
namespace {

// Each conflict means that another call was served, so this many in a row are not an accident.
constexpr int kMostAttempts = 256;

struct Change {
  CallPtr call;
  Locate find;
  Decide decide;
  Finish finish;
  int attempts = 0;
};

Result<bool> look(Relay& relay, Located& located, Time now) {
  KF_TRY(std::optional<store::Cell> cell, relay.store.get(located.key, now));
  if (!cell) return false;
  KF_TRY(located.state, mailbox::parse_state(cell->value, cell->parts));
  located.version = cell->version;
  return true;
}

// Tries each key of the ring; if nothing is found the newest one stands.
template <class IdUnder>
Result<Located> locate_under(Relay& relay, IdUnder id_under, Time now) {
  std::optional<Located> newest;
  for (const Secret& secret : relay.secrets.keys()) {
    Located located;
    located.secret = &secret;
    located.id = id_under(secret);
    located.key = hash_mailbox_id(secret, located.id);
    KF_TRY(const bool found, look(relay, located, now));
    if (found) return located;
    if (!newest) newest = std::move(located);
  }
  return *std::move(newest);
}

void attempt(std::shared_ptr<Change> change);

void finish(const Change& change, Decision decision) {
  if (change.finish) return change.finish(change.call, std::move(decision));
  answer(*change.call, std::move(decision.response));
}

void settle(const std::shared_ptr<Change>& change, const store::CellKey& key, Decision decision,
            const Result<std::uint64_t>& outcome) {
  if (outcome) {
    change->call->relay.wake(key);
    push(change->call->relay, decision.push);
    return finish(*change, std::move(decision));
  }
  if (outcome.error().code != Errc::conflict) return refuse(*change->call, outcome.error());
  if (++change->attempts < kMostAttempts) return attempt(change);
  refuse(*change->call, fail(Errc::unavailable, "the mailbox is too busy: try again"));
}

void attempt(std::shared_ptr<Change> change) {
  Relay& relay = change->call->relay;
  const Time now = relay.clock.now();
  Result<Located> located = change->find(now);
  if (!located) return refuse(*change->call, located.error());
  const store::CellKey key = located->key;
  const std::uint64_t version = located->version;
  Result<Decision> decision = change->decide(*std::move(located), now);
  if (!decision) return refuse(*change->call, decision.error());
  if (!decision->next) return finish(*change, *std::move(decision));
  const bool counts = decision->brings > 0 && change->attempts == 0;
  if (counts && !admit_octets(*change->call, decision->brings, decision->next->deadline, now))
    return;
  std::optional<store::Cell> next = std::exchange(decision->next, std::nullopt);
  relay.store.compare_and_set(
      {key, version, std::move(next)}, now,
      [change, key, decided = *std::move(decision)](Result<std::uint64_t> outcome) mutable {
        settle(change, key, std::move(decided), outcome);
      });
}

}  // namespace

Result<Located> locate(Relay& relay, const MailboxId& id, Time now) {
  return locate_under(relay, [&](const Secret&) { return id; }, now);
}

Result<Located> locate_created(Relay& relay, const Caller& caller, Time now) {
  return locate_under(
      relay,
      [&](const Secret& secret) {
        return derive_mailbox_id(secret, caller.claim, caller.request_id);
      },
      now);
}

store::Cell cell_of(const mailbox::Mailbox& box, const Secret& secret) {
  const mailbox::Tombstone tombstone = mailbox::tombstone_of(box);
  store::Cell cell;
  cell.deadline = box.deadline;
  mailbox::Encoded encoded = mailbox::encode_state(box);
  cell.value = std::move(encoded.octets);
  cell.parts = std::move(encoded.parts);
  cell.remains = mailbox::encode_state(tombstone);
  cell.remains_until = mailbox::tombstone_until(tombstone);
  cell.secret_id = secret.id;
  return cell;
}

store::Cell cell_of(const mailbox::Tombstone& tombstone, const Secret& secret) {
  store::Cell cell;
  cell.deadline = mailbox::tombstone_until(tombstone);
  cell.value = mailbox::encode_state(tombstone);
  cell.secret_id = secret.id;
  return cell;
}

void change(CallPtr call, Locate find, Decide decide, Finish finish) {
  auto work = std::make_shared<Change>();
  work->call = std::move(call);
  work->find = std::move(find);
  work->decide = std::move(decide);
  work->finish = std::move(finish);
  attempt(std::move(work));
}

void change_mailbox(CallPtr call, const MailboxId& id, Decide decide, Finish finish) {
  Relay& relay = call->relay;
  change(
      std::move(call), [&relay, id](Time now) { return locate(relay, id, now); }, std::move(decide),
      std::move(finish));
}

}  // namespace keyferry::relay
