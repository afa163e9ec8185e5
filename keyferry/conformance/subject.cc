// Every answer goes through note(), which remembers what has to be deleted and lets Watch see it,
// so no check can forget either.
#include "keyferry/conformance/subject.h"

#include <charconv>
#include <thread>

#include "keyferry/base/uuid.h"
#include "keyferry/codec/http_date.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

constexpr Duration kCallTimeout{15'000};
constexpr Duration kConnectTimeout{5'000};
constexpr Duration kClockTolerance{2'000};
// A call is sent once: a second one would be judged as a retry. So no connection is used that a
// proxy may be about to close.
constexpr Duration kMaxIdle{1'000};
constexpr std::chrono::seconds kCleaning{30};
constexpr std::chrono::seconds kLongestPause{60};

http::ClientOptions client_options(const SubjectOptions& options) {
  http::ClientOptions out;
  out.ca_file = options.ca_file;
  out.check_certificate = !options.insecure;
  out.allow_local = true;
  out.connect_timeout = kConnectTimeout;
  out.timeout = kCallTimeout;
  out.max_idle = kMaxIdle;
  out.user_agent = "keyferry-conformance";
  return out;
}

// pause_of is how long a refused caller is asked to wait, if that is not too long.
std::optional<std::chrono::seconds> pause_of(const Answer& answer) {
  const std::string_view text = answer.headers.find("Retry-After").value_or("");
  int seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  if (!whole || seconds < 1 || seconds > kLongestPause.count()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

bool is_drop(const Call& call) {
  return call.method == "PUT" && call.path.starts_with("/t/");
}

}  // namespace

Subject::Subject(SubjectOptions options)
    : options_(std::move(options)), client_(client_options(options_)) {}

http::HttpClient Subject::new_client() const {
  return http::HttpClient(client_options(options_));
}

http::ProbeTarget Subject::probe_target() const {
  return {options_.url, kConnectTimeout};
}

Time Subject::now() const {
  return SystemClock().now() + clock_offset_;
}

Result<Done> Subject::reach() {
  http::ClientRequest request;
  request.url = options_.url + "/v1/m/" + digest::random_id();
  KF_TRY(const http::Response response, client_.send(request));
  const auto date = codec::parse_http_date(response.headers.find("Date").value_or(""));
  if (date) {
    const Duration offset = *date - SystemClock().now();
    if (offset > kClockTolerance || offset < -kClockTolerance) clock_offset_ = offset;
  }
  return Done{};
}

http::ClientRequest Subject::request_of(const Call& call) const {
  http::ClientRequest request;
  request.method = call.method;
  request.url = options_.url + call.path;
  if (call.claim) request.headers.add("Mailbox-Device-Claim", *call.claim);
  if (call.request_id) request.headers.add("Mailbox-Request-ID", *call.request_id);
  if (call.body) {
    request.body = *call.body;
    if (!call.content_type.empty()) request.headers.add("Content-Type", call.content_type);
  }
  if ((is_create(call) || is_drop(call)) && options_.create_token) {
    request.headers.add("Authorization", "Bearer " + *options_.create_token);
  }
  for (const auto& [name, value] : call.more.entries()) request.headers.add(name, value);
  return request;
}

Result<Answer> Subject::send(const Call& call) {
  return send(call, client_);
}

// A relay that names the end of a pause ("Retry-After: 3") is asked again after it.
Result<Answer> Subject::send(const Call& call, http::HttpClient& client) {
  while (true) {
    const auto now = std::chrono::steady_clock::now();
    if (now > end_) return fail(Errc::too_many, "the time of the run is used up");
    auto response = client.send(request_of(call));
    if (!response) return in_context(call.method + " " + call.path.substr(0, 5), response.error());
    Answer answer{response->status, std::move(response->headers), std::move(response->body)};
    note(call, answer);
    if (answer.status != 429 && answer.status != 503 && answer.status != 507) return answer;
    const auto pause = pause_of(answer);
    if (!pause || now + *pause > end_) {
      return fail(Errc::too_many, "the relay does not answer now: " + answer.said());
    }
    std::this_thread::sleep_for(*pause);
  }
}

void Subject::note(const Call& call, const Answer& answer) {
  const std::scoped_lock lock(mutex_);
  watch_.see(call, answer);
  if (!answer.success()) return;
  if (is_create(call)) {
    const auto made = codec::parse_json_object(answer.body);
    const auto link = made ? codec::text_member(*made, "urlLink") : Result<std::string>("");
    if (!link || id_of(*link).empty()) return;
    const std::string path = "/v1/m/" + id_of(*link);
    if (made_.insert(path).second) left_[path] = call.claim.value_or("");
  } else if (is_drop(call)) {
    left_[call.path] = "";
  } else if (call.method == "DELETE") {
    left_.erase(call.path);
  }
}

Watch Subject::watch() const {
  const std::scoped_lock lock(mutex_);
  return watch_;
}

void Subject::forget(const Box& box) {
  const std::scoped_lock lock(mutex_);
  left_.erase(box.path);
}

std::size_t Subject::clean_up() {
  const auto left = left_;
  end_at(std::chrono::steady_clock::now() + kCleaning);
  std::size_t remaining = 0;
  for (const auto& [path, claim] : left) {
    Call call;
    call.method = "DELETE";
    call.path = path;
    if (!claim.empty()) {
      call.claim = claim;
      call.request_id = digest::random_id();
    }
    const auto gone = send(call);
    if (!gone || !(gone->success() || gone->status == 404)) ++remaining;
    if (!gone && gone.error().code == Errc::network) return left_.size();
  }
  return remaining;
}

}  // namespace keyferry::conformance
