// What lay in the file before is overwritten when it is replaced or erased, since it holds a key
// and a link's secret.
#include "keyferry/keystore/receiver_record.h"

#include "keyferry/base/base64.h"
#include "keyferry/base/hex.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/digest/hash.h"

namespace keyferry::keystore {
namespace {

constexpr std::int64_t kVersion = 1;

boost::json::object encode_mailbox(const ReceiverMailbox& mailbox) {
  std::string secret = transfer::encode_link_secret(*mailbox.link.secret);
  boost::json::object object{{"base", mailbox.link.base},
                             {"mailbox", encode_uuid(mailbox.link.mailbox)},
                             {"vertical", mailbox.link.vertical},
                             {"secret", secret},
                             {"device_claim", mailbox.device_claim},
                             {"read_request", mailbox.read_request},
                             {"relinquish_request", mailbox.relinquish_request},
                             {"delete_request", mailbox.delete_request},
                             {"claimed", mailbox.claimed},
                             {"expires", codec::encode_rfc3339(mailbox.expires)},
                             {"file", file_of(mailbox.place)}};
  wipe(secret);
  if (mailbox.link.suite) {
    object["suite"] = transfer::encode_suite(*mailbox.link.suite);
    object["first"] = encode_base64(mailbox.first);
  }
  return object;
}

Result<ReceiverMailbox> parse_mailbox(const boost::json::object& object) {
  ReceiverMailbox mailbox;
  KF_TRY(mailbox.link.base, codec::text_member(object, "base"));
  KF_TRY(const std::string id, codec::text_member(object, "mailbox"));
  KF_TRY(mailbox.link.mailbox, parse_uuid(id));
  KF_TRY(mailbox.link.vertical, codec::text_member(object, "vertical"));
  KF_TRY(std::string secret, codec::text_member(object, "secret"));
  KF_TRY(transfer::ReadSecret read, transfer::parse_link_secret(secret));
  wipe(secret);
  mailbox.link.secret = std::move(read.secret);
  KF_TRY(mailbox.device_claim, codec::text_member(object, "device_claim"));
  KF_TRY(mailbox.read_request, codec::text_member(object, "read_request"));
  KF_TRY(mailbox.relinquish_request, codec::text_member(object, "relinquish_request"));
  KF_TRY(mailbox.delete_request, codec::text_member(object, "delete_request"));
  KF_TRY(const auto claimed, codec::optional_bool_member(object, "claimed"));
  mailbox.claimed = claimed.value_or(false);
  KF_TRY(const auto suite, codec::optional_text_member(object, "suite"));
  if (suite) {
    mailbox.link.form = transfer::LinkForm::dropbox;
    mailbox.link.suite = transfer::parse_suite(*suite);
    if (!mailbox.link.suite) return fail(Errc::invalid, "the stored link is damaged");
    KF_TRY(const std::string first, codec::text_member(object, "first"));
    KF_TRY(mailbox.first, parse_base64(first));
  }
  KF_TRY(const auto place, codec::optional_text_member(object, "file"));
  mailbox.place = place_of(mailbox.link.base, mailbox.link.suite, place.value_or(""));
  KF_TRY(const auto expires, codec::optional_text_member(object, "expires"));
  if (expires) {
    KF_TRY(mailbox.expires, codec::parse_rfc3339(*expires));
  }
  return mailbox;
}

boost::json::object encode_key(const crypto::PrivateKey& key) {
  std::string secret = encode_base64(key.secret().expose());
  boost::json::object object{{"type", key.type() == crypto::KeyType::ed25519 ? "ed25519" : "p256"},
                             {"secret", secret}};
  wipe(secret);
  return object;
}

Result<crypto::PrivateKey> parse_key(const boost::json::object& object) {
  KF_TRY(const std::string type, codec::text_member(object, "type"));
  KF_TRY(std::string text, codec::text_member(object, "secret"));
  auto octets = parse_base64(text);
  wipe(text);
  if (!octets) return octets.error();
  return crypto::PrivateKey::from_secret(
      type == "p256" ? crypto::KeyType::p256 : crypto::KeyType::ed25519,
      SecretBytes(*std::move(octets)));
}

boost::json::object encode_terms(const credential::OfferTerms& terms) {
  return {{"kind", terms.kind},
          {"rights", terms.rights},
          {"from", codec::encode_rfc3339(terms.window.from)},
          {"until", codec::encode_rfc3339(terms.window.until)}};
}

Result<credential::OfferTerms> parse_terms(const boost::json::object& object) {
  credential::OfferTerms terms;
  KF_TRY(terms.kind, codec::text_member(object, "kind"));
  KF_TRY(const boost::json::object* rights, codec::object_member(object, "rights"));
  terms.rights = *rights;
  KF_TRY(const std::string from, codec::text_member(object, "from"));
  KF_TRY(terms.window.from, codec::parse_rfc3339(from));
  KF_TRY(const std::string until, codec::text_member(object, "until"));
  KF_TRY(terms.window.until, codec::parse_rfc3339(until));
  return terms;
}

Result<Done> read_parts(const boost::json::object& object, ReceiverRecord& record) {
  KF_TRY(const auto* mailbox, codec::optional_object_member(object, "mailbox"));
  if (mailbox != nullptr) {
    KF_TRY(record.mailbox, parse_mailbox(*mailbox));
  }
  KF_TRY(const auto* offer, codec::optional_object_member(object, "offer"));
  if (offer != nullptr) record.offer = *offer;
  KF_TRY(const auto* key, codec::optional_object_member(object, "key"));
  if (key != nullptr) {
    KF_TRY(record.key, parse_key(*key));
  }
  KF_TRY(const auto pin_try, codec::optional_text_member(object, "pin_try"));
  record.pin_try = pin_try.value_or("");
  KF_TRY(const auto confirmed, codec::optional_bool_member(object, "confirmed"));
  record.confirmed = confirmed.value_or(false);
  KF_TRY(const auto* approved, codec::optional_object_member(object, "approved"));
  if (approved != nullptr) {
    KF_TRY(record.approved, parse_terms(*approved));
  }
  KF_TRY(const auto ended, codec::optional_text_member(object, "ended"));
  record.ended = ended.value_or("");
  return Done{};
}

}  // namespace

std::string transfer_id(std::string_view persona, std::string_view what) {
  const ByteArray<1> gap{};
  const auto hash = digest::sha256({bytes_of(persona), gap, bytes_of(what)});
  return encode_hex(ByteView(hash).first(10));
}

boost::json::object encode_receiver_record(const ReceiverRecord& record) {
  boost::json::object object{
      {"version", kVersion},       {"id", record.id},
      {"persona", record.persona}, {"label", record.label},
      {"name", record.name},       {"started", codec::encode_rfc3339(record.started)},
      {"agreed", record.agreed}};
  if (record.mailbox) object["mailbox"] = encode_mailbox(*record.mailbox);
  if (record.offer) object["offer"] = *record.offer;
  if (record.note) object["note"] = *record.note;
  if (record.key) object["key"] = encode_key(*record.key);
  if (!record.pin_try.empty()) object["pin_try"] = record.pin_try;
  if (record.confirmed) object["confirmed"] = true;
  if (record.approved) object["approved"] = encode_terms(*record.approved);
  if (!record.ended.empty()) object["ended"] = record.ended;
  return object;
}

Result<ReceiverRecord> parse_receiver_record(const boost::json::object& object) {
  KF_TRY(const std::int64_t version, codec::integer_member(object, "version", 1, 1 << 20));
  if (version != kVersion) {
    return fail(Errc::invalid, "made by a newer version of keyferry: update this one");
  }
  ReceiverRecord record;
  KF_TRY(record.id, codec::text_member(object, "id"));
  KF_TRY(record.persona, codec::text_member(object, "persona"));
  KF_TRY(record.label, codec::text_member(object, "label"));
  KF_TRY(record.name, codec::text_member(object, "name"));
  KF_TRY(const std::string started, codec::text_member(object, "started"));
  KF_TRY(record.started, codec::parse_rfc3339(started));
  KF_TRY(const auto agreed, codec::optional_bool_member(object, "agreed"));
  record.agreed = agreed.value_or(false);
  KF_TRY(record.note, codec::optional_text_member(object, "note"));
  if (auto fine = read_parts(object, record); !fine) return fine.error();
  return record;
}

ReceiverRecord tombstone(const ReceiverRecord& record, std::string why) {
  ReceiverRecord left;
  left.id = record.id;
  left.persona = record.persona;
  left.started = record.started;
  left.confirmed = true;
  left.ended = std::move(why);
  return left;
}

Result<std::vector<std::string>> list_receiver_records(const Home& home) {
  constexpr std::string_view kBegin = "take-", kEnd = ".json";
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home.transfers_folder(), error)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) continue;
    ids.push_back(name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size()));
  }
  if (error) return fail(Errc::io, "cannot read the wallet's folder: " + error.message());
  return ids;
}

Result<std::optional<ReceiverRecord>> load_receiver_record(const Home& home, std::string_view id) {
  const file::Path path = home.receiver_file(id);
  const auto octets = file::read_secret(path);
  if (!octets && octets.error().code == Errc::not_found) return std::optional<ReceiverRecord>();
  if (!octets) return in_context(path.string(), octets.error());
  const auto object = codec::parse_json_object(text_of(octets->expose()), {1 << 20, 16});
  if (!object) return in_context(path.string(), object.error());
  auto record = parse_receiver_record(*object);
  if (!record) return in_context(path.string(), record.error());
  return std::optional(*std::move(record));
}

//= spec:transfer#6-killed
Result<Done> save_receiver_record(const Home& home, const ReceiverRecord& record) {
  std::string text = codec::encode_json(encode_receiver_record(record));
  auto saved = file::replace_secret(home.receiver_file(record.id), bytes_of(text));
  wipe(text);
  return saved;
}

Result<Done> erase_receiver_record(const Home& home, std::string_view id) {
  return file::erase(home.receiver_file(id));
}

}  // namespace keyferry::keystore
