// From a request to its endpoint: path, method, and what all calls have in common.
#include "keyferry/relay/relay.h"

#include <algorithm>

#include "keyferry/http/problem.h"
#include "keyferry/process/log.h"
#include "keyferry/relay/call.h"
#include "keyferry/relay/embedded.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/headers.h"
#include "keyferry/relay/pictures.h"

namespace keyferry::relay {
namespace {

constexpr std::string_view kMailboxes = "/v1/m";
constexpr std::string_view kMailbox = "/v1/m/";
constexpr std::string_view kDropbox = "/t/";
constexpr std::string_view kPictures = "/v1/pictures/";
constexpr std::string_view kOpenApi = "/v1/openapi.yaml";
constexpr std::size_t kUuidLength = 36;

Error no_such_path() {
  return fail(Errc::not_found, "no such path");
}

CallKind kind_of_drop(std::string_view method) {
  if (method == "PUT") return CallKind::drop_put;
  if (method == "DELETE") return CallKind::drop_delete;
  if (method == "GET" || method == "HEAD") return CallKind::drop_get;
  return CallKind::other;
}

CallKind kind_of(std::string_view method, std::string_view path) {
  if (path.starts_with(kDropbox)) return kind_of_drop(method);
  if (!path.starts_with(kMailboxes)) return CallKind::other;
  if (path == kMailboxes) return method == "POST" ? CallKind::create : CallKind::other;
  if (method == "POST") return CallKind::read;
  if (method == "PUT") return CallKind::update;
  if (method == "DELETE") return CallKind::remove;
  if (method == "PATCH") return CallKind::relinquish;
  if (method == "GET" || method == "HEAD") return CallKind::preview;
  return CallKind::other;
}

void answer_preflight(const Call& call, std::string_view methods) {
  http::Response response;
  response.status = 204;
  response.headers.set("Access-Control-Allow-Methods", std::string(methods));
  response.headers.set("Access-Control-Allow-Headers",
                       "content-type, if-match, if-none-match, prefer, authorization, "
                       "mailbox-request-id, mailbox-device-claim, mailbox-claim-key, "
                       "keyferry-push-token");
  response.headers.set("Access-Control-Max-Age", "86400");
  answer(call, std::move(response));
}

void refuse_method(const Call& call, std::string_view methods) {
  auto response = http::status_problem(405, "method", "this path does not take that method");
  response.headers.set("Allow", std::string(methods));
  call.relay.metrics.count_refusal("method");
  answer(call, std::move(response));
}

void serve_mailbox(const CallPtr& call, const MailboxId& id) {
  constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS";
  switch (call->kind) {
    case CallKind::read:
      return read_mailbox(call, id);
    case CallKind::update:
      return update_mailbox(call, id);
    case CallKind::remove:
      return delete_mailbox(call, id);
    case CallKind::relinquish:
      return relinquish_mailbox(call, id);
    case CallKind::preview:
      return preview_mailbox(call, id);
    default:
      break;
  }
  if (call->request.method == "OPTIONS") return answer_preflight(*call, kMethods);
  refuse_method(*call, kMethods);
}

void serve_drop(const CallPtr& call, const dropbox::Location& location) {
  constexpr std::string_view kMethods = "GET, HEAD, PUT, DELETE, OPTIONS";
  switch (call->kind) {
    case CallKind::drop_put:
      return put_drop(call, location);
    case CallKind::drop_get:
      return get_drop(call, location);
    case CallKind::drop_delete:
      return delete_drop(call, location);
    default:
      break;
  }
  if (call->request.method == "OPTIONS") return answer_preflight(*call, kMethods);
  refuse_method(*call, kMethods);
}

// The path without a location is the page behind the link, for people.
void route_dropbox(const CallPtr& call, std::string_view location_text) {
  if (location_text.empty()) {
    const bool reads = call->kind == CallKind::drop_get;
    return reads ? preview_dropbox(call) : refuse_method(*call, "GET, HEAD");
  }
  const auto location = dropbox::parse_location(location_text);
  if (!location) return refuse(*call, location.error());
  serve_drop(call, *location);
}

void serve_mailboxes(const CallPtr& call) {
  constexpr std::string_view kMethods = "POST, OPTIONS";
  if (call->kind == CallKind::create) return create_mailbox(call);
  if (call->request.method == "OPTIONS") return answer_preflight(*call, kMethods);
  refuse_method(*call, kMethods);
}

// Documents and pictures never change while the program runs.
void serve_file(const CallPtr& call, std::string_view content, std::string content_type) {
  constexpr std::string_view kMethods = "GET, HEAD";
  if (call->request.method != "GET" && call->request.method != "HEAD") {
    return refuse_method(*call, kMethods);
  }
  auto response = http::text_response(200, std::string(content), std::move(content_type));
  response.headers.set("Cache-Control", "public, max-age=86400");
  response.headers.set("X-Content-Type-Options", "nosniff");
  answer(*call, std::move(response));
}

// A proxy may or may not cut off the base path of [public] url.
std::string_view without_base(std::string_view path, std::string_view base) {
  if (!base.empty() && path.starts_with(base)) path.remove_prefix(base.size());
  return path;
}

//= spec:tigress#A-31
//= spec:tigress#FMT-07
void route_mailbox(const CallPtr& call, std::string_view id_text) {
  // Only the text of an id goes any further: a longer path may hold somebody's secret behind a %23.
  const auto id =
      id_text.size() == kUuidLength ? parse_uuid(id_text) : Result<UuidOctets>(no_such_path());
  if (!id) {
    const Error error = mailbox::unknown_mailbox();
    return call->kind == CallKind::preview ? preview_missing(call, error) : refuse(*call, error);
  }
  serve_mailbox(call, MailboxId{*id});
}

//= spec:tigress#TRN-05
//= spec:tigress#TRN-06
//= spec:tigress#DRR-07
void route(const CallPtr& call, std::string_view path) {
  if (path == kMailboxes) return serve_mailboxes(call);
  if (path.starts_with(kMailbox)) return route_mailbox(call, path.substr(kMailbox.size()));
  if (path.starts_with(kDropbox)) return route_dropbox(call, path.substr(kDropbox.size()));
  if (path == "/" || path.empty()) return preview_home(call, no_such_path());
  if (path == kOpenApi) return serve_file(call, embedded::openapi_yaml(), "application/yaml");
  if (path.starts_with(kPictures)) {
    const auto picture = find_picture(path.substr(kPictures.size()));
    if (picture) return serve_file(call, *picture, "image/png");
  }
  refuse(*call, no_such_path());
}

Current current_of(Settings settings) {
  auto limits = std::make_shared<RateLimits>(settings);
  return {std::make_shared<const Settings>(std::move(settings)), std::move(limits)};
}

}  // namespace

Relay::Relay(store::Store& store_in, const SecretRing& secrets_in, const Clock& clock_in,
             Metrics& metrics_in, Settings settings)
    : store(store_in),
      secrets(secrets_in),
      clock(clock_in),
      metrics(metrics_in),
      current_(current_of(std::move(settings))) {}

void Relay::note_failure(const Error& error) {
  metrics.count_store_error(reason_of(error));
  const auto now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count();
  if (failure_logged_.exchange(now) == now) return;
  process::log_event(process::LogLevel::error, "store_failed", {{"detail", error.detail}});
}

Current Relay::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Relay::replace_settings(Settings settings) {
  Current next = current_of(std::move(settings));
  const std::lock_guard lock(mutex_);
  current_ = std::move(next);
}

void Relay::serve(http::Request request, http::Reply reply) {
  Current now = current();
  auto call = std::make_shared<Call>(Call{*this, std::move(request), std::move(reply),
                                          std::move(now.settings), std::move(now.limits)});
  const std::string path(without_base(call->request.path, base_path_of(*call->settings)));
  call->kind = kind_of(call->request.method, path);
  call->source = http::counted_source(call->request, call->settings->trusted_proxies);
  auto request_id = parse_request_id(call->request.headers);
  if (request_id) {
    call->request_id = *std::move(request_id);
  } else if (path.starts_with(kMailboxes) && call->kind != CallKind::preview &&
             call->kind != CallKind::other) {
    return refuse(*call, request_id.error());
  }
  route(call, path);
}

}  // namespace keyferry::relay
