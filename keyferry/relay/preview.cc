// ReadDisplayInformationFromMailbox: GET and HEAD /v1/m/{id}. Changes nothing, ever.
#include <algorithm>

#include "keyferry/mailbox/lifetime.h"
#include "keyferry/relay/change.h"
#include "keyferry/relay/endpoints.h"
#include "keyferry/relay/page.h"
#include "keyferry/relay/pictures.h"
#include "keyferry/relay/site.h"

namespace keyferry::relay {
namespace {

bool wants_html(const http::Headers& headers) {
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

Language language_of(const Call& call) {
  return preferred_language(call.request.headers.find("Accept-Language").value_or(""));
}

// Where people go by hand: the site's address with the slash that browsers show.
std::string site_of(const Settings& settings) {
  return settings.web_origin.empty() ? std::string() : settings.web_origin + "/";
}

std::string page_of(const Call& call, const MailboxId& id, const mailbox::Mailbox& box) {
  const Vertical vertical = parse_vertical(call.request.query);
  const std::string link = mailbox_url(*call.settings, encode_uuid(id.octets));
  const std::string stock = picture_url(*call.settings, vertical);
  const std::string site = site_of(*call.settings);
  return render_page({box.display, box.deadline, vertical, link, icon_url(*call.settings), stock,
                      preview_url(*call.settings, box.display.image_url, stock), language_of(call),
                      site});
}

// A person who opens a link in a browser goes to the site, which this looks no state up for: there
// nothing is asked of the relay before a deliberate act, and what was taken in that browser is
// found again.
bool redirect_to_site(const Call& call, const std::optional<MailboxId>& id) {
  const Settings& settings = *call.settings;
  if (settings.web_origin.empty() || !is_navigation(call.request.method, call.request.headers)) {
    return false;
  }
  http::Response response;
  response.status = 303;
  response.headers.set("Location", site_url(settings, id, call.request.query));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Vary", std::string(kSiteVary));
  answer(call, std::move(response));
  return true;
}

}  // namespace

//= spec:tigress#A-39
http::Response page_response(const Call& call, int status, std::string html) {
  auto response = http::text_response(status, std::move(html), "text/html; charset=utf-8");
  response.headers.set("Content-Security-Policy", content_security_policy());
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Robots-Tag", "noindex");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Content-Language", std::string(tag_of(language_of(call))));
  response.headers.set("Vary", call.settings->web_origin.empty()
                                   ? "Accept, Accept-Language"
                                   : "Accept-Language, " + std::string(kSiteVary));
  return response;
}

// No location is in it, and a link of this kind names none.
void preview_dropbox(CallPtr call) {
  if (redirect_to_site(*call, std::nullopt)) return;
  const Vertical vertical = parse_vertical(call->request.query);
  const std::string stock = picture_url(*call->settings, vertical);
  const std::string link = call->settings->public_url + "/t/";
  const std::string site = site_of(*call->settings);
  answer(*call, page_response(*call, 200,
                              render_page({{},
                                           {},
                                           vertical,
                                           link,
                                           icon_url(*call->settings),
                                           stock,
                                           stock,
                                           language_of(*call),
                                           site})));
}

void preview_home(CallPtr call, const Error& error) {
  const std::string_view method = call->request.method;
  if ((method != "GET" && method != "HEAD") || !wants_html(call->request.headers)) {
    return refuse(*call, error);
  }
  answer(*call, page_response(*call, 200,
                              render_home_page(language_of(*call), icon_url(*call->settings))));
}

//= spec:tigress#A-25
//= spec:tigress#A-52
void preview_mailbox(CallPtr call, const MailboxId& id) {
  if (redirect_to_site(*call, id)) return;
  const Time now = call->relay.clock.now();
  Result<Located> located = locate(call->relay, id, now);
  if (!located) return refuse(*call, located.error());
  const auto box = mailbox::live_mailbox(std::move(located->state), now);
  if (box) return answer(*call, page_response(*call, 200, page_of(*call, id, *box)));
  preview_missing(call, box.error());
}

void preview_missing(CallPtr call, const Error& error) {
  if (!wants_html(call->request.headers)) return refuse(*call, error);
  const auto wait = call->limits->misses.take(call->source, call->relay.clock.now());
  if (wait) return refuse_too_many(*call, *wait);
  call->relay.metrics.count_refusal(reason_of(error));
  answer(*call, page_response(*call, 404,
                              render_missing_page(language_of(*call), icon_url(*call->settings))));
}

}  // namespace keyferry::relay
