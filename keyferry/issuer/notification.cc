// POST /notification: OpenID4VCI 1.0 section 11. What a wallet says is written down, nothing more.
#include <algorithm>
#include <array>

#include "keyferry/codec/json.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/requests.h"
#include "keyferry/ledger/issue.h"

namespace keyferry::issuer {
namespace {

using authority::Refusal;

constexpr std::array<std::string_view, 3> kEvents{"credential_accepted", "credential_failure",
                                                  "credential_deleted"};

}  // namespace

http::Response note_event(Service& service, const http::Request& request) {
  auto bearing = read_authorization(request);
  if (const Refusal* no = refused(bearing)) return with_nonce(service, resource_refusal(*no));
  const auto& [token, is_dpop] = std::get<Bearing>(bearing);
  auto dpop = read_dpop(service, request, service.settings().url + "/notification", token);
  auto body = parse_body(request);
  if (!body) return oauth_error(body.error(), "invalid_notification_request");
  auto id = codec::text_member(*body, "notification_id");
  if (!id) return oauth_error(id.error(), "invalid_notification_request");
  auto event = codec::text_member(*body, "event");
  if (!event || std::ranges::find(kEvents, *event) == kEvents.end()) {
    return oauth_error(fail(Errc::invalid, "member \"event\" must be one of OpenID4VCI's"),
                       "invalid_notification_request");
  }
  auto noted = ledger::note_event(service.ledger(), token, dpop, *id, *event,
                                  service.gate("notification"), service.now());
  if (!noted) return oauth_error(noted.error(), "invalid_notification_request");
  if (const Refusal* no = refused(*noted)) return with_nonce(service, resource_refusal(*no));
  http::Response done;
  done.status = 204;
  return with_nonce(service, std::move(done));
}

}  // namespace keyferry::issuer
