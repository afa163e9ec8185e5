// Each part looks by itself and notes what it finds, so that one that is broken does not hide the
// others.
#include "keyferry/wallet/doctor.h"

#include <set>

#include <sys/stat.h>

#include "keyferry/client/authority_client.h"
#include "keyferry/keystore/credential_record.h"
#include "keyferry/keystore/sender_record.h"
#include "keyferry/wallet/holder.h"
#include "keyferry/wallet/keep.h"
#include "keyferry/wallet/redeem.h"
#include "keyferry/wallet/relay_choice.h"
#include "keyferry/wallet/show_time.h"

namespace keyferry::wallet {
namespace {

Finding fine(std::string what) {
  return {true, std::move(what), ""};
}

Finding wrong(std::string what, std::string advice) {
  return {false, std::move(what), std::move(advice)};
}

void examine_permissions(const keystore::Home& home, std::vector<Finding>& findings) {
  std::size_t open = 0;
  const auto look = [&](const file::Path& path) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) return;
    if ((status.st_mode & 077) == 0) return;
    ++open;
    findings.push_back(wrong(path.string() + " is open to other users",
                             "chmod " + std::string(S_ISDIR(status.st_mode) ? "700" : "600") +
                                 " '" + path.string() + "'"));
  };
  look(home.root());
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home.root(), error)) {
    look(entry.path());
  }
  if (open == 0) findings.push_back(fine("the wallet's folder is closed to other users"));
}

// standing is "revoked" or "ended" where the authority says so; an authority that gives no answer
// is examined by itself.
std::string standing(Holder& holder) {
  const auto asked = holder.ask_standing();
  return asked || holder.record().over == "expired" ? "" : holder.record().over;
}

void examine_credentials(Wallet& wallet, std::set<std::string>& issuers,
                         std::vector<Finding>& findings) {
  const auto records = keystore::load_credentials(wallet.home);
  if (!records) {
    findings.push_back(wrong(records.error().detail, "repair or remove that file"));
    return;
  }
  const Time now = wallet.web.now();
  for (const keystore::CredentialRecord& record : *records) {
    issuers.insert(record.issuer);
    const std::string name = "credential \"" + record.name + "\"";
    const std::string forget = "keyferry forget " + record.name;
    if (auto holder = Holder::open(wallet, record); !holder) {
      findings.push_back(wrong(name + ": " + holder.error().detail, "take the share again"));
    } else if (const std::string over = standing(*holder); !over.empty()) {
      findings.push_back(wrong(name + ": its authority says that it is " + over, forget));
    } else if (now >= record.window.until) {
      findings.push_back(wrong(name + " ended " + show_time(record.window.until), forget));
    } else if (renewal_is_due(record, now)) {
      findings.push_back(wrong(name + " is due for renewal", "keyferry renew " + record.name));
    } else {
      findings.push_back(fine(name + " is good until " + show_time(record.certificate.until)));
    }
  }
}

void examine_authority(Wallet& wallet, const std::string& issuer, std::vector<Finding>& findings) {
  client::AuthorityClient client(wallet.web, issuer, allows_local(wallet, issuer));
  if (const auto metadata = client.metadata(); !metadata) {
    findings.push_back(wrong("authority " + issuer + ": " + metadata.error().detail,
                             "check the network, or ask its administrator"));
    return;
  }
  findings.push_back(fine("authority " + issuer + " answers"));
  const std::string clock = client::clock_words(wallet.web.clock_difference());
  findings.push_back(clock.empty() ? fine("the clock agrees with it")
                                   : wrong(clock, "set the clock right"));
}

void examine_relay(Wallet& wallet, const std::string& base, std::vector<Finding>& findings) {
  const auto answer = wallet.web.send([&] {
    http::ClientRequest request;
    request.url = base + "/v1/m/00000000-0000-4000-8000-000000000000";
    request.allow_local = relay_is_local(wallet, base);
    return request;
  });
  if (answer && answer->status == 404) {
    findings.push_back(fine("relay " + base + " answers"));
  } else {
    findings.push_back(
        wrong("relay " + base + ": " +
                  (answer ? "answers " + std::to_string(answer->status) : answer.error().detail),
              "check the address, or choose another relay"));
  }
}

}  // namespace

std::vector<Finding> examine(Wallet& wallet) {
  std::vector<Finding> findings;
  examine_permissions(wallet.home, findings);
  std::set<std::string> issuers;
  examine_credentials(wallet, issuers, findings);
  if (const auto senders = keystore::load_sender_records(wallet.home); !senders) {
    findings.push_back(wrong(senders.error().detail, "repair or remove that file"));
  }
  for (const keystore::KnownAuthority& known : wallet.settings.authorities)
    issuers.insert(known.issuer);
  for (const std::string& issuer : issuers) examine_authority(wallet, issuer, findings);
  for (const keystore::TrustedRelay& relay : wallet.settings.relays) {
    examine_relay(wallet, relay.base, findings);
  }
  return findings;
}

}  // namespace keyferry::wallet
