// Decoding "Transfer-Encoding: chunked" (RFC 9112 section 7.1), strictly. Beast 1.81 has it too,
// but aborts when the last chunk is cut at the wrong octet. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keyferry::http {

// ChunkedBody decodes one body. Extensions and trailers are checked and dropped.
class ChunkedBody {
 public:
  enum class Progress { more, complete, malformed, too_large };
  struct Step {
    Progress progress;
    std::size_t used;  // octets of `data` that belong to the body; all of them with `more`
  };

  // feed reads on and appends to `body`, which never gets longer than `most` octets: too_large
  // comes as soon as a chunk is announced that would not fit. malformed: a size that is not 1 to 8
  // hex digits, a line that does not end in CR LF or has a control character, over 256 octets in a
  // size line, over 4096 in the trailers. After anything but `more`, feed no more.
  Step feed(std::string_view data, std::string& body, std::size_t most);

 private:
  enum class State {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    line,
    name,
    value,
    line_lf,
    end_lf
  };

  // next takes one octet outside of chunk data. False: malformed.
  bool next(char c);
  bool end_of_size();

  State state_ = State::size;
  std::uint64_t chunk_ = 0;  // size of the chunk, then what is left of it
  std::size_t digits_ = 0;
  std::size_t line_ = 0;  // octets of the size line, or of all trailers
  bool complete_ = false;
};

}  // namespace keyferry::http
