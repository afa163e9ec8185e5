// A credential in use: its holder speaks to its authority about shares made from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "keyferry/client/authority_client.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/wallet/share_view.h"
#include "keyferry/wallet/wallet.h"

namespace keyferry::wallet {

class Holder {
 public:
  // open loads the key; nothing is sent yet.
  static Result<Holder> open(Wallet& wallet, keystore::CredentialRecord record);

  const keystore::CredentialRecord& record() const { return record_; }
  client::AuthorityClient& authority() { return authority_; }
  const crypto::PrivateKey& key() const { return key_; }

  // call makes a holder's call, getting an access token at first and once more when it ran out.
  Result<http::Response> call(const client::HolderCall& call);

  // access gets the token alone (renewal needs it).
  Result<const client::Access*> access();

  // ask_standing asks the authority whether the credential is still good. Errors: forbidden with
  // reason `revoked`, `ended` or `expired`; else as call.
  Result<Done> ask_standing();

  // learn writes it down in the record (over) where a refusal says that the credential itself is
  // revoked or over, and returns the refusal. For calls that concern no other share. A list or a
  // renewal that the authority gives later takes it back.
  Error learn(Error error);

  // shares lists what lies below the credential, oldest first, as many as a person can read. What
  // was made from the credential itself is never crowded out by what others made further down.
  Result<ShareViews> shares();
  // shares_beginning lists up to three whose id begins with `prefix`.
  Result<std::vector<ShareView>> shares_beginning(std::string_view prefix);
  // share gets one: not_found if it is not below it. `etag`, when given, is set for `wait`.
  Result<ShareView> share(const std::string& id, std::string* etag = nullptr);
  // wait returns the share once it differs from `etag`, or nothing after some 25 s.
  Result<std::optional<ShareView>> wait(const std::string& id, std::string& etag);

 private:
  void note_standing(const std::string& over);
  // pages follows the list that `query` asks for, up to so many pages.
  Result<ShareViews> pages(const std::string& query, int most);
  Holder(Wallet& wallet, keystore::CredentialRecord record, crypto::PrivateKey key);
  Wallet* wallet_;
  keystore::CredentialRecord record_;
  crypto::PrivateKey key_;
  client::AuthorityClient authority_;
  std::optional<client::Access> access_;
};

// FoundShare is a share and the credential that it hangs below.
struct FoundShare {
  Holder holder;
  ShareView share;
};

// ask_holders calls `ask` for every credential of this wallet below which share `id` may hang,
// until one knows it. Errors: not_found when none does; else what the last other refusal said.
Result<Done> ask_holders(Wallet& wallet, std::string_view id,
                         const std::function<Result<Done>(Holder&)>& ask);

// find_share finds the share whose id is, or begins with, `text` (at least 4 characters) below any
// credential of this wallet. A whole id is asked for alone, whatever else hangs below. Errors:
// not_found; invalid (several fit); network when an authority could not be asked and none was
// found.
Result<FoundShare> find_share(Wallet& wallet, std::string_view text);

}  // namespace keyferry::wallet
