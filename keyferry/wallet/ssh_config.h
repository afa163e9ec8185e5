// `ssh NAME` for credentials: a file of our own, included from ~/.ssh/config.
#pragma once

#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {

// ssh_config_text writes our file: for each name that the person agreed to (agreed_names) a block
// `Host NAME`; each renews what is due before it connects by running `program` renew. A name that
// stands twice belongs to the first. Pure.
std::string ssh_config_text(const keystore::Home& home,
                            const std::vector<keystore::CredentialRecord>& records,
                            const std::string& program);

// include_line is the line that ~/.ssh/config gets, with its end. What a path has of the characters
// that ssh's Include expands (* ? [) stands in brackets, so that it means itself alone.
std::string include_line(const keystore::Home& home);

// has_include says whether `line` is an active line of `config`: whole, and above every Host and
// Match line (below one it belongs to that block). Blanks around it do not count.
bool has_include(std::string_view config, std::string_view line);

// with_include puts the line on top unless has_include; without_include takes the first such line
// out. Pure; every other octet stays as it is.
std::string with_include(const std::string& config, const std::string& line);
std::string without_include(const std::string& config, const std::string& line);

// write_ssh_config replaces our file. Errors: invalid (ssh cannot be told to run `program`: its
// path has a double quote or a control character), io.
Result<Done> write_ssh_config(const keystore::Home& home, const std::string& program);

// install_include changes `config` (the user's ~/.ssh/config), keeping its mode and, where it is a
// link, the file it leads to; it returns false where the line was there already: it is the user's.
// remove_include takes out what install_include put there.
Result<bool> install_include(const keystore::Home& home, const file::Path& config);
Result<Done> remove_include(const keystore::Home& home, const file::Path& config);

}  // namespace keyferry::wallet
