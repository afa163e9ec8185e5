// Without request ids a lost answer is repaired by looking: what lies there is compared with what
// was put, and only the relay's own 404 says that nothing does.
#include "keyferry/client/drop_client.h"

#include <algorithm>

namespace keyferry::client {
namespace {

constexpr std::string_view kOctets = "application/octet-stream";
constexpr int kWaitSeconds = 5;
constexpr int kRaces = 3;

bool is_there(const http::Response& response) {
  return response.status >= 200 && response.status < 300;
}

// A 404 is the relay's word where it says which: what somebody on the way answers (a proxy whose
// server is away) says nothing of what lies there.
bool says_nothing_is_there(const http::Response& response) {
  return response.status == 404 && error_of(response).reason == "not_found";
}

Error refusal(const http::Response& response) {
  if (response.status != 404) return error_of(response);
  return fail(Errc::unavailable,
              "something on the way answered 404 in place of the relay's dropbox");
}

}  // namespace

//= spec:tigress#DRR-06
http::ClientRequest DropClient::request_to(std::string method, const std::string& location) const {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = base_ + "/t/" + location;
  request.allow_local = allow_local_;
  request.headers.set("Accept", std::string(kOctets));
  return request;
}

Result<http::Response> DropClient::send(const http::ClientRequest& request) {
  return web_.send([&] { return request; });
}

Result<http::Response> DropClient::put_once(const std::string& location, ByteView sealed,
                                            const std::string& notify) {
  http::ClientRequest request = request_to("PUT", location);
  request.headers.set("Content-Type", std::string(kOctets));
  if (!notify.empty()) request.headers.set("Keyferry-Push-Token", "webhook " + notify);
  request.body = text_of(sealed);
  return send(request);
}

// Where something lies there already it may be ours: an answer was lost, and this relay tells
// nobody that the octets are the same. What is gone by then was fetched, or was not ours: then the
// place is free again.
//= spec:tigress#B-06
//= spec:tigress#B-08
Result<bool> DropClient::put(const std::string& location, ByteView sealed,
                             const std::string& notify) {
  for (int round = 0; round < kRaces; ++round) {
    KF_TRY(const http::Response response, put_once(location, sealed, notify));
    if (is_there(response)) return response.headers.find("Keyferry-Push-Supported") == "true";
    if (response.status == 404 || response.status == 405) {
      return fail(Errc::forbidden, "it has no dropbox (Draft R)", "no_dropbox");
    }
    if (response.status != 412) return error_of(response);
    KF_TRY(const auto found, get(location, false));
    if (!found) continue;
    if (std::ranges::equal(*found, sealed)) return false;
    break;
  }
  return fail(Errc::conflict, "somebody else has written in our place", "taken");
}

Result<std::optional<Bytes>> DropClient::get(const std::string& location, bool wait) {
  http::ClientRequest request = request_to("GET", location);
  if (wait) {
    request.headers.set("Prefer", "wait=" + std::to_string(kWaitSeconds));
    request.timeout = std::chrono::seconds(kWaitSeconds + 20);
  }
  KF_TRY(const http::Response response, send(request));
  if (says_nothing_is_there(response)) return std::optional<Bytes>();
  if (response.status != 200) return refusal(response);
  return std::optional(copy_of(bytes_of(response.body)));
}

//= spec:tigress#B-07
Result<DropClient::Removed> DropClient::remove(const std::string& location) {
  KF_TRY(const http::Response response, send(request_to("DELETE", location)));
  if (is_there(response)) return Removed::yes;
  if (!says_nothing_is_there(response)) return refusal(response);
  return web_.repeated() ? Removed::unknown : Removed::nothing;
}

}  // namespace keyferry::client
