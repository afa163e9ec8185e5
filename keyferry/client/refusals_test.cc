#include "keyferry/client/refusals.h"

#include <gtest/gtest.h>

namespace keyferry::client {
namespace {

Error error(Errc code, std::string reason) {
  return fail(code, "said by somebody", std::move(reason));
}

// What leaves open what became of a call: a key or an order stays.
//
//= spec:authority#3-lost test
TEST(Refusals, OnlyTheAuthoritysWordAboutTheShareGivesAKeyUp) {
  for (const char* word : {"unknown_code", "revoked", "refused", "ended", "expired", "redeemed",
                           "locked", "wrong_key", "credential_request_denied"}) {
    EXPECT_TRUE(refuses_share(error(Errc::forbidden, word))) << word;
    EXPECT_FALSE(refuses_share(error(Errc::unavailable, word))) << word;
  }
  for (const char* word :
       {"", "invalid_dpop_proof", "use_dpop_nonce", "invalid_proof", "invalid_nonce",
        "invalid_token", "invalid_grant", "temporarily_unavailable", "server_error", "redirect",
        "wrong_pin", "pin_required", "no_terminal", "name_taken", "unknown_configuration"}) {
    EXPECT_FALSE(refuses_share(error(Errc::forbidden, word))) << word;
    EXPECT_FALSE(is_final(error(Errc::forbidden, word))) << word;
  }
  EXPECT_TRUE(is_final(error(Errc::forbidden, "not_as_offered")));
}

// A captive portal redirects, and knows nothing of the share.
TEST(Refusals, ARedirectIsALostAnswer) {
  EXPECT_TRUE(was_lost(error(Errc::forbidden, "redirect")));
  EXPECT_FALSE(was_lost(error(Errc::forbidden, "claimed")));
}

TEST(Refusals, ARefusedProofIsNoRefusal) {
  for (const char* word :
       {"invalid_dpop_proof", "use_dpop_nonce", "invalid_proof", "invalid_nonce"}) {
    EXPECT_TRUE(refuses_proof(error(Errc::unauthorized, word))) << word;
    EXPECT_FALSE(is_refusal(error(Errc::unauthorized, word))) << word;
  }
  EXPECT_FALSE(refuses_proof(error(Errc::unauthorized, "invalid_token")));
}

TEST(Refusals, AnOrderIsRefusedByTheAuthoritysWordAlone) {
  EXPECT_TRUE(is_refusal(error(Errc::forbidden, "too_many_shares")));
  EXPECT_TRUE(is_refusal(error(Errc::not_found, "not_found")));
  EXPECT_FALSE(is_refusal(error(Errc::forbidden, "")));
  for (const Errc code : {Errc::network, Errc::unavailable, Errc::too_many, Errc::io,
                          Errc::storage_full, Errc::internal}) {
    EXPECT_FALSE(is_refusal(error(code, "too_many_shares")));
  }
}

}  // namespace
}  // namespace keyferry::client
