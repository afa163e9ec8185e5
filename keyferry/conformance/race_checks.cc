// CLM-06 and IDM-07 where they are hard: at the same moment.
#include <set>

#include "keyferry/conformance/check.h"
#include "keyferry/conformance/claim_key.h"
#include "keyferry/conformance/device.h"
#include "keyferry/conformance/race.h"

namespace keyferry::conformance {
namespace {

constexpr int kReaders = 64;
constexpr int kRounds = 3;
constexpr int kRepeats = 32;

// all_answered is the answers, or the first error among them.
Result<std::vector<Answer>> all_answered(std::vector<Result<Answer>> results) {
  std::vector<Answer> answers;
  for (auto& result : results) {
    if (!result) return result.error();
    answers.push_back(*std::move(result));
  }
  return answers;
}

// race_for lets many devices read `box` at once and demands that one of them gets it.
Result<Done> race_for(Subject& relay, const Box& box, const Device& creator,
                      const std::optional<ClaimKey>& key, Notes& notes) {
  std::vector<Call> calls;
  for (int i = 0; i < kReaders; ++i) {
    calls.push_back(Device().read(box));
    if (key) prove(calls.back(), *key);
  }
  KF_TRY(const auto answers, all_answered(race(relay, calls, creator.read(box))));
  int winners = 0;
  std::size_t winner = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status == 200) {
      ++winners;
      winner = i;
    } else {
      KF_TRY(must_refuse(answers[i], "the loser of a race", notes));
    }
  }
  KF_TRY(must(winners == 1, std::to_string(winners) + " of " + std::to_string(kReaders) +
                                " simultaneous first readers got the payload"));
  KF_TRY(answered(relay, calls[winner], 200, "a further Read by the winner"));
  return Done{};
}

Result<Finding> readers_race(Subject& relay) {
  Notes notes;
  for (int round = 0; round < kRounds; ++round) {
    const Device ada;
    KF_TRY(const Box box, make_box(relay, ada));
    KF_TRY(race_for(relay, box, ada, {}, notes));
  }
  return notes.finding("of 64 simultaneous first readers one won, three times");
}

Result<Finding> proofs_race(Subject& relay) {
  Notes notes;
  const ClaimKey key = new_claim_key();
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada, proof_wish(key)));
  if (!knows_proofs(box)) return skip("this relay knows no claimHash");
  KF_TRY(race_for(relay, box, ada, key, notes));
  return notes.finding("of 64 simultaneous readers with the right proof one won");
}

Result<Finding> creates_race(Subject& relay) {
  const Device ada;
  KF_TRY(const Box other, make_box(relay, ada));
  const std::vector<Call> calls(kRepeats, ada.create(create_body(relay)));
  KF_TRY(const auto answers, all_answered(race(relay, calls, ada.read(other))));
  std::set<std::string> ids;
  int fresh = 0;
  for (const Answer& answer : answers) {
    KF_TRY(must(answer.status == 200 || answer.status == 201,
                "one of 32 equal Creates answered " + answer.said()));
    fresh += answer.status == 200 ? 1 : 0;
    const auto box = box_of(answer);
    if (box) ids.insert(box->id);
  }
  KF_TRY(must(ids.size() == 1,
              "32 equal Creates at once made " + std::to_string(ids.size()) + " mailboxes"));
  KF_TRY(must(fresh == 1, std::to_string(fresh) + " of 32 equal Creates were answered as new"));
  return pass("32 equal Creates at once made one mailbox: one 200, 31 times 201");
}

Result<Finding> updates_race(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  const std::vector<Call> calls(kRepeats, ada.update(box));
  KF_TRY(const auto answers, all_answered(race(relay, calls, ada.read(box))));
  int fresh = 0;
  for (const Answer& answer : answers) {
    KF_TRY(must(answer.status == 200 || answer.status == 201,
                "one of 32 equal Updates answered " + answer.said()));
    fresh += answer.status == 200 ? 1 : 0;
  }
  KF_TRY(must(fresh == 1, std::to_string(fresh) + " of 32 equal Updates at once were carried out"));
  return pass("32 equal Updates at once wrote once");
}

constexpr Check kChecks[] = {
    {"CLM-06", "of simultaneous first readers exactly one is bound", readers_race},
    {"CLM-06.proof", "the same, all of them with the right proof", proofs_race},
    {"IDM-07.race", "equal Creates at once make one mailbox", creates_race},
    {"IDM-08.race", "equal Updates at once write once", updates_race},
};

}  // namespace

Checks race_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
