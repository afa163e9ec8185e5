#include "keyferry/mailbox/mailbox.h"

#include "keyferry/base/secret.h"

namespace keyferry::mailbox {

bool same(const HashedClaim& a, const HashedClaim& b) {
  return equal_constant_time(a.octets, b.octets);
}

bool same(const ClaimKeyHash& a, const ClaimKeyHash& b) {
  return equal_constant_time(a.octets, b.octets);
}

Tombstone tombstone_of(const Mailbox& box) {
  return {box.deadline, box.rule, box.delivery, box.push_promised};
}

}  // namespace keyferry::mailbox
