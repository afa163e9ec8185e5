#include "keyferry/transfer/delegation_messages.h"

#include <algorithm>

#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

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
  invite.rights = *rights;
  KF_TRY(const std::string expires, codec::text_member(content, "expires"));
  KF_TRY(invite.expires, codec::parse_rfc3339(expires));
  KF_TRY(const boost::json::object* handshake, codec::object_member(content, "handshake"));
  KF_TRY(invite.handshake, parse_handshake(*handshake));
  return invite;
}

Result<Bytes> read_link(const boost::json::value& link) {
  if (!link.is_string()) return fail(Errc::invalid, "member \"chain\" must hold base64url texts");
  KF_TRY(Bytes octets, parse_base64url(std::string_view(link.get_string())));
  if (octets.empty()) return fail(Errc::invalid, "member \"chain\" holds an empty text");
  return octets;
}

Result<Import> read_import(const boost::json::object& object) {
  Import import;
  KF_TRY(import.delegation, codec::octets_member(object, "delegation", 0));
  if (import.delegation.empty()) return fail(Errc::invalid, "member \"delegation\" is empty");
  const boost::json::value* chain = object.if_contains("chain");
  if (chain == nullptr || !chain->is_array()) {
    return fail(Errc::invalid, "member \"chain\" must be a list");
  }
  if (chain->get_array().size() > kMostChain) {
    return fail(Errc::invalid, "member \"chain\" has more than 8 delegations");
  }
  for (const boost::json::value& link : chain->get_array()) {
    KF_TRY(Bytes octets, read_link(link));
    import.chain.push_back(std::move(octets));
  }
  return import;
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
  boost::json::array chain;
  for (const Bytes& link : import.chain) chain.emplace_back(encode_base64url(link));
  return {{"delegation", encode_base64url(import.delegation)}, {"chain", std::move(chain)}};
}

Result<Import> parse_import(const boost::json::object& object) {
  return damaged(read_import(object));
}

}  // namespace keyferry::transfer
