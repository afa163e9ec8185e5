// Everything the relay keeps of an id, a claim or a request id is HMAC-SHA-256 under its secret,
// over u8 purpose and the parts below. All but the first cover the mailbox id, so no two mailboxes
// share a stored value.
//
//   purpose  parts                                     gives
//   1        16 claim, request id                      the mailbox id (122 bits, version 4)
//   2        16 mailbox id                             the store's key
//   3        16 mailbox id, 16 claim                   HashedClaim
//   4, 5     16 mailbox id, 16 claim, request id       HashedRequest of Update, Relinquish: the
//                                                      first 16 octets
//   6        32 location                               the store's key of a Draft R drop
#pragma once

#include <string_view>

#include "keyferry/base/uuid.h"
#include "keyferry/dropbox/location.h"
#include "keyferry/mailbox/mailbox.h"
#include "keyferry/relay/secret_ring.h"
#include "keyferry/store/store.h"

namespace keyferry::relay {

struct MailboxIdTag;
struct DeviceClaimTag;
using MailboxId = OctetId<MailboxIdTag, 16>;      // the UUID of the share link
using DeviceClaim = OctetId<DeviceClaimTag, 16>;  // the UUID in Mailbox-Device-Claim

enum class Verb : std::uint8_t { update = 4, relinquish = 5 };

// derive_mailbox_id makes the id of the mailbox that this claim and request id create: always the
// same one, and uniformly random to everybody who lacks the secret.
MailboxId derive_mailbox_id(const Secret& secret, const DeviceClaim& claim,
                            std::string_view request_id);

// The others give what the table says of each.
store::CellKey hash_mailbox_id(const Secret& secret, const MailboxId& id);

store::CellKey hash_location(const Secret& secret, const dropbox::Location& location);

mailbox::HashedClaim hash_claim(const Secret& secret, const MailboxId& id,
                                const DeviceClaim& claim);

mailbox::HashedRequest hash_request(const Secret& secret, const MailboxId& id, Verb verb,
                                    const DeviceClaim& claim, std::string_view request_id);

}  // namespace keyferry::relay
