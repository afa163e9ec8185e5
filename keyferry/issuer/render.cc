// A record is settled at `now` before it is written, so what ran out reads so whether housekeeping
// has come by or not.
#include "keyferry/issuer/render.h"

#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/kind.h"
#include "keyferry/credential/offer.h"

namespace keyferry::issuer {
namespace {

using codec::encode_rfc3339;

boost::json::array lines_of(const std::vector<std::string>& lines) {
  boost::json::array array;
  for (const auto& line : lines) array.emplace_back(line);
  return array;
}

boost::json::object render_times(const authority::StepTimes& times) {
  boost::json::object object{{"created", encode_rfc3339(times.created)}};
  const auto add = [&](std::string_view name, const std::optional<Time>& time) {
    if (time) object[name] = encode_rfc3339(*time);
  };
  add("claimed", times.claimed);
  add("redeemed", times.redeemed);
  add("locked", times.locked);
  add("revoked", times.revoked);
  add("ended", times.ended);
  add("refused", times.refused);
  add("expired", times.expired);
  return object;
}

boost::json::object render_holder(const authority::Holder& holder, authority::Mode mode) {
  boost::json::object object;
  if (holder.label) {
    object["label"] = *holder.label;
    object["label_from"] = mode == authority::Mode::confirmed ? "sender" : "receiver";
  }
  object["thumbprint"] = holder.thumbprint;
  if (!holder.fingerprint.empty()) object["fingerprint"] = holder.fingerprint;
  return object;
}

boost::json::array render_certificates(const ledger::ShareRecord& record) {
  boost::json::array array;
  for (const auto& certificate : record.certificates) {
    array.emplace_back(
        boost::json::object{{"credential_id", record.credential->id.text()},
                            {"serial", std::to_string(certificate.serial)},
                            {"valid_from", encode_rfc3339(certificate.window.from)},
                            {"valid_until", encode_rfc3339(certificate.window.until)}});
  }
  return array;
}

void render_pin(const authority::Share& share, boost::json::object& object) {
  object["pin_required"] = share.pin.has_value();
  if (!share.pin) return;
  object["pin_tries_left"] = share.pin->tries_left;
  object["rearms_left"] = share.rearms_left;
}

}  // namespace

boost::json::object render_record(const ledger::ShareRecord& record, Time now) {
  authority::Share share = record.share;
  authority::settle(share, now);
  boost::json::object object{{"share", share.id.text()}};
  if (share.parent) object["parent"] = share.parent->text();
  object["kind"] = share.kind;
  object["mode"] = encode_mode(share.mode);
  object["state"] = encode_state(share.state);
  object["rights"] = encode_rights(share.rights);
  object["valid_from"] = encode_rfc3339(share.window.from);
  object["valid_until"] = encode_rfc3339(share.window.until);
  object["link_until"] = encode_rfc3339(share.link_until);
  object["depth"] = share.depth;
  render_pin(share, object);
  if (share.wall_time) object["wall_time"] = *share.wall_time;
  if (share.holder) object["holder"] = render_holder(*share.holder, share.mode);
  object["times"] = render_times(share.times);
  object["credentials"] = render_certificates(record);
  return object;
}

boost::json::object render_offer(const Settings& settings, const ledger::Offered& offered) {
  require(offered.code.has_value(), "an offer has a code");
  const authority::Share& share = offered.record.share;
  credential::CredentialOffer offer;
  offer.issuer = settings.url;
  offer.configuration_ids = {share.kind};
  offer.pre_authorized_code = *offered.code;
  if (share.pin) offer.tx_code = credential::TxCode{"numeric", 6, {}};
  offer.terms = credential::OfferTerms{share.kind, encode_rights(share.rights), share.window};
  return credential::encode_offer(offer);
}

boost::json::object render_offered(const Settings& settings, const ledger::Offered& offered,
                                   Time now) {
  boost::json::object object = render_record(offered.record, now);
  if (offered.code) object["credential_offer"] = render_offer(settings, offered);
  return object;
}

std::string offer_reference(const Settings& settings, std::string_view handle) {
  return credential::encode_offer_uri(
      credential::OfferReference{settings.url + "/offers/" + std::string(handle)});
}

Result<boost::json::object> render_issued(const Keys& keys, const ledger::Issued& issued) {
  const auto& [share, credential, certificate, notification, hosts] = issued;
  const crypto::PrivateKey* ca = keys.find_ca(certificate.ca);
  if (ca == nullptr) {
    return fail(Errc::internal, "the key that issued this certificate is not in the keys folder");
  }
  KF_TRY(const credential::Kind* kind, credential::find_kind(share.kind));
  const credential::IssueOrder order{credential.key, share.id.text(), certificate.serial,
                                     certificate.rights, certificate.window};
  boost::json::array host_array;
  for (const auto& host : hosts) host_array.push_back(render_host(host));
  boost::json::object ours{{"credential_id", credential.id.text()},
                           {"share", share.id.text()},
                           {"rights", encode_rights(certificate.rights)},
                           {"valid_from", encode_rfc3339(share.window.from)},
                           {"valid_until", encode_rfc3339(share.window.until)},
                           {"renew", certificate.window.until < share.window.until},
                           {"depth", share.depth},
                           {"hosts", std::move(host_array)}};
  boost::json::array credentials;
  credentials.emplace_back(
      boost::json::object{{"credential", kind->issue(order, certificate.random, *ca)}});
  return boost::json::object{{"credentials", std::move(credentials)},
                             {"notification_id", notification},
                             {"keyferry", std::move(ours)}};
}

boost::json::object render_host(const ledger::Host& host) {
  return {{"name", host.name},
          {"address", host.address},
          {"port", host.port},
          {"host_keys", lines_of(host.host_keys)},
          {"host_cas", lines_of(host.host_cas)}};
}

}  // namespace keyferry::issuer
