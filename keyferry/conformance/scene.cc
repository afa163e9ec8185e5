// What differs and is no state by the drafts is read once more after a pause: what has changed
// again by then changes by itself.
#include "keyferry/conformance/scene.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "keyferry/codec/json.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;

constexpr std::string_view kCreators = " of the creator's Read";
constexpr std::string_view kRecipients = " of the recipient's Read";
constexpr std::string_view kPage = " of the page";
// What changes by itself within this time is no state: a counter or a clock of the relay's own.
constexpr std::chrono::milliseconds kPause{1100};

// What the drafts and our additions say of a mailbox never changes by itself.
constexpr std::array<std::string_view, 9> kNeverByItself = {"the status of",
                                                            "the member payload of",
                                                            "the member displayInformation of",
                                                            "the member expiration of",
                                                            "the member seq of",
                                                            "the member origin of",
                                                            "the member recipientBound of",
                                                            "the member boundAt of",
                                                            "the header etag of"};

// importance is the place in that list, for what is told first.
std::size_t importance(std::string_view name) {
  const auto at = std::find_if(kNeverByItself.begin(), kNeverByItself.end(),
                               [&](std::string_view begin) { return name.starts_with(begin); });
  return static_cast<std::size_t>(at - kNeverByItself.begin());
}

bool is_state(std::string_view name) {
  return importance(name) < kNeverByItself.size();
}

// What stays whoever writes, claims or gives up.
constexpr std::array<std::string_view, 5> kKept = {
    "the status", "the member displayInformation", "the member expiration",
    "the header content-type", "the header cache-control"};

std::string name_of(std::string_view part, bool creators) {
  return std::string(part) + std::string(creators ? kCreators : kRecipients);
}

std::optional<std::string> value_in(const Aspects& aspects, const std::string& name) {
  const auto at = aspects.find(name);
  return at == aspects.end() ? std::nullopt : std::optional(at->second);
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string told(std::string_view after, const std::string& name) {
  const std::string begin = "after " + std::string(after) + " ";
  constexpr std::string_view kPayload = "the member payload of ";
  if (!name.starts_with(kPayload)) return begin + name + " has changed";
  return begin + name.substr(kPayload.size()) + " gives another payload";
}

}  // namespace

Result<Scene> Scene::open(Subject& relay, const MailboxWish& wish, const Device& creator) {
  Scene scene(relay);
  scene.creator = creator;
  scene.payload = wish.payload;
  scene.body = create_body(relay, wish);
  KF_TRY(const Answer made, answered(relay, scene.creator.create(scene.body), 200, "Create"));
  KF_TRY(scene.box, box_of(made));
  KF_TRY(scene.looks_right("a Create"));
  return scene;
}

Result<Scene> Scene::claimed(Subject& relay, const MailboxWish& wish) {
  KF_TRY(Scene scene, open(relay, wish));
  KF_TRY(scene.join());
  return scene;
}

// looks_right looks at all there is; the payload must be the one that stands in the slot.
Result<Done> Scene::looks_right(std::string_view after) {
  KF_TRY(known_, look());
  const std::string sent = canonical_json(payload);
  for (const bool creators : {true, false}) {
    if (!creators && !joined_) continue;
    const auto held = value_in(known_, name_of("the member payload", creators));
    const std::string whose = creators ? "the creator's Read" : "the recipient's Read";
    KF_TRY(must(held.has_value(), whose + " gave no payload"));
    KF_TRY(must(*held == sent, "after " + std::string(after) + " " + whose +
                                   " gave another payload than was written"));
  }
  return Done{};
}

Result<Done> Scene::looks_again() {
  KF_TRY(known_, look());
  return Done{};
}

Result<Aspects> Scene::look() const {
  Aspects out;
  KF_TRY(const Answer creators, answered(*relay_, creator.read(box), 200, "a Read by the creator"));
  add_aspects(out, creators, kCreators, true);
  if (joined_) {
    KF_TRY(const Answer recipients,
           answered(*relay_, recipient.read(box), 200, "a Read by the recipient"));
    add_aspects(out, recipients, kRecipients, true);
  }
  if (looks_at_page) {
    KF_TRY(const Answer page, relay_->send(preview(box)));
    add_aspects(out, page, kPage, false);
  }
  return out;
}

// change is what differs from what was seen last, but for what changes by itself.
Result<std::optional<std::string>> Scene::change() const {
  KF_TRY(const Aspects now, look());
  auto names = changed(known_, now);
  if (!looks_at_page) {
    std::erase_if(names, [](const std::string& name) { return name.ends_with(kPage); });
  }
  const auto drifts = [&](const std::string& name) { return relay_->drifting.contains(name); };
  std::erase_if(names, drifts);
  if (names.empty()) return std::optional<std::string>();
  if (!std::all_of(names.begin(), names.end(), is_state)) {
    std::this_thread::sleep_for(kPause);
    KF_TRY(const Aspects later, look());
    for (const std::string& name : changed(now, later)) {
      if (!is_state(name)) relay_->drifting.insert(name);
    }
    std::erase_if(names, drifts);
  }
  if (names.empty()) return std::optional<std::string>();
  return *std::min_element(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return importance(a) < importance(b);
  });
}

// still_holds lets a third claim try to read before the recipient does: whom a Read binds anew
// would not show that it was unbound.
Result<Done> Scene::still_holds(std::string_view after) const {
  KF_TRY(const Answer third, relay_->send(Device().read(box)));
  return must(!third.success(), "after " + std::string(after) +
                                    " a Read by a third claim answered " + third.said() +
                                    ": the recipient was unbound");
}

Result<Done> Scene::stays(std::string_view after) {
  if (joined_) {
    KF_TRY(still_holds(after));
  }
  const auto name = change();
  if (!name) return in_context("after " + std::string(after), name.error());
  return must(!*name, *name ? told(after, **name) : "");
}

Result<Done> Scene::refused(const Call& call, std::initializer_list<int> ours,
                            std::initializer_list<int> also, std::string_view what, Notes& notes) {
  KF_TRY(const Answer answer, relay_->send(call));
  KF_TRY(must_be(answer, ours, also, what, notes));
  return answer.success() ? looks_again() : stays(what);
}

Result<Done> Scene::repeated(const Call& call, std::initializer_list<int> statuses,
                             std::string_view what, Notes& notes) {
  KF_TRY(const Answer answer, relay_->send(call));
  KF_TRY(must_be(answer, statuses, {}, what, notes));
  return stays(what);
}

// keeps compares what nobody's call may change.
Result<Done> Scene::keeps(const Aspects& before, std::string_view after) const {
  for (const bool creators : {true, false}) {
    for (const std::string_view part : kKept) {
      const std::string name = name_of(part, creators);
      const auto then = value_in(before, name);
      KF_TRY(must(!then || value_in(known_, name) == then, told(after, name)));
    }
  }
  return Done{};
}

Result<Done> Scene::join(std::string_view after) {
  Call call = recipient.read(box);
  if (key) prove(call, *key);
  KF_TRY(const Answer first, relay_->send(call));
  KF_TRY(must(first.status == 200,
              (after.empty() ? std::string() : "after " + std::string(after) + " ") +
                  "the first Read answered " + first.said() + ": the mailbox was claimed"));
  joined_ = true;
  const Aspects before = known_;
  KF_TRY(looks_right("the first Read"));
  KF_TRY(keeps(before, "the first Read"));
  Aspects firsts;
  add_aspects(firsts, first, kRecipients, true);
  for (const std::string_view part :
       {"the member payload", "the member displayInformation", "the member expiration",
        "the member seq", "the member origin", "the header etag"}) {
    const std::string name = name_of(part, false);
    KF_TRY(must(value_in(firsts, name) == value_in(known_, name),
                "the first Read and the next by the same claim differ in " + name));
    if (part.ends_with("origin") || part.ends_with("etag")) continue;
    KF_TRY(must(value_in(known_, name) == value_in(known_, name_of(part, true)),
                std::string(part) + " is not the same for creator and recipient"));
  }
  return Done{};
}

Result<Done> Scene::keeps_all_but_the_payload(std::string_view after) {
  const Aspects before = known_;
  KF_TRY(looks_right(after));
  KF_TRY(keeps(before, after));
  const std::string bound_at = name_of("the member boundAt", true);
  return must(value_in(before, bound_at) == value_in(known_, bound_at), told(after, bound_at));
}

Result<Done> Scene::gives_up() {
  KF_TRY(succeeded(*relay_, recipient.relinquish(box), "Relinquish"));
  joined_ = false;
  recipient = Device();
  Aspects before = known_;
  std::erase_if(before, [](const auto& one) { return one.first.ends_with(kRecipients); });
  KF_TRY(looks_again());
  return keeps(before, "a Relinquish");
}

Result<Done> Scene::writes(const Device& writer, std::string_view what) {
  return writes(writer, writer.update(box, random_payload()), what);
}

Result<Done> Scene::writes(const Device& writer, const Call& call, std::string_view what) {
  KF_TRY(const Answer written, answered(*relay_, call, 200, what));
  KF_TRY(const object sent, codec::parse_json_object(*call.body, {1024 * 1024, 16}));
  payload = sent.at("payload").as_object();
  const Aspects before = known_;
  KF_TRY(keeps_all_but_the_payload(what));
  const bool by_creator = writer.claim == creator.claim;
  KF_TRY(moves_on(before, by_creator, what));
  const auto tag = written.headers.find("ETag");
  const auto now = by_creator ? creators_tag() : recipients_tag();
  return must(!tag || !now || *tag == *now, "Update and the next Read give different ETags");
}

// moves_on judges what a relay tells of versions after a write, if it tells it.
Result<Done> Scene::moves_on(const Aspects& before, bool by_creator, std::string_view after) const {
  const std::string end = " after " + std::string(after);
  std::optional<std::string> seqs[2];
  for (const bool creators : {true, false}) {
    if (!creators && !joined_) continue;
    const auto then = value_in(before, name_of("the header etag", creators));
    const auto tag = value_in(known_, name_of("the header etag", creators));
    KF_TRY(must(!then || (tag && tag != then),
                name_of("the ETag", creators) + " is the same after a write, or gone" + end));
    const auto seq = seqs[creators ? 0 : 1] = value_in(known_, name_of("the member seq", creators));
    const auto last = value_in(before, name_of("the member seq", creators));
    KF_TRY(must(!last || (seq && number_of(*seq) > number_of(*last)),
                name_of("seq", creators) + " is not greater" + end));
    const auto origin = value_in(known_, name_of("the member origin", creators));
    const std::string word = by_creator == creators ? "\"self\"" : "\"peer\"";
    KF_TRY(must(!origin || *origin == word, name_of("origin", creators) + " is not " + word + end));
  }
  return must(!joined_ || seqs[0] == seqs[1], "creator and recipient read another seq" + end);
}

std::optional<std::string> Scene::seen(const std::string& aspect) const {
  return value_in(known_, aspect);
}

}  // namespace keyferry::conformance
