// How ssh is told to use a credential: its files, and the whole command line. Pure but for
// write_ssh_files. The wallet never runs ssh.
#pragma once

#include <string>
#include <vector>

#include "keyferry/keystore/credential_record.h"

namespace keyferry::wallet {

// known_hosts_text writes one line a key: "[address]:port" unless the port is 22; host CAs as
// @cert-authority. So ssh never trusts on first use.
std::string known_hosts_text(const std::vector<keystore::SshHost>& hosts);

// shell_quoted leaves a word of harmless characters as it is and puts everything else in single
// quotes.
std::string shell_quoted(std::string_view word);

// SshLine is one way to use a credential: ready to paste into a shell.
struct SshLine {
  std::string login;
  std::string host;  // its name
  std::string command;
};

// ssh_lines writes one line for every pair of login and host of the credential, in the order of
// their names: ssh -i KEY -o IdentitiesOnly=yes -o UserKnownHostsFile=… -o
// StrictHostKeyChecking=yes [-p PORT] -- LOGIN@ADDRESS.
std::vector<SshLine> ssh_lines(const keystore::Home& home,
                               const keystore::CredentialRecord& record);

// write_ssh_files writes key, certificate and known_hosts into the credential's folder (made with
// 700), each 600 and whole; credential.json is not touched.
Result<Done> write_ssh_files(const keystore::Home& home, const keystore::CredentialRecord& record,
                             const crypto::PrivateKey& key, std::string_view certificate);

// write_certificate replaces the certificate alone (renewal).
Result<Done> write_certificate(const keystore::Home& home, const keystore::CredentialRecord& record,
                               std::string_view certificate);

// key_file_name is "id_ed25519" or "id_ecdsa".
std::string key_file_name(crypto::KeyType type);

}  // namespace keyferry::wallet
