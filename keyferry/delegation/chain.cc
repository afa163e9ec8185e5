// Checks in the lock's order, so that both name the same fault; each link is verified under the key
// that the link before it names.
#include "keyferry/delegation/chain.h"

#include <algorithm>

namespace keyferry::delegation {
namespace {

Error wrong_form() {
  return fail(Errc::invalid, "the chain of the delegation has not its form", "form");
}

// The form of all links comes before anything that a link means.
Result<std::vector<Link>> parse_links(std::span<const Bytes> links) {
  std::vector<Link> out;
  for (const Bytes& octets : links) {
    KF_TRY(Link link, parse_link(octets));
    const bool root = out.empty();
    if (link.signed_.signer.has_value() != root || link.claims.prev.has_value() == root ||
        (root && link.claims.doors.empty())) {
      return wrong_form();
    }
    out.push_back(std::move(link));
  }
  return out;
}

}  // namespace

Bytes encode_chain(std::span<const Bytes> links) {
  std::vector<Bytes> items;
  for (const Bytes& link : links) items.push_back(cbor_bytes(link));
  return cbor_array(items);
}

Result<std::vector<Bytes>> parse_chain(ByteView octets) {
  CborReader reader(octets);
  std::vector<Bytes> out;
  const std::size_t count = reader.array(0, kMostLinks);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    out.push_back(copy_of(reader.bytes(1, kMostChain)));
  }
  if (!reader.finished()) return wrong_form();
  return out;
}

//= spec:lock#1-chain
Result<CheckedChain> check_chain(std::span<const Bytes> links, const crypto::PublicKey& owner) {
  if (links.empty() || links.size() > kMostLinks || encode_chain(links).size() > kMostChain) {
    return wrong_form();
  }
  KF_TRY(const std::vector<Link> parsed, parse_links(links));
  CheckedChain out;
  crypto::PublicKey signer = owner;
  for (std::size_t at = 0; at < parsed.size(); ++at) {
    const Link& link = parsed[at];
    const Thumbprint thumbprint = thumbprint_of(signer);
    if (at == 0 && *link.signed_.signer != thumbprint) {
      return fail(Errc::forbidden, "another key than the owner's signed the root", "owner");
    }
    if (at > 0 && *link.claims.prev != digest::sha256(links[at - 1])) {
      return fail(Errc::forbidden, "a link belongs below another one", "prev");
    }
    KF_TRY(out.effective, narrow(out.effective, link.claims, at));
    if (!verify_sign1(link.signed_, bytes_of(kDelegationAad), signer)) {
      return fail(Errc::forbidden, "a link's signature does not fit", "signature");
    }
    out.ids.push_back(id_of(thumbprint, link.claims.cti));
    out.signers.push_back(thumbprint);
    KF_TRY(signer, key_of_xy(link.claims.holder));
  }
  out.holder = xy_of(signer);
  return out;
}

}  // namespace keyferry::delegation
