// The deny lists that this wallet carries, the newest of each signer (and root): lists/KEY.json;
// and which of them each lock has shown.
#pragma once

#include <map>

#include "keyferry/delegation/answer.h"
#include "keyferry/delegation/deny_list.h"
#include "keyferry/keystore/delegation_record.h"

namespace keyferry::keystore {

struct CarriedList {
  Bytes octets;
  delegation::DenyList list;
  std::map<std::string, std::uint64_t> seen;  // by lock id in hex: the number that it showed last
};

// signers_known maps thumbprints to the keys whose lists this wallet keeps: of its own owner, and
// of the owners and holders of its chains.
using Signers = std::map<delegation::Thumbprint, crypto::PublicKey>;
Result<Signers> signers_known(const Home& home);

Result<std::vector<CarriedList>> load_lists(const Home& home);
Result<std::optional<CarriedList>> load_list(const Home& home, const delegation::Thumbprint& signer,
                                             const std::optional<delegation::Id>& root);

// denies says whether a list names what was signed: by id, or a root that begins before `since`.
bool denies(const delegation::DenyList& list, const SignedRecord& record);

// is_over says whether no lock takes what was signed any more.
bool is_over(const SignedRecord& record, Time now);

// erase_over erases the records of what is over, unless a list here still names it: the record lets
// the next list of its signer leave it out.
Result<Done> erase_over(const Home& home, Time now);

// keep_list checks a list and keeps it where it is newer than the one that there is; true if so.
// Errors: invalid, forbidden (reasons form, signature; signer: of nobody in this wallet's chains).
Result<bool> keep_list(const Home& home, ByteView octets);

// note_seen notes that a lock has shown that it has this number of a list.
Result<Done> note_seen(const Home& home, const delegation::ListNumber& shown, ByteView lock_id);

}  // namespace keyferry::keystore
