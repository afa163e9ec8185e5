#include "keyferry/conformance/claim_key.h"

#include "keyferry/base/base64.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {

ClaimKey new_claim_key() {
  return {digest::random_bytes(32)};
}

std::string hash_of(const ClaimKey& key) {
  return encode_base64url(digest::sha256(key.octets));
}

MailboxWish proof_wish(const ClaimKey& key, bool policy) {
  MailboxWish wish;
  wish.more["claimHash"] = hash_of(key);
  if (policy) wish.more["claimPolicy"] = "proof";
  return wish;
}

void prove(Call& call, const ClaimKey& key) {
  call.more.add("Mailbox-Claim-Key", encode_base64url(key.octets));
}

bool knows_proofs(const Box& box) {
  return box.made.contains("claimHash");
}

}  // namespace keyferry::conformance
