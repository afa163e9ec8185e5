// An exchange through one file that both sides can reach (a shared folder, a stick carried back and
// forth): no relay, and so no claim; whoever has the secret and reads first is the receiver. The
// file holds one sealed message as {"type", "data"}; its version is the hash of that. A file whose
// name ends in .png is a QR picture of the same text.
#pragma once

#include "keyferry/carrier/carrier.h"
#include "keyferry/file/file.h"

namespace keyferry::carrier {

// encode_sealed writes a sealed message as a file or a line holds it; parse_sealed reads one.
// Errors: invalid, too_large.
std::string encode_sealed(const transfer::SealedPayload& payload);
Result<transfer::SealedPayload> parse_sealed(std::string_view text);

// is_picture_place says whether messages at this place are QR pictures, which hold less than a
// file.
bool is_picture_place(const file::Path& path);

class FileCarrier final : public SecretCarrier {
 public:
  // Without `secret` it neither seals nor opens.
  explicit FileCarrier(file::Path path, SecretBytes secret = {})
      : SecretCarrier(std::move(secret)), path_(std::move(path)) {}

  // check_free says before a share is made whether create could write it there; `path` is absolute.
  // Errors: invalid (a photograph), conflict (something is there), not_found (no such folder), io.
  Result<Done> check_free() const;

  // create writes the first message. Errors: conflict (the file exists and is another one),
  // too_large (for a QR picture).
  Result<Done> create(const transfer::SealedPayload& payload);

  // read is receive(""), but says what is wrong with a picture, or with a place that is no plain
  // file (unsafe_file).
  Result<std::optional<Arrived>> read();

  // The file may be cut or away for a while: what cannot be read as a message is nothing yet. A
  // photograph (JPEG) is read as well, but a message is only written to a PNG.
  // What is no plain file is nothing yet, too, and is not written over: forbidden (unsafe_file).
  Result<std::optional<Arrived>> receive(const std::string& version, bool wait) override;
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& request_id,
                           const std::string& version) override;
  void close() override;

 private:
  Result<Bytes> drawn(const std::string& text) const;
  Result<std::string> text() const;
  file::Path path_;
};

}  // namespace keyferry::carrier
