// The closed list names the CA keys as revoked keys; its comment tells it from the authority's
// lists.
#include "keyferry/verifier/krl_file.h"

#include <algorithm>

namespace keyferry::verifier {
namespace {

constexpr std::string_view kClosed = "keyferry-verifier: closed, the authority cannot be heard";

void add_once(std::vector<crypto::PublicKey>& keys, const crypto::PublicKey& key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

}  // namespace

Bytes empty_list(Time now) {
  credential::SshKrl list;
  list.generated = now;
  list.comment = "keyferry-verifier: nothing heard from the authority yet";
  return credential::encode_ssh_krl(list);
}

Bytes closed_list(ByteView last, const Trust& trust, Time now) {
  credential::SshKrl list;
  if (auto parsed = credential::parse_ssh_krl(last)) list = *std::move(parsed);
  list.generated = now;
  list.comment = kClosed;
  for (const auto& section : list.sections) add_once(list.keys, section.ca);
  for (const auto& key : trust.ssh_ca_keys) add_once(list.keys, key);
  return credential::encode_ssh_krl(list);
}

bool is_closed_list(ByteView list) {
  const auto parsed = credential::parse_ssh_krl(list);
  return parsed && parsed->comment == kClosed;
}

}  // namespace keyferry::verifier
