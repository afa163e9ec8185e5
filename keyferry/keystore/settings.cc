// The file is read again under the wallet's lock before it is changed, so that two commands at once
// lose neither's change.
#include "keyferry/keystore/settings.h"

#include <algorithm>

#include "keyferry/codec/json.h"
#include "keyferry/file/trust.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::keystore {
namespace {

constexpr std::int64_t kVersion = 1;

// Both lists are arrays of {NAME, "local"}.
template <class Item>
boost::json::array encode_list(const std::vector<Item>& items, std::string Item::* name,
                               std::string_view member) {
  boost::json::array array;
  for (const Item& item : items) {
    array.push_back(boost::json::object{{member, item.*name}, {"local", item.local}});
  }
  return array;
}

template <class Item>
Result<std::vector<Item>> parse_list(const boost::json::object& object, std::string_view list,
                                     std::string Item::* name, std::string_view member) {
  std::vector<Item> items;
  const boost::json::value* array = object.if_contains(list);
  if (array == nullptr || !array->is_array()) {
    return fail(Errc::invalid, "member \"" + std::string(list) + "\" must be an array");
  }
  for (const boost::json::value& entry : array->get_array()) {
    if (!entry.is_object()) return fail(Errc::invalid, "a list holds something else than objects");
    Item item;
    KF_TRY(item.*name, codec::text_member(entry.get_object(), member));
    KF_TRY(const auto local, codec::optional_bool_member(entry.get_object(), "local"));
    item.local = local.value_or(false);
    items.push_back(std::move(item));
  }
  return items;
}

// Written by a version that left a default port and such in place.
std::string spelled(const std::string& base) {
  auto same = transfer::base_of_relay(base);
  return same ? *same : base;
}

}  // namespace

const KnownAuthority* Settings::known_authority(std::string_view issuer) const {
  const auto found = std::find_if(authorities.begin(), authorities.end(),
                                  [&](const auto& known) { return known.issuer == issuer; });
  return found == authorities.end() ? nullptr : &*found;
}

const TrustedRelay* Settings::trusted_relay(std::string_view base) const {
  const auto found = std::find_if(relays.begin(), relays.end(),
                                  [&](const auto& trusted) { return trusted.base == base; });
  return found == relays.end() ? nullptr : &*found;
}

boost::json::object encode_settings(const Settings& settings) {
  boost::json::object object{
      {"version", kVersion}, {"persona", settings.persona}, {"ssh_config", settings.ssh_config}};
  if (!settings.ssh_include) object["ssh_include"] = false;
  object["personas"] = boost::json::array(settings.personas.begin(), settings.personas.end());
  object["relays"] = encode_list(settings.relays, &TrustedRelay::base, "base");
  object["authorities"] = encode_list(settings.authorities, &KnownAuthority::issuer, "issuer");
  if (settings.relay) object["relay"] = *settings.relay;
  return object;
}

Result<Settings> parse_settings(const boost::json::object& object) {
  KF_TRY(const std::int64_t version, codec::integer_member(object, "version", 1, 1 << 20));
  if (version != kVersion) {
    return fail(Errc::invalid, "made by a newer version of keyferry: update this one");
  }
  Settings settings;
  KF_TRY(settings.personas, codec::texts_member(object, "personas"));
  KF_TRY(settings.persona, codec::text_member(object, "persona"));
  KF_TRY(settings.relays, parse_list(object, "relays", &TrustedRelay::base, "base"));
  KF_TRY(settings.authorities,
         parse_list(object, "authorities", &KnownAuthority::issuer, "issuer"));
  KF_TRY(settings.relay, codec::optional_text_member(object, "relay"));
  for (TrustedRelay& relay : settings.relays) relay.base = spelled(relay.base);
  if (settings.relay) settings.relay = spelled(*settings.relay);
  KF_TRY(const auto ssh_config, codec::optional_bool_member(object, "ssh_config"));
  settings.ssh_config = ssh_config.value_or(false);
  KF_TRY(const auto ssh_include, codec::optional_bool_member(object, "ssh_include"));
  settings.ssh_include = ssh_include.value_or(true);
  return settings;
}

Result<Settings> load_settings(const Home& home) {
  const auto text = file::read_own(home.settings_file());
  if (!text && text.error().code == Errc::not_found) return Settings();
  if (!text) return text.error();
  const auto object = codec::parse_json_object(*text, {1 << 20, 8});
  if (!object) return in_context(home.settings_file().string(), object.error());
  auto settings = parse_settings(*object);
  if (!settings) return in_context(home.settings_file().string(), settings.error());
  return settings;
}

Result<Settings> change_settings(const Home& home,
                                 const std::function<Result<Done>(Settings&)>& change) {
  KF_TRY(const file::Lock lock, home.lock());
  KF_TRY(const Settings before, load_settings(home));
  Settings after = before;
  if (auto changed = change(after); !changed) return changed.error();
  if (after == before) return after;
  const std::string text = codec::encode_json(encode_settings(after)) + "\n";
  if (auto saved = file::replace(home.settings_file(), bytes_of(text), 0600); !saved) {
    return saved.error();
  }
  return after;
}

}  // namespace keyferry::keystore
