// Root shares: the first credential of everybody is made here, by the administrator.
#include "keyferry/codec/json.h"
#include "keyferry/credential/kind.h"
#include "keyferry/digest/random.h"
#include "keyferry/issuer/administrator.h"
#include "keyferry/issuer/render.h"

namespace keyferry::issuer {
namespace {

using boost::json::object;

constexpr std::size_t kPinDigits = 6;

// answer carries offer and PIN: secrets for the administrator's terminal, over a socket of mode
// 600.
Result<object> answer(const Administration& authority, const ledger::Offered& offered,
                      const std::optional<std::string>& pin) {
  require(offered.handle.has_value(), "an administrator's offer goes by reference");
  const authority::Share& share = offered.record.share;
  KF_TRY(const credential::Kind* kind, credential::find_kind(share.kind));
  boost::json::array words;
  for (const auto& sentence : kind->describe(share.rights)) words.emplace_back(sentence);
  object body = render_record(offered.record, authority.clock.now());
  body["title"] = kind->title(share.rights);
  body["words"] = std::move(words);
  body["offer"] = offer_reference(authority.settings, *offered.handle);
  if (pin) body["pin"] = *pin;
  return body;
}

}  // namespace

//= spec:authority#1-path
Result<object> administer_share(const Administration& authority, const object& command) {
  object form = command;
  KF_TRY(auto with_pin, codec::optional_bool_member(command, "pin"));
  std::optional<std::string> pin;
  form.erase("pin");
  if (with_pin.value_or(false)) {
    pin = digest::random_digits(kPinDigits);
    form["pin"] = *pin;
  }
  KF_TRY(auto wish, authority::parse_wish(form));
  KF_TRY(auto offered, authority.ledger.transact([&](sql::Database& db) {
    return ledger::make_share(db, authority.keys.server, std::nullopt, wish, std::nullopt,
                              authority.clock.now());
  }));
  return answer(authority, offered, pin);
}

Result<object> administer_rearm(const Administration& authority, const object& command) {
  KF_TRY(auto text, codec::text_member(command, "share"));
  KF_TRY(auto id, authority::ShareId::parse(text));
  const Time now = authority.clock.now();
  std::optional<std::string> pin;
  KF_TRY(auto offered, authority.ledger.transact([&](sql::Database& db) -> Result<ledger::Offered> {
    KF_TRY(auto record, ledger::share_record(db, std::nullopt, id, now));
    if (state_at(record.share, now) != authority::State::locked) {
      return ledger::offer_share_again(db, authority.keys.server, std::nullopt, id, now);
    }
    pin = digest::random_digits(kPinDigits);
    return ledger::rearm_share(db, authority.keys.server, std::nullopt, id, *pin, now);
  }));
  return answer(authority, offered, pin);
}

}  // namespace keyferry::issuer
