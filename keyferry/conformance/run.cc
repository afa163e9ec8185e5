// Here an Error becomes a verdict: conflict is a fail, too_many a skip, anything else a fail for
// want of an answer.
#include "keyferry/conformance/run.h"

#include <algorithm>

#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using std::chrono::steady_clock;

// After so many checks in a row without any answer the relay counts as gone.
constexpr int kSilentChecks = 3;

// chooses says whether `word` names the check, its row or its family.
bool chooses(std::string_view word, std::string_view id) {
  return id == word ||
         (id.starts_with(word) &&
          (id[word.size()] == '.' || (id[word.size()] == '-' && word.find('-') == word.npos)));
}

Finding finding_of(const Error& error) {
  switch (error.code) {
    case Errc::conflict:
      return broken(error.detail);
    case Errc::too_many:
      return skip(error.detail);
    default:
      return broken("no answer: " + error.detail);
  }
}

// may_create finds out early that a whole run would be refused.
Result<Done> may_create(Subject& relay, const RunOptions& options) {
  const Call call = options.dropbox ? sample_drop() : Device().create(create_body(relay));
  const auto made = relay.send(call);
  if (!made) return made.error().code == Errc::too_many ? Result<Done>(Done{}) : made.error();
  const auto asked = made->headers.find("WWW-Authenticate");
  if (made->status != 401 || !asked || !asked->starts_with("Bearer")) return Done{};
  return fail(Errc::unauthorized,
              "the relay lets only those create who send its token: give it "
              "with --token-file");
}

}  // namespace

std::vector<Check> v1_checks() {
  std::vector<Check> all;
  for (const Checks checks :
       {transport_checks(), call_checks(),       content_checks(),     body_checks(),
        life_checks(),      gone_checks(),       right_checks(),       claim_checks(),
        exchange_checks(),  state_checks(),      race_checks(),        request_id_checks(),
        scope_checks(),     retry_checks(),      preview_checks(),     proof_checks(),
        extension_checks(), waiting_checks(),    queue_checks(),       privacy_checks(),
        expiry_checks(),    last_state_checks(), last_privacy_checks()}) {
    all.insert(all.end(), checks.begin(), checks.end());
  }
  return all;
}

std::size_t Run::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(),
                    [&](const Outcome& outcome) { return outcome.finding.verdict == verdict; }));
}

Result<std::vector<Check>> choose(const std::vector<Check>& all,
                                  const std::vector<std::string>& only) {
  if (only.empty()) return all;
  for (const std::string& word : only) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const Check& check) { return chooses(word, check.id); });
    if (!known)
      return fail(Errc::invalid, "no check is called \"" + word + "\" (--list shows all)");
  }
  std::vector<Check> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const Check& check) {
    return std::any_of(only.begin(), only.end(),
                       [&](const std::string& word) { return chooses(word, check.id); });
  });
  return chosen;
}

Result<Run> run_checks(Subject& relay, const std::vector<Check>& checks,
                       const RunOptions& options) {
  relay.end_at(steady_clock::now() + options.limit);
  KF_TRY(relay.reach());
  KF_TRY(may_create(relay, options));
  const bool waits =
      std::any_of(checks.begin(), checks.end(), [](const Check& c) { return c.waits; });
  if (waits) {
    static_cast<void>(make_short_lived(relay));
    static_cast<void>(make_bystander(relay));
  }
  Run run;
  int silent = 0;
  for (const Check& check : checks) {
    Outcome outcome{std::string(check.id), std::string(check.title), {}, {}};
    const auto start = steady_clock::now();
    if (run.lost) {
      outcome.finding = skip("the relay does not answer any more");
    } else {
      if (options.progress) options.progress(run.outcomes.size() + 1, checks.size(), check);
      const auto result = check.run(relay);
      outcome.finding = result ? *result : finding_of(result.error());
      const bool silence = !result && result.error().code == Errc::network;
      silent = silence ? silent + 1 : 0;
      run.lost = silent >= kSilentChecks;
    }
    outcome.took = std::chrono::duration_cast<Duration>(steady_clock::now() - start);
    run.outcomes.push_back(std::move(outcome));
  }
  run.left_behind = relay.clean_up();
  return run;
}

}  // namespace keyferry::conformance
