// What a conversation asks of the wallet that drives it. The wallet first stores the conversation,
// then does these in order; after a crash it asks the conversation again (resume) and repeats them:
// each is idempotent under its stored request id.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/bytes.h"
#include "keyferry/transfer/confirmed_messages.h"
#include "keyferry/transfer/delegation_messages.h"
#include "keyferry/transfer/words.h"

namespace keyferry::transfer {

// SendMessage: seal the plaintext once under the link's secret, keep the sealed octets and a
// request id, write.
struct SendMessage {
  Bytes plaintext;
};
// AskWords: ask the sender for the words that the other person reads out.
struct AskWords {
  WordOctets words{};
  std::string label;  // what the receiver's wallet calls itself
  int tries_left = 3;
};
// ShowWords: show the receiver the words to read out.
struct ShowWords {
  WordOctets words{};
};
// ShowInvite: show the receiver what is offered, from the data, and ask.
struct ShowInvite {
  Invite invite;
};
// ShowDelegation does the same for a delegation; there is no authority to ask about it.
struct ShowDelegation {
  DelegationInvite invite;
};
// CallGrant: POST /v1/shares/{share}/grant; answer with granted() or grant_refused().
struct CallGrant {
  std::string share;
  std::string thumbprint;
  std::string label;
};
// CallRefuse: POST /v1/shares/{share}/refuse. Revoke: DELETE /v1/shares/{share} unless it is
// redeemed.
struct CallRefuse {
  std::string share;
};
struct Revoke {
  std::string share;
};
// Redeem: redeem the offer with the approved key and check the credential; answer with redeemed().
struct Redeem {
  boost::json::object credential_offer;
};
// SignDelegation: sign a delegation of the offered rights to the receiver's key `jwk`; answer with
// signed_delegation(). ImportDelegation: check what was signed against the invite and the approved
// key, and keep it; answer with redeemed().
struct SignDelegation {
  boost::json::object jwk;
  std::string label;
};
struct ImportDelegation {
  Import import;
};
struct DeleteMailbox {};
struct Relinquish {};
// Ended: the transfer is over, all keys are gone. `reason` is empty when both have it, else a word
// of transfer.md, or `not_alone`: the sender's cancel answers another receiver. `by_peer` says whose
// cancel it was.
struct Ended {
  std::string reason;
  std::string text;
  bool by_peer = false;
};

using Effect = std::variant<SendMessage, AskWords, ShowWords, ShowInvite, CallGrant, CallRefuse,
                            Revoke, Redeem, ShowDelegation, SignDelegation, ImportDelegation,
                            DeleteMailbox, Relinquish, Ended>;
using Effects = std::vector<Effect>;

}  // namespace keyferry::transfer
