// A-34: Reads that wait for news. An extension: a relay that gives no ETag or does not wait is not
// judged.
#include <thread>

#include "keyferry/codec/json.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/scene.h"

namespace keyferry::conformance {
namespace {

using boost::json::object;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kBeforeTheNews = 200ms;  // so that the reader waits; if it does not yet, no harm
constexpr auto kAtOnce = 8s;            // of a wait of 10: shorter, it was woken

std::optional<std::string> tag_of(const Answer& answer) {
  const auto tag = answer.headers.find("ETag");
  return tag ? std::optional<std::string>(*tag) : std::nullopt;
}

// waiting_read asks for news after `tag`, for at most `seconds`.
Call waiting_read(const Device& device, const Box& box, const std::string& tag, int seconds) {
  Call call = device.read(box);
  call.more.add("If-None-Match", tag);
  call.more.add("Prefer", "wait=" + std::to_string(seconds));
  return call;
}

// told_while_waiting lets one call wait while another brings news, and returns what the first got.
Result<Answer> told_while_waiting(Subject& relay, const Call& waits, const Call& news) {
  Result<Answer> told(fail(Errc::network, "not sent"));
  const auto began = steady_clock::now();
  std::jthread reader([&] {
    http::HttpClient client = relay.new_client();
    told = relay.send(waits, client);
  });
  std::this_thread::sleep_for(kBeforeTheNews);
  const auto done = succeeded(relay, news, news.method + " while the other side waits");
  reader.join();
  if (!done) return done.error();
  if (!told) return told.error();
  KF_TRY(must(steady_clock::now() - began < kAtOnce,
              "a waiting Read slept through a " +
                  std::string(news.method == "PUT" ? "write" : news.method)));
  return told;
}

// does_wait says whether a Read without news is held at all.
Result<bool> does_wait(Subject& relay, const Call& waiting_a_second) {
  const auto asked = steady_clock::now();
  KF_TRY(const Answer quiet, relay.send(waiting_a_second));
  KF_TRY(must(quiet.status == 200 || quiet.status == 204,
              "a waiting Read without news answered " + quiet.said()));
  KF_TRY(must(quiet.status == 200 || quiet.body.empty(), "a 204 came with a body"));
  return steady_clock::now() - asked >= 700ms;
}

Result<Finding> waiting(Subject& relay) {
  const Device ada, bo;
  KF_TRY(const Box box, make_box(relay, ada));
  KF_TRY(const Answer first, answered(relay, bo.read(box), 200, "Read"));
  const auto tag = tag_of(first);
  if (!tag) return skip("this relay gives no ETag, so nobody can wait for news");
  KF_TRY(const bool waits, does_wait(relay, waiting_read(bo, box, *tag, 1)));
  if (!waits) return skip("this relay does not wait (Prefer: wait)");
  const object message = random_payload();
  KF_TRY(const Answer told,
         told_while_waiting(relay, waiting_read(bo, box, *tag, 10), ada.update(box, message)));
  KF_TRY(must(told.status == 200, "a waiting Read answered " + told.said() + " to a write"));
  KF_TRY(const object body, told.json());
  KF_TRY(must(body.contains("payload") && body.at("payload") == message,
              "a waiting Read gave something else than was written"));
  KF_TRY(must(tag_of(told) && tag_of(told) != tag, "a waiting Read that woke gave no new ETag"));
  return pass("a waiting Read hears a write at once, and ends by itself");
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

// The creator hears of everything that happens on the other side, the recipient of the end.
Result<Finding> other_news(Subject& relay) {
  KF_TRY(Scene scene, Scene::open(relay));
  const Device &ada = scene.creator, &bo = scene.recipient;
  if (!scene.creators_tag()) return skip("this relay gives no ETag, so nobody can wait for news");
  KF_TRY(const bool waits,
         does_wait(relay, waiting_read(ada, scene.box, *scene.creators_tag(), 1)));
  if (!waits) return skip("this relay does not wait (Prefer: wait)");
  if (scene.seen("the member recipientBound of the creator's Read")) {
    for (const Call& news : {bo.read(scene.box), bo.relinquish(scene.box)}) {
      KF_TRY(
          const Answer told,
          told_while_waiting(relay, waiting_read(ada, scene.box, *scene.creators_tag(), 10), news));
      KF_TRY(const object body, told.json());
      KF_TRY(must(
          body.contains("recipientBound") && body.at("recipientBound") == (news.method == "POST"),
          "a waiting Read woke by " + news.method + " tells another recipientBound"));
      KF_TRY(scene.looks_again());
    }
  }
  KF_TRY(scene.join());
  for (const Device* waiter : {&bo, &ada}) {
    const Device& other = waiter == &bo ? ada : bo;
    const auto tag = waiter == &bo ? scene.recipients_tag() : scene.creators_tag();
    const Call wait = waiting_read(*waiter, scene.box, *tag, 10);
    if (waiter == &bo) {
      KF_TRY(const Answer told, told_while_waiting(relay, wait, other.update(scene.box)));
      KF_TRY(scene.looks_again());
      continue;
    }
    KF_TRY(const Answer told, told_while_waiting(relay, wait, other.remove(scene.box)));
    KF_TRY(must(told.status == 404, "a waiting Read answered " + told.said() + " to a Delete"));
  }
  return pass("claim, Relinquish, write and Delete end a wait at once");
}

// Who gives the mailbox up while a Read of its own waits is a stranger when that Read ends.
Result<Finding> given_up_meanwhile(Subject& relay) {
  Notes notes;
  KF_TRY(Scene scene, Scene::claimed(relay));
  const Device bo = scene.recipient;
  if (!scene.recipients_tag()) return skip("this relay gives no ETag, so nobody can wait for news");
  KF_TRY(const bool waits,
         does_wait(relay, waiting_read(bo, scene.box, *scene.recipients_tag(), 1)));
  if (!waits) return skip("this relay does not wait (Prefer: wait)");
  const Call wait = waiting_read(bo, scene.box, *scene.recipients_tag(), 2);
  KF_TRY(const Answer told, told_while_waiting(relay, wait, bo.relinquish(scene.box)));
  KF_TRY(must(told.status != 200, "a waiting Read, by one who gave up during it, answered " +
                                      told.said() + ": it was served or bound anew"));
  KF_TRY(must_be(told, {401}, {204, 403}, "a waiting Read by one who gave up during it", notes));
  scene.recipient = Device();
  KF_TRY(scene.join("a waiting Read by who gave up"));
  return notes.finding("a waiting Read by one who gives up during it gets 401 and binds nothing");
}

// With `after` a Read waits for a message, and hears of a claim too (if it names its version).
Result<Finding> claims_with_after(Subject& relay) {
  MailboxWish wish;
  wish.more["delivery"] = "queue";
  KF_TRY(Scene scene, Scene::open(relay, wish));
  const auto tag = scene.creators_tag();
  if (!tag || !scene.box.made.contains("delivery") ||
      !scene.seen("the member recipientBound of the creator's Read")) {
    return skip("this relay has no queue, or does not tell the creator of a claim");
  }
  Call wait = waiting_read(scene.creator, scene.box, *tag, 10);
  wait.body = R"({"after":0})";
  KF_TRY(const Answer told, told_while_waiting(relay, wait, scene.recipient.read(scene.box)));
  KF_TRY(must(told.status == 200 || told.status == 204,
              "a waiting Read with after answered " + told.said() + " to a claim"));
  KF_TRY(must(tag_of(told) && tag_of(told) != tag, "it gave no new ETag"));
  return pass("a waiting Read with after hears of a claim");
}

// Known news are not told twice: a Read with the present version has nothing to give.
Result<Finding> nothing_new(Subject& relay) {
  KF_TRY(Scene scene, Scene::claimed(relay));
  if (!scene.recipients_tag()) return skip("this relay gives no ETag");
  for (const Device* reader : {&scene.creator, &scene.recipient}) {
    const bool creators = reader == &scene.creator;
    const std::string tag = *(creators ? scene.creators_tag() : scene.recipients_tag());
    Call call = reader->read(scene.box);
    call.more.add("If-None-Match", tag);
    KF_TRY(const Answer quiet, relay.send(call));
    if (quiet.status == 200) return skip("this relay gives the message again");
    KF_TRY(must(quiet.status == 204 || quiet.status == 304,
                "a Read with If-None-Match of the present version answered " + quiet.said()));
    KF_TRY(must(quiet.body.empty(), "a Read without news came with a body"));
    KF_TRY(must(!tag_of(quiet) || tag_of(quiet) == tag, "a Read without news gave another ETag"));
    KF_TRY(scene.stays("a Read with If-None-Match"));
  }
  const std::string old = *scene.recipients_tag();
  KF_TRY(scene.writes(scene.creator, "an Update"));
  Call call = scene.recipient.read(scene.box);
  call.more.add("If-None-Match", old);
  KF_TRY(must_hold(relay, call, scene.payload, "a Read with If-None-Match of an old version"));
  return pass("the present version gets 204, an older one the message");
}

constexpr Check kChecks[] = {
    {"A-34", "a Read can wait for news", waiting},
    {"A-34.news", "every kind of news ends a wait", other_news},
    {"A-34.given", "who gives up while it waits is not served", given_up_meanwhile},
    {"A-34.after", "a Read with after hears of a claim", claims_with_after},
    {"A-34.known", "what a reader knows is not given again", nothing_new},
    {"A-34.others", "only the two may wait", strangers_wait_not},
};

}  // namespace

Checks waiting_checks() {
  return kChecks;
}

}  // namespace keyferry::conformance
