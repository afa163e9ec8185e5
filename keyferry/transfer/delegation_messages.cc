#include "keyferry/transfer/delegation_messages.h"

#include <algorithm>

#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/transfer/delegation_rights.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kMostKind = 200;

template <class T>
Result<T> damaged(Result<T> result) {
  if (result) return result;
  Error error = result.error();
  error.reason = "damaged";
  return error;
}

Result<DelegationInvite> read_invite(const boost::json::object& content) {
  DelegationInvite invite;
  KF_TRY(const Bytes issuer, codec::octets_member(content, "issuer", invite.issuer.size()));
  std::copy(issuer.begin(), issuer.end(), invite.issuer.begin());
  KF_TRY(invite.kind, codec::text_member(content, "kind"));
  if (invite.kind.empty() || invite.kind.size() > kMostKind) {
    return fail(Errc::invalid, "member \"kind\" must have 1 to 200 octets");
  }
  KF_TRY(const boost::json::object* rights, codec::object_member(content, "rights"));
  if (invite.kind == kDelegationKind) {
    KF_TRY(parse_delegation_rights(*rights));
  }
  invite.rights = *rights;
  KF_TRY(const std::string expires, codec::text_member(content, "expires"));
  KF_TRY(invite.expires, codec::parse_rfc3339(expires));
  KF_TRY(const boost::json::object* handshake, codec::object_member(content, "handshake"));
  KF_TRY(invite.handshake, parse_handshake(*handshake));
  return invite;
}

Result<Bytes> read_octets(const boost::json::value& item, const std::string& name,
                          std::size_t most) {
  if (!item.is_string()) {
    return fail(Errc::invalid, "member \"" + name + "\" must hold base64url texts");
  }
  KF_TRY(Bytes octets, parse_base64url(std::string_view(item.get_string())));
  if (octets.empty() || octets.size() > most) {
    return fail(Errc::invalid, "member \"" + name + "\" holds a text that is empty or too long");
  }
  return octets;
}

Result<std::vector<Bytes>> read_list(const boost::json::object& object, const std::string& name,
                                     std::size_t most_items, std::size_t most) {
  const boost::json::value* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) {
    return fail(Errc::invalid, "member \"" + name + "\" must be a list");
  }
  if (list->get_array().size() > most_items) {
    return fail(Errc::invalid,
                "member \"" + name + "\" holds more than " + std::to_string(most_items));
  }
  std::vector<Bytes> out;
  for (const boost::json::value& item : list->get_array()) {
    KF_TRY(Bytes octets, read_octets(item, name, most));
    out.push_back(std::move(octets));
  }
  return out;
}

Result<crypto::PublicKey> read_owner(const boost::json::object& object) {
  KF_TRY(const boost::json::object* jwk, codec::object_member(object, "owner"));
  KF_TRY(crypto::PublicKey owner, crypto::parse_jwk_exact(*jwk));
  if (owner.type() != crypto::KeyType::p256) {
    return fail(Errc::invalid, "member \"owner\" must be a P-256 key");
  }
  return owner;
}

Result<Import> read_import(const boost::json::object& object) {
  KF_TRY(Bytes delegation, codec::octets_member(object, "delegation", 0));
  if (delegation.empty() || delegation.size() > kMostLink) {
    return fail(Errc::invalid, "member \"delegation\" is empty or too long");
  }
  KF_TRY(std::vector<Bytes> chain, read_list(object, "chain", kMostChain, kMostLink));
  KF_TRY(crypto::PublicKey owner, read_owner(object));
  std::vector<Bytes> lists;
  if (object.contains("lists")) {
    KF_TRY(lists, read_list(object, "lists", kMostLists, kMostDenyList));
  }
  return Import{std::move(delegation), std::move(chain), std::move(owner), std::move(lists)};
}

}  // namespace

boost::json::object encode_delegation_invite(const DelegationInvite& invite) {
  return {{"issuer", encode_base64url(invite.issuer)},
          {"kind", invite.kind},
          {"rights", invite.rights},
          {"expires", codec::encode_rfc3339(invite.expires)},
          {"handshake", encode_handshake(invite.handshake)}};
}

Result<DelegationInvite> parse_delegation_invite(const boost::json::object& content) {
  return damaged(read_invite(content));
}

boost::json::object encode_import(const Import& import) {
  boost::json::array chain, lists;
  for (const Bytes& link : import.chain) chain.emplace_back(encode_base64url(link));
  for (const Bytes& list : import.lists) lists.emplace_back(encode_base64url(list));
  boost::json::object out{{"delegation", encode_base64url(import.delegation)},
                          {"chain", std::move(chain)},
                          {"owner", crypto::encode_jwk(import.owner)}};
  if (!lists.empty()) out["lists"] = std::move(lists);
  return out;
}

Result<Import> parse_import(const boost::json::object& object) {
  return damaged(read_import(object));
}

}  // namespace keyferry::transfer
