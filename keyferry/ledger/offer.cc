// A code is derived from the share and its number: only its hash is stored, and still a lost one
// can be told again.
#include "keyferry/ledger/offer.h"

#include "keyferry/digest/random.h"
#include "keyferry/ledger/audit.h"
#include "keyferry/ledger/codes.h"
#include "keyferry/ledger/hosts.h"
#include "keyferry/ledger/room.h"
#include "keyferry/ledger/shares.h"

namespace keyferry::ledger {
namespace {

using authority::ServerKeys;
using authority::Share;
using authority::ShareId;
using authority::ShareWish;

// set_code makes the code of share.code_number the live one. Only the administrator's offers get a
// handle: a holder's offer travels by value.
Result<Offered> set_code(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                         Share share) {
  Offered offered{{std::move(share), std::nullopt, {}}, std::nullopt, std::nullopt};
  const Share& kept = offered.record.share;
  offered.code = authority::derive_code(keys, kept.id, kept.code_number);
  std::optional<digest::Sha256> handle;
  if (!caller) {
    offered.handle = authority::encode_bearer(digest::random_bytes(32));
    handle = authority::stored_form(*offered.handle);
  }
  KF_TRY(replace_code(db, kept, authority::stored_form(*offered.code), handle));
  return offered;
}

Result<Done> check_hosts(sql::Database& db, const Share& share) {
  const auto* hosts = share.rights.texts("hosts");
  if (hosts == nullptr) return Done{};
  for (const std::string& name : *hosts) {
    KF_TRY(auto host, find_host(db, name));
    if (!host) {
      return fail(Errc::invalid,
                  "hosts: nobody named a host " + name + "; keyferry-authority host add does");
    }
  }
  return Done{};
}

// insert_new decides and stores a share: a root for the administrator, else a child.
Result<Share> insert_new(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                         const ShareWish& wish, const ShareLimits& limits, Time now) {
  auto id = ShareId::make(digest::random_bytes(authority::kIdRandomSize));
  if (!caller) {
    KF_TRY(auto root, authority::make_root_share(keys, wish, std::move(id), now));
    KF_TRY(check_hosts(db, root));
    KF_TRY(insert_share(db, root));
    return root;
  }
  KF_TRY(const auto above, path_of(db, *caller));
  KF_TRY(auto share, authority::make_child_share(keys, above, wish, std::move(id), now));
  KF_TRY(check_hosts(db, share));
  KF_TRY(check_room(db, above, limits, now));
  KF_TRY(insert_share(db, share, branch_of(above, share.id)));
  return share;
}

Offered without_code(Share share) {
  return {{std::move(share), std::nullopt, {}}, std::nullopt, std::nullopt};
}

// change_offer runs a rule that may give the share a new code.
template <class Rule>
Result<Offered> change_offer(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                             const ShareId& id, std::string_view event, Time now, Rule rule) {
  KF_TRY(auto path, path_below(db, caller, id, now));
  KF_TRY(authority::check_ancestors(path, now));
  const auto before = path.back().code_number;
  KF_TRY(auto share, rule(path.back()));
  KF_TRY(update_share(db, share));
  KF_TRY(append_audit(db, now, event, share.id.text(), {{"code", share.code_number}}));
  if (share.code_number == before) return without_code(std::move(share));
  return set_code(db, keys, caller, std::move(share));
}

}  // namespace

Result<Offered> make_share(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                           const ShareWish& wish, const std::optional<IdempotentRequest>& request,
                           Time now, const ShareLimits& limits) {
  if (request) {
    KF_TRY(auto before, find_idempotent(db, *request));
    if (before) {
      KF_TRY(auto share, find_share(db, *before));
      require(share.has_value(), "a stored request names a share");
      std::optional<std::string> code;
      if (share->mode == authority::Mode::immediate) {
        code = authority::derive_code(keys, share->id, share->code_number);
      }
      KF_TRY(auto record, record_of(db, *std::move(share)));
      return Offered{std::move(record), std::move(code), std::nullopt};
    }
  }
  KF_TRY(auto share, insert_new(db, keys, caller, wish, limits, now));
  boost::json::object detail{{"kind", share.kind}, {"rights", encode_rights(share.rights)}};
  if (share.parent) detail["parent"] = share.parent->text();
  if (share.mode == authority::Mode::confirmed) detail["mode"] = encode_mode(share.mode);
  KF_TRY(append_audit(db, now, "created", share.id.text(), detail));
  if (request) {
    KF_TRY(store_idempotent(db, *request, share.id, now));
  }
  if (share.mode == authority::Mode::confirmed) return without_code(std::move(share));
  return set_code(db, keys, caller, std::move(share));
}

Result<Offered> grant_share(sql::Database& db, const ServerKeys& keys, const ShareId& caller,
                            const ShareId& id, const authority::GrantWish& wish, Time now) {
  return change_offer(db, keys, caller, id, "granted", now, [&](Share share) -> Result<Share> {
    if (share.parent != caller) {
      return fail(Errc::forbidden, "only the holder that made a share may grant it", "not_maker");
    }
    return authority::grant(std::move(share), wish, now);
  });
}

Result<Offered> rearm_share(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                            const ShareId& id, std::string_view pin, Time now) {
  const auto mac = authority::pin_mac(keys, id, pin);
  KF_TRY(bool used, pin_was_used(db, id, mac));
  return change_offer(db, keys, caller, id, "rearmed", now, [&](Share share) -> Result<Share> {
    if (!caller && share.mode == authority::Mode::confirmed) {
      return fail(Errc::conflict,
                  "only the holder that shares it gives a confirmed share a new PIN", "confirmed");
    }
    return authority::rearm(keys, std::move(share), pin, used, now);
  });
}

Result<Offered> offer_share_again(sql::Database& db, const ServerKeys& keys, const Caller& caller,
                                  const ShareId& id, Time now) {
  return change_offer(db, keys, caller, id, "offered_again", now,
                      [&](Share share) { return authority::offer_again(std::move(share), now); });
}

Result<Offered> offer_by_handle(Ledger& ledger, const ServerKeys& keys, std::string_view handle,
                                Time now) {
  const auto hash = authority::stored_form(handle);
  return ledger.transact(
      [&](sql::Database& db) -> Result<Offered> {
        const Error unknown =
            fail(Errc::not_found, "this offer is not known, was used, or ran out");
        KF_TRY(auto found, find_handle(db, hash));
        if (!found || !found->code.live || found->code.used) return unknown;
        KF_TRY(auto path, path_of(db, found->share));
        if (state_at(path.back(), now) != authority::State::open) {
          if (state_at(path.back(), now) != authority::State::claimed) return unknown;
        }
        if (!authority::check_ancestors(path, now)) return unknown;
        std::string code = authority::derive_code(keys, found->share, found->code.number);
        return Offered{{std::move(path.back()), std::nullopt, {}}, std::move(code), std::nullopt};
      },
      Space::none);
}

}  // namespace keyferry::ledger
