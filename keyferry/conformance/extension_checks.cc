// Additions that a relay may have: versions, waiting, the queue, what the creator hears. None is
// demanded; one that is there has to work.
#include <thread>

#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

std::optional<std::string> tag_of(const Answer& answer) {
  const auto tag = answer.headers.find("ETag");
  return tag ? std::optional<std::string>(*tag) : std::nullopt;
}

Call matching(Call call, const std::string& tag) {
  call.more.add("If-Match", tag);
  return call;
}

Result<Finding> versions(Subject& relay) {
  const Device ada;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer first, answered(relay, ada.read(box), 200, "Read"));
  const auto old = tag_of(first);
  if (!old) return skip("this relay gives no ETag");
  KF_TRY(const Answer same, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(must(tag_of(same) == old, "the ETag changes without a write"));
  const object second = random_payload();
  KF_TRY(const Answer written, answered(relay, matching(ada.update(box, second), *old), 200,
                                        "an Update with If-Match of the version just read"));
  KF_TRY(const Answer now, answered(relay, ada.read(box), 200, "Read"));
  KF_TRY(must(tag_of(now) != old, "the ETag is the same after a write"));
  KF_TRY(must(!tag_of(written) || tag_of(written) == tag_of(now),
              "Update and the next Read give different ETags"));
  KF_TRY(answered(relay, matching(ada.update(box), *old), 412,
                  "an Update with If-Match of an old version"));
  KF_TRY(must_hold(relay, ada.read(box), second, "a Read after the 412"));
  return pass("a stale Update gets 412 and changes nothing");
}

// waiting_read asks for news after `tag`, for at most `seconds`.
Call waiting_read(const Device& device, const Box& box, const std::string& tag, int seconds) {
  Call call = device.read(box);
  call.more.add("If-None-Match", tag);
  call.more.add("Prefer", "wait=" + std::to_string(seconds));
  return call;
}

Result<Finding> waiting(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer first, answered(relay, bo.read(box), 200, "Read"));
  const auto tag = tag_of(first);
  if (!tag) return skip("this relay gives no ETag, so nobody can wait for news");
  const auto asked = steady_clock::now();
  KF_TRY(const Answer quiet, relay.send(waiting_read(bo, box, *tag, 1)));
  KF_TRY(must(quiet.status == 200 || quiet.status == 204,
              "a waiting Read without news answered " + quiet.said()));
  if (steady_clock::now() - asked < 700ms) return skip("this relay does not wait (Prefer: wait)");

  Result<Answer> news(fail(Errc::network, "not sent"));
  const auto began = steady_clock::now();
  std::jthread reader([&] {
    net::HttpClient client = relay.new_client();
    news = relay.send(waiting_read(bo, box, *tag, 10), client);
  });
  std::this_thread::sleep_for(
      200ms);  // so that the reader waits; if it does not yet, it is no fault
  const object message = random_payload();
  const auto written = answered(relay, ada.update(box, message), 200, "Update");
  reader.join();
  if (!written) return written.error();
  KF_TRY(const Answer told, std::move(news));
  KF_TRY(must(told.status == 200, "a waiting Read answered " + told.said() + " to a write"));
  KF_TRY(const object body, told.json());
  KF_TRY(must(body.contains("payload") && body.at("payload") == message,
              "a waiting Read gave something else than was written"));
  KF_TRY(must(steady_clock::now() - began < 8s, "a waiting Read slept through a write"));
  return pass("a waiting Read hears a write at once, and ends by itself");
}

Result<Finding> bound_told(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  const auto told = [&]() -> Result<boost::json::value> {
    KF_TRY(const Answer read, answered(relay, ada.read(box), 200, "Read"));
    KF_TRY(const object body, read.json());
    const auto* member = body.if_contains("recipientBound");
    return member == nullptr ? boost::json::value() : *member;
  };
  KF_TRY(const boost::json::value before, told());
  if (before.is_null()) return skip("the creator is not told whether the mailbox is claimed");
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  KF_TRY(const boost::json::value after, told());
  KF_TRY(must(before == false, "recipientBound before any claim is not false"));
  KF_TRY(must(after == true, "recipientBound after the claim is not true"));
  return pass("recipientBound is false before and true after the claim");
}

Result<Finding> origin_told(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  const std::pair<const Device*, const char*> sides[] = {{&ada, "self"}, {&bo, "peer"}};
  for (const auto& [device, word] : sides) {
    KF_TRY(const Answer read, answered(relay, device->read(box), 200, "Read"));
    KF_TRY(const object body, read.json());
    const auto* origin = body.if_contains("origin");
    if (origin == nullptr) return skip("Read does not tell who wrote");
    KF_TRY(must(*origin == word, "origin is wrong: not \"" + std::string(word) + "\""));
  }
  return pass("origin tells the reader's own message from the other's");
}

// after asks for the other side's first message behind `seq`.
Call after(const Device& device, const Box& box, std::int64_t seq) {
  Call call = device.read(box);
  call.body = codec::encode_json(object{{"after", seq}});
  return call;
}

// must_follow demands that the messages behind 0 are these, in order, and then no more.
Result<Done> must_follow(Subject& relay, const Device& reader, const Box& box,
                         const std::vector<object>& messages, const std::string& whose) {
  std::int64_t seq = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string what = "the Read after " + std::to_string(seq) + " by the " + whose;
    KF_TRY(const Answer read, answered(relay, after(reader, box, seq), 200, what));
    KF_TRY(const object body, read.json());
    KF_TRY(must(body.contains("payload") && body.at("payload") == messages[i],
                what + " did not give message " + std::to_string(i + 1) + " of the other side"));
    const auto next = codec::integer_member(body, "seq", seq + 1, std::int64_t{1} << 53);
    KF_TRY(must(next.has_value(), what + " gave no greater seq"));
    seq = *next;
  }
  KF_TRY(answered(relay, after(reader, box, seq), 204, "a Read after the last by the " + whose));
  return Done{};
}

Result<Finding> queue(Subject& relay) {
  const Device ada, bo;
  MailboxWish wish;
  wish.more["delivery"] = "queue";
  KF_TRY(const Box box, make_box(relay, ada, wish));
  const auto* echo = box.made.if_contains("delivery");
  if (echo == nullptr) return skip("this relay knows no delivery: \"queue\"");
  KF_TRY(must(*echo == "queue", "Create echoes another delivery"));
  KF_TRY(answered(relay, bo.read(box), 200, "Read"));
  std::vector<object> from_ada{wish.payload}, from_bo;
  for (const bool creator : {true, false, true, true, false}) {
    auto& sent = creator ? from_ada : from_bo;
    sent.push_back(random_payload());
    KF_TRY(answered(relay, (creator ? ada : bo).update(box, sent.back()), 200, "Update"));
  }
  KF_TRY(must_hold(relay, ada.read(box), from_bo.back(), "a Read without after"));
  KF_TRY(must_follow(relay, bo, box, from_ada, "recipient"));
  KF_TRY(must_follow(relay, ada, box, from_bo, "creator"));
  return pass("four messages and two, across one another, all arrive in order");
}

Result<Finding> strangers_wait_not(Subject& relay) {
  const Device ada, bo, eve;
  Notes notes;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer first, answered(relay, bo.read(box), 200, "Read"));
  if (!tag_of(first)) return skip("this relay gives no ETag, so nobody can wait for news");
  const auto asked = steady_clock::now();
  KF_TRY(const Answer refused, relay.send(waiting_read(eve, box, *tag_of(first), 10)));
  KF_TRY(must_refuse(refused, "a waiting Read by a third claim", notes));
  KF_TRY(must(steady_clock::now() - asked < 8s, "a third claim was let wait"));
  return notes.finding("a third claim is refused at once");
}

constexpr Check kChecks[] = {
    {"A-19", "a stale Update is refused where versions are given", versions},
    {"A-20", "a queue brings every message, in order", queue},
    {"A-21", "origin tells who wrote", origin_told},
    {"A-30", "the creator hears that the mailbox is claimed", bound_told},
    {"A-34", "a Read can wait for news", waiting},
    {"A-34.others", "only the two may wait", strangers_wait_not},
};

}  // namespace

Checks extension_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
