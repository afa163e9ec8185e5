// The code that two people tell each other (transfer.md section 5), as CPace's input.
#pragma once

#include "keyferry/base/secret.h"
#include "keyferry/crypto/cpace.h"

namespace keyferry::transfer {

// CodeInput binds PRS (the digits), CI ("keyferry v1 cpace" ‖ transfer) and sid; view() lives as
// long as this and what it was made from.
class CodeInput {
 public:
  CodeInput(const SecretBytes& code, const ByteArray<16>& transfer, const ByteArray<16>& sid)
      : code_(code), ci_(concat({bytes_of("keyferry v1 cpace"), transfer})), sid_(sid) {}
  crypto::CpaceInput view() const { return {code_.expose(), ci_, sid_}; }

 private:
  const SecretBytes& code_;
  Bytes ci_;
  const ByteArray<16>& sid_;
};

}  // namespace keyferry::transfer
