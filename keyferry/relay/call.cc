// Every answer leaves by answer(), so echo, CORS and metrics stand in one place; a token is
// compared by its hash, in constant time, with every one that is known.
#include "keyferry/relay/call.h"

#include <algorithm>
#include <chrono>

#include "keyferry/digest/hash.h"
#include "keyferry/http/problem.h"
#include "keyferry/relay/headers.h"

namespace keyferry::relay {
namespace {

constexpr std::string_view kChallenge = "Mailbox-Device-Claim";

bool is_miss(const Error& error) {
  return error.code == Errc::not_found || error.reason == "claim_proof";
}

// Whether the operator's rule lets this caller make anything.
bool has_token(const Call& call) {
  if (!call.settings->create_needs_token) return true;
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = call.request.headers.find("Authorization").value_or("");
  if (!value.starts_with(kScheme)) return false;
  const auto hash = digest::sha256(bytes_of(value.substr(kScheme.size())));
  bool known = false;
  for (const auto& token : call.settings->token_hashes) {
    known |= equal_constant_time(token, hash);
  }
  return known;
}

}  // namespace

Result<Caller> parse_caller(const Call& call, bool needs_request_id) {
  if (needs_request_id && !call.request_id) {
    return fail(Errc::invalid,
                "header Mailbox-Request-ID is missing: send a new UUID, and the "
                "same one when trying again",
                "request_id");
  }
  KF_TRY(const DeviceClaim claim, parse_device_claim(call.request.headers));
  return Caller{claim, call.request_id.value_or("")};
}

bool admit_creator(const Call& call) {
  if (has_token(call)) return true;
  const Error error = fail(Errc::unauthorized,
                           "this relay makes mailboxes only for those who send its token as "
                           "Authorization: Bearer",
                           "create_token");
  call.relay.metrics.count_refusal(error.reason);
  answer(call, http::problem(error, "Bearer"));
  return false;
}

bool admit_create(const Call& call) {
  const auto wait = call.limits->creates.take(call.source, call.relay.clock.now());
  if (wait) refuse_too_many(call, *wait);
  return !wait;
}

//= spec:tigress#TML-9
bool admit_octets(const Call& call, std::size_t octets, Time deadline, Time now) {
  constexpr std::chrono::duration<double, std::ratio<86400>> day(1);
  const double days = std::max((deadline - now) / day, 1.0);
  const double weight = static_cast<double>(octets) * days;
  auto& limit = call.limits->octets;
  if (call.kind != CallKind::create && call.kind != CallKind::drop_put) {
    limit.count(call.source, now, weight);
    return true;
  }
  const auto wait = limit.take(call.source, now, weight);
  if (wait) refuse_too_many(call, *wait);
  return !wait;
}

//= spec:tigress#IDM-01
void answer(const Call& call, http::Response response) {
  if (call.request_id) response.headers.set(std::string(kRequestIdHeader), *call.request_id);
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Access-Control-Expose-Headers",
                       "etag, mailbox-request-id, retry-after, keyferry-push-supported");
  call.relay.metrics.count(call.kind, response.status,
                           std::chrono::steady_clock::now() - call.begun);
  call.reply(std::move(response));
}

//= spec:tigress#A-13
//= spec:tigress#A-48
void refuse(const Call& call, const Error& error) {
  if (is_miss(error) && !call.miss_counted) {
    const auto wait = call.limits->misses.take(call.source, call.relay.clock.now());
    if (wait) return refuse_too_many(call, *wait);
  }
  if (error.code == Errc::io || error.code == Errc::storage_full) call.relay.note_failure(error);
  call.relay.metrics.count_refusal(reason_of(error));
  answer(call, http::problem(error, kChallenge));
}

void refuse_too_many(const Call& call, Duration wait) {
  call.relay.metrics.count_refusal("too_many");
  answer(call, http::too_many(wait));
}

}  // namespace keyferry::relay
