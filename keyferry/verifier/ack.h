// The verifier's own key, and what it signs with it: "I have put this list in force".
#pragma once

#include <optional>
#include <string>

#include "keyferry/crypto/key.h"
#include "keyferry/file/file.h"
#include "keyferry/verifier/statement.h"

namespace keyferry::verifier {

// init_keys makes what is missing in the state folder: the signing key `signing.key` (P-256, mode
// 600, an OpenSSH private key file). What is there stays. It returns the public part as a JWK Set
// (RFC 7517), one line without an end, for `keyferry-authority verifier add NAME --key FILE`.
// Errors: io, storage_full, forbidden (another account's folder or file), invalid.
Result<std::string> init_keys(const file::Path& state);

// load_signing_key returns the key, or nothing when `init` never ran. Errors: forbidden, invalid,
// io.
Result<std::optional<crypto::PrivateKey>> load_signing_key(const file::Path& state);

// make_ack is the compact JWS, typ `keyferry-ack+jwt`, of the header Keyferry-Ack
// (docs/authority.md, "Acknowledgements"). `authority`: the URL in trust.json.
std::string make_ack(const crypto::PrivateKey& key, const std::string& authority,
                     const std::string& list, const Position& position, Time now);

}  // namespace keyferry::verifier
