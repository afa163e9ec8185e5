// What `keyferry list` shows. Pure: records and the time in, lines out.
#pragma once

#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {

// title_of names a credential's access in a few words ("deploy@web").
std::string title_of(const keystore::CredentialRecord& record);

// show_credentials writes one credential a line, columns aligned: name, access, how long it is
// good, authority. The persona is shown when there is more than one.
std::vector<std::string> show_credentials(const std::vector<keystore::CredentialRecord>& records,
                                          Time now);

// credential_json is a credential as `--json` lists it.
boost::json::object credential_json(const keystore::CredentialRecord& record);

}  // namespace keyferry::wallet
