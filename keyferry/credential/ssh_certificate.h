// OpenSSH user and host certificates (PROTOCOL.certkeys): ssh-ed25519-cert-v01@openssh.com and
// ecdsa-sha2-nistp256-cert-v01@openssh.com.
//
//   string type ‖ string nonce(32) ‖ key octets ‖ u64 serial ‖ u32 kind ‖ string key id ‖ string
//   principals ‖ u64 valid after ‖ u64 valid before ‖ string critical options ‖ string extensions ‖
//   string reserved ‖ string CA public key ‖ string signature
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/crypto/key.h"

namespace keyferry::credential {

struct SshCertificate {
  crypto::PublicKey key;
  std::uint64_t serial = 0;  // never 0 in what we issue: sshd takes 0 for "none"
  std::uint32_t kind = 1;    // 1 user, 2 host
  std::string key_id{};      // the share's id
  std::vector<std::string> principals{};
  std::uint64_t valid_after = 0;   // Unix seconds, inclusive
  std::uint64_t valid_before = 0;  // Unix seconds, exclusive; 2^64-1: for ever
  std::map<std::string, std::string> critical_options{};  // force-command, source-address
  std::map<std::string, std::string> extensions{};        // permit-pty, …: value empty for flags
  crypto::PublicKey ca;
};

// issue_ssh_certificate signs with `ca` (certificate.ca is ignored and set). `nonce` has 32 random
// octets. Returns the certificate's blob. A serial of 0, no principals, an empty window or another
// nonce size is a broken promise.
Bytes issue_ssh_certificate(SshCertificate certificate, ByteView nonce,
                            const crypto::PrivateKey& ca);

// parse_ssh_certificate reads a blob and checks its signature by the CA key in it (whether that CA
// is trusted is the caller's business). It refuses what it does not understand: critical options
// other than force-command, source-address and verify-required (value empty), options out of order
// or twice, reserved octets, a nonce that has not 32 octets, no principals, an empty window. At
// most 64 KiB and 256 principals. So what it accepts has one encoding. Errors: invalid, cannot_open
// (signature).
Result<SshCertificate> parse_ssh_certificate(ByteView blob);

// certificate_line writes "TYPE BASE64 comment", the content of an id-cert.pub file, without line
// end; `blob` is one that issue_ssh_certificate made, the comment has no line end.
// parse_certificate_line returns the blob (type and blob must agree; comment optional; one line end
// and spaces around are fine) for parse_ssh_certificate. Errors: invalid.
std::string certificate_line(ByteView blob, std::string_view comment);
Result<Bytes> parse_certificate_line(std::string_view line);

}  // namespace keyferry::credential
