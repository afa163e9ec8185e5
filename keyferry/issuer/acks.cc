// Answers come from memory, under one lock; who changed is marked, written with the housekeeping,
// and marked again if that fails.
#include "keyferry/issuer/acks.h"

#include <algorithm>

namespace keyferry::issuer {

using authority::ListPosition;
using ledger::HeardVerifier;

Result<Done> Acks::load() {
  std::vector<HeardVerifier> rows;
  KF_TRY(auto recorded,
         ledger_.transact([&](sql::Database& db) -> Result<std::vector<ledger::Verifier>> {
           KF_TRY(rows, ledger::all_heard(db));
           return ledger::all_verifiers(db);
         }));
  std::lock_guard lock(mutex_);
  ByThumbprint before = std::exchange(verifiers_, {});
  names_.clear();
  for (auto& one : recorded) {
    Known known{one.name, one.key, {}};
    for (const auto& row : rows) {
      if (row.thumbprint == one.thumbprint) known.lists[row.list] = row;
    }
    if (auto old = before.find(one.thumbprint); old != before.end()) {
      known.lists = std::move(old->second.lists);
      known.unwritten = old->second.unwritten;
    }
    const auto added = verifiers_.emplace(std::move(one.thumbprint), std::move(known)).first;
    names_.emplace(std::move(one.name), added);
  }
  return Done{};
}

Result<bool> Acks::note(std::string_view compact, const PublishedList& list, Time now) {
  KF_TRY(auto ack, authority::parse_ack(compact));
  std::lock_guard lock(mutex_);
  const auto found = verifiers_.find(ack.verifier);
  if (found == verifiers_.end()) {
    return fail(Errc::not_found, "no verifier is recorded with that key");
  }
  if (ack.list != list.number.name) return fail(Errc::invalid, "it is about another list");
  Known& known = found->second;
  const auto row = known.lists.find(ack.list);
  std::optional<authority::AckedList> last;
  if (row != known.lists.end()) last = row->second.said;
  const ListPosition current{list.number.epoch, list.number.number};
  KF_TRY(const bool news, authority::check_ack(ack, known.key, issuer_, current, last, now));
  if (!news) return false;
  HeardVerifier& heard = known.lists[ack.list];
  const bool first = !last || last->position != ack.position;
  if (first) {
    heard = {ack.verifier, ack.list, {}, now, std::nullopt, {}};
    if (ack.position == current) heard.after = std::max(now - list.issued, Duration(0));
  }
  heard.said = {ack.position, ack.issued};
  heard.heard = now;
  known.unwritten = true;
  return first;
}

std::vector<VerifierStanding> Acks::standing(const ledger::ListNumber& number,
                                             const std::set<std::string>& hosts) const {
  const ListPosition wanted{number.epoch, number.number};
  std::vector<VerifierStanding> all;
  std::lock_guard lock(mutex_);
  for (const auto& host : hosts) {
    VerifierStanding& one = all.emplace_back(VerifierStanding{host, false, false, {}, {}});
    const auto name = names_.find(host);
    if (name == names_.end()) continue;
    one.recorded = true;
    const auto& lists = name->second->second.lists;
    const auto heard = lists.find(number.name);
    if (heard == lists.end()) continue;
    one.heard = heard->second.heard;
    one.took = heard->second.said.position >= wanted;
    if (heard->second.said.position == wanted) one.after = heard->second.after;
  }
  return all;
}

std::vector<Acks::Recorded> Acks::recorded() const {
  std::vector<Recorded> all;
  std::lock_guard lock(mutex_);
  for (const auto& [name, verifier] : names_) {
    Recorded& one = all.emplace_back(Recorded{name, verifier->first, {}});
    for (const auto& [list, heard] : verifier->second.lists) one.lists.push_back(heard);
  }
  return all;
}

Result<Done> Acks::write_down() {
  std::vector<HeardVerifier> rows;
  {
    std::lock_guard lock(mutex_);
    for (auto& [thumbprint, known] : verifiers_) {
      if (!std::exchange(known.unwritten, false)) continue;
      for (const auto& [list, heard] : known.lists) rows.push_back(heard);
    }
  }
  if (rows.empty()) return Done{};
  auto stored = ledger::store_heard(ledger_, rows);
  if (stored) return Done{};
  std::lock_guard lock(mutex_);
  for (const auto& row : rows) {
    const auto known = verifiers_.find(row.thumbprint);
    if (known != verifiers_.end()) known->second.unwritten = true;
  }
  return stored.error();
}

}  // namespace keyferry::issuer
