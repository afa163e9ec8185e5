// All copies of a Reply share one flag: who sets it first answers, and if the last copy dies before
// that, 500 is the answer.
#include "keyferry/http/http.h"

#include <algorithm>
#include <atomic>

#include "keyferry/http/problem.h"

namespace keyferry::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void Headers::add(std::string name, std::string value) {
  // Most messages have no more.
  if (entries_.empty()) entries_.reserve(8);
  entries_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(entries_, [&](const auto& entry) { return same_name(entry.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : entries_) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : entries_) {
    if (same_name(key, name)) values.emplace_back(value);
  }
  return values;
}

struct Reply::State {
  State(Sender s, Watcher w) : sender(std::move(s)), watcher(std::move(w)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (!used.exchange(true)) sender(problem(fail(Errc::internal, "request dropped unanswered")));
  }

  Sender sender;
  Watcher watcher;
  std::atomic<bool> used = false;
};

Reply::Reply(Sender sender, Watcher watcher)
    : state_(std::make_shared<State>(std::move(sender), std::move(watcher))) {}

void Reply::when_gone(std::function<void()> gone) const {
  if (state_->watcher) state_->watcher(std::move(gone));
}

void Reply::operator()(Response response) const {
  // A second answer to one request would be our own mistake; the first one stands.
  if (!state_->used.exchange(true)) state_->sender(std::move(response));
}

Reply Reply::through(std::function<Response(Response)> change) const {
  return Reply([inner = *this, change = std::move(change)](
                   Response response) { inner(change(std::move(response))); },
               [inner = *this](std::function<void()> gone) { inner.when_gone(std::move(gone)); });
}

Response text_response(int status, std::string body, std::string content_type) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

Response json_response(int status, std::string body) {
  Response response = text_response(status, std::move(body), "application/json");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

}  // namespace keyferry::http
