// Sections 1C: ids, deadlines, rights to end a mailbox.
#include <algorithm>
#include <bit>

#include "keyferry/base/uuid.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr int kSampleOfIds = 8;
// Of eight random ids one bit is alike in all with probability 1/128; six are fixed by version and
// variant. 40 alike does not happen by chance.
constexpr int kMostBitsAlike = 40;

Result<std::vector<UuidOctets>> some_ids(Subject& relay) {
  std::vector<UuidOctets> ids;
  const Device ada;
  for (int i = 0; i < kSampleOfIds; ++i) {
    KF_TRY(const Box box, make_box(relay, ada));
    const auto id = parse_uuid(box.id);
    KF_TRY(must(id.has_value(), "the id " + codec::quote(box.id) + " of a mailbox is not a UUID"));
    ids.push_back(*id);
  }
  return ids;
}

Result<Finding> ids_are_uuids(Subject& relay) {
  KF_TRY(const auto ids, some_ids(relay));
  auto sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  KF_TRY(must(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
              "two mailboxes got the same id"));
  int alike = 0;
  for (std::size_t i = 0; i < ids[0].size(); ++i) {
    unsigned differ = 0;
    for (const auto& id : ids) differ |= static_cast<unsigned>(id[i] ^ ids[0][i]);
    alike += 8 - std::popcount(differ);
  }
  KF_TRY(must(alike <= kMostBitsAlike, std::to_string(alike) + " of 128 bits are the same in " +
                                           std::to_string(kSampleOfIds) +
                                           " ids: they do not look random"));
  return pass("8 ids are UUIDs without anything in common");
}

Result<Finding> ids_are_version_4(Subject& relay) {
  KF_TRY(const auto ids, some_ids(relay));
  for (const auto& id : ids) {
    const int version = id[6] >> 4;
    KF_TRY(must(version == 4, "an id is a UUID of version " + std::to_string(version) + ", not 4"));
    KF_TRY(must((id[8] & 0xc0) == 0x80, "an id has not the variant of RFC 4122"));
  }
  return pass("version 4");
}

Result<std::string> expiration_read(Subject& relay, const Device& device, const Box& box) {
  KF_TRY(const Answer read, answered(relay, device.read(box), 200, "Read"));
  KF_TRY(const object body, read.json());
  const auto text = codec::text_member(body, "expiration");
  KF_TRY(must(text.has_value(), "the Read answer has no text member expiration"));
  return *text;
}

Result<Finding> expiration_form(Subject& relay) {
  const Device ada;
  const object body = create_body(relay);
  KF_TRY(const Answer made, answered(relay, ada.create(body), 200, "Create"));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const std::string told, expiration_read(relay, ada, box));
  const auto time = codec::parse_rfc3339(told);
  KF_TRY(must(time.has_value(),
              "the expiration " + codec::quote(told) + " is not like 2030-01-31T12:00:00Z"));
  KF_TRY(must(boost::json::value(told) == body.at("mailboxConfiguration").at("expiration"),
              "the expiration is another than was asked for ten minutes ahead"));
  return pass("as it was asked for");
}

Call create_until(const Subject& relay, boost::json::value expiration) {
  MailboxWish wish;
  wish.more["expiration"] = std::move(expiration);
  return Device().create(create_body(relay, wish));
}

Result<Finding> wrong_expirations(Subject& relay) {
  Notes notes;
  const boost::json::value wrong[] = {"tomorrow",
                                      "",
                                      1900000000,
                                      nullptr,
                                      "2031-02-30T12:00:00Z",
                                      "2031-01-31",
                                      "2031-01-31T25:00:00Z"};
  for (const auto& value : wrong) {
    KF_TRY(const Answer answer, relay.send(create_until(relay, value)));
    KF_TRY(must_be(answer, {400}, {422}, "the expiration " + codec::encode_json(value), notes));
  }
  return notes.finding("400");
}

Result<Finding> unusual_expirations(Subject& relay) {
  Notes notes;
  std::string later = expiration_after(relay, std::chrono::minutes(5));
  later.pop_back();
  for (const char* end : {"+00:00", ".500Z", ""}) {
    KF_TRY(const Answer answer, relay.send(create_until(relay, boost::json::value(later + end))));
    KF_TRY(must_be(answer, {400}, {200, 422},
                   "an expiration that ends with \"" + std::string(end) + "\"", notes));
  }
  std::string leap = expiration_after(relay, std::chrono::minutes(5));
  leap.replace(leap.size() - 3, 2, "60");
  KF_TRY(const Answer answer, relay.send(create_until(relay, boost::json::value(leap))));
  KF_TRY(must_be(answer, {200}, {400, 422}, "an expiration at second 60", notes));
  return notes.finding("offsets, fractions and no zone get 400; second 60 is taken");
}

Result<Finding> past_expiration(Subject& relay) {
  const Device ada;
  Notes notes;
  MailboxWish wish;
  wish.more["expiration"] = expiration_after(relay, -std::chrono::hours(1));
  KF_TRY(const Answer made, relay.send(ada.create(create_body(relay, wish))));
  KF_TRY(must_be(made, {400}, {200, 422}, "an expiration in the past", notes));
  if (!made.success()) return notes.finding("400");
  KF_TRY(const Box box, box_of(made));
  KF_TRY(answered(relay, ada.read(box), 404, "a Read of a mailbox that expired an hour ago"));
  return notes.finding("");
}

Result<Finding> far_expiration(Subject& relay) {
  const Device ada;
  const Time far = relay.now() + std::chrono::days(4000);
  MailboxWish wish;
  wish.more["expiration"] = codec::encode_rfc3339(far);
  KF_TRY(const Answer made, relay.send(ada.create(create_body(relay, wish))));
  if (made.status == 400 || made.status == 422) {
    return allowed("a life of 4000 days is refused: " + made.said());
  }
  KF_TRY(must(made.status == 200, "an expiration in 4000 days answered " + made.said()));
  KF_TRY(const Box box, box_of(made));
  KF_TRY(const std::string told, expiration_read(relay, ada, box));
  const auto ends = codec::parse_rfc3339(told);
  KF_TRY(must(ends.has_value(), "Read shows no valid expiration"));
  if (*ends > far - std::chrono::days(1)) return info("4000 days are granted: there is no maximum");
  const auto life = std::chrono::round<std::chrono::minutes>(*ends - relay.now());
  const std::string cut = "cut to " + codec::encode_duration(life);
  const auto said = codec::text_member(box.made, "expiration");
  if (!said) return allowed(cut + ", which only Read tells");
  KF_TRY(must(*said == told, "Create and Read tell different expirations"));
  return pass(cut + ", and Create says so");
}

Result<Finding> expiration_needed(Subject& relay) {
  Notes notes;
  object body = create_body(relay);
  body["mailboxConfiguration"] = object{{"accessRights", "RWD"}};
  KF_TRY(const Answer answer, relay.send(Device().create(body)));
  KF_TRY(must_be(answer, {400}, {200, 422}, "a mailboxConfiguration without expiration", notes));
  return notes.finding("400");
}

constexpr Check kChecks[] = {
    {"MBX-01", "ids are UUIDs, unlike one another", ids_are_uuids},
    {"MBX-02", "ids are of version 4", ids_are_version_4},
    {"MBX-05.form", "the expiration is told in UTC, whole seconds, with Z", expiration_form},
    {"MBX-05.refused", "what is no instant is refused as expiration", wrong_expirations},
    {"A-14", "a configuration needs an expiration", expiration_needed},
    {"A-15.past", "an expiration in the past is refused", past_expiration},
    {"A-15.far", "an expiration beyond the maximum is cut and told", far_expiration},
    {"A-17", "offsets and fractions are refused", unusual_expirations},
};

}  // namespace

Checks life_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
