#include "keyferry/wallet/take_delegation.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/kind.h"
#include "keyferry/transfer/confirmed_receiver.h"
#include "keyferry/wallet/exchange_words.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostKind = 32;

// What it is about, by the kind's own code where the kind is known.
std::string title_of(const transfer::DelegationInvite& invite) {
  const auto kind = credential::find_kind(invite.kind);
  if (kind) {
    const auto rights = credential::parse_rights((*kind)->schema(), invite.rights);
    if (rights) return (*kind)->title(*rights);
  }
  const auto name = codec::label(invite.kind, kMostKind);
  return "a right of the kind \"" + (name ? *name : std::string()) + "\"";
}

}  // namespace

Result<Done> refuse_delegation(const TakeMailbox& mailbox, ByteView plaintext) {
  const auto envelope = transfer::parse_envelope(plaintext);
  if (!envelope || envelope->format != transfer::kDelegationFormat) return Done{};
  auto machine = transfer::ConfirmedReceiver::claim(
      mailbox.link.secret->clone(),
      mailbox.file.empty() ? transfer::place_of(mailbox.link) : std::string(),
      transfer::kDelegationFormat);
  for (const transfer::Effect& effect : machine.message(plaintext)) {
    if (const auto* ended = std::get_if<transfer::Ended>(&effect)) {
      return fail(Errc::invalid, words_to_receiver(*ended), ended->reason);
    }
    const auto* shown = std::get_if<transfer::ShowDelegation>(&effect);
    if (shown == nullptr) continue;
    return fail(Errc::forbidden,
                "this is a delegation: " + title_of(shown->invite) + " until " +
                    show_time(shown->invite.expires) + ", signed by the sender's own key " +
                    encode_base64url(shown->invite.issuer) +
                    " instead of an authority. This version of keyferry cannot keep one: ask the "
                    "sender for a share. Nothing was taken",
                "delegation");
  }
  return fail(Errc::invalid, "the message inside the link is not an invitation", "damaged");
}

}  // namespace keyferry::wallet
