// What was put down is read twice at once: what differs between the two changes by itself, and is
// no one's doing.
#include "keyferry/conformance/drop.h"

#include <thread>

#include "keyferry/base/base64.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

constexpr std::size_t kLocation = 32;  // octets, B-01
constexpr std::chrono::milliseconds kPause{1100};

}  // namespace

std::string random_octets(std::size_t size) {
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

Result<Lying> Lying::put_down(Subject& relay) {
  Lying out(relay);
  out.message_ = random_octets();
  KF_TRY(out.path_, dropped(relay, out.message_));
  KF_TRY(must_lie(relay, out.path_, out.message_, "a GET"));
  KF_TRY(out.seen_, out.look());
  return out;
}

Result<std::vector<Answer>> Lying::look() const {
  std::vector<Answer> out;
  for (int i = 0; i < 2; ++i) {
    KF_TRY(Answer got, answered(*relay_, fetch(path_), 200, "a repeated GET"));
    out.push_back(std::move(got));
  }
  return out;
}

Result<Done> Lying::stays(const std::string& after) const {
  KF_TRY(must_lie(*relay_, path_, message_, "a GET after " + after));
  KF_TRY(const auto now, look());
  const auto told = telling(seen_, now);
  if (!told) return Done{};
  std::this_thread::sleep_for(kPause);
  KF_TRY(const auto later, look());
  return must(telling(now, later) == told, "after " + after + " a GET differs in " + *told);
}

}  // namespace keyferry::conformance
