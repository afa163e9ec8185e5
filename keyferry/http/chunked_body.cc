// A state machine, octet by octet but for chunk data, which is copied in pieces; a line's length is
// counted as it comes.
#include "keyferry/http/chunked_body.h"

#include <algorithm>

namespace keyferry::http {
namespace {

constexpr std::size_t kMaxDigits = 8;
constexpr std::size_t kMaxSizeLine = 256;
constexpr std::size_t kMaxTrailers = 4096;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A character of a line that is none of the control characters; a tab is white space.
bool is_text(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return c == '\t' || (octet >= 0x20 && octet != 0x7f);
}

bool is_token(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}

}  // namespace

ChunkedBody::Step ChunkedBody::feed(std::string_view data, std::string& body, std::size_t most) {
  std::size_t used = 0;
  while (used < data.size()) {
    if (state_ == State::data) {
      const std::string_view piece =
          data.substr(used, static_cast<std::size_t>(std::min<std::uint64_t>(chunk_, data.size())));
      body.append(piece);
      used += piece.size();
      chunk_ -= piece.size();
      if (chunk_ == 0) state_ = State::data_cr;
      continue;
    }
    if (!next(data[used++])) return {Progress::malformed, used};
    if (complete_) return {Progress::complete, used};
    if (state_ == State::data && chunk_ > most - std::min(most, body.size())) {
      return {Progress::too_large, used};
    }
  }
  return {Progress::more, used};
}

bool ChunkedBody::end_of_size() {
  line_ = 0;
  digits_ = 0;
  state_ = chunk_ == 0 ? State::line : State::data;
  return true;
}

bool ChunkedBody::next(char c) {
  const auto go = [&](State state) {
    state_ = state;
    return true;
  };
  if (++line_ > (state_ >= State::line ? kMaxTrailers : kMaxSizeLine)) return false;
  switch (state_) {
    case State::size:
      if (const int digit = digit_of(c); digit >= 0) {
        chunk_ = (digits_ == 0 ? 0 : chunk_ * 16) + static_cast<unsigned>(digit);
        return ++digits_ <= kMaxDigits;
      }
      if (digits_ == 0) return false;
      if (c == ';') return go(State::extension);
      return c == '\r' && go(State::size_lf);
    case State::extension:
      if (c == '\r') return go(State::size_lf);
      return is_text(c);
    case State::size_lf:
      return c == '\n' && end_of_size();
    case State::data:
      return false;
    case State::data_cr:
      return c == '\r' && go(State::data_lf);
    case State::data_lf:
      return c == '\n' && go(State::size);
    case State::line:
      if (c == '\r') return go(State::end_lf);
      return is_token(c) && go(State::name);
    case State::name:
      if (c == ':') return go(State::value);
      return is_token(c);
    case State::value:
      if (c == '\r') return go(State::line_lf);
      return is_text(c);
    case State::line_lf:
      return c == '\n' && go(State::line);
    case State::end_lf:
      complete_ = c == '\n';
      return complete_;
  }
  return false;
}

}  // namespace keyferry::http
