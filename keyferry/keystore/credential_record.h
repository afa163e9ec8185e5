// What the wallet remembers of a credential: ssh/NAME/credential.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/credential/window.h"
#include "keyferry/crypto/key.h"
#include "keyferry/keystore/home.h"
#include "keyferry/keystore/ssh_host.h"

namespace keyferry::keystore {

// SshName is a name that ssh knows a credential by (ssh_names.h).
struct SshName {
  std::string alias;
  std::string host;  // as in the rights
  std::string login;
  friend bool operator==(const SshName&, const SshName&) = default;
};

struct CredentialRecord {
  std::string name;     // of the folder
  std::string persona;  // that took it
  std::string kind;
  std::string issuer;
  std::string credential_id;
  std::string share;
  boost::json::object rights;
  credential::Window window;       // the share's
  credential::Window certificate;  // what is in the file now
  std::string serial;
  bool renew = false;
  std::optional<std::int64_t> depth;
  std::vector<SshHost> hosts;
  std::string key_file;   // "id_ed25519" or "id_ecdsa"
  std::string source;     // id of the transfer that brought it
  bool reported = false;  // the person has seen how to use it
  Time taken{};
  // What the person agreed to; absent in the file of a version that did not ask.
  std::optional<std::vector<SshName>> ssh_names;
  std::string over;  // "revoked", "ended" or "expired" once the authority said so; else empty
};

boost::json::object encode_credential_record(const CredentialRecord& record);

// parse_credential_record: errors invalid ("made by a newer version of keyferry" for a higher
// version).
Result<CredentialRecord> parse_credential_record(const boost::json::object& object);

// load_credentials reads all credentials in the order of their names. One that cannot be read is an
// error that names its file: nothing is skipped in silence. load_credential reads one: not_found
// says which names there are.
Result<std::vector<CredentialRecord>> load_credentials(const Home& home);
Result<CredentialRecord> load_credential(const Home& home, std::string_view name);

// save_credential replaces credential.json (600).
Result<Done> save_credential(const Home& home, const CredentialRecord& record);

// load_key reads the private key of a credential.
Result<crypto::PrivateKey> load_key(const Home& home, const CredentialRecord& record);

}  // namespace keyferry::keystore
