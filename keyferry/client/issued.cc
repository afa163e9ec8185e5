// The answer is held against the approval and the credential in it against the answer, so that
// neither gives more than the person agreed to.
#include "keyferry/client/issued.h"

#include <algorithm>
#include <cctype>

#include "keyferry/codec/host.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::client {
namespace {

bool is_id(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

// An authority of before wrote down what its administrator typed. What is no address at all still
// goes to ssh as it stands, unless ssh would cut it at a colon.
Result<Done> spell_addresses(std::vector<keystore::SshHost>& hosts) {
  for (keystore::SshHost& host : hosts) {
    const auto spelled = codec::parse_host(host.address);
    if (spelled) {
      host.address = spelled->text;
    } else if (host.address.find(':') != host.address.npos) {
      return in_context("a host in the authority's answer", spelled.error());
    }
  }
  return Done{};
}

Result<credential::Window> window_of(const boost::json::object& object) {
  credential::Window window;
  KF_TRY(const std::string from, codec::text_member(object, "valid_from"));
  KF_TRY(const std::string until, codec::text_member(object, "valid_until"));
  KF_TRY(window.from, codec::parse_rfc3339(from));
  KF_TRY(window.until, codec::parse_rfc3339(until));
  return window;
}

Result<std::string> first_credential(const boost::json::object& answer) {
  const boost::json::value* list = answer.if_contains("credentials");
  if (list == nullptr || !list->is_array() || list->get_array().size() != 1 ||
      !list->get_array()[0].is_object()) {
    return fail(Errc::invalid, "the authority's answer does not hold one credential");
  }
  return codec::text_member(list->get_array()[0].get_object(), "credential");
}

Result<Done> read_extras(const credential::Kind& kind, const boost::json::object& object,
                         IssuedAnswer& issued) {
  KF_TRY(issued.credential_id, codec::text_member(object, "credential_id"));
  KF_TRY(issued.share, codec::text_member(object, "share"));
  KF_TRY(const boost::json::object* rights, codec::object_member(object, "rights"));
  KF_TRY(issued.rights, credential::parse_rights(kind.schema(), *rights));
  KF_TRY(issued.window, window_of(object));
  KF_TRY(const std::optional<bool> renew, codec::optional_bool_member(object, "renew"));
  issued.renew = renew.value_or(false);
  KF_TRY(issued.depth, codec::optional_integer_member(object, "depth", 0, 64));
  KF_TRY(issued.hosts, keystore::parse_hosts(object));
  KF_TRY(spell_addresses(issued.hosts));
  if (!is_id(issued.credential_id) || !is_id(issued.share)) {
    return fail(Errc::invalid, "the authority's answer has a malformed id");
  }
  return Done{};
}

}  // namespace

Result<IssuedAnswer> parse_issued(const credential::Kind& kind, const boost::json::object& answer) {
  IssuedAnswer issued;
  KF_TRY(issued.credential, first_credential(answer));
  KF_TRY(const auto notification, codec::optional_text_member(answer, "notification_id"));
  issued.notification_id = notification.value_or("");
  KF_TRY(const boost::json::object* ours, codec::object_member(answer, "keyferry"));
  if (auto fine = read_extras(kind, *ours, issued); !fine) return fine.error();
  return issued;
}

Result<credential::HeldCredential> check_issued_answer(const credential::Kind& kind,
                                                       const IssuedAnswer& answer,
                                                       const credential::Approval& approval,
                                                       std::span<const crypto::PublicKey> issuers) {
  if (auto fine = credential::check_narrower(kind.schema(), approval.rights, answer.rights);
      !fine) {
    return fine.error();
  }
  if (auto fine = credential::check_window_inside(approval.window, answer.window); !fine) {
    return fine.error();
  }
  const credential::Approval said{approval.holder, answer.rights, answer.window};
  KF_TRY(credential::HeldCredential held, kind.check_issued(answer.credential, said, issuers));
  if (held.share != answer.share) {
    return fail(Errc::forbidden, "the credential names another share than the answer does");
  }
  const auto* names = answer.rights.texts("hosts");
  for (const keystore::SshHost& host : answer.hosts) {
    if (names == nullptr || !names->contains(host.name)) {
      return fail(Errc::forbidden, "the answer names a host that is not in the rights");
    }
  }
  return held;
}

}  // namespace keyferry::client
