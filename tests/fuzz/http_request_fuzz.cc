// Target: http::RequestParser. However the octets arrive, whole or one by one, the requests are the
// same: else two programs on one path would disagree about where a request ends.
#include <vector>

#include "keyferry/base/error.h"
#include "keyferry/http/request_parser.h"

namespace {

using namespace keyferry;
using Progress = http::RequestParser::Progress;

struct Outcome {
  std::vector<std::string> requests;
  int refused = 0;  // status
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string text_of_request(const http::Request& request) {
  std::string text = request.method + " " + request.path + "?" + request.query + "\n";
  for (const auto& [name, value] : request.headers.entries()) text += name + ": " + value + "\n";
  return text + "\n" + request.body;
}

// read feeds at most `step` more octets at a time, as a connection does.
Outcome read(std::string_view input, std::size_t step) {
  http::RequestParser parser({.max_header = 1024, .max_body = 2048});
  Outcome outcome;
  std::size_t given = 0;  // octets of `input` that have arrived
  std::size_t used = 0;
  while (true) {
    const auto [progress, size] = parser.feed(input.substr(used, given - used));
    require(size <= given - used, "no octet is used before it arrives");
    used += size;
    if (progress == Progress::refused) {
      outcome.refused = parser.refusal().status;
      require(outcome.refused >= 400 && outcome.refused < 600, "a refusal has a status");
      return outcome;
    }
    if (progress == Progress::complete) {
      const bool keep_alive = parser.keep_alive();
      outcome.requests.push_back(text_of_request(parser.take()));
      if (!keep_alive) return outcome;
      parser.reset();
      continue;
    }
    if (given == input.size()) return outcome;
    given = std::min(input.size(), given + step);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = text_of({data, size});
  const Outcome whole = read(input, size == 0 ? 1 : size);
  require(read(input, 1) == whole, "octets one by one are the same requests");
  require(read(input, 7) == whole, "octets by sevens are the same requests");
  return 0;
}
