// GET /v1/shares/{id}: one record; with `Prefer: wait` and If-None-Match it waits for a change.
#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/hash.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/shares.h"
#include "keyferry/issuer/waiting.h"

namespace keyferry::issuer {
namespace {

using authority::ShareId;
using ledger::ShareRecord;

// Seen is a share that the caller may look at.
struct Seen {
  ShareId caller;
  ShareRecord record;
};

http::Response render(Service& service, const ShareRecord& record) {
  http::Response response = json_answer(200, render_record(record, service.now()));
  response.headers.set("ETag", etag_of(response.body));
  return response;
}

http::Response not_modified(Service& service, const std::string& etag) {
  http::Response response;
  response.status = 304;
  response.headers.set("ETag", etag);
  return with_nonce(service, std::move(response));
}

// look_again reads the share anew for a caller that was let in when the call began; whether it may
// still look is checked again.
std::optional<http::Response> look_again(Service& service, const http::Request& request,
                                         const ShareId& caller, const ShareId& id) {
  auto record = service.ledger().transact(
      [&](sql::Database& db) { return ledger::share_record(db, caller, id, service.now()); },
      ledger::Space::none);
  if (!record) return with_nonce(service, http::problem(record.error()));
  http::Response response = render(service, *record);
  if (matches(request, *response.headers.find("ETag"))) return std::nullopt;
  return with_nonce(service, std::move(response));
}

}  // namespace

std::string etag_of(std::string_view body) {
  const auto hash = digest::sha256(bytes_of(body));
  return "\"" + encode_base64url(ByteView(hash).first(12)) + "\"";
}

void read_share(Service& service, http::Request request, std::string id, http::Reply reply) {
  const process::Owner owner{service.source_of(request), {}};
  const auto work = [&service, request = std::move(request), id = std::move(id), reply] {
    std::optional<Seen> seen;
    auto first = as_holder<Seen>(
        service, request, {"read", ledger::Space::none},
        [&](sql::Database& db, const ShareId& caller) -> Result<Seen> {
          KF_TRY(auto share, ShareId::parse(id));
          KF_TRY(auto record, ledger::share_record(db, caller, share, service.now()));
          return Seen{caller, std::move(record)};
        },
        [&](const Seen& found) {
          seen = found;
          return render(service, found.record);
        });
    const auto tag = first.headers.find("ETag");
    if (!seen || !tag || !matches(request, *tag)) return reply(std::move(first));
    const std::string etag(*tag);
    const auto wait = wait_wish(request);
    if (!wait) return reply(not_modified(service, etag));
    const ShareId share = seen->record.share.id;
    const ShareId caller = seen->caller;
    http::Reply last = reply;
    if (!hold_wait(service, "holder " + caller.text(), service.settings().waits_per_holder, last)) {
      return reply(not_modified(service, etag));
    }
    answer_when_changed(
        service, "share:" + share.text(), *wait,
        [&service, request, caller, share] { return look_again(service, request, caller, share); },
        [&service, etag] { return not_modified(service, etag); }, std::move(last));
  };
  service.post(reply, work, process::Lane::usual, owner);
}

}  // namespace keyferry::issuer
