#include "keyferry/conformance/subject.h"

#include <algorithm>

#include "keyferry/base/uuid.h"
#include "keyferry/codec/http_date.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/random.h"

namespace keyferry::conformance {
namespace {

constexpr Duration kCallTimeout{15'000};
constexpr Duration kConnectTimeout{5'000};
constexpr Duration kClockTolerance{2'000};
constexpr std::chrono::seconds kCleaning{30};

net::ClientOptions client_options(const SubjectOptions& options) {
  net::ClientOptions out;
  out.ca_file = options.ca_file;
  out.check_certificate = !options.insecure;
  out.allow_local = true;
  out.connect_timeout = kConnectTimeout;
  out.timeout = kCallTimeout;
  out.user_agent = "keyferry-conformance";
  return out;
}

bool is_drop(const Call& call) {
  return call.method == "PUT" && call.path.starts_with("/t/");
}

}  // namespace

Subject::Subject(SubjectOptions options)
    : options_(std::move(options)), client_(client_options(options_)) {}

net::HttpClient Subject::new_client() const {
  return net::HttpClient(client_options(options_));
}

net::ProbeTarget Subject::probe_target() const {
  return {options_.url, kConnectTimeout};
}

Time Subject::now() const {
  return SystemClock().now() + clock_offset_;
}

Result<Done> Subject::reach() {
  net::ClientRequest request;
  request.url = options_.url + "/v1/m/" + encode_uuid(digest::random_uuid());
  KF_TRY(const net::Response response, client_.send(request));
  const auto date = codec::parse_http_date(response.headers.find("Date").value_or(""));
  if (date) {
    const Duration offset = *date - SystemClock().now();
    if (offset > kClockTolerance || offset < -kClockTolerance) clock_offset_ = offset;
  }
  return Done{};
}

net::ClientRequest Subject::request_of(const Call& call) const {
  net::ClientRequest request;
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

Result<Answer> Subject::send(const Call& call, net::HttpClient& client) {
  if (std::chrono::steady_clock::now() > end_) {
    return fail(Errc::too_many, "the time of the run is used up");
  }
  auto response = client.send(request_of(call));
  if (!response) return in_context(call.method + " " + call.path.substr(0, 5), response.error());
  Answer answer{response->status, std::move(response->headers), std::move(response->body)};
  note(call, answer);
  if (answer.status == 429 || answer.status == 503 || answer.status == 507) {
    return fail(Errc::too_many, "the relay does not answer now: " + answer.said());
  }
  return answer;
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
      call.request_id = encode_uuid(digest::random_uuid());
    }
    const auto gone = send(call);
    if (!gone || !(gone->success() || gone->status == 404)) ++remaining;
    if (!gone && gone.error().code == Errc::network) return left_.size();
  }
  return remaining;
}

}  // namespace keyferry::conformance
