// A share that this wallet made: transfers/give-ID.json. Stored before anything is sent; erased
// when the share was redeemed, ended or ran out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/keystore/home.h"
#include "keyferry/keystore/place.h"
#include "keyferry/transfer/sealed_payload.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::keystore {

struct SenderRecord {
  std::string id;  // of the transfer, 20 letters and digits
  std::string persona;
  std::string credential;  // name of the credential it was made from
  std::string request;     // transfer_id of what was asked for: the same command goes on with it
  Time started{};

  // At the authority.
  std::string idempotency_key;
  boost::json::object order;                 // the body of POST /v1/shares, PIN included
  std::string share;                         // id, once known
  std::optional<boost::json::object> offer;  // by value; never in a confirmed share
  std::string kind;                          // and rights: as the authority made it
  boost::json::object rights;
  Time link_until{};
  Time valid_until{};

  // Where it travels.
  Place place;
  std::string notify;        // the address that the relay calls; empty: none
  std::string device_claim;  // and request ids: of a mailbox
  std::string create_request;
  std::string delete_request;
  bool plain = false;        // --plain-v1
  bool confirmed = false;    // words are compared first: the exchange is in its own file
  bool words = true;         // compare them, beside a code too
  std::string code;          // six digits to be told, until they were shown; empty: none
  std::int64_t invites = 1;  // how many codes this share has had
  std::optional<std::string> note;
  std::optional<SecretBytes> secret;               // of the link
  std::optional<transfer::SealedPayload> payload;  // sealed once
  std::optional<transfer::ShareLink> link;         // base, mailbox and vertical; no secret in it
  bool shown = false;                              // link (and PIN) were printed
};

boost::json::object encode_sender_record(const SenderRecord& record);
Result<SenderRecord> parse_sender_record(const boost::json::object& object);

// load_sender_record returns the record `id`, or nothing. load_sender_records reads all, oldest
// first. find_sender_record_by_share returns the one of a share, find_sender_record_by_notify the
// one that is told by `text`, an address that was called or its last part; or nothing.
Result<std::optional<SenderRecord>> load_sender_record(const Home& home, std::string_view id);
Result<std::vector<SenderRecord>> load_sender_records(const Home& home);
Result<std::optional<SenderRecord>> find_sender_record_by_share(const Home& home,
                                                                std::string_view share);
Result<std::optional<SenderRecord>> find_sender_record_by_notify(const Home& home,
                                                                 std::string_view text);

Result<Done> save_sender_record(const Home& home, const SenderRecord& record);
Result<Done> erase_sender_record(const Home& home, std::string_view id);

// full_link is the link with its secret; only once both are known.
transfer::ShareLink full_link(const SenderRecord& record);

}  // namespace keyferry::keystore
