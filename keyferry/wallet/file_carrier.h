// An exchange through one file that both sides can reach (a shared folder, a stick carried back and
// forth): no relay, and so no claim; whoever has the secret and reads first is the receiver. The
// file holds one sealed message as {"type", "data"}; its version is the hash of that.
#pragma once

#include "keyferry/file/file.h"
#include "keyferry/wallet/carrier.h"

namespace keyferry::wallet {

class FileCarrier final : public SecretCarrier {
 public:
  // Without `secret` it neither seals nor opens.
  explicit FileCarrier(file::Path path, SecretBytes secret = {})
      : SecretCarrier(std::move(secret)), path_(std::move(path)) {}

  // create writes the first message. Errors: conflict (the file exists and is another one).
  Result<Done> create(const transfer::SealedPayload& payload);

  // The file may be cut or away for a while: what cannot be read as a message is nothing yet.
  Result<std::optional<Arrived>> receive(const std::string& version, bool wait) override;
  Result<std::string> send(const transfer::SealedPayload& payload, const std::string& request_id,
                           const std::string& version) override;
  void close() override;
  void give_back() override {}

 private:
  file::Path path_;
};

}  // namespace keyferry::wallet
