// The signed revocation lists that this process serves: built from the ledger after every change
// that concerns them, signed anew long before they run out.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/lists.h"

namespace keyferry::issuer {

struct PublishedList {
  ledger::ListNumber number;
  std::string bytes;  // the list, as the verifier's program reads it
  std::string jws;    // docs/authority.md, "Revocation lists"
  Time next_update{};
  Time issued{};
};

// ListPublisher keeps the current list of each name (now: ssh.krl) and kOlder before it: while
// revokes follow one another, a verifier still gets the list that the signature it read names. Safe
// from any thread; all its objects outlive it.
class ListPublisher {
 public:
  ListPublisher(const Settings& settings, const Keys& keys, ledger::Ledger& ledger)
      : settings_(settings), keys_(keys), ledger_(ledger) {}

  // publish builds the list anew. With `renew` it takes a new number even if nothing changed.
  // Errors: unavailable, io, storage_full; then the old list stays.
  Result<Done> publish(bool renew, Time now);

  // due says whether half of the current list's life is over.
  bool due(Time now) const;

  static constexpr std::size_t kOlder = 8;

  // current and numbered return a list of that name, or nothing.
  std::shared_ptr<const PublishedList> current(std::string_view name) const;
  std::shared_ptr<const PublishedList> numbered(std::string_view name, std::int64_t number) const;

 private:
  Result<PublishedList> build(bool renew, Time now);

  const Settings& settings_;
  const Keys& keys_;
  ledger::Ledger& ledger_;
  std::mutex building_;       // one build at a time, so that numbers rise
  mutable std::mutex mutex_;  // guards the two below
  std::shared_ptr<const PublishedList> current_;
  std::deque<std::shared_ptr<const PublishedList>> older_;  // the newest first
};

}  // namespace keyferry::issuer
