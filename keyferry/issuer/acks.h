// Which recorded verifier has taken which list: what each said last, in memory. A poll costs no
// disk; what was heard is written down with the housekeeping, a row for each verifier and list.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "keyferry/issuer/list_publisher.h"
#include "keyferry/ledger/verifiers.h"

namespace keyferry::issuer {

// A verifier that was heard within this time is about to be heard again: a long poll and more.
inline constexpr Duration kAckPatience = std::chrono::seconds(60);

// VerifierStanding is how one host stands to a list.
struct VerifierStanding {
  std::string name;
  bool recorded = false;          // false: nobody can know, and the rest says nothing
  bool took = false;              // it has put that list or a newer one in force
  std::optional<Duration> after;  // from the list's making to the acknowledgement, if known
  std::optional<Time> heard;      // its last acknowledgement; nothing: never
};

// Acks is safe from any thread.
class Acks {
 public:
  // `issuer` is the issuer identifier, which acknowledgements name.
  Acks(std::string issuer, ledger::Ledger& ledger) : issuer_(std::move(issuer)), ledger_(ledger) {}

  // load reads who is recorded: at first what they said before, too; later what is known by heart
  // of those who kept their key stays. Errors: of the ledger.
  Result<Done> load();

  // note takes an acknowledgement that came with a poll for `list`, the newest of its name. True:
  // it named a list for the first time. Errors: not_found (no recorded verifier has that key), and
  // those of parse_ack and check_ack; nothing changed then.
  Result<bool> note(std::string_view compact, const PublishedList& list, Time now);

  // standing says how the verifiers of these hosts stand to list `number`.
  std::vector<VerifierStanding> standing(const ledger::ListNumber& number,
                                         const std::set<std::string>& hosts) const;

  // recorded lists every verifier by name, with what it said last.
  struct Recorded {
    std::string name;
    std::string thumbprint;
    std::vector<ledger::HeardVerifier> lists;
  };
  std::vector<Recorded> recorded() const;

  // write_down keeps what was heard since the last time. Errors: of the ledger; then the next call
  // tries again.
  Result<Done> write_down();

 private:
  struct Known {
    std::string name;
    crypto::PublicKey key;
    std::map<std::string, ledger::HeardVerifier, std::less<>> lists;
    bool unwritten = false;
  };
  using ByThumbprint = std::map<std::string, Known, std::less<>>;

  const std::string issuer_;
  ledger::Ledger& ledger_;
  mutable std::mutex mutex_;  // guards what follows
  ByThumbprint verifiers_;
  std::map<std::string, ByThumbprint::iterator, std::less<>> names_;
};

}  // namespace keyferry::issuer
