// Section 1D: who may do what with a claim, tried one after the other (races: race_checks.cc).
#include <algorithm>

#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

// every_call is what anybody may try on a mailbox, with this device's claim.
std::vector<Call> every_call(const Device& device, const Box& box) {
  return {device.read(box), device.update(box), device.remove(box), device.relinquish(box)};
}

// must_be_no_claim demands what callers get whose claim is missing or no claim.
Result<Done> must_be_no_claim(const Answer& answer, std::string_view what, Notes& notes) {
  return must_be(answer, {401}, {400, 403}, what, notes);
}

// must_be_free demands that nobody holds the recipient's side, by taking it.
Result<Done> must_be_free(Subject& relay, const Box& box, std::string_view after) {
  const Device next;
  KF_TRY(const Answer read, relay.send(next.read(box)));
  return must(read.status == 200, "after " + std::string(after) + " the first Read answered " +
                                      read.said() + ": the mailbox was claimed");
}

Result<Finding> malformed_claims(Subject& relay) {
  const Device ada;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  const std::string good = new_uuid();
  const std::string wrong[] = {
      "x",        good.substr(0, 8), good.substr(1),
      good + "0", "{" + good + "}",  "not-a-uuid-but-36-characters-long-xx"};
  for (const std::string& claim : wrong) {
    const Device eve{claim};
    const std::string what = " with the malformed claim \"" + claim + "\"";
    KF_TRY(const Answer made, relay.send(eve.create(create_body(relay))));
    KF_TRY(must_be_no_claim(made, "a Create" + what, notes));
    KF_TRY(const Answer read, relay.send(eve.read(box)));
    KF_TRY(must_be_no_claim(read, "a Read" + what, notes));
  }
  KF_TRY(must_be_free(relay, box, "Reads with malformed claims"));
  return notes.finding("401, and nothing is claimed");
}

Result<Finding> any_uuid(Subject& relay) {
  const std::string claims[] = {"6ba7b810-9dad-11d1-80b4-00c04fd430c8",  // version 1
                                "6BA7B814-9DAD-51D1-80B4-00C04FD430C8"};
  for (const std::string& claim : claims) {
    const Device device{claim};
    KF_TRY(const Box box, make_box(relay, device));
    KF_TRY(
        answered(relay, device.read(box), 200, "a Read with a claim of another version or case"));
  }
  return pass("other versions and upper case are taken");
}

Result<Finding> case_of_claims(Subject& relay) {
  const Device ada;
  Device upper = ada;
  std::transform(upper.claim.begin(), upper.claim.end(), upper.claim.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, upper.read(box), 200, "a Read with the creator's claim in upper case"));
  const Device bo;
  KF_TRY(const Answer read, relay.send(bo.read(box)));
  return read.status == 200 ? pass("one claim in either case is one device")
                            : allowed("one claim in another case is another device");
}

Result<Finding> creator_claims_nothing(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  for (int i = 0; i < 3; ++i) {
    KF_TRY(answered(relay, ada.read(box), 200, "a Read by the creator"));
  }
  KF_TRY(must_be_free(relay, box, "Reads by the creator"));
  return pass("the creator reads and claims nothing");
}

Result<Finding> claim_needed(Subject& relay) {
  const Device ada;
  Notes notes;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  auto calls = every_call(ada, box);
  calls.push_back(ada.create(create_body(relay)));
  for (Call& call : calls) {
    call.claim.reset();
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be_no_claim(answer, call.method + " without a claim", notes));
  }
  KF_TRY(must_hold(relay, ada.read(box), wish.payload, "a Read after calls without a claim"));
  KF_TRY(must_be_free(relay, box, "calls without a claim"));
  return notes.finding("401 on all five calls, and nothing is changed");
}

Result<Finding> one_claim_only(Subject& relay) {
  const Device ada, bo;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  for (Call call : {bo.read(box), bo.create(create_body(relay))}) {
    call.more.add("Mailbox-Device-Claim", new_uuid());
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {401}, {400, 403, 200}, call.method + " with two claims", notes));
  }
  return notes.finding("two claims on one call get 401");
}

Result<Finding> creator_is_bound(Subject& relay) {
  const Device ada, bo;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, ada.update(box), 200, "an Update by the creator before any Read"));
  KF_TRY(const Answer early, relay.send(bo.update(box)));
  KF_TRY(must_refuse(early, "an Update by another claim before any Read", notes));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(answered(relay, ada.update(box), 200, "an Update by the creator after a claim"));
  return notes.finding("the creator writes from the start, and still after a claim");
}

Result<Finding> first_reader_wins(Subject& relay) {
  const Device ada, bo, cy;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "the first Read"));
  KF_TRY(const Answer second, relay.send(cy.read(box)));
  KF_TRY(must_refuse(second, "a Read by a second other claim", notes));
  KF_TRY(answered(relay, bo.read(box), 200, "a further Read by the first"));
  return notes.finding("the first other claim is bound, the second gets 401");
}

Result<Finding> third_is_refused(Subject& relay) {
  const Device ada, bo, eve;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  for (const Call& call : every_call(eve, box)) {
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_refuse(answer, call.method + " by a third claim", notes));
  }
  return notes.finding("401 on Read, Update, Delete and Relinquish");
}

// Whatever strangers try, the two go on as if nothing had been.
Result<Finding> no_interference(Subject& relay) {
  const Device ada, bo, eve;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  const object message = random_payload();
  KF_TRY(answered(relay, bo.update(box, message), 200, "Update"));
  auto calls = every_call(eve, box);
  for (Call call : every_call(eve, box)) {
    call.claim.reset();
    calls.push_back(call);
  }
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PROPFIND"}) {
    calls.push_back(preview(box));
    calls.back().method = method;
  }
  for (const Call& call : calls) {
    KF_TRY(relay.send(call));
  }
  KF_TRY(must_hold(relay, ada.read(box), message, "a Read by the creator after strangers' calls"));
  KF_TRY(must_hold(relay, bo.read(box), message, "a Read by the recipient after strangers' calls"));
  return pass("twelve calls by strangers changed nothing for the two");
}

Result<Finding> same_claim_reads_again(Subject& relay) {
  const Device ada, bo;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  const Call call = bo.read(box);
  for (int i = 0; i < 4; ++i) {
    KF_TRY(must_hold(relay, call, wish.payload, "a repeated Read"));
  }
  return pass("a claim reads as often as it likes");
}

Result<Finding> only_read_binds(Subject& relay) {
  const Device ada, bo;
  Notes notes;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  for (const Call& call : {bo.update(box), bo.remove(box), bo.relinquish(box)}) {
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_refuse(answer, call.method + " by a claim that has not read", notes));
  }
  KF_TRY(must_be_free(relay, box, "PUT, DELETE and PATCH"));
  KF_TRY(must_hold(relay, ada.read(box), wish.payload, "a Read after them"));
  return notes.finding("401, and nothing is bound or changed");
}

Result<Finding> looking_claims_nothing(Subject& relay) {
  const Device ada;
  MailboxWish wish;
  KF_TRY(const Box box, make_box(relay, ada, wish));
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    for (const char* accept : {"*/*", "text/html", "application/json"}) {
      Call call = preview(box);
      call.method = method;
      call.more.add("Accept", accept);
      call.claim = new_uuid();  // link unfurlers send none; with one it must not bind either
      KF_TRY(relay.send(call));
    }
  }
  KF_TRY(must_hold(relay, ada.read(box), wish.payload, "a Read after GET, HEAD and OPTIONS"));
  KF_TRY(must_be_free(relay, box, "GET, HEAD and OPTIONS"));
  return pass("nine GET, HEAD and OPTIONS claimed and consumed nothing");
}

Result<Finding> told_how(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const Answer refused, relay.send(eve.read(box)));
  KF_TRY(must(refused.status == 401 || refused.status == 403,
              "a Read by a third claim answered " + refused.said()));
  if (refused.status == 403) return allowed("403, which needs no WWW-Authenticate");
  const auto header = refused.headers.find("WWW-Authenticate");
  return header ? pass("WWW-Authenticate: " + std::string(*header).substr(0, 60))
                : allowed("401 without WWW-Authenticate, which RFC 9110 asks for");
}

Result<Finding> words_of_errors(Subject& relay) {
  const Device ada, bo, eve;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const Answer refused, relay.send(eve.read(box)));
  KF_TRY(must(!refused.success(), "a Read by a third claim answered " + refused.said()));
  const auto body = refused.json();
  if (refused.media_type() == "application/problem+json" && body && body->contains("error")) {
    return pass("problem+json: " + refused.said());
  }
  return allowed("errors are \"" + refused.media_type() + "\", without words for programs");
}

constexpr Check kChecks[] = {
    {"CLM-01", "a malformed claim is refused", malformed_claims},
    {"CLM-02", "the creator's own Read does not fill the recipient's side", creator_claims_nothing},
    {"CLM-04", "Create, Read, Update, Delete and Relinquish need a claim", claim_needed},
    {"CLM-05", "the creator's claim is bound at creation", creator_is_bound},
    {"CLM-06.order", "the first other claim that reads is bound", first_reader_wins},
    {"CLM-07", "a third claim is refused on every call", third_is_refused},
    {"REL-13", "third parties cannot interfere", no_interference},
    {"A-08", "a repeated Read is safe", same_claim_reads_again},
    {"A-12", "errors are problem documents", words_of_errors},
    {"A-13", "a 401 has WWW-Authenticate", told_how},
    {"A-24", "only a Read binds", only_read_binds},
    {"A-25", "looking at the page binds and consumes nothing", looking_claims_nothing},
    {"A-31", "a claim may be any UUID", any_uuid},
    {"A-31.case", "a claim is the same in either case", case_of_claims},
    {"A-32", "two claims on one call are refused", one_claim_only},
};

}  // namespace

Checks claim_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
