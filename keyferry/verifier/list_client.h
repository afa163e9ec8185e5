// The authority's two calls about one list, over HTTPS.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "keyferry/http/http_client.h"
#include "keyferry/verifier/statement.h"

namespace keyferry::verifier {

struct ListClientOptions {
  std::string url;  // of the list; the signature is at URL.jws
  std::optional<std::filesystem::path> ca_file;
  Duration wait{25'000};  // of a long poll, whole seconds
};

// kAnswerMargin is how much longer than the wait an answer may take before the connection counts as
// broken.
inline constexpr Duration kAnswerMargin{10'000};

// Question is what a poll asks.
struct Question {
  Duration wait{0};                 // how long the answer may wait for news, whole seconds; 0: not
  Duration margin = kAnswerMargin;  // how much longer it may take
  std::string ack;                  // for the header Keyferry-Ack; empty: none
};

class ListClient {
 public:
  explicit ListClient(ListClientOptions options);

  struct Answer {
    std::optional<std::string> jws;  // nothing: unchanged since the ETag
    std::string etag;
    std::optional<Time> server_date;
    std::string ack;  // what became of the acknowledgement: "accepted", "unknown", "refused"
  };
  // poll asks for the signature of the newest list, with `etag` (if not empty) as If-None-Match.
  // Errors: network, and unavailable when the authority answers with another status than 200 and
  // 304.
  //
  //= spec:authority#6-long-poll
  Result<Answer> poll(const std::string& etag, const Question& question);

  // fetch gets the octets of list number `number`, at most 64 MiB. Errors: network, too_large;
  // unavailable (not there: it is neither the current nor the previous list any more).
  Result<Bytes> fetch(std::uint64_t number);

  // cancel ends a running call and every later one. From any thread.
  void cancel() { client_.cancel(); }

 private:
  ListClientOptions options_;
  http::HttpClient client_;
};

}  // namespace keyferry::verifier
