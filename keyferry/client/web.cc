// The tries of a call share its time, of which only what passed without an answer is used up;
// pauses between them cost nothing.
#include "keyferry/client/web.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>

#include "keyferry/codec/http_date.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"
#include "keyferry/codec/web_url.h"

namespace keyferry::client {
namespace {

constexpr std::size_t kMostShown = 300;
constexpr std::array kPauses = {std::chrono::milliseconds(200), std::chrono::milliseconds(1000)};

constexpr std::string_view kTooMany = "too many requests from this address, says the server";
constexpr Duration kUnsaid = std::chrono::seconds(5);
constexpr Duration kLeast = std::chrono::seconds(1);
// What is left of a call's time and not worth another try.
constexpr Duration kLeastTry = std::chrono::milliseconds(100);

bool is_lost(const Result<http::Response>& answer) {
  if (!answer) return answer.error().code == Errc::network;
  return answer->status == 502 || answer->status == 503 || answer->status == 504;
}

std::string shown(const std::string& text) {
  const auto clean = codec::label(text, kMostShown);
  return clean ? *clean : std::string();
}

std::string text_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? shown(std::string(value->get_string())) : "";
}

// Whatever goes wrong inside a server (500 and above), it cannot answer now.
Errc code_of(int status) {
  if (status >= 500) return Errc::unavailable;
  for (const ErrcInfo& row : error_table()) {
    if (row.http_status == status && row.code != Errc::cannot_open) return row.code;
  }
  return Errc::invalid;
}

// The value of `error="…"` in a challenge.
std::string challenged(const http::Response& response) {
  constexpr std::string_view kBegin = "error=\"";
  for (const std::string_view challenge : response.headers.all("WWW-Authenticate")) {
    const std::size_t at = challenge.find(kBegin);
    if (at == challenge.npos) continue;
    const std::string_view rest = challenge.substr(at + kBegin.size());
    return shown(std::string(rest.substr(0, rest.find('"'))));
  }
  return {};
}

std::string seconds(Duration span) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(span).count()) + " s";
}

std::string minutes(Duration span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  if (seconds < 120) return std::to_string(seconds) + " seconds";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " minutes";
  if (seconds < 2 * 86400) return std::to_string(seconds / 3600) + " hours";
  return std::to_string(seconds / 86400) + " days";
}

// How long a request asks its server to wait for news (RFC 7240).
Duration asked_wait(const http::ClientRequest& request) {
  constexpr std::string_view kWait = "wait=";
  const std::string_view text = request.headers.find("Prefer").value_or("");
  if (!text.starts_with(kWait)) return Duration(0);
  int seconds = 0;
  std::from_chars(text.data() + kWait.size(), text.data() + text.size(), seconds);
  return std::chrono::seconds(seconds);
}

Error too_long(const std::string& at, Duration stated) {
  const auto url = codec::parse_web_url(at);
  return fail(Errc::network, (url ? url->origin + ": " : std::string()) +
                                 "no whole answer came within " + seconds(stated));
}

}  // namespace

Web::Brief::Brief(Web& web, Duration most) : web_(web), before_(web.brief_until_) {
  const auto until = std::chrono::steady_clock::now() + most;
  if (!before_ || until < *before_) web_.brief_until_ = until;
}

Result<http::Response> Web::send(const std::function<http::ClientRequest()>& make) {
  repeated_ = false;
  used_ = Duration(0);
  told_slow_ = false;
  if (brief_until_) return send_once(make());
  for (const auto pause : kPauses) {
    auto answer = send_patiently(make);
    if (!is_lost(answer)) return answer;
    repeated_ = repeated_ || client_.was_sent();
    std::this_thread::sleep_for(pause);
  }
  return send_patiently(make);
}

Result<http::Response> Web::send_patiently(const std::function<http::ClientRequest()>& make) {
  for (;;) {
    auto answer = send_once(make());
    if (!answer || answer->status != 429 || !wait_out(*answer)) return answer;
  }
}

Result<http::Response> Web::send_once(http::ClientRequest request) {
  if (brief_until_) {
    const auto left =
        std::chrono::duration_cast<Duration>(*brief_until_ - std::chrono::steady_clock::now());
    if (left <= Duration(0)) return fail(Errc::network, "the server takes too long");
    request.timeout = std::min(request.timeout.value_or(left), left);
  }
  const Duration stated = request.timeout.value_or(kCall);
  request.timeout = stated - used_;
  if (*request.timeout < kLeastTry) return too_long(request.url, stated);
  tell_slow(request, stated);
  const auto begin = std::chrono::steady_clock::now();
  auto answer = client_.send(request);
  // A proxy that says that its server is away has answered.
  if (!answer)
    used_ += std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
  if (!answer) {
    Error error = answer.error();
    if (const auto url = codec::parse_web_url(request.url)) {
      error.detail = url->origin + ": " + error.detail;
    }
    // The one refusal of the client itself (http/http_client.h).
    if (error.code == Errc::forbidden)
      error.detail += "; if it is meant to be there: --allow-local";
    return error;
  }
  note_date(*answer);
  if (answer->status >= 300 && answer->status < 400 && answer->status != 304) {
    return fail(Errc::forbidden, "the server answers with a redirect, which is not followed",
                "redirect");
  }
  return answer;
}

void Web::tell_slow(http::ClientRequest& request, Duration stated) {
  const auto url = codec::parse_web_url(request.url);
  if (!slow_ || !url) return;
  const Duration patience = asked_wait(request) + kSlow;
  request.waiting = [this, server = url->origin, patience, stated](Duration lasted) {
    if (told_slow_ || used_ + lasted < patience) return;
    told_slow_ = true;
    slow_(server, stated);
  };
}

bool Web::wait_out(const http::Response& refused) {
  const Duration asked = std::max(retry_after(refused).value_or(kUnsaid), kLeast);
  if (asked > wait_left_) return false;
  wait_left_ -= asked;
  if (say_) say_(std::string(kTooMany) + "; trying again in " + seconds(asked));
  std::this_thread::sleep_for(asked);
  return true;
}

void Web::note_date(const http::Response& response) {
  const auto there =
      codec::server_time(response.headers.find("Date"), response.headers.find("Age"));
  if (there) difference_ = *there - clock_.now();
}

std::optional<Duration> retry_after(const http::Response& response) {
  constexpr std::uint32_t kDay = 86'400;
  const std::string_view text = response.headers.find("Retry-After").value_or("");
  std::uint32_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kDay));
}

Result<boost::json::object> json_of(const http::Response& response) {
  return codec::parse_json_object(response.body, {1 << 20, 32});
}

Error error_of(const http::Response& response) {
  Error error{code_of(response.status), "", ""};
  // 400 is how OAuth says no to anything (RFC 6749 section 5.2): the server's word, not our input.
  if (error.code == Errc::invalid) error.code = Errc::forbidden;
  if (const auto object = json_of(response)) {
    error.detail = text_in(*object, "detail");
    if (error.detail.empty()) error.detail = text_in(*object, "error_description");
    const boost::json::value* ours = object->if_contains("keyferry");
    if (ours != nullptr && ours->is_object()) error.reason = text_in(ours->get_object(), "error");
    if (error.reason.empty()) error.reason = text_in(*object, "error");
  }
  if (error.reason.empty()) error.reason = challenged(response);
  if (const auto wait = retry_after(response); wait && response.status == 429) {
    if (error.detail.empty()) error.detail = kTooMany;
    error.detail += "; try again in " + seconds(*wait);
  }
  if (error.detail.empty()) {
    error.detail = "the server answers " + std::to_string(response.status) + " " +
                   std::string(http::reason_phrase(response.status));
  }
  return error;
}

std::string clock_words(Duration difference) {
  if (difference > -std::chrono::minutes(1) && difference < std::chrono::minutes(1)) return {};
  const bool behind = difference.count() > 0;
  return "this machine's clock is " + minutes(behind ? difference : -difference) +
         (behind ? " behind" : " ahead");
}

}  // namespace keyferry::client
