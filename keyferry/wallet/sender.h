// The sender's side: from a credential to a link.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/holder.h"

namespace keyferry::wallet {

// Comparison is what the two people compare before anything can be taken; with none, whoever opens
// the link first takes it.
enum class Comparison { none, words, code, code_and_words };

struct SenderOptions {
  std::vector<std::string> logins;  // empty: all of the credential's
  std::vector<std::string> hosts;
  std::vector<std::string> sources;
  std::optional<std::vector<std::string>> extensions;
  std::optional<std::string> command;
  std::optional<Duration> valid_for;  // or
  std::optional<Time> valid_from, valid_until;
  std::optional<boost::json::object> wall_time;  // zone, from, until as the person chose them
  std::optional<Duration> link_for;
  std::int64_t depth = 0;
  bool pin = false;
  bool plain = false;  // --plain-v1
  Comparison comparison = Comparison::none;
  std::optional<std::string> note;
  keystore::Place place;  // without a relay: the configured one, else the authority's first
  std::string notify;     // whom the relay calls (check_notify_url); empty: nobody
};

// check_wish holds what is asked for against the credential, before anything is sent, and returns
// what the receiver will be able to do in a few words ("deploy@web until …"). The authority checks
// again. Errors: as credential::make_child_rights; forbidden (the credential ended); invalid (times
// that contradict each other).
Result<std::string> check_wish(const keystore::CredentialRecord& credential,
                               const SenderOptions& options, Time now);

// make_share makes a share at the authority and a mailbox with the sealed offer, or in confirmed
// mode with the invite (run_sender_exchange goes on from there), at a relay. A call that was cut
// off is finished by calling again with the same options, as long as its link was not shown. What
// is refused is refused before anything was made; a share whose mailbox is refused is taken back.
//
// `making` is held until the link was shown (mark_shown): the same command in another process waits
// for it, and then makes a share of its own.
struct MadeShare {
  keystore::SenderRecord record;
  file::Lock making;
};
Result<MadeShare> make_share(Wallet& wallet, const keystore::CredentialRecord& credential,
                             const SenderOptions& options);

// rearm_share unlocks a locked share with a new PIN. An immediate one gets a new code, mailbox and
// link too, and the old mailbox is deleted. A confirmed one keeps its exchange: the record that
// comes back has no link, and only its PIN is to be told. A confirmed share whose code was typed
// wrong is offered again with a new mailbox, link and code, kInvitesPerShare times in all. Errors:
// conflict (`not_locked`; `invites_used_up`); as make_share.
inline constexpr int kInvitesPerShare = 5;
Result<keystore::SenderRecord> rearm_share(Wallet& wallet, FoundShare& found,
                                           const std::string& relay);

// mark_shown notes that link and PIN were printed: the same command makes a new share from then on.
// The PIN is forgotten here.
Result<Done> mark_shown(const keystore::Home& home, keystore::SenderRecord& record);

// pin_of is the PIN of the order, or empty.
std::string pin_of(const keystore::SenderRecord& record);

// end_share deletes the mailbox (errors are of no consequence) and erases the record; in a
// confirmed exchange it tells the other side instead, which reads why. One that another process
// carries out is left to that process, which finds its place gone. A relay gets Web::kBrief for it.
Result<Done> end_share(Wallet& wallet, const keystore::SenderRecord& record);

// drop_share erases the record and the secrets of its exchange; nobody is told. Errors: io, busy.
Result<Done> drop_share(Wallet& wallet, const keystore::SenderRecord& record);

}  // namespace keyferry::wallet
