// CPace, a balanced PAKE (draft-irtf-cfrg-cpace), suite CPACE-RISTR255-SHA512, initiator-responder
// order: two sides that know the same six digits get the same key, and whoever does not know them
// has one guess, online.
//
// Security notion: a PAKE with forward secrecy and implicit authentication. A recorded run can be
// searched for no digits, and digits that are known later open no earlier run; that the other side
// knew them shows only when it uses the key.
#pragma once

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"
#include "keyferry/base/secret.h"

namespace keyferry::crypto {

using CpaceShare = ByteArray<32>;  // an encoded ristretto255 element, Ya or Yb

// CpaceInput: what both sides must agree on. `prs` is the code, `ci` the channel identifier, `sid`
// the session id. Views; they must outlive the call.
struct CpaceInput {
  ByteView prs;
  ByteView ci;
  ByteView sid;
};

// CpaceSide is one side's secret scalar and its share. Move-only, wiped with the object.
class CpaceSide {
 public:
  // start draws a scalar; resume takes back scalar() of a stored transfer. Errors: invalid (not 32
  // octets or not a reduced, non-zero scalar).
  static CpaceSide start(const CpaceInput& input);
  static Result<CpaceSide> resume(const CpaceInput& input, const SecretBytes& scalar);

  const CpaceShare& share() const { return share_; }
  const SecretBytes& scalar() const { return scalar_; }

  // initiator_key and responder_key give ISK, 64 octets, from the other side's share; associated
  // data `ada` and `adb` are the initiator's and the responder's. Errors: invalid if the share is
  // not an element or leads to the neutral one: end the transfer.
  Result<SecretBytes> initiator_key(ByteView sid, const CpaceShare& responder, ByteView ada = {},
                                    ByteView adb = {}) const;
  Result<SecretBytes> responder_key(ByteView sid, const CpaceShare& initiator, ByteView ada = {},
                                    ByteView adb = {}) const;

 private:
  CpaceSide(SecretBytes scalar, CpaceShare share) : scalar_(std::move(scalar)), share_(share) {}
  SecretBytes scalar_;
  CpaceShare share_;
};

// cpace_generator is the draft's calculate_generator, encoded; public for its test vectors.
CpaceShare cpace_generator(const CpaceInput& input);

}  // namespace keyferry::crypto
