// What the administrator does: one command in, one answer out, as JSON. The program runs it itself,
// or asks the running server over admin.sock to; so every command exists once.
//
//   host_add    name, address, port, host_keys [line…], host_cas [line…], replace
//   host_list
//   verifier_add     name, keys (what keyferry-verifier init prints), replace
//   verifier_list
//   verifier_remove  name
//   share       as the body of POST /v1/shares, `pin` true: the authority draws one
//   list        limit? (1 to 200; absent: all), after? (a share): a page, with `next` where
//               more may follow
//   revoke      share; wait (0 to 25 seconds that a server's answer waits until verifiers have
//               taken the list)
//   rearm       share (locked: a new PIN and a new offer; open or claimed: a new offer)
//   trust       host?
//   audit       jws? (a list's JWS, as a verifier keeps it)
//   backup      path (absolute)
#pragma once

#include <boost/json/object.hpp>

#include "keyferry/base/clock.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/revocation.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/ledger.h"

namespace keyferry::issuer {

struct Administration {
  const Settings& settings;
  const Keys& keys;
  ledger::Ledger& ledger;
  const Clock& clock;
  ListsInForce lists;
};

// administer runs the command that `command.command` names. Errors: invalid (unknown command, bad
// member), and what the command itself fails with.
Result<boost::json::object> administer(const Administration& authority,
                                       const boost::json::object& command);

// administer_revoke is what the command `revoke` does, for whoever goes on to wait for verifiers.
// Errors: as ledger::revoke_share; invalid (bad `share`).
Result<ledger::Revoked> administer_revoke(const Administration& authority,
                                          const boost::json::object& command);

// The commands that have a file of their own (administer_share.cc, administer_verifier.cc,
// administer_trust.cc).
Result<boost::json::object> administer_share(const Administration& authority,
                                             const boost::json::object& command);
Result<boost::json::object> administer_rearm(const Administration& authority,
                                             const boost::json::object& command);
Result<boost::json::object> administer_verifier_add(const Administration& authority,
                                                    const boost::json::object& command);
Result<boost::json::object> administer_verifier_list(const Administration& authority,
                                                     const boost::json::object& command);
Result<boost::json::object> administer_verifier_remove(const Administration& authority,
                                                       const boost::json::object& command);
Result<boost::json::object> administer_trust(const Administration& authority,
                                             const boost::json::object& command);
Result<boost::json::object> administer_audit(const Administration& authority,
                                             const boost::json::object& command);

}  // namespace keyferry::issuer
