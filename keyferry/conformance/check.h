// A check: one row of the requirements, seen from outside. Each file of checks lists its own.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "keyferry/conformance/finding.h"
#include "keyferry/conformance/subject.h"

namespace keyferry::conformance {

// Check judges one thing. Its id is a row of docs/spec/tigress.toml, with a suffix behind a dot
// where a row needs several checks ("A-39.policy"). Each makes the mailboxes that it needs.
struct Check {
  std::string_view id;
  std::string_view title;  // what must be so, as a statement
  Result<Finding> (*run)(Subject& relay);
  bool waits = false;  // needs the mailbox that soon ends: runs last
};

using Checks = std::span<const Check>;
// Each stands in the file of its name.
Checks transport_checks();
Checks call_checks();
Checks body_checks();
Checks life_checks();
Checks right_checks();
Checks claim_checks();
Checks exchange_checks();
Checks race_checks();
Checks retry_checks();
Checks request_id_checks();
Checks preview_checks();
Checks proof_checks();
Checks extension_checks();
Checks waiting_checks();
Checks queue_checks();
Checks expiry_checks();
Checks privacy_checks();
Checks content_checks();
Checks state_checks();
Checks scope_checks();
Checks gone_checks();
// Those that judge the run as a whole.
Checks last_state_checks();
Checks last_privacy_checks();

// v1_checks are all of them, in the order in which they run.
std::vector<Check> v1_checks();

// dropbox_checks judge a server of Draft R instead: what lies under /t/.
std::vector<Check> dropbox_checks();
// sample_drop is a PUT that any such server should take.
Call sample_drop();

// make_short_lived makes the mailbox of the checks that wait, once; a run begins with it.
const Result<Subject::ShortLived>& make_short_lived(Subject& relay);
// make_bystander makes the mailbox that is left alone until the end, once; a run begins with it.
Result<Scene>& make_bystander(Subject& relay);

}  // namespace keyferry::conformance
