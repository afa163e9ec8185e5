#include "keyferry/wallet/offer_plan.h"

#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {

Result<OfferPlan> make_plan(const std::vector<std::string>& configurations,
                            const std::optional<credential::OfferTerms>& terms,
                            const client::IssuerMetadata& authority) {
  OfferPlan plan;
  plan.authority = &authority;
  for (const std::string& id : configurations) {
    const auto kind = credential::find_kind(id);
    const auto format = authority.formats.find(id);
    if (kind && format != authority.formats.end() && format->second == (*kind)->format()) {
      plan.kind = *kind;
      plan.configuration = id;
      break;
    }
  }
  if (plan.kind == nullptr) {
    return fail(Errc::invalid,
                "this share is for a kind of credential that this wallet does not know; nothing "
                "was taken");
  }
  if (terms) {
    KF_TRY(plan.rights, credential::parse_rights(plan.kind->schema(), terms->rights));
    plan.window = terms->window;
  }
  if (authority.ssh_ca_keys.empty()) {
    return fail(Errc::invalid, "the authority does not say which key signs its certificates");
  }
  return plan;
}

void show_plan(Person& person, const OfferPlan& plan, const std::optional<std::string>& note) {
  const std::string issuer = "from the authority " + plan.authority->issuer;
  if (!plan.rights) {
    person.say("offered: a credential of kind " + std::string(plan.kind->name()) + ", " + issuer);
    person.say("  the authority says what it is for only when it is taken");
  } else {
    person.say("offered: " + plan.kind->title(*plan.rights) + ", " + issuer);
    for (const std::string& line : plan.kind->describe(*plan.rights)) person.say("  " + line);
    const std::string from =
        plan.window.from == Time{} ? "" : "from " + show_time(plan.window.from) + " ";
    person.say("  " + from + "until " + show_time(plan.window.until));
  }
  if (note) person.say("  the sender notes: \"" + *note + "\"");
}

Error declined() {
  return fail(Errc::forbidden, "you said no: nothing was taken", "declined");
}

}  // namespace keyferry::wallet
