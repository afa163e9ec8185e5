// A credential kind is a plug-in of one interface: rights, words, issuing, checking, revoking.
// Adding one touches its own files, its vectors and the table in kind.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/credential/rights.h"
#include "keyferry/credential/window.h"
#include "keyferry/crypto/key.h"

namespace keyferry::credential {

// IssueOrder is what goes into one credential.
struct IssueOrder {
  crypto::PublicKey holder;  // the receiver's key
  std::string share{};       // the share's id
  std::uint64_t serial = 0;  // never 0, never used before by this issuer
  Rights rights{};
  Window window{};  // of the credential: see credential_window
};

// HeldCredential is what a wallet learns from a credential that it checked.
struct HeldCredential {
  std::string share{};
  std::uint64_t serial = 0;
  Window window{};  // of the credential; may be shorter than the share's: then it is renewed
  crypto::PublicKey issuer;
};

// Approval is what a person agreed to before taking a share.
struct Approval {
  crypto::PublicKey holder;
  Rights rights{};
  Window window{};
};

// RevokedCredential is one entry of a revocation list: by serial, and by share for good measure. Where
// only one of them is known, the serial is 0 or the share empty.
struct RevokedCredential {
  crypto::PublicKey issuer;
  std::uint64_t serial = 0;
  std::string share{};
};

// RevocationList is everything that one list says. `issuers` are all keys that issue this kind
// (each gets its section, empty or not); `revoked_keys` are issuers and holders revoked outright.
struct RevocationList {
  std::uint64_t number = 0;
  Time issued{};
  std::vector<crypto::PublicKey> issuers{};
  std::vector<RevokedCredential> revoked{};
  std::vector<crypto::PublicKey> revoked_keys{};
};

// Kind is stateless and safe for any number of threads.
class Kind {
 public:
  virtual ~Kind() = default;

  // name is the OpenID4VCI configuration id ("ssh"); format the credential format identifier
  // ("ssh-certificate"); list_name the name of its revocation list ("ssh.krl").
  virtual std::string_view name() const = 0;
  virtual std::string_view format() const = 0;
  virtual std::string_view list_name() const = 0;

  // schema lives for ever.
  virtual const RightsSchema& schema() const = 0;

  // title names the access in a few words for lists and warnings: "deploy@web". describe says
  // everything that the rights allow, one sentence a line, lower case, no full stop: "log in as
  // deploy on web". Both are made from the data only and safe to print on a terminal; times are
  // the caller's (only it knows the person's zone).
  virtual std::string title(const Rights& rights) const = 0;
  virtual std::vector<std::string> describe(const Rights& rights) const = 0;

  // issue signs a credential and returns it as text, one line without line end. `random` has 32
  // fresh octets. A serial of 0 or an empty window is a broken promise.
  virtual std::string issue(const IssueOrder& order, ByteView random,
                            const crypto::PrivateKey& issuer) const = 0;

  // check_issued is the wallet's check of what came back: well formed, signed by one of `issuers`,
  // for the holder's key, rights and window equal to the approved ones or narrower (the start may
  // be kWindowSkew earlier). Errors: invalid (malformed), cannot_open (signature, or another
  // issuer), forbidden (another key, or more than was approved: the detail says what).
  virtual Result<HeldCredential> check_issued(std::string_view credential, const Approval& approval,
                                              std::span<const crypto::PublicKey> issuers) const = 0;

  // encode_list writes the file that the verifier reads. Never empty: a list that revokes nothing
  // is valid and says so.
  virtual Bytes encode_list(const RevocationList& list) const = 0;
};

// kinds lists every kind in the order of their names. find_kind returns the one called `name`; the
// pointer lives for ever. Errors: invalid with reason unknown_kind, the detail listing the known
// ones.
std::span<const Kind* const> kinds();
Result<const Kind*> find_kind(std::string_view name);

}  // namespace keyferry::credential
