// Texts, times and flags stand in one table each, which reading and writing both walk, so that
// neither leaves one out.
#include "keyferry/keystore/sender_record.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/keystore/notify_url.h"

namespace keyferry::keystore {
namespace {

constexpr std::int64_t kVersion = 1;

using TextMember = std::pair<std::string_view, std::string SenderRecord::*>;
constexpr TextMember kTexts[] = {{"id", &SenderRecord::id},
                                 {"persona", &SenderRecord::persona},
                                 {"credential", &SenderRecord::credential},
                                 {"request", &SenderRecord::request},
                                 {"idempotency_key", &SenderRecord::idempotency_key},
                                 {"share", &SenderRecord::share},
                                 {"device_claim", &SenderRecord::device_claim},
                                 {"create_request", &SenderRecord::create_request},
                                 {"delete_request", &SenderRecord::delete_request}};
using TimeMember = std::pair<std::string_view, Time SenderRecord::*>;
constexpr TimeMember kTimes[] = {{"started", &SenderRecord::started},
                                 {"link_until", &SenderRecord::link_until},
                                 {"valid_until", &SenderRecord::valid_until}};
using FlagMember = std::pair<std::string_view, bool SenderRecord::*>;
constexpr FlagMember kFlags[] = {{"plain", &SenderRecord::plain},
                                 {"shown", &SenderRecord::shown},
                                 {"confirmed", &SenderRecord::confirmed},
                                 {"words", &SenderRecord::words}};

Result<Done> read_simple(const boost::json::object& object, SenderRecord& record) {
  for (const auto& [name, member] : kTexts) {
    KF_TRY(record.*member, codec::text_member(object, name));
  }
  for (const auto& [name, member] : kTimes) {
    KF_TRY(const std::string text, codec::text_member(object, name));
    KF_TRY(record.*member, codec::parse_rfc3339(text));
  }
  for (const auto& [name, member] : kFlags) {
    KF_TRY(const auto flag, codec::optional_bool_member(object, name));
    record.*member = flag.value_or(false);
  }
  return Done{};
}

Result<transfer::ShareLink> parse_link(const boost::json::object& object) {
  transfer::ShareLink link;
  KF_TRY(link.base, codec::text_member(object, "base"));
  KF_TRY(const std::string mailbox, codec::text_member(object, "mailbox"));
  KF_TRY(link.mailbox, parse_uuid(mailbox));
  KF_TRY(link.vertical, codec::text_member(object, "vertical"));
  return link;
}

Result<Place> parse_place(const boost::json::object& object) {
  KF_TRY(std::string relay, codec::text_member(object, "relay"));
  KF_TRY(const auto suite, codec::optional_text_member(object, "suite"));
  KF_TRY(auto file, codec::optional_text_member(object, "file"));
  return place_of(std::move(relay), transfer::parse_suite(suite.value_or("")),
                  std::move(file).value_or(""));
}

Result<Done> read_parts(const boost::json::object& object, SenderRecord& record) {
  KF_TRY(const auto* order, codec::object_member(object, "order"));
  record.order = *order;
  KF_TRY(const auto* offer, codec::optional_object_member(object, "offer"));
  if (offer != nullptr) record.offer = *offer;
  KF_TRY(const auto kind, codec::optional_text_member(object, "kind"));
  record.kind = kind.value_or("");
  KF_TRY(const auto* rights, codec::optional_object_member(object, "rights"));
  if (rights != nullptr) record.rights = *rights;
  KF_TRY(const auto code, codec::optional_text_member(object, "code"));
  record.code = code.value_or("");
  KF_TRY(const auto notify, codec::optional_text_member(object, "notify"));
  record.notify = notify.value_or("");
  KF_TRY(const auto invites, codec::optional_integer_member(object, "invites", 1, 1000));
  record.invites = invites.value_or(1);
  KF_TRY(record.note, codec::optional_text_member(object, "note"));
  KF_TRY(record.place, parse_place(object));
  KF_TRY(auto secret, codec::optional_text_member(object, "secret"));
  if (secret) {
    KF_TRY(transfer::ReadSecret read, transfer::parse_link_secret(*secret));
    wipe(*secret);
    record.secret = std::move(read.secret);
  }
  KF_TRY(const auto* payload, codec::optional_object_member(object, "payload"));
  if (payload != nullptr) {
    transfer::SealedPayload sealed;
    KF_TRY(sealed.type, codec::text_member(*payload, "type"));
    KF_TRY(sealed.data, codec::text_member(*payload, "data"));
    record.payload = std::move(sealed);
  }
  KF_TRY(const auto* link, codec::optional_object_member(object, "link"));
  if (link != nullptr) {
    KF_TRY(record.link, parse_link(*link));
  }
  return Done{};
}

Result<SenderRecord> load_file(const file::Path& path) {
  KF_TRY(const SecretBytes text, file::read_secret(path));
  KF_TRY(const boost::json::object object,
         codec::parse_json_object(text_of(text.expose()), {1 << 20, 16}));
  return parse_sender_record(object);
}

}  // namespace

boost::json::object encode_sender_record(const SenderRecord& record) {
  boost::json::object object{{"version", kVersion}, {"order", record.order}};
  for (const auto& [name, member] : kTexts) object[name] = record.*member;
  for (const auto& [name, member] : kTimes) object[name] = codec::encode_rfc3339(record.*member);
  for (const auto& [name, member] : kFlags) object[name] = record.*member;
  if (record.offer) object["offer"] = *record.offer;
  if (!record.kind.empty()) object["kind"] = record.kind;
  if (!record.rights.empty()) object["rights"] = record.rights;
  if (!record.code.empty()) object["code"] = record.code;
  object["relay"] = relay_of(record.place);
  if (const std::string file = file_of(record.place); !file.empty()) object["file"] = file;
  if (const auto suite = suite_of(record.place)) object["suite"] = transfer::encode_suite(*suite);
  if (!record.notify.empty()) object["notify"] = record.notify;
  if (record.confirmed) object["invites"] = record.invites;
  if (record.note) object["note"] = *record.note;
  if (record.secret) {
    std::string secret = transfer::encode_link_secret(*record.secret);
    object["secret"] = secret;
    wipe(secret);
  }
  if (record.payload) {
    object["payload"] =
        boost::json::object{{"type", record.payload->type}, {"data", record.payload->data}};
  }
  if (record.link) {
    object["link"] = boost::json::object{{"base", record.link->base},
                                         {"mailbox", encode_uuid(record.link->mailbox)},
                                         {"vertical", record.link->vertical}};
  }
  return object;
}

Result<SenderRecord> parse_sender_record(const boost::json::object& object) {
  KF_TRY(const std::int64_t version, codec::integer_member(object, "version", 1, 1 << 20));
  if (version != kVersion) {
    return fail(Errc::invalid, "made by a newer version of keyferry: update this one");
  }
  SenderRecord record;
  KF_TRY(read_simple(object, record));
  KF_TRY(read_parts(object, record));
  return record;
}

Result<std::optional<SenderRecord>> load_sender_record(const Home& home, std::string_view id) {
  const file::Path path = home.sender_file(id);
  auto record = load_file(path);
  if (!record && record.error().code == Errc::not_found) return std::optional<SenderRecord>();
  if (!record) return in_context(path.string(), record.error());
  return std::optional(*std::move(record));
}

Result<std::vector<SenderRecord>> load_sender_records(const Home& home) {
  std::vector<SenderRecord> records;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home.transfers_folder(), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("give-") || !name.ends_with(".json")) continue;
    auto record = load_file(entry.path());
    if (!record && record.error().code == Errc::not_found) continue;  // ended meanwhile
    if (!record) return in_context(entry.path().string(), record.error());
    records.push_back(*std::move(record));
  }
  if (error) return fail(Errc::io, "cannot read the wallet's folder: " + error.message());
  std::sort(records.begin(), records.end(), [](const SenderRecord& a, const SenderRecord& b) {
    return std::tie(a.started, a.id) < std::tie(b.started, b.id);
  });
  return records;
}

Result<std::optional<SenderRecord>> find_sender_record_by_share(const Home& home,
                                                                std::string_view share) {
  KF_TRY(std::vector<SenderRecord> all, load_sender_records(home));
  for (SenderRecord& record : all) {
    if (record.share == share) return std::optional(std::move(record));
  }
  return std::optional<SenderRecord>();
}

//= spec:tigress#NTF-06
Result<std::optional<SenderRecord>> find_sender_record_by_notify(const Home& home,
                                                                 std::string_view text) {
  KF_TRY(std::vector<SenderRecord> all, load_sender_records(home));
  for (SenderRecord& record : all) {
    if (is_notify_part(record.notify, text)) return std::optional(std::move(record));
  }
  return std::optional<SenderRecord>();
}

//= spec:transfer#6-erased
Result<Done> save_sender_record(const Home& home, const SenderRecord& record) {
  std::string text = codec::encode_json(encode_sender_record(record));
  auto saved = file::replace_secret(home.sender_file(record.id), bytes_of(text));
  wipe(text);
  return saved;
}

Result<Done> erase_sender_record(const Home& home, std::string_view id) {
  return file::erase(home.sender_file(id));
}

transfer::ShareLink full_link(const SenderRecord& record) {
  transfer::ShareLink link;
  link.base = record.link->base;
  link.mailbox = record.link->mailbox;
  link.vertical = record.link->vertical;
  link.secret = record.secret->clone();
  link.suite = suite_of(record.place);
  if (link.suite) link.form = transfer::LinkForm::dropbox;
  return link;
}

}  // namespace keyferry::keystore
