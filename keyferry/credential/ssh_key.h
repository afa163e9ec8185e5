// SSH public keys and OpenSSH private key files.
#pragma once

#include <string>
#include <string_view>

#include "keyferry/codec/ssh_wire.h"
#include "keyferry/crypto/key.h"

namespace keyferry::credential {

// encode_ssh_public_key writes the wire blob (RFC 4253 section 6.6, RFC 8709, RFC 5656): string
// type, then key octets. parse reads ssh-ed25519 and ecdsa-sha2-nistp256 blobs only. Errors:
// invalid.
Bytes encode_ssh_public_key(const crypto::PublicKey& key);
Result<crypto::PublicKey> parse_ssh_public_key(ByteView blob);

// ssh_key_type is "ssh-ed25519" or "ecdsa-sha2-nistp256".
std::string_view ssh_key_type(crypto::KeyType type);

// write_ssh_key_octets and read_ssh_key_octets are the key without its leading type, as a
// certificate carries it: Ed25519 string key(32); P-256 string "nistp256" ‖ string point(65).
// Errors: invalid.
void write_ssh_key_octets(codec::SshWriter& out, const crypto::PublicKey& key);
Result<crypto::PublicKey> read_ssh_key_octets(codec::SshReader& in, crypto::KeyType type);

// authorized_line writes "ssh-ed25519 AAAA… comment" without a line end. parse_authorized_line
// reads one line of that form (type and blob must agree; comment optional; no options; one line end
// and spaces around are fine). A comment with a line end is a broken promise. Errors: invalid.
std::string authorized_line(const crypto::PublicKey& key, std::string_view comment);
Result<crypto::PublicKey> parse_authorized_line(std::string_view line);

// ssh_fingerprint is "SHA256:" and base64 without padding of SHA-256 of the blob, as ssh-keygen
// prints.
std::string ssh_fingerprint(const crypto::PublicKey& key);

// encode_openssh_private_key writes an unencrypted "-----BEGIN OPENSSH PRIVATE KEY-----" file
// (PROTOCOL.key), which ssh and ssh-add read; the comment may not have a line end. The octets
// depend on key and comment only. parse reads the same, one key, unencrypted only, at most 16 KiB,
// and checks that the private part makes the public one. Errors: invalid.
SecretBytes encode_openssh_private_key(const crypto::PrivateKey& key, std::string_view comment);
Result<crypto::PrivateKey> parse_openssh_private_key(const SecretBytes& file);

}  // namespace keyferry::credential
