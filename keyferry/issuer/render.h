// The JSON that the authority answers with (docs/authority.md).
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/ledger/issue.h"
#include "keyferry/ledger/lists.h"
#include "keyferry/ledger/look.h"
#include "keyferry/ledger/offer.h"

namespace keyferry::issuer {

// render_record writes a share as it is at `now`.
boost::json::object render_record(const ledger::ShareRecord& record, Time now);

// render_offer writes the credential offer with its code, which must be there: a secret.
boost::json::object render_offer(const Settings& settings, const ledger::Offered& offered);

// render_offered is a record with its offer by value (where there is a code), as the share calls
// answer it.
boost::json::object render_offered(const Settings& settings, const ledger::Offered& offered,
                                   Time now);

// offer_reference is the openid-credential-offer:// URI of an offer with a handle.
std::string offer_reference(const Settings& settings, std::string_view handle);

// render_issued signs the certificate of a committed record and writes the credential answer.
// Errors: internal if the key that shall sign is not there any more.
Result<boost::json::object> render_issued(const Keys& keys, const ledger::Issued& issued);

// render_host writes a host with its keys, as a wallet gets it and the administrator sees it.
boost::json::object render_host(const ledger::Host& host);

}  // namespace keyferry::issuer
