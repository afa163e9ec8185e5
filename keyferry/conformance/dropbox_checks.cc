// Draft R (section 3): a plain place for octets under /t/, with an address for each message.
// Whoever knows an address may do everything there, so there are no claims and no request ids.
#include <thread>

#include "keyferry/base/base64.h"
#include "keyferry/conformance/check.h"
#include "keyferry/conformance/device.h"
#include "keyferry/conformance/race.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kLocation = 32;  // octets, B-01
constexpr std::size_t kMessage = 200;  // octets, for checks that do not care
constexpr std::size_t kOverAnyCap = 512 * 1024;
constexpr int kWriters = 32;
const char* const kOctets = "application/octet-stream";

std::string octets(std::size_t size) {
  const Bytes drawn = digest::random_bytes(size);
  return std::string(text_of(drawn));
}

std::string new_path() {
  return "/t/" + encode_base64url(digest::random_bytes(kLocation));
}

Call drop_call(std::string method, const std::string& path) {
  Call call;
  call.method = std::move(method);
  call.path = path;
  return call;
}

Call put(const std::string& path, std::string message) {
  Call call = drop_call("PUT", path);
  call.body = std::move(message);
  call.content_type = kOctets;
  return call;
}

Call fetch(const std::string& path) {
  return drop_call("GET", path);
}

Call erase(const std::string& path) {
  return drop_call("DELETE", path);
}

// dropped puts a message at a new address and returns that.
Result<std::string> dropped(Subject& relay, const std::string& message) {
  const std::string path = new_path();
  KF_TRY(answered(relay, put(path, message), 201, "a PUT at a free address"));
  return path;
}

Result<Done> must_lie(Subject& relay, const std::string& path, const std::string& message,
                      std::string_view what) {
  KF_TRY(const Answer got, answered(relay, fetch(path), 200, what));
  return must(got.body == message, std::string(what) + " gave other octets than were put there");
}

Result<Finding> first_stays(Subject& relay) {
  Notes notes;
  const std::string message = octets(kMessage);
  KF_TRY(const std::string path, dropped(relay, message));
  Call second = put(path, octets(kMessage));
  for (const bool said : {false, true}) {
    if (said) second.more.add("If-None-Match", "*");
    KF_TRY(const Answer clash, relay.send(second));
    KF_TRY(must_be(clash, {412}, {409}, "a PUT at a taken address", notes));
  }
  KF_TRY(must_lie(relay, path, message, "a GET after a second PUT"));
  return notes.finding("201 at a free address, 412 at a taken one, and the first stays");
}

Result<Finding> same_again(Subject& relay) {
  Notes notes;
  const std::string message = octets(kMessage);
  KF_TRY(const std::string path, dropped(relay, message));
  KF_TRY(const Answer again, relay.send(put(path, message)));
  KF_TRY(must_be(again, {201}, {200, 204, 409, 412}, "the same PUT again", notes));
  KF_TRY(must_lie(relay, path, message, "a GET after the same PUT again"));
  return notes.finding("201 again, so a lost answer can be retried");
}

Result<Finding> one_writer(Subject& relay) {
  const std::string path = new_path();
  std::vector<Call> calls;
  for (int i = 0; i < kWriters; ++i) calls.push_back(put(path, octets(kMessage)));
  KF_TRY(const std::string other, dropped(relay, octets(kMessage)));
  int written = 0;
  for (auto& result : race(relay, calls, fetch(other))) {
    KF_TRY(const Answer answer, std::move(result));
    KF_TRY(must(answer.status == 201 || answer.status == 412 || answer.status == 409,
                "one of 32 PUTs at once answered " + answer.said()));
    if (answer.status == 201) ++written;
  }
  KF_TRY(must(written == 1, std::to_string(written) + " of 32 different PUTs at once got 201"));
  KF_TRY(const Answer got, answered(relay, fetch(path), 200, "a GET after 32 PUTs at once"));
  for (const Call& call : calls) {
    if (call.body == got.body) return pass("one of 32 PUTs at once got 201, the others a clash");
  }
  return broken("32 PUTs at once left octets that none of them sent");
}

Result<Finding> deleted(Subject& relay) {
  Notes notes;
  KF_TRY(const std::string path, dropped(relay, octets(kMessage)));
  KF_TRY(const Answer gone, relay.send(erase(path)));
  KF_TRY(must_be(gone, {204}, {200, 202}, "a DELETE", notes));
  KF_TRY(const Answer got, relay.send(fetch(path)));
  KF_TRY(must_be(got, {404}, {410}, "a GET after the DELETE", notes));
  KF_TRY(const Answer again, relay.send(erase(path)));
  KF_TRY(must_be(again, {404}, {200, 204, 410}, "a repeated DELETE", notes));
  KF_TRY(const Answer never, relay.send(erase(new_path())));
  KF_TRY(must_be(never, {404}, {200, 204}, "a DELETE where nothing was", notes));
  return notes.finding("gone after the first, 404 to a repeat and where nothing was");
}

Result<Finding> gone_is_unknown(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, octets(kMessage)));
  KF_TRY(succeeded(relay, erase(path), "DELETE"));
  KF_TRY(const Answer one, relay.send(fetch(path)));
  KF_TRY(const Answer other, relay.send(fetch(new_path())));
  KF_TRY(must(other.status == 404, "a GET where nothing was answered " + other.said()));
  if (one.status == 404 && one.body == other.body) return pass("one and the same 404");
  return allowed("a GET tells what was deleted (" + one.said() + ") from what never was");
}

Result<Finding> media_type(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, octets(kMessage)));
  KF_TRY(const Answer got, answered(relay, fetch(path), 200, "GET"));
  return got.media_type() == kOctets ? pass(kOctets)
                                     : broken("a GET came as \"" + got.media_type() + "\"");
}

Result<Finding> other_types(Subject& relay) {
  Notes notes;
  Call call = put(new_path(), octets(kMessage));
  call.content_type = "text/html";
  KF_TRY(const Answer answer, relay.send(call));
  KF_TRY(must_be(answer, {415}, {201, 400}, "a PUT of type text/html", notes));
  return notes.finding("text/html gets 415");
}

Result<Finding> reading_leaves_it(Subject& relay) {
  const std::string message = octets(kMessage);
  KF_TRY(const std::string path, dropped(relay, message));
  for (int i = 0; i < 3; ++i) {
    KF_TRY(must_lie(relay, path, message, "a repeated GET"));
  }
  KF_TRY(const Answer head, relay.send(drop_call("HEAD", path)));
  KF_TRY(must(head.status < 500, "HEAD answered " + head.said()));
  KF_TRY(must_lie(relay, path, message, "a GET after HEAD"));
  return pass("a GET consumes nothing; only DELETE ends a message");
}

Result<Finding> opaque(Subject& relay) {
  for (const std::size_t size : {64U, 65U, 1000U, 40000U}) {
    const std::string message = octets(size);
    KF_TRY(const std::string path, dropped(relay, message));
    KF_TRY(must_lie(relay, path, message, "a GET of " + std::to_string(size) + " octets"));
  }
  return pass("random octets of four lengths come back unchanged");
}

// What could list the addresses must not show one that is taken.
Result<Finding> no_listing(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, octets(kMessage)));
  const std::string name = path.substr(3);
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PROPFIND", "SEARCH", "REPORT"}) {
    for (const char* folder : {"/t/", "/t"}) {
      Call call = drop_call(method, folder);
      call.more.add("Depth", "1");
      KF_TRY(const Answer answer, relay.send(call));
      KF_TRY(must(answer.status != 207 && answer.body.find(name) == answer.body.npos,
                  std::string(method) + " " + folder + " lists addresses"));
    }
  }
  KF_TRY(const Answer properties, relay.send(drop_call("PROPFIND", path)));
  KF_TRY(must(!properties.success(), "PROPFIND of an address answered " + properties.said()));
  return pass("neither GET nor PROPFIND and their like list addresses");
}

Result<Finding> form_of_addresses(Subject& relay) {
  Notes notes;
  KF_TRY(const std::string good, dropped(relay, octets(kMessage)));
  for (const std::string& path : {good.substr(0, good.size() - 1), good + "A", good + "=",
                                  good + "/x", std::string("/t/x")}) {
    KF_TRY(const Answer answer, relay.send(put(path, octets(kMessage))));
    KF_TRY(must_be(answer, {404}, {201, 400, 403, 405, 409, 414},
                   "a PUT at what is no address of 32 octets", notes));
  }
  return notes.finding("only 32 octets in base64url are an address; all else is 404");
}

Result<Finding> size_cap(Subject& relay) {
  const auto answer = relay.send(put(new_path(), octets(kOverAnyCap)));
  if (!answer && answer.error().code == Errc::network) {
    return allowed("the connection was closed on 512 KiB, without a 413");
  }
  if (!answer) return answer.error();
  if (answer->success()) return info("512 KiB were taken: the cap is higher, or there is none");
  KF_TRY(must(answer->status < 500, "512 KiB were answered with " + answer->said()));
  return answer->status == 413 ? pass("512 KiB get 413")
                               : allowed("512 KiB get " + answer->said() + ", not 413");
}

Call waiting_fetch(const std::string& path, int seconds) {
  Call call = fetch(path);
  call.more.add("Prefer", "wait=" + std::to_string(seconds));
  return call;
}

Result<Finding> waiting(Subject& relay) {
  const auto asked = steady_clock::now();
  KF_TRY(const Answer quiet, relay.send(waiting_fetch(new_path(), 1)));
  KF_TRY(must(quiet.status == 404, "a waiting GET of nothing answered " + quiet.said()));
  if (steady_clock::now() - asked < 700ms) return skip("this server does not wait (Prefer: wait)");
  const std::string path = new_path(), message = octets(kMessage);
  Result<Answer> news(fail(Errc::network, "not sent"));
  const auto began = steady_clock::now();
  std::jthread reader([&] {
    net::HttpClient client = relay.new_client();
    news = relay.send(waiting_fetch(path, 10), client);
  });
  std::this_thread::sleep_for(
      200ms);  // so that the reader waits; if it does not yet, it is no fault
  const auto written = answered(relay, put(path, message), 201, "PUT");
  reader.join();
  if (!written) return written.error();
  KF_TRY(const Answer told, std::move(news));
  KF_TRY(must(told.status == 200 && told.body == message,
              "a waiting GET answered " + told.said() + " to a PUT, not with its octets"));
  KF_TRY(must(steady_clock::now() - began < 8s, "a waiting GET slept through a PUT"));
  return pass("a waiting GET hears a PUT at once, and ends by itself");
}

Result<Finding> no_cookies(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, octets(kMessage)));
  for (const Call& call : {fetch(path), erase(path), fetch(path)}) {
    KF_TRY(relay.send(call));
  }
  const auto cookie = relay.cookie();
  KF_TRY(must(!cookie, "an answer to " + cookie.value_or("") + " sets a cookie"));
  return pass("no answer of this run set a cookie");
}

constexpr Check kChecks[] = {
    {"B-01", "an address is 32 octets in base64url", form_of_addresses},
    {"B-06", "the first message at an address stays", first_stays},
    {"B-06.again", "the same PUT again is no clash", same_again},
    {"B-06.race", "of PUTs at once one is taken", one_writer},
    {"B-07", "DELETE ends a message, once", deleted},
    {"B-07.same", "deleted and unknown look the same", gone_is_unknown},
    {"B-08", "octets come as application/octet-stream", media_type},
    {"B-08.refused", "octets of another type are refused", other_types},
    {"B-09.size", "a message over the cap gets 413", size_cap},
    {"B-09.wait", "a GET can wait for a message", waiting},
    {"B-12", "a GET consumes nothing", reading_leaves_it},
    {"DRR-06", "no cookies", no_cookies},
    {"DRR-07", "addresses cannot be listed", no_listing},
    {"REL-07.drop", "data that cannot be deciphered is kept unchanged", opaque},
};

}  // namespace

Call sample_drop() {
  return put(new_path(), octets(kMessage));
}

std::vector<Check> dropbox_checks() {
  std::vector<Check> all(std::begin(kChecks), std::end(kChecks));
  for (const Check& check : transport_checks()) {
    if (check.id == "TRN-07") all.push_back(check);
  }
  return all;
}

}  // namespace keyferry::conformance
