// A share that this wallet is receiving: transfers/take-ID.json. Stored before anything is sent, so
// that a wallet killed at any instruction goes on with the same key, claim and request ids; erased
// when the transfer ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/credential/offer.h"
#include "keyferry/crypto/key.h"
#include "keyferry/keystore/home.h"
#include "keyferry/keystore/place.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::keystore {

// ReceiverMailbox is the place that the link leads to.
struct ReceiverMailbox {
  transfer::ShareLink link;  // with its secret
  std::string device_claim;  // UUID, new per mailbox
  std::string read_request;  // request ids: one per call, the same for its retries
  std::string relinquish_request;
  std::string delete_request;
  bool claimed = false;  // a read was sent: the relay may have bound us
  Time expires{};        // of the mailbox, once it was read
  Bytes first;           // of a dropbox: message 0 as it lay there, to give it back
  Place place;           // where `link` leads to; of a direct place the link is a secret alone
};

struct ReceiverRecord {
  std::string id;       // transfer_id of what was given
  std::string persona;  // and what it calls itself
  std::string label;
  std::string name;  // of the credential, once chosen
  Time started{};
  std::optional<ReceiverMailbox> mailbox;
  std::optional<boost::json::object> offer;  // by value, once known
  std::optional<std::string> note;
  bool agreed = false;                    // the person said yes to this offer
  std::optional<crypto::PrivateKey> key;  // made once, before the first proof
  std::string pin_try;                    // names one typing of the PIN until that was answered

  // A confirmed exchange (its machine is in exchange-ID) and what the person said yes to in it: the
  // credential is held against this.
  bool confirmed = false;
  bool coded = false;  // it hangs on a code; not stored, since the machine says so
  std::optional<credential::OfferTerms> approved;
  // Why a confirmed exchange ended without the credential. Kept without any secret until `expires`:
  // a link gets one request, ever.
  std::string ended;
};

// transfer_id names a transfer by what it is of: 20 letters and digits of a hash over `persona` and
// `what` (a mailbox address, the reference of an offer, an issuer and code, a sender's request).
std::string transfer_id(std::string_view persona, std::string_view what);

boost::json::object encode_receiver_record(const ReceiverRecord& record);
Result<ReceiverRecord> parse_receiver_record(const boost::json::object& object);

// tombstone keeps of an exchange that ended without the credential why it did, and no secret.
ReceiverRecord tombstone(const ReceiverRecord& record, std::string why);

// list_receiver_records names the records that there are. load_receiver_record returns the record
// `id`, or nothing. save_receiver_record makes it durable; erase_receiver_record overwrites and
// removes it.
Result<std::vector<std::string>> list_receiver_records(const Home& home);
Result<std::optional<ReceiverRecord>> load_receiver_record(const Home& home, std::string_view id);
Result<Done> save_receiver_record(const Home& home, const ReceiverRecord& record);
Result<Done> erase_receiver_record(const Home& home, std::string_view id);

}  // namespace keyferry::keystore
