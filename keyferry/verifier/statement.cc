// Positions are compared before dates, so an old list is refused as old whatever the clock says.
#include "keyferry/verifier/statement.h"

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kType = "keyferry-list+jwt";
constexpr std::int64_t kMostNumber = std::int64_t{1} << 53;  // what every JSON reader keeps exactly
constexpr auto kSkew = 120s;

Result<Done> verify_by_list_key(const crypto::Jws& jws, const Trust& trust) {
  KF_TRY(auto kid, codec::optional_text_member(jws.header, "kid"));
  for (const crypto::PublicKey& key : trust.list_keys) {
    if (kid && crypto::jwk_thumbprint(key) != *kid) continue;
    if (crypto::verify_jws(jws, key)) return Done{};
    if (kid)
      return fail(Errc::cannot_open, "the signature of the list is wrong: somebody changed it",
                  "wrong_signature");
  }
  return fail(Errc::cannot_open,
              "the list is signed by a key that the trust file does not hold: if the authority "
              "has a new list key, bring its trust file again (keyferry-authority export-trust)",
              "unknown_key");
}

Result<Statement> parse_payload(const boost::json::object& payload) {
  Statement said;
  KF_TRY(said.name, codec::text_member(payload, "name"));
  KF_TRY(auto epoch, codec::integer_member(payload, "epoch", 1, kMostNumber));
  KF_TRY(auto number, codec::integer_member(payload, "number", 1, kMostNumber));
  said.position = {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(number)};
  KF_TRY(auto issued, codec::text_member(payload, "issued"));
  KF_TRY(said.issued, codec::parse_rfc3339(issued));
  KF_TRY(auto next_update, codec::text_member(payload, "next_update"));
  KF_TRY(said.next_update, codec::parse_rfc3339(next_update));
  KF_TRY(auto hash, codec::octets_member(payload, "sha256", said.sha256.size()));
  std::copy(hash.begin(), hash.end(), said.sha256.begin());
  if (said.next_update <= said.issued)
    return fail(Errc::invalid, "member \"next_update\" must be after \"issued\"");
  return said;
}

}  // namespace

std::string encode_position(const Position& position) {
  return std::to_string(position.epoch) + "/" + std::to_string(position.number);
}

Result<Statement> verify_statement(std::string_view compact, const Trust& trust,
                                   std::string_view name) {
  KF_TRY(auto jws, crypto::parse_jws(compact, kType));
  KF_TRY(verify_by_list_key(jws, trust));
  KF_TRY(auto said, parse_payload(jws.payload));
  if (said.name != name)
    return fail(Errc::invalid,
                "the authority answered with the list \"" + said.name + "\" for \"" +
                    std::string(name) + "\"",
                "wrong_name");
  return said;
}

Result<Step> decide_statement(const Statement& said, const Statement& have, Time now) {
  const std::string offered = encode_position(said.position);
  const std::string held = encode_position(have.position);
  if (said.position < have.position)
    return fail(Errc::conflict,
                "the authority offers list " + offered + ", older than " + held +
                    " which this verifier has: it is refused, since it would undo revocations",
                "roll_back");
  if (said.position == have.position) {
    if (said.sha256 == have.sha256) return Step::keep;
    return fail(Errc::conflict, "two different lists are signed as " + offered, "two_lists");
  }
  if (said.next_update <= now)
    return fail(Errc::conflict,
                "the new list " + offered + " ran out at " +
                    codec::encode_rfc3339(said.next_update) + "; this machine's clock says " +
                    codec::encode_rfc3339(now) +
                    ": if that is wrong, set the clock, otherwise the authority sends old lists",
                "expired");
  return Step::fetch;
}

Result<Done> check_list(ByteView list, const Statement& said) {
  if (digest::sha256(list) == said.sha256) return Done{};
  return fail(Errc::conflict,
              "the octets of list " + encode_position(said.position) +
                  " are not those that the authority signed: cut or changed on the way",
              "wrong_hash");
}

bool is_current(const Statement& have, Time now) {
  return now <= have.next_update + kSkew;
}

}  // namespace keyferry::verifier
