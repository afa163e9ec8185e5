// The v1 mailbox calls of a wallet (tigress.md section 2). The relay sees the mailbox's id, claims
// and sealed octets; never the secret.
#pragma once

#include <optional>
#include <string>

#include "keyferry/client/web.h"
#include "keyferry/transfer/sealed_payload.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::client {

struct CreateOrder {
  std::string base;  // of the relay
  std::string device_claim;
  std::string request_id;
  transfer::SealedPayload payload;
  Time expiration{};
  std::string claim_hash;  // empty: whoever reads first is the receiver (--plain-v1)
  std::string notify;      // the webhook to call when the other side does something; empty: none
};

struct CreatedMailbox {
  std::string base;  // of the link
  UuidOctets mailbox{};
  Time expiration{};    // the relay may have shortened it
  bool proves = false;  // the relay asks for the proof of the secret
  bool pushes = false;  // the relay calls `notify`
};

// MailboxCaller is who makes a call on an existing mailbox.
struct MailboxCaller {
  std::string device_claim;
  std::string request_id;
};

// MailboxMessage is what lies in the slot. `version` is the relay's ETag, empty where it has none.
struct MailboxMessage {
  transfer::SealedPayload payload;
  std::string version;
  std::optional<Time> expires;
};

class RelayClient {
 public:
  RelayClient(Web& web, bool allow_local) : web_(web), allow_local_(allow_local) {}

  // create makes a mailbox, or finds the one that an earlier try with the same claim and request id
  // made. Errors: forbidden with reason foreign_link (the link names another address than `base`),
  // echo (the answer is not to our request); as error_of.
  Result<CreatedMailbox> create(const CreateOrder& order);

  // read claims the mailbox of `link` if nobody holds it, and returns the sealed message. With the
  // link's secret the proof goes along. Repeating it with the same claim is safe.
  // Errors: unauthorized, reason `claim_proof` or `claimed`; not_found; forbidden, reason `echo`.
  Result<MailboxMessage> read(const transfer::ShareLink& link, const MailboxCaller& caller);

  // await is a read of a mailbox that is ours already: nothing while it still holds `version`, for
  // which the relay may let us wait some 25 s. A relay without versions answers at once.
  Result<std::optional<MailboxMessage>> await(const transfer::ShareLink& link,
                                              const MailboxCaller& caller,
                                              const std::string& version);

  // write puts `payload` in the place of what is there, if that is still `version` (empty: whatever
  // is there), and returns the new version. Repeating it with the same request id writes once.
  // Errors: precondition_failed (something else was written meanwhile); not_found.
  Result<std::string> write(const transfer::ShareLink& link, const MailboxCaller& caller,
                            const transfer::SealedPayload& payload, const std::string& version);

  // relinquish gives a claimed mailbox back, so that another device can take it.
  Result<Done> relinquish(const transfer::ShareLink& link, const MailboxCaller& caller);

  // remove deletes the mailbox; one that is gone already is no error.
  Result<Done> remove(const transfer::ShareLink& link, const MailboxCaller& caller);

 private:
  Result<http::Response> send(http::ClientRequest request, const MailboxCaller& caller);
  http::ClientRequest read_request(const transfer::ShareLink& link) const;
  Web& web_;
  bool allow_local_;
};

// parse_created reads the answer of Create. Pure; public for its tests.
Result<CreatedMailbox> parse_created(const CreateOrder& order, const http::Response& response);

}  // namespace keyferry::client
