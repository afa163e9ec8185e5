// REL-07 and MBX-10: what was put into a mailbox comes back whole, whatever it is, to both sides.
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr std::size_t kSizes[] = {28,   29,    30,    255,   256,   257,   1000,
                                  4096, 16383, 16384, 32768, 49152, 65535, 65536};
constexpr std::size_t kLarge[] = {4096, 32768, 65536};

bool is_cap(const Answer& answer) {
  return answer.status == 413 || answer.status == 400;
}

std::string count_of(std::size_t octets) {
  return std::to_string(octets) + " octets";
}

object payload_of(const Bytes& octets, const char* type = "AEAD_AES_256_GCM") {
  return {{"type", type}, {"data", encode_base64(octets)}};
}

Result<Finding> lengths(Subject& relay) {
  Notes notes;
  for (const std::size_t octets : kSizes) {
    const Device ada, bo;
    MailboxWish wish;
    wish.payload = random_payload(octets);
    const Call create = ada.create(create_body(relay, wish));
    KF_TRY(const Answer made, relay.send(create));
    if (is_cap(made)) {
      notes.add(count_of(octets) + " are refused: " + made.said());
      continue;
    }
    KF_TRY(must(made.status == 200, "Create answered " + made.said()));
    KF_TRY(const Box box, box_of(made));
    for (const Device* reader : {&ada, &bo}) {
      KF_TRY(must_hold(relay, reader->read(box), wish.payload,
                       "a Read of " + std::to_string(octets) + " random octets"));
    }
  }
  return notes.finding("random octets of 14 lengths up to 65536 come back unchanged");
}

Result<Finding> large_updates(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const std::size_t octets : kLarge) {
    for (const Device* writer : {&scene.recipient, &scene.creator}) {
      const Call call = writer->update(scene.box, random_payload(octets));
      const std::string what = "an Update of " + count_of(octets);
      KF_TRY(const Answer first, relay.send(call));
      if (is_cap(first)) {
        notes.add(count_of(octets) + " are refused: " + first.said());
        KF_TRY(scene.stays(what));
        continue;
      }
      KF_TRY(must(first.status == 200, what + " answered " + first.said()));
      KF_TRY(const object sent, codec::parse_json_object(*call.body, {1024 * 1024, 16}));
      scene.payload = sent.at("payload").as_object();
      KF_TRY(scene.keeps_all_but_the_payload(what));
      KF_TRY(scene.repeated(call, {201}, "the same again", notes));
    }
  }
  return notes.finding("both sides' Updates of up to 65536 octets come back whole");
}

Result<Finding> octet_patterns(Subject& relay) {
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  const Bytes patterns[] = {all, Bytes(96, 0x00), Bytes(97, 0xff), Bytes(98, 0xfb),
                            Bytes(99, 0x3e)};
  KF_TRY(Scene scene, Scene::claimed(relay));
  for (const Bytes& octets : patterns) {
    for (const char* type : {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM"}) {
      MailboxWish wish;
      wish.payload = payload_of(octets, type);
      KF_TRY(Scene::claimed(relay, wish));
      KF_TRY(scene.writes(scene.recipient, scene.recipient.update(scene.box, wish.payload),
                          "an Update with every octet"));
      // So that the next of the same octets is a change.
      KF_TRY(scene.writes(scene.creator, "an Update"));
    }
  }
  return pass("every octet and either cipher name come back as they were sent");
}

object texts(std::string title, std::string description, std::string url) {
  return {{"title", std::move(title)},
          {"description", std::move(description)},
          {"imageURL", std::move(url)}};
}

Result<Done> must_read(Subject& relay, const Device& reader, const Box& box, const object& sent,
                       const std::string& what) {
  KF_TRY(const Answer read, answered(relay, reader.read(box), 200, "Read"));
  KF_TRY(const object body, read.json());
  const auto* got = body.if_contains("displayInformation");
  KF_TRY(must(got != nullptr, "the Read answer has no member displayInformation"));
  return must(canonical_json(*got) == canonical_json(sent),
              "displayInformation with " + what + " came back altered");
}

Result<Finding> display_texts(Subject& relay) {
  const std::pair<const char*, object> cases[] = {
      {"empty texts", texts("", "", "")},
      {"blanks at both ends", texts("  a key  ", " for two ", " ")},
      {"HTML and entities",
       texts("<b>1 & 2</b>", "&lt;i&gt; &amp; &#39;", "https://example.com/?a=1&b=2")},
      {"quotes and backslashes", texts("\"a\" 'b' \\c\\", "{\"a\":1}", "https://example.com/%22")},
      {"line breaks and tabs", texts("one", "a\nb\r\nc\td", "")},
      {"letters of the world",
       texts("Schl\u00fcssel f\u00fcr \u00c5sa",
             "\u9375 \u043a\u043b\u044e\u0447 \u0645\u0641\u062a\u0627\u062d",
             "https://example.com/\u00e9.png")},
      {"signs beyond the first plane",
       texts("\U0001f511 \U0001f468\u200d\U0001f469\u200d\U0001f467", "\U00010348", "")},
      {"an address in capitals", texts("A KEY", "", "HTTPS://Example.COM/A/../B/")},
      {"1000 characters", texts(std::string(200, 't'), std::string(700, 'd'),
                                "https://example.com/" + std::string(80, 'u'))}};
  Notes notes;
  for (const auto& [what, sent] : cases) {
    const Device ada, bo;
    object body = create_body(relay);
    body["displayInformation"] = sent;
    KF_TRY(const Answer made, relay.send(ada.create(body)));
    if (made.status == 400 || made.status == 413) {
      notes.add(std::string(what) + " are refused: " + made.said());
      continue;
    }
    KF_TRY(must(made.status == 200, "Create answered " + made.said()));
    KF_TRY(const Box box, box_of(made));
    KF_TRY(answered(relay, ada.update(box), 200, "Update"));
    for (const Device* reader : {&ada, &bo}) {
      KF_TRY(must_read(relay, *reader, box, sent, what));
    }
  }
  return notes.finding("texts of eight kinds come back to both sides");
}

constexpr Check kChecks[] = {
    {"REL-07", "data that cannot be deciphered is kept unchanged", lengths},
    {"REL-07.large", "large Updates come back whole", large_updates},
    {"REL-07.octets", "every octet and cipher name is kept", octet_patterns},
    {"MBX-10.texts", "display texts come back as they were sent", display_texts},
};

}  // namespace

Checks content_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
