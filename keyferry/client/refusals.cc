// A share is given up only for a word that is listed here: an answer with another word, or none,
// leaves its key where it is.
#include "keyferry/client/refusals.h"

#include <algorithm>
#include <array>

namespace keyferry::client {
namespace {

bool is_one_of(const std::string& word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// Of RFC 9449 and OpenID4VCI 1.0 section 8.3.1.
constexpr std::array<std::string_view, 4> kProofWords = {"invalid_dpop_proof", "use_dpop_nonce",
                                                         "invalid_proof", "invalid_nonce"};

// A token that ran out, the moment, and what this wallet says itself before or after a call.
constexpr std::array<std::string_view, 6> kOtherWords = {
    "invalid_token", "temporarily_unavailable", "server_error", "slow_down", "redirect", "busy"};

// Of our authority, and of OpenID4VCI for a share that is not issued to anybody.
constexpr std::array<std::string_view, 9> kShareWords = {
    "unknown_code", "revoked",   "refused",
    "ended",        "expired",   "redeemed",
    "locked",       "wrong_key", "credential_request_denied"};

}  // namespace

bool was_lost(const Error& error) {
  return error.code == Errc::network || error.code == Errc::unavailable ||
         error.code == Errc::too_many || error.reason == "redirect";
}

//= spec:authority#3-lost
bool refuses_proof(const Error& error) {
  return is_one_of(error.reason, kProofWords);
}

bool is_refusal(const Error& error) {
  const bool ours =
      error.code == Errc::io || error.code == Errc::storage_full || error.code == Errc::internal;
  return !ours && !was_lost(error) && !error.reason.empty() && !refuses_proof(error) &&
         !is_one_of(error.reason, kOtherWords);
}

Error go_on_later(Error error) {
  error.detail += "; nothing is lost: run the same command again and it goes on";
  return error;
}

bool refuses_share(const Error& error) {
  return is_refusal(error) && is_one_of(error.reason, kShareWords);
}

bool is_final(const Error& error) {
  return refuses_share(error) || error.reason == "not_as_offered";
}

Error link_leads_nowhere() {
  return fail(
      Errc::not_found,
      "this link leads nowhere any more: it was taken and finished, taken back, or ran out. "
      "Ask the sender; nothing was taken with it now");
}

}  // namespace keyferry::client
