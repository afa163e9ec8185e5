// Signature and hash come first: nothing of the list is parsed before both hold.
#include "keyferry/issuer/merge.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_krl.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/digest/hash.h"

namespace keyferry::issuer {
namespace {

// A list of ours names serials of single certificates one by one; a run longer than this is none.
constexpr std::uint64_t kMostSerials = 1'000'000;

Result<std::vector<std::uint64_t>> each_serial(const credential::SerialSet& set) {
  std::vector<std::uint64_t> serials;
  for (const credential::SerialRun& run : set.runs()) {
    if (run.last - run.first >= kMostSerials - serials.size()) {
      return fail(Errc::too_large, "the list names more than a million serials");
    }
    for (std::uint64_t serial = run.first; serial <= run.last; ++serial) serials.push_back(serial);
  }
  return serials;
}

Result<std::optional<std::uint64_t>> stated_highest(const boost::json::object& payload) {
  KF_TRY(auto text, codec::optional_text_member(payload, "highest_serial"));
  if (!text) return std::optional<std::uint64_t>();
  std::uint64_t serial = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, serial);
  if (read.ec != std::errc() || read.ptr != end) {
    return fail(Errc::invalid, "member \"highest_serial\" must be a decimal number");
  }
  return std::optional(serial);
}

Result<ledger::SeenList::Section> read_section(const credential::SshKrl::Section& section,
                                               bool serials_stand_alone) {
  ledger::SeenList::Section seen{
      crypto::jwk_thumbprint(section.ca), {}, {section.key_ids.begin(), section.key_ids.end()}};
  if (serials_stand_alone || seen.key_ids.empty()) {
    KF_TRY(seen.serials, each_serial(section.serials));
  }
  return seen;
}

}  // namespace

//= spec:authority#3-backups
Result<ledger::SeenList> read_seen_list(const Keys& keys, ByteView list, std::string_view jws) {
  KF_TRY(auto parsed, crypto::parse_jws(jws, "keyferry-list+jwt"));
  if (!crypto::verify_jws(parsed, keys.list.public_key())) {
    return fail(Errc::cannot_open, "the list was not signed by this authority's list key");
  }
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  ledger::SeenList seen;
  KF_TRY(seen.name, codec::text_member(parsed.payload, "name"));
  KF_TRY(seen.epoch, codec::integer_member(parsed.payload, "epoch", 1, most));
  KF_TRY(seen.number, codec::integer_member(parsed.payload, "number", 0, most));
  KF_TRY(auto hash, codec::octets_member(parsed.payload, "sha256", 32));
  if (!std::ranges::equal(hash, digest::sha256(list))) {
    return fail(Errc::cannot_open, "the JWS names another list than the one beside it");
  }
  KF_TRY(auto krl, credential::parse_ssh_krl(list));
  KF_TRY(const auto highest, stated_highest(parsed.payload));
  seen.highest_serial = highest.value_or(0);
  for (const auto& section : krl.sections) {
    KF_TRY(auto read, read_section(section, highest.has_value()));
    seen.sections.push_back(std::move(read));
    const auto& runs = section.serials.runs();
    if (!runs.empty()) seen.highest_serial = std::max(seen.highest_serial, runs.back().last);
  }
  return seen;
}

}  // namespace keyferry::issuer
