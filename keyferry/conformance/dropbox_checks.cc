// Draft R (section 3): a plain place for octets under /t/, with an address for each message.
// Whoever knows an address may do everything there, so there are no claims and no request ids.
#include <thread>

#include "keyferry/conformance/check.h"
#include "keyferry/conformance/drop.h"
#include "keyferry/conformance/race.h"

namespace keyferry::conformance {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kOverAnyCap = 512 * 1024;
constexpr int kWriters = 32;

Result<Finding> first_stays(Subject& relay) {
  Notes notes;
  KF_TRY(const Lying lying, Lying::put_down(relay));
  Call second = put(lying.path(), random_octets());
  for (const bool said : {false, true}) {
    if (said) second.more.add("If-None-Match", "*");
    KF_TRY(const Answer clash, relay.send(second));
    KF_TRY(must_be(clash, {412}, {409}, "a PUT at a taken address", notes));
    KF_TRY(lying.stays("a second PUT"));
  }
  KF_TRY(const Answer shorter, relay.send(put(lying.path(), lying.message().substr(0, 60))));
  KF_TRY(must_be(shorter, {412}, {409}, "a PUT of the first octets alone", notes));
  KF_TRY(lying.stays("a PUT of its first octets"));
  return notes.finding("201 at a free address, 412 at a taken one, and the first stays");
}

Result<Finding> same_again(Subject& relay) {
  Notes notes;
  KF_TRY(const Lying lying, Lying::put_down(relay));
  KF_TRY(const Answer again, relay.send(put(lying.path(), lying.message())));
  KF_TRY(must_be(again, {201}, {200, 204, 409, 412}, "the same PUT again", notes));
  KF_TRY(lying.stays("the same PUT again"));
  return notes.finding("201 again, so a lost answer can be retried");
}

Result<Finding> one_writer(Subject& relay) {
  const std::string path = new_path();
  std::vector<Call> calls;
  for (int i = 0; i < kWriters; ++i) calls.push_back(put(path, random_octets()));
  KF_TRY(const std::string other, dropped(relay, random_octets()));
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
  KF_TRY(const std::string path, dropped(relay, random_octets()));
  KF_TRY(const Answer gone, relay.send(erase(path)));
  KF_TRY(must_be(gone, {204}, {200, 202}, "a DELETE", notes));
  KF_TRY(const Answer got, relay.send(fetch(path)));
  KF_TRY(must_be(got, {404}, {410}, "a GET after the DELETE", notes));
  KF_TRY(const Answer again, relay.send(erase(path)));
  KF_TRY(must_be(again, {404}, {200, 204, 410}, "a repeated DELETE", notes));
  KF_TRY(const Answer never, relay.send(erase(new_path())));
  KF_TRY(must_be(never, {404}, {200, 204}, "a DELETE where nothing was", notes));
  // A late retry of the PUT may fill the address again; it must get what it sends.
  const std::string late = random_octets();
  KF_TRY(const Answer filled, relay.send(put(path, late)));
  KF_TRY(must_be(filled, {201}, {409, 410, 412}, "a PUT after the DELETE", notes));
  if (filled.success()) {
    KF_TRY(must_lie(relay, path, late, "a GET after a PUT after the DELETE"));
  }
  return notes.finding("gone after the first, 404 to a repeat and where nothing was");
}

Result<Finding> gone_is_unknown(Subject& relay) {
  Notes notes;
  std::vector<Call> gone, never;
  for (int i = 0; i < 2; ++i) {
    KF_TRY(const std::string path, dropped(relay, random_octets()));
    KF_TRY(succeeded(relay, erase(path), "DELETE"));
    const std::string other = new_path();
    for (const char* method : {"GET", "HEAD", "DELETE"}) {
      gone.push_back(drop_call(method, path));
      never.push_back(drop_call(method, other));
    }
  }
  KF_TRY(const Groups answers, ask_in_turns(relay, gone, never));
  for (std::size_t i = 0; i < 3; ++i) {
    KF_TRY(must(gone[i].method != "GET" || answers.others[i].status == 404,
                "a GET where nothing was answered " + answers.others[i].said()));
    KF_TRY(must_look_alike({answers.ones[i], answers.ones[i + 3]},
                           {answers.others[i], answers.others[i + 3]},
                           gone[i].method + " of what was deleted and of what never was", notes));
  }
  return notes.finding("one and the same 404");
}

Result<Finding> media_type(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, random_octets()));
  KF_TRY(const Answer got, answered(relay, fetch(path), 200, "GET"));
  return got.media_type() == kOctets ? pass(kOctets)
                                     : broken("a GET came as \"" + got.media_type() + "\"");
}

Result<Finding> other_types(Subject& relay) {
  Notes notes;
  KF_TRY(const Lying lying, Lying::put_down(relay));
  const std::string free = new_path();
  for (const std::string& path : {free, lying.path()}) {
    Call call = put(path, random_octets());
    call.content_type = "text/html";
    KF_TRY(const Answer answer, relay.send(call));
    KF_TRY(must_be(answer, {415}, {201, 400, 409, 412}, "a PUT of type text/html", notes));
    if (path == free && !answer.success()) {
      KF_TRY(answered(relay, fetch(free), 404, "a GET after a PUT that was refused"));
    }
  }
  KF_TRY(lying.stays("a PUT of another type"));
  return notes.finding("text/html gets 415, and nothing is put down");
}

Result<Finding> reading_leaves_it(Subject& relay) {
  KF_TRY(const Lying lying, Lying::put_down(relay));
  for (int i = 0; i < 3; ++i) {
    KF_TRY(must_lie(relay, lying.path(), lying.message(), "a repeated GET"));
  }
  for (const char* method : {"HEAD", "OPTIONS", "PROPFIND", "POST", "PATCH"}) {
    KF_TRY(const Answer other, relay.send(drop_call(method, lying.path())));
    KF_TRY(must(other.status < 500, std::string(method) + " answered " + other.said()));
    KF_TRY(lying.stays(method));
  }
  return pass("a GET consumes nothing; only DELETE ends a message");
}

// Every address is one of its own, however near to another.
Result<Finding> others_are_left_alone(Subject& relay) {
  KF_TRY(const Lying lying, Lying::put_down(relay));
  std::vector<std::string> near;
  for (const std::size_t at : {3U, 20U, 44U}) {
    std::string path = lying.path();
    const char c = path[at];
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    path[at] = letter ? static_cast<char>(c ^ 0x20) : c == '7' ? '8' : '7';
    near.push_back(path);
  }
  for (const std::string& path : near) {
    const std::string message = random_octets();
    KF_TRY(answered(relay, put(path, message), 201, "a PUT at an address that is nearly another"));
    KF_TRY(lying.stays("a PUT at an address that is nearly the same"));
    KF_TRY(must_lie(relay, path, message, "a GET"));
    KF_TRY(succeeded(relay, erase(path), "DELETE"));
    KF_TRY(lying.stays("a DELETE at an address that is nearly the same"));
  }
  return pass("PUT and DELETE touch one address, in the case in which it is written");
}

Result<Finding> kept(Subject& relay) {
  KF_TRY(const Lying lying, Lying::put_down(relay));
  for (int i = 0; i < kWriters; ++i) {
    KF_TRY(dropped(relay, random_octets()));
  }
  KF_TRY(lying.stays("32 further PUTs"));
  return pass("a message stays while others come");
}

Result<Finding> opaque(Subject& relay) {
  Notes notes;
  for (const std::size_t size : {39U, 64U, 65U, 1000U, 16384U, 40000U, 65535U, 65536U}) {
    const std::string path = new_path(), message = random_octets(size);
    KF_TRY(const Answer answer, relay.send(put(path, message)));
    const std::string what = std::to_string(size) + " octets";
    if (answer.status == 400 || answer.status == 413) {
      notes.add(what + " are refused: " + answer.said());
      continue;
    }
    KF_TRY(must(answer.status == 201, "a PUT of " + what + " answered " + answer.said()));
    KF_TRY(must_lie(relay, path, message, "a GET of " + what));
  }
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  for (const std::string& message : {all, std::string(100, '\0'), std::string(100, '\xff'),
                                     "\r\n--" + all + "\r\n", std::string(100, '\n')}) {
    KF_TRY(const std::string path, dropped(relay, message));
    KF_TRY(must_lie(relay, path, message, "a GET of every octet"));
  }
  return notes.finding("octets of eight lengths up to 65536 come back unchanged");
}

// What could list the addresses must not show one that is taken.
Result<Finding> no_listing(Subject& relay) {
  KF_TRY(const std::string path, dropped(relay, random_octets()));
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
  KF_TRY(const std::string good, dropped(relay, random_octets()));
  for (const std::string& path : {good.substr(0, good.size() - 1), good + "A", good + "=",
                                  good + "/x", std::string("/t/x")}) {
    KF_TRY(const Answer answer, relay.send(put(path, random_octets())));
    KF_TRY(must_be(answer, {404}, {201, 400, 403, 405, 409, 414},
                   "a PUT at what is no address of 32 octets", notes));
  }
  return notes.finding("only 32 octets in base64url are an address; all else is 404");
}

Result<Finding> size_cap(Subject& relay) {
  const std::string path = new_path();
  const auto answer = relay.send(put(path, random_octets(kOverAnyCap)));
  if (!answer && answer.error().code == Errc::network) {
    return allowed("the connection was closed on 512 KiB, without a 413");
  }
  if (!answer) return answer.error();
  if (answer->success()) return info("512 KiB were taken: the cap is higher, or there is none");
  KF_TRY(must(answer->status < 500, "512 KiB were answered with " + answer->said()));
  KF_TRY(answered(relay, fetch(path), 404, "a GET after 512 KiB that were refused"));
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
  const std::string path = new_path(), message = random_octets();
  Result<Answer> news(fail(Errc::network, "not sent"));
  const auto began = steady_clock::now();
  std::jthread reader([&] {
    http::HttpClient client = relay.new_client();
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
  KF_TRY(const std::string path, dropped(relay, random_octets()));
  for (const Call& call : {fetch(path), erase(path), fetch(path)}) {
    KF_TRY(relay.send(call));
  }
  const auto cookie = relay.watch().cookie();
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
    {"B-12.kept", "a message stays while others come", kept},
    {"B-01.others", "PUT and DELETE touch one address", others_are_left_alone},
    {"DRR-06", "no cookies", no_cookies},
    {"DRR-07", "addresses cannot be listed", no_listing},
    {"REL-07.drop", "data that cannot be deciphered is kept unchanged", opaque},
};

}  // namespace

Call sample_drop() {
  return put(new_path(), random_octets());
}

std::vector<Check> dropbox_checks() {
  std::vector<Check> all(std::begin(kChecks), std::end(kChecks));
  for (const Check& check : transport_checks()) {
    if (check.id == "TRN-07") all.push_back(check);
  }
  return all;
}

}  // namespace keyferry::conformance
