// P-256 between the octets that we keep and OpenSSL's objects. For key.cc only; what signatures and
// agreement hold is said in key.h.
#pragma once

#include <optional>

#include <openssl/evp.h>

#include "keyferry/base/bytes.h"
#include "keyferry/base/secret.h"
#include "keyferry/digest/openssl_handle.h"

namespace keyferry::crypto {

using Pkey = digest::OpensslHandle<EVP_PKEY, EVP_PKEY_free>;

// p256_public_key makes a key of an uncompressed point 04 ‖ x ‖ y; null unless it is on the curve.
Pkey p256_public_key(ByteView point);

// p256_key_pair makes a key of a scalar (32 octets) and its point.
Pkey p256_key_pair(const SecretBytes& scalar, ByteView point);

// p256_point multiplies the generator: 65 octets, or nothing unless the scalar has 32 octets and is
// from 1 to n - 1.
std::optional<Bytes> p256_point(const SecretBytes& scalar);

// p256_signature_to_der and p256_signature_to_raw convert r ‖ s (64 octets) and the DER form of
// OpenSSL. The first gives nothing for another size.
std::optional<Bytes> p256_signature_to_der(ByteView raw);
Bytes p256_signature_to_raw(ByteView der);

}  // namespace keyferry::crypto
