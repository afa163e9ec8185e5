// ReadDisplayInformationFromMailbox: GET and HEAD /v1/m/{id}. Changes nothing, ever.
#include <algorithm>

#include "keyferry/mailbox/lifetime.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/page.h"
#include "keyferry/relay/pictures.h"

namespace keyferry::relay {
namespace {

bool wants_html(const net::Headers& headers) {
  return headers.find("Accept").value_or("").find("text/html") != std::string_view::npos;
}

//= spec:tigress#A-38
std::string_view preview_url(const Settings& settings, std::string_view wished,
                             std::string_view stock) {
  const bool allowed =
      wished.starts_with("https://") &&
      std::any_of(settings.image_origins.begin(), settings.image_origins.end(),
                  [&](const std::string& origin) { return wished.starts_with(origin + "/"); });
  return allowed ? wished : stock;
}

std::string page_of(const Call& call, const MailboxId& id, const mailbox::Mailbox& box) {
  const Vertical vertical = parse_vertical(call.request.query);
  const std::string link = mailbox_url(*call.settings, encode_uuid(id.octets));
  const std::string stock = picture_url(*call.settings, vertical);
  return render_page({box.display, box.deadline, vertical, link, icon_url(*call.settings), stock,
                      preview_url(*call.settings, box.display.image_url, stock)});
}

}  // namespace

//= spec:tigress#A-39
net::Response page_response(int status, std::string html) {
  auto response = net::text_response(status, std::move(html), "text/html; charset=utf-8");
  response.headers.set("Content-Security-Policy", content_security_policy());
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Robots-Tag", "noindex");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

// No location is in it, and a link of this kind names none.
void preview_dropbox(CallPtr call) {
  const Vertical vertical = parse_vertical(call->request.query);
  const std::string stock = picture_url(*call->settings, vertical);
  const std::string link = call->settings->public_url + "/t/";
  answer(*call,
         page_response(
             200, render_page({{}, {}, vertical, link, icon_url(*call->settings), stock, stock})));
}

void preview_home(CallPtr call, const Error& error) {
  const std::string_view method = call->request.method;
  if ((method != "GET" && method != "HEAD") || !wants_html(call->request.headers)) {
    return refuse(*call, error);
  }
  answer(*call, page_response(200, render_home_page(icon_url(*call->settings))));
}

//= spec:tigress#A-25
//= spec:tigress#A-52
void preview_mailbox(CallPtr call, const MailboxId& id) {
  const Time now = call->relay.clock.now();
  Result<Located> located = locate(call->relay, id, now);
  if (!located) return refuse(*call, located.error());
  const auto box = mailbox::live_mailbox(std::move(located->state), now);
  if (box) return answer(*call, page_response(200, page_of(*call, id, *box)));
  preview_missing(call, box.error());
}

void preview_missing(CallPtr call, const Error& error) {
  if (!wants_html(call->request.headers)) return refuse(*call, error);
  const auto wait = call->limits->misses.take(call->source, call->relay.clock.now());
  if (wait) return refuse_too_many(*call, *wait);
  call->relay.metrics.count_refusal(reason_of(error));
  answer(*call, page_response(404, render_missing_page(icon_url(*call->settings))));
}

}  // namespace keyferry::relay
