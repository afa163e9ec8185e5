#include "keyferry/mailbox/idempotency.h"

#include <algorithm>

#include "keyferry/mailbox/claim.h"

namespace keyferry::mailbox {
namespace {

auto find_record(auto& records, const HashedClaim& claim) {
  return std::find_if(records.begin(), records.end(),
                      [&](const ClaimRecord& entry) { return same(entry.claim, claim); });
}

// A former claim neither made the mailbox nor holds it.
bool is_former(const Mailbox& box, const HashedClaim& claim) {
  return decide_party(box, claim) == Party::stranger;
}

void drop_oldest_former_claims(Mailbox& box) {
  const auto former = [&](const ClaimRecord& entry) { return is_former(box, entry.claim); };
  auto count =
      static_cast<std::size_t>(std::count_if(box.records.begin(), box.records.end(), former));
  for (; count > kFormerClaims; --count) {
    box.records.erase(std::find_if(box.records.begin(), box.records.end(), former));
  }
}

}  // namespace

//= spec:tigress#IDM-05
bool was_done(const Mailbox& box, const HashedClaim& claim, const HashedRequest& request) {
  const auto entry = find_record(box.records, claim);
  return entry != box.records.end() && std::find(entry->requests.begin(), entry->requests.end(),
                                                 request) != entry->requests.end();
}

//= spec:tigress#A-04
void record(Mailbox& box, const HashedClaim& claim, const HashedRequest& request) {
  auto entry = find_record(box.records, claim);
  if (entry == box.records.end()) {
    entry = box.records.insert(box.records.end(), ClaimRecord{claim, {}});
  }
  entry->requests.push_back(request);
  if (entry->requests.size() > kRecordsPerClaim) entry->requests.erase(entry->requests.begin());
  drop_oldest_former_claims(box);
}

}  // namespace keyferry::mailbox
