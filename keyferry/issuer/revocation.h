// What is known of a revoke: the lists that show it, whether they are out, and which verifiers have
// taken them.
#pragma once

#include <boost/json/object.hpp>

#include "keyferry/issuer/acks.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/revoke.h"

namespace keyferry::issuer {

// ListsInForce is where the knowledge comes from. `published`: nothing while no server runs.
struct ListsInForce {
  const ListPublisher* published = nullptr;
  const Acks& acks;
};

// render_revoked writes the answer (docs/authority.md, DELETE /v1/shares/{id}).
boost::json::object render_revoked(const Settings& settings, const ledger::Revoked& revoked,
                                   const ListsInForce& lists, Time now);

// awaits_verifiers says whether such an answer may soon say more: a recorded verifier that was
// heard a moment ago has not taken a list yet.
bool awaits_verifiers(const boost::json::object& answer);

}  // namespace keyferry::issuer
