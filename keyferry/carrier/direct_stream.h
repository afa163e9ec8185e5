// An exchange over standard input and output: a pipe between two wallets, or two people who copy
// lines to and fro. What is written is one line a message, {"type", "data"} as in a file; read are
// such lines and one that begins with #, the secret. Everything else is passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "keyferry/base/secret.h"
#include "keyferry/carrier/carrier.h"

namespace keyferry::carrier {

// DirectStream is a place like another: it holds the message that came or was written last, and
// versions count them. Errors of its own: invalid with reason `hung_up`, where the other side has
// closed its end: the exchange stays as it is stored.
//= spec:tigress#REQ-17
class DirectStream {
 public:
  // Descriptors that it reads and writes but does not own.
  DirectStream(int in, int out) : in_(in), out_(out) {}
  ~DirectStream();
  DirectStream(const DirectStream&) = delete;
  DirectStream& operator=(const DirectStream&) = delete;

  // secret waits for the line that begins with #. first waits for the first message. Errors:
  // hung_up; invalid (flooded) where a megabyte came without it.
  Result<SecretBytes> secret();
  Result<Arrived> first();

  // repeat writes a message (again) without a look at what has come: whoever starts anew may find
  // the other side started anew too, and a message that came twice is no event. Errors: hung_up.
  Result<Done> repeat(const transfer::SealedPayload& payload);

  // receive and send as in Carrier. A call takes in a quarter of a megabyte at most, then it
  // answers by what it knows: the caller has a deadline to keep.
  Result<std::optional<Arrived>> receive(const std::string& version, bool wait);
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& version);

 private:
  bool wait(Duration most) const;
  Result<bool> pump(Duration most);
  Result<Done> drain(Duration most, const std::function<bool()>& nothing);
  void take_line(std::string_view line);

  int in_, out_;
  std::string buffer_;  // the beginning of a line
  bool skipping_ = false;
  bool ended_ = false;
  std::optional<SecretBytes> secret_;
  std::optional<transfer::SealedPayload> latest_;
  std::uint64_t count_ = 0;
  std::uint64_t read_ = 0;  // octets
};

}  // namespace keyferry::carrier
