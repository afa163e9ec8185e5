// Links are kept octet for octet, since their signatures cover them; a name that can be none is not
// looked for.
#include "keyferry/keystore/delegation_record.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::keystore {
namespace {

Result<delegation::Id> id_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const Bytes octets, base64url_member(object, name));
  if (octets.size() != delegation::kIdSize) return fail(Errc::invalid, "a stored id is damaged");
  return lock_id_of(octets);
}

Result<Time> instant_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const std::string text, codec::text_member(object, name));
  return codec::parse_rfc3339(text);
}

Result<bool> flag_member(const boost::json::object& object, std::string_view name) {
  KF_TRY(const auto flag, codec::optional_bool_member(object, name));
  return flag.value_or(false);
}

Result<DelegationRecord> parse_delegation(const boost::json::object& object,
                                          const std::string& name) {
  KF_TRY(crypto::PrivateKey key, p256_member(object, "key"));
  KF_TRY(const Bytes owner, base64url_member(object, "owner"));
  KF_TRY(crypto::PublicKey owner_key, delegation::key_of_xy(owner));
  DelegationRecord record{name, {}, std::move(key), std::move(owner_key), {}, {}, false, {}, {}};
  KF_TRY(record.persona, codec::text_member(object, "persona"));
  KF_TRY(record.links, octets_list_member(object, "links"));
  KF_TRY(record.source, codec::text_member(object, "source"));
  KF_TRY(record.reported, flag_member(object, "reported"));
  KF_TRY(record.taken, instant_member(object, "taken"));
  KF_TRY(record.addresses, addresses_member(object));
  return record;
}

Result<SignedRecord> parse_signed(const boost::json::object& object, const std::string& share) {
  SignedRecord record;
  record.share = share;
  KF_TRY(record.persona, codec::text_member(object, "persona"));
  KF_TRY(record.holding, codec::text_member(object, "holding"));
  KF_TRY(record.label, codec::text_member(object, "label"));
  KF_TRY(record.link, base64url_member(object, "link"));
  KF_TRY(record.id, id_member(object, "id"));
  if (object.contains("root")) {
    KF_TRY(record.root, id_member(object, "root"));
  }
  KF_TRY(record.deniable, flag_member(object, "deniable"));
  KF_TRY(record.denied, flag_member(object, "denied"));
  KF_TRY(const boost::json::object* rights, codec::object_member(object, "rights"));
  record.rights = *rights;
  KF_TRY(record.expires, instant_member(object, "expires"));
  return record;
}

}  // namespace

Result<std::vector<DelegationRecord>> load_delegations(const Home& home) {
  KF_TRY(const auto names, record_names(home.folder("delegations")));
  std::vector<DelegationRecord> all;
  for (const std::string& name : names) {
    KF_TRY(auto record, load_delegation(home, name));
    if (record) all.push_back(*std::move(record));
  }
  return all;
}

Result<std::optional<DelegationRecord>> load_delegation(const Home& home, const std::string& name) {
  if (!is_credential_name(name)) return std::optional<DelegationRecord>();
  KF_TRY(const auto object, load_record(home.folder("delegations"), name));
  if (!object) return std::optional<DelegationRecord>();
  auto record = parse_delegation(*object, name);
  if (!record) return in_context("delegation " + name, record.error());
  return std::optional(*std::move(record));
}

Result<Done> save_delegation(const Home& home, const DelegationRecord& record) {
  boost::json::object object{{"persona", record.persona},
                             {"owner", encode_base64url(delegation::xy_of(record.owner))},
                             {"links", encode_octets_list(record.links)},
                             {"source", record.source},
                             {"reported", record.reported},
                             {"taken", codec::encode_rfc3339(record.taken)},
                             {"addresses", encode_addresses(record.addresses)}};
  put_p256(object, "key", record.key);
  return save_record(home.folder("delegations"), record.name, std::move(object));
}

Result<std::vector<SignedRecord>> load_signed(const Home& home) {
  KF_TRY(const auto names, record_names(home.folder("signed")));
  std::vector<SignedRecord> all;
  for (const std::string& name : names) {
    KF_TRY(auto record, load_signed(home, name));
    if (record) all.push_back(*std::move(record));
  }
  return all;
}

Result<std::optional<SignedRecord>> load_signed(const Home& home, const std::string& share) {
  if (!is_credential_name(share)) return std::optional<SignedRecord>();
  KF_TRY(const auto object, load_record(home.folder("signed"), share));
  if (!object) return std::optional<SignedRecord>();
  auto record = parse_signed(*object, share);
  if (!record) return in_context("signed delegation " + share, record.error());
  return std::optional(*std::move(record));
}

Result<Done> save_signed(const Home& home, const SignedRecord& record) {
  boost::json::object object{{"persona", record.persona},
                             {"holding", record.holding},
                             {"label", record.label},
                             {"link", encode_base64url(record.link)},
                             {"id", encode_base64url(record.id)},
                             {"deniable", record.deniable},
                             {"denied", record.denied},
                             {"rights", record.rights},
                             {"expires", codec::encode_rfc3339(record.expires)}};
  if (record.root) object["root"] = encode_base64url(*record.root);
  return save_record(home.folder("signed"), record.share, std::move(object));
}

}  // namespace keyferry::keystore
