// One call on its way through an endpoint.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "keyferry/base/result.h"
#include "keyferry/http/http.h"
#include "keyferry/relay/hashes.h"
#include "keyferry/relay/metrics.h"
#include "keyferry/relay/relay.h"

namespace keyferry::relay {

struct Call {
  Relay& relay;
  http::Request request;
  http::Reply reply;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<RateLimits> limits;
  CallKind kind = CallKind::other;
  std::string source{};                     // for rate limits only
  bool miss_counted = false;                // refuse does not count it a second time
  std::optional<std::string> request_id{};  // echoed in the answer (IDM-01)
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};
using CallPtr = std::shared_ptr<Call>;

// Caller is who asks and under which request id.
struct Caller {
  DeviceClaim claim;
  std::string request_id;  // empty where none is required
};

// parse_caller reads both headers. Errors: invalid (`request_id`) if it is required and missing;
// unauthorized (`device_claim`). The request id comes first.
Result<Caller> parse_caller(const Call& call, bool needs_request_id);

// admit_creator tells whether the operator lets this caller make mailboxes and drops; if not it
// has answered the call (`create_token`).
bool admit_creator(const Call& call);

// admit_create counts one that is made; beyond the limit of its source it has answered 429.
bool admit_create(const Call& call);

// What a mailbox or drop takes on the disk beside its message, and what the messages of a queue
// usually come to: both count when it is made.
inline constexpr std::size_t kCellCost = 4096;
inline constexpr std::size_t kQueueCost = 16'384;

// admit_octets counts what a call brings to be stored until `deadline`. Something new is refused
// beyond the limit of its source: then it has answered 429. A message into a mailbox that is there
// counts, and never is refused: a transfer that began goes on.
bool admit_octets(const Call& call, std::size_t octets, Time deadline, Time now);

// answer sends `response` with the echo, CORS and metrics. Once per call, from any thread.
void answer(const Call& call, http::Response response);

// refuse sends `error` as a problem document. Misses (404) and wrong proofs count against the
// source; beyond its limit they become 429 with Retry-After.
void refuse(const Call& call, const Error& error);

// refuse_too_many sends 429 with Retry-After.
void refuse_too_many(const Call& call, Duration wait);

}  // namespace keyferry::relay
