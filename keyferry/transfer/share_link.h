// The link that goes from person to person (transfer.md section 1):
//
//   https://HOST[:PORT][/BASE]/v1/m/UUID[?v=VERTICAL]#SECRET       a mailbox
//   https://HOST[:PORT][/BASE]/t/[?v=VERTICAL]#SUITE.R             a dropbox (Draft R)
//
// Reading repairs what messengers, mail programs and typing fingers do to it, as long as the repair
// is certain; what is not certain is named before any request is made.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"
#include "keyferry/base/uuid.h"
#include "keyferry/transfer/drop_exchange.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::transfer {

struct ShareLink {
  LinkForm form = LinkForm::mailbox;
  // base is everything before "/v1/m/" or "/t/", as codec::parse_base_url writes it
  // ("https://relay.example:8443/kf").
  std::string base;
  UuidOctets mailbox{};               // of a mailbox
  std::string vertical;               // "a", "h", "c"; "" for none and for unknown ones
  std::optional<SecretBytes> secret;  // 16 or 32 octets; none: it comes by another channel
  // suite comes with the secret of a dropbox, which has 32 octets; a mailbox has none.
  std::optional<DropSuite> suite;
};

// ReadLink is a link and what the reader has to tell the person about it.
struct ReadLink {
  ShareLink link;
  bool secret_was_in_path = false;  // came as %23: a server may have seen the secret
  bool looks_damaged = false;       // a secret of our shape whose check fails: ask before going on
};

// ReadSecret is the secret part alone.
struct ReadSecret {
  SecretBytes secret;
  std::optional<DropSuite> suite;  // of a dropbox
  bool looks_damaged = false;
};

// parse_share_link reads any link of anyone: both base64 alphabets, padding or none, '#' as %23,
// wrapped in brackets, quotes or sentence marks, broken over lines, with one space inside (tried as
// '+', then removed), with tracking parameters, with or without "/v1", in the middle of a message
// (quoted mail too), with whatever plain_text mends. A link has at most 4096 octets, a message 64
// KiB.
//
// Errors: invalid, the detail says what is wrong and what to do and never quotes the secret; reason
// is one of `not_a_link`, `cut` ("the last part of this link is missing"), `damaged`, `newer`,
// `several` (a message with links that lead to different places or have different secrets).
//
//= spec:tigress#URL-01
//= spec:tigress#DRR-01
Result<ReadLink> parse_share_link(std::string_view text);

// parse_link_secret reads what follows the '#', with or without it, with the same repairs. Errors:
// invalid with reason `cut`, `damaged` or `newer` (a suite that we do not know).
Result<ReadSecret> parse_link_secret(std::string_view text);

// take_secret completes a link whose secret part came by another channel. Errors: invalid with
// reason `damaged` (a part of the other form).
Result<Done> take_secret(ShareLink& link, ReadSecret secret);

// encode_share_link writes the link; a link without secret ends before the '#'. A 32-octet secret
// is written as 43 characters without padding, a 16-octet one as padded standard base64
// (--plain-v1).
std::string encode_share_link(const ShareLink& link);

// encode_link_secret writes the secret part alone, without '#'. The caller wipes the text.
std::string encode_link_secret(const SecretBytes& secret, std::optional<DropSuite> suite = {});

// mailbox_url is the address that requests about a mailbox go to: never with query or fragment.
//
//= spec:tigress#URL-03
std::string mailbox_url(const ShareLink& link);

// place_of names what a link with its secret leads to, in the messages of the two sides
// (transfer.md section 2): the mailbox's id, or the location of message 0.
std::string place_of(const ShareLink& link);

// base_of_relay turns a relay address ("https://relay.example/kf/", or the urlLink of a Create
// answer without its "/m/UUID") into a ShareLink base. Errors: invalid.
Result<std::string> base_of_relay(std::string_view url);

}  // namespace keyferry::transfer
