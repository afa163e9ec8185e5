// What an offer leads to, once the authority has said what it issues; and how it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keyferry/client/issuer_metadata.h"
#include "keyferry/credential/kind.h"
#include "keyferry/credential/offer.h"
#include "keyferry/wallet/person.h"

namespace keyferry::wallet {

struct OfferPlan {
  const credential::Kind* kind = nullptr;
  const client::IssuerMetadata* authority = nullptr;
  std::string configuration;
  std::optional<credential::Rights> rights;  // as offered; none: said only when taken
  credential::Window window;                 // begins at Time{} where its begin was not said
};

// make_plan picks the first of `configurations` that this wallet knows and `authority` issues, and
// reads `terms`, if there are any. Errors: invalid (nothing fits; rights that the kind does not
// know; no key to check the credential with).
Result<OfferPlan> make_plan(const std::vector<std::string>& configurations,
                            const std::optional<credential::OfferTerms>& terms,
                            const client::IssuerMetadata& authority);

// show_plan shows it from the data; `note` is the sender's, quoted.
void show_plan(Person& person, const OfferPlan& plan, const std::optional<std::string>& note);

// declined is the error of a person's no.
Error declined();

}  // namespace keyferry::wallet
