// The hash of a TLS 1.3 cipher suite, which Draft R takes its names from, with HMAC and HKDF over
// it. What is fixed to SHA-256 uses hash.h. Cannot fail.
//
// Security notions: those of hash.h, but that SHA-384 cannot be extended, and that a key of its
// HMAC is the same with zeros behind it up to 128 octets.
#pragma once

#include "keyferry/base/bytes.h"

namespace keyferry::digest {

enum class SuiteHash { sha256, sha384 };

// suite_hash hashes the concatenation of `parts` (FIPS 180-4): 32 or 48 octets.
Bytes suite_hash(SuiteHash hash, std::initializer_list<ByteView> parts);

// hkdf_extract and hkdf_expand are RFC 5869. `prk` may be shorter than the hash: HMAC takes any
// key. `size` is at most 255 × the hash's length; more is a broken promise. The caller wipes what
// it gets.
Bytes hkdf_extract(SuiteHash hash, ByteView salt, ByteView ikm);
Bytes hkdf_expand(SuiteHash hash, ByteView prk, ByteView info, std::size_t size);

}  // namespace keyferry::digest
