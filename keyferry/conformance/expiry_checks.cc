// MBX-03 and A-16: a mailbox that ends while the run goes on.
#include <thread>

#include "keyferry/codec/http_date.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"
#include "keyferry/conformance/gone.h"

namespace keyferry::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kShortLife[] = {4s, 12s};  // the second try is for slow networks
constexpr Duration kDateTolerance{1'000};
constexpr Duration kBeforeTheEnd{1'500};
constexpr Duration kTolerance{3'500};  // of clocks: Date and expiration have whole seconds

Result<Subject::ShortLived> make_one(Subject& relay, std::chrono::seconds life) {
  const Device ada, bo;
  MailboxWish wish;
  const Time deadline = std::chrono::ceil<std::chrono::seconds>(relay.now() + life);
  wish.more["expiration"] = codec::encode_rfc3339(deadline);
  KF_TRY(const Box box, make_box(relay, ada, wish));
  KF_TRY(answered(relay, bo.read(box), 200, "a Read before the expiration"));
  return Subject::ShortLived{box, ada.claim, bo.claim, deadline};
}

// is_late says that by the Date of its own answer the relay knew that the time was over. Date is
// rounded down and may be some moments old.
bool is_late(const Answer& answer, Time deadline) {
  const auto date = codec::parse_http_date(answer.headers.find("Date").value_or(""));
  return date && *date >= deadline + kDateTolerance;
}

// wait_for_end waits until the recipient gets 404, at most until the tolerance is used up.
Result<Done> wait_for_end(Subject& relay, const Subject::ShortLived& it) {
  const Device bo{it.recipient};
  if (relay.now() < it.deadline) std::this_thread::sleep_for(it.deadline - relay.now());
  while (true) {
    KF_TRY(const Answer read, relay.send(bo.read(it.box)));
    if (read.status == 404) return Done{};
    KF_TRY(must(read.status == 200, "a Read around the expiration answered " + read.said()));
    KF_TRY(must(!is_late(read, it.deadline),
                "a Read answers 200 with a Date that is after the expiration"));
    KF_TRY(must(relay.now() < it.deadline + kTolerance,
                "a Read answers 200 more than three seconds after the expiration"));
    std::this_thread::sleep_for(100ms);
  }
}

Result<Finding> ends(Subject& relay) {
  KF_TRY(const Subject::ShortLived it, make_short_lived(relay));
  KF_TRY(wait_for_end(relay, it));
  const Device ada{it.creator}, bo{it.recipient};
  for (const Call& call : {preview(it.box), ada.read(it.box), ada.update(it.box), bo.update(it.box),
                           bo.relinquish(it.box), ada.remove(it.box)}) {
    KF_TRY(answered(relay, call, 404, call.method + " after the expiration"));
  }
  relay.forget(it.box);
  return pass("all calls answer 404 from the expiration on");
}

// A mailbox must not end before its time either.
Result<Finding> not_before(Subject& relay) {
  auto made = make_one(relay, kShortLife[0]);
  if (!made) made = make_one(relay, kShortLife[1]);  // the first may have had to wait
  KF_TRY(const Subject::ShortLived it, std::move(made));
  const Time last_look = it.deadline - kBeforeTheEnd;
  if (relay.now() < last_look) std::this_thread::sleep_for(last_look - relay.now());
  for (const Call& call :
       {Device{it.creator}.read(it.box), Device{it.recipient}.read(it.box), preview(it.box)}) {
    KF_TRY(const Answer answer, relay.send(call));
    if (relay.now() > it.deadline - kDateTolerance / 2) return skip("the line is too slow for it");
    KF_TRY(must(answer.status == 200,
                call.method + " answered " + answer.said() + " before the expiration"));
  }
  return pass("Reads and page work until shortly before the expiration");
}

Result<Finding> looks_unknown(Subject& relay) {
  KF_TRY(const Subject::ShortLived it, make_short_lived(relay));
  KF_TRY(wait_for_end(relay, it));
  for (const std::string& claim : {new_uuid(), it.recipient}) {
    const Device device{claim};
    KF_TRY(must_be_as_unknown(relay, calls_on(device, it.box), calls_on(device, never_made()),
                              "what has expired"));
  }
  KF_TRY(must_be_as_unknown(relay, looks_at(it.box), looks_at(never_made()),
                            "the page of what has expired"));
  relay.forget(it.box);
  return pass("expired and unknown are one and the same 404");
}

constexpr Check kChecks[] = {
    {"MBX-03.early", "until its expiration a mailbox is there", not_before, true},
    {"MBX-03", "past its expiration a mailbox is gone", ends, true},
    {"A-16", "an expired mailbox looks like one that never was", looks_unknown, true},
};

}  // namespace

const Result<Subject::ShortLived>& make_short_lived(Subject& relay) {
  if (!relay.short_lived) {
    for (const auto life : kShortLife) {
      relay.short_lived = make_one(relay, life);
      if (relay.short_lived->has_value()) break;
    }
  }
  return *relay.short_lived;
}

Checks expiry_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
