// The header's end is found first, and its line ends checked on the way; Beast gets the header
// whole, its callbacks add the rules, and the body is read here without it.
#include "keyferry/http/request_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "keyferry/http/chunked_body.h"
#include "keyferry/http/problem.h"

namespace keyferry::http {
namespace {

namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

// A body is not given more memory on its bare announcement.
constexpr std::size_t kReserve = 16 * 1024;

struct Refusal {
  int status = 400;
  std::string_view reason = "invalid";
  std::string_view detail;
};

constexpr Refusal kBadHeader{400, "invalid", "malformed request header"};
constexpr Refusal kBadLine{400, "invalid",
                           "header lines must end with CR LF and must not be folded"};
constexpr Refusal kBadTarget{400, "invalid", "malformed request target"};
constexpr Refusal kBadHost{400, "invalid", "exactly one Host header is needed"};
constexpr Refusal kBadLength{400, "invalid", "malformed or repeated Content-Length"};
constexpr Refusal kBadFraming{400, "invalid",
                              "Transfer-Encoding must be chunked alone, without Content-Length"};
constexpr Refusal kBadChunk{400, "invalid", "malformed chunked body"};
constexpr Refusal kBadExpect{417, "expectation_failed", "only 100-continue can be expected"};
constexpr Refusal kBadVersion{505, "version_not_supported", "this server speaks HTTP/1.1"};
constexpr Refusal kNoConnect{501, "not_implemented", "this server is no proxy"};
constexpr Refusal kLongHeader{431, "header_too_large", "request line and headers are too long"};
constexpr Refusal kLongBody{413, "too_large", "request body is too long"};

// Parser takes Beast's findings into a Request. A callback that refuses stores why and sets any
// error to stop Beast.
class Parser final : public beast_http::basic_parser<true> {
 public:
  Parser(Request& request, const RequestLimits& limits) : request_(request) {
    header_limit(static_cast<std::uint32_t>(limits.max_header + 4));
    // Bodies are read here: Beast's chunk reader can be made to abort.
    skip(true);
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }
  bool wants_continue() const { return wants_continue_; }
  bool is_http10() const { return version_ == 10; }
  bool is_chunked() const { return encodings_ > 0; }
  std::uint64_t length() const { return length_; }

 private:
  using Code = beast::error_code;

  void refuse(const Refusal& why, Code& ec) {
    if (!refusal_) refusal_ = why;
    ec = beast_http::error::bad_value;
  }

  void on_request_impl(beast_http::verb, beast::string_view method, beast::string_view target,
                       int version, Code& ec) override {
    version_ = version;
    request_.method = method;
    if (method == "CONNECT") return refuse(kNoConnect, ec);
    if (!take_target(target)) refuse(kBadTarget, ec);
  }

  // take_target splits origin-form, takes path and query out of absolute-form (RFC 9112 section
  // 3.2.2), and lets "*" pass for OPTIONS.
  bool take_target(std::string_view target) {
    const auto odd = [](char c) { return c < 0x21 || c > 0x7e || c == '#'; };
    if (std::any_of(target.begin(), target.end(), odd)) return false;
    if (target == "*" && request_.method == "OPTIONS") {
      request_.path = target;
      return true;
    }
    if (!target.starts_with('/')) {
      std::size_t scheme = 0;
      if (beast::iequals(target.substr(0, 7), "http://")) scheme = 7;
      if (beast::iequals(target.substr(0, 8), "https://")) scheme = 8;
      if (scheme == 0) return false;
      target.remove_prefix(scheme);
      const std::size_t end = std::min(target.find_first_of("/?"), target.size());
      if (end == 0) return false;
      target.remove_prefix(end);
      if (!target.starts_with('/')) request_.path = "/";
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request_.path += target.substr(0, mark);
    if (mark < target.size()) request_.query = target.substr(mark + 1);
    return true;
  }

  void on_field_impl(beast_http::field field, beast::string_view name, beast::string_view value,
                     Code& ec) override {
    switch (field) {
      case beast_http::field::host:
        if (++hosts_ > 1) return refuse(kBadHost, ec);
        break;
      case beast_http::field::content_length:
        if (++lengths_ > 1 || encodings_ > 0 || !parse_length(value)) {
          return refuse(kBadLength, ec);
        }
        break;
      case beast_http::field::transfer_encoding:
        if (++encodings_ > 1 || lengths_ > 0 || version_ == 10 ||
            !beast::iequals(value, "chunked")) {
          return refuse(kBadFraming, ec);
        }
        break;
      case beast_http::field::expect:
        if (!beast::iequals(value, "100-continue")) return refuse(kBadExpect, ec);
        wants_continue_ = version_ == 11;
        break;
      default:
        break;
    }
    request_.headers.add(name, value);
  }

  bool parse_length(std::string_view text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length_);
    return error == std::errc() && end == text.data() + text.size();
  }

  void on_header_impl(Code& ec) override {
    if (hosts_ == 0 && version_ == 11) refuse(kBadHost, ec);
  }

  // None of these is called: the body is skipped.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(beast::string_view, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, Code&) override { return 0; }
  void on_finish_impl(Code&) override {}
  void on_response_impl(int, beast::string_view, int, Code& ec) override {
    ec = beast_http::error::bad_version;
  }

  Request& request_;
  std::optional<Refusal> refusal_;
  int version_ = 0;
  int hosts_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
  std::uint64_t length_ = 0;
  bool wants_continue_ = false;
};

Refusal refusal_of(const beast::error_code& ec) {
  if (ec == beast_http::error::bad_version) return kBadVersion;
  if (ec == beast_http::error::header_limit) return kLongHeader;
  if (ec == beast_http::error::bad_target) return kBadTarget;
  if (ec == beast_http::error::bad_content_length ||
      ec == beast_http::error::multiple_content_length) {
    return kBadLength;
  }
  if (ec == beast_http::error::bad_transfer_encoding) return kBadFraming;
  return kBadHeader;
}

}  // namespace

struct RequestParser::State {
  RequestLimits limits;
  Request request;
  std::optional<Parser> parser;
  ChunkedBody chunks;
  bool complete = false;
  std::size_t scanned = 0;  // octets of the header that were looked at
  std::optional<Refusal> refusal;

  // find_end looks for the empty line. Returns the size of the header, or 0 if it is not all here.
  std::size_t find_end(std::string_view data) {
    while (scanned < data.size()) {
      const void* found = std::memchr(data.data() + scanned, '\n', data.size() - scanned);
      if (found == nullptr) {
        scanned = data.size();
        return 0;
      }
      const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
      if (at == 0 || data[at - 1] != '\r') {
        refusal = kBadLine;
        return 0;
      }
      if (at + 1 == data.size()) {
        scanned = at;
        return 0;
      }
      const char next = data[at + 1];
      if (next == ' ' || next == '\t') {
        refusal = kBadLine;
        return 0;
      }
      if (next == '\r') {
        if (at + 2 == data.size()) {
          scanned = at;
          return 0;
        }
        if (data[at + 2] == '\n') return at + 3;
      }
      scanned = at + 1;
    }
    return 0;
  }

  Step read_header(std::string_view data) {
    if (data.size() < 2) return {Progress::more, 0};
    // RFC 9112 section 2.2: an empty line before the request line is skipped.
    const std::size_t skipped = data.starts_with("\r\n") ? 2 : 0;
    // Nothing beyond the limit is looked at, so that the answer is the same however it arrives.
    const std::size_t end = find_end(data.substr(skipped, limits.max_header));
    if (refusal) return refuse(*refusal);
    if (end == 0 && data.size() - skipped > limits.max_header) return refuse(kLongHeader);
    if (end == 0) return {Progress::more, 0};
    parser.emplace(request, limits);
    beast::error_code ec;
    parser->put(boost::asio::const_buffer(data.data() + skipped, end), ec);
    if (ec || !parser->is_done()) return refuse(parser->refusal().value_or(refusal_of(ec)));
    if (!parser->is_chunked() && parser->length() > limits.max_body) return refuse(kLongBody);
    request.body.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(parser->length(), kReserve)));
    const std::size_t used = skipped + end;
    Step step = read_body(data.substr(used));
    step.used += used;
    return step;
  }

  Step refuse(const Refusal& why) {
    refusal = why;
    return {Progress::refused, 0};
  }

  Step read_body(std::string_view data) {
    if (parser->is_chunked()) return read_chunks(data);
    const auto missing = static_cast<std::size_t>(parser->length() - request.body.size());
    const std::string_view piece = data.substr(0, missing);
    request.body.append(piece);
    complete = piece.size() == missing;
    return {complete ? Progress::complete : Progress::more, piece.size()};
  }

  Step read_chunks(std::string_view data) {
    const ChunkedBody::Step step = chunks.feed(data, request.body, limits.max_body);
    switch (step.progress) {
      case ChunkedBody::Progress::malformed:
        return refuse(kBadChunk);
      case ChunkedBody::Progress::too_large:
        return refuse(kLongBody);
      case ChunkedBody::Progress::more:
        return {Progress::more, step.used};
      case ChunkedBody::Progress::complete:
        break;
    }
    complete = true;
    return {Progress::complete, step.used};
  }
};

RequestParser::RequestParser(RequestLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
}

RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::feed(std::string_view data) {
  return state_->parser ? state_->read_body(data) : state_->read_header(data);
}

void RequestParser::reset() {
  state_->request = {};
  state_->parser.reset();
  state_->chunks = {};
  state_->complete = false;
  state_->scanned = 0;
  state_->refusal.reset();
}

bool RequestParser::wants_continue() const {
  return state_->parser && state_->parser->wants_continue() && !state_->complete;
}

bool RequestParser::keep_alive() const {
  return state_->complete && state_->parser->keep_alive();
}

bool RequestParser::is_http10() const {
  return state_->parser && state_->parser->is_http10();
}

Request RequestParser::take() {
  return std::move(state_->request);
}

Response RequestParser::refusal() const {
  const Refusal why = state_->refusal.value_or(kBadHeader);
  return status_problem(why.status, why.reason, why.detail);
}

}  // namespace keyferry::http
