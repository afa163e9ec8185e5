// `ssh NAME` for credentials: a file of our own, included from ~/.ssh/config.
#pragma once

#include <string>
#include <vector>

#include "keyferry/wallet/credential_record.h"

namespace keyferry::wallet {

// ssh_config_text writes our file: for each credential a block `Host NAME` for its first host and
// login, `Host NAME-HOST` for the others; each renews what is due before it connects by running
// `program` renew. Pure.
std::string ssh_config_text(const Home& home, const std::vector<CredentialRecord>& records,
                            const std::string& program);

// include_line is the line that ~/.ssh/config gets.
std::string include_line(const Home& home);

// with_include and without_include change the text of ~/.ssh/config: the line is added once, on
// top (an Include below a Host block would belong to that block). Pure; the rest stays as it is.
std::string with_include(const std::string& config, const std::string& line);
std::string without_include(const std::string& config, const std::string& line);

// write_ssh_config replaces our file; install_include and remove_include change `config` (the
// user's ~/.ssh/config), keeping its mode and, where it is a link, the file it leads to.
Result<Done> write_ssh_config(const Home& home, const std::string& program);
Result<Done> install_include(const Home& home, const file::Path& config);
Result<Done> remove_include(const Home& home, const file::Path& config);

}  // namespace keyferry::wallet
