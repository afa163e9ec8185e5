// A poll brings the signature alone; the list is fetched by the number that it names.
#include "keyferry/verifier/list_client.h"

#include "keyferry/codec/http_date.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

http::ClientOptions client_options(const ListClientOptions& options) {
  http::ClientOptions client;
  client.ca_file = options.ca_file;
  // The administrator wrote the URL: an authority beside us or in our own network is fine.
  client.allow_local = true;
  client.max_response = 64U << 20;
  client.user_agent = "keyferry-verifier";
  // A peer that lost its power says nothing: ask it every second whether the connection lives, so
  // that one that came back is noticed at once.
  client.keepalive = 1s;
  return client;
}

Error refused(const http::Response& response) {
  return fail(Errc::unavailable,
              "the authority answered with status " + std::to_string(response.status));
}

}  // namespace

ListClient::ListClient(ListClientOptions options)
    : options_(std::move(options)), client_(client_options(options_)) {}

Result<ListClient::Answer> ListClient::poll(const std::string& etag, const Question& question) {
  http::ClientRequest request;
  request.url = options_.url + ".jws";
  request.repeatable = true;
  request.timeout = question.wait + question.margin;
  if (!etag.empty()) request.headers.add("If-None-Match", etag);
  if (question.wait > 0s) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(question.wait);
    request.headers.add("Prefer", "wait=" + std::to_string(seconds.count()));
  }
  if (!question.ack.empty()) request.headers.add("Keyferry-Ack", question.ack);
  KF_TRY(auto response, client_.send(request));
  Answer answer;
  answer.server_date =
      codec::server_time(response.headers.find("Date"), response.headers.find("Age"));
  answer.etag = response.headers.find("ETag").value_or("");
  answer.ack = response.headers.find("Keyferry-Ack").value_or("");
  if (response.status == 304 && !etag.empty()) {
    answer.etag = etag;
    return answer;
  }
  if (response.status != 200) return refused(response);
  answer.jws = std::move(response.body);
  return answer;
}

Result<Bytes> ListClient::fetch(std::uint64_t number) {
  http::ClientRequest request;
  request.url = options_.url + "?number=" + std::to_string(number);
  request.repeatable = true;
  request.timeout = 60s;
  KF_TRY(auto response, client_.send(request));
  if (response.status != 200) return refused(response);
  return copy_of(bytes_of(response.body));
}

}  // namespace keyferry::verifier
