// COSE_Sign1 (RFC 9052) and COSE_Key as delegations have them (docs/lock.md): ES256 over P-256,
// untagged, no unprotected header, and a protected one that names the signer or does not.
#pragma once

#include <optional>

#include "keyferry/base/result.h"
#include "keyferry/crypto/key.h"
#include "keyferry/delegation/cbor.h"
#include "keyferry/digest/hash.h"

namespace keyferry::delegation {

inline constexpr std::string_view kDelegationAad = "keyferry delegation v1";
inline constexpr std::string_view kDenyAad = "keyferry deny v1";
inline constexpr std::string_view kOpenAad = "keyferry open v1";

using Thumbprint = digest::Sha256;
using XyOctets = ByteArray<64>;  // x ‖ y of a point

// xy_of is x ‖ y of a P-256 key.
XyOctets xy_of(const crypto::PublicKey& key);
// key_of_xy. Errors: invalid (no point of the curve; reason `point`).
Result<crypto::PublicKey> key_of_xy(ByteView xy);
// cose_key writes {1: 2, -1: 1, -2: x, -3: y}.
Bytes cose_key(ByteView xy);
// read_cose_key returns x ‖ y; whether it is a point is not looked at.
XyOctets read_cose_key(CborReader& reader);
// thumbprint_of is SHA-256 of cose_key: how keys are named here.
Thumbprint thumbprint_of(ByteView xy);
Thumbprint thumbprint_of(const crypto::PublicKey& key);

struct SignOptions {
  bool named = false;     // the protected header names the signer by its thumbprint
  bool detached = false;  // the payload is not in it
};
// sign1 signs "Signature1", the header, `aad` and `payload` (RFC 9052 section 4.4).
Bytes sign1(const crypto::PrivateKey& key, ByteView payload, ByteView aad, SignOptions options);

struct Sign1 {
  Bytes header;  // the protected header's content
  std::optional<Thumbprint> signer;
  Bytes payload;
  Bytes signature;
};
// parse_sign1 reads one with its payload in it, at most `most` octets. Errors: invalid (reason
// `form`).
Result<Sign1> parse_sign1(ByteView octets, std::size_t most);
// verify_sign1 looks at the signature alone: whether `signer` names that key is for the caller.
bool verify_sign1(const Sign1& sign1, ByteView aad, const crypto::PublicKey& key);

}  // namespace keyferry::delegation
