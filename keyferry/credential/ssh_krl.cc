// What a KRL says and the octets that we write; reading is in ssh_krl_parse.cc.
#include "keyferry/credential/ssh_krl.h"

#include <algorithm>

#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_krl_format.h"

namespace keyferry::credential {
namespace {

// A range costs 21 octets with its header, a listed serial 8: from four in a row a range is worth
// it.
constexpr std::uint64_t kListedRun = 3;

void write_part(codec::SshWriter& out, std::uint8_t type, const codec::SshWriter& body) {
  if (body.bytes().empty()) return;
  out.u8(type);
  out.string(body.bytes());
}

bool is_short(const SerialRun& run) {
  return run.last - run.first < kListedRun;
}

void write_serials(codec::SshWriter& out, const SerialSet& serials) {
  codec::SshWriter list;
  for (const SerialRun& run : serials.runs()) {
    if (!is_short(run)) continue;
    for (std::uint64_t i = 0; i <= run.last - run.first; ++i) list.u64(run.first + i);
  }
  write_part(out, krl::kSerialList, list);
  for (const SerialRun& run : serials.runs()) {
    if (is_short(run)) continue;
    codec::SshWriter range;
    range.u64(run.first);
    range.u64(run.last);
    write_part(out, krl::kSerialRange, range);
  }
}

void write_section(codec::SshWriter& out, const SshKrl::Section& section) {
  codec::SshWriter body;
  body.string(encode_ssh_public_key(section.ca));
  body.string("");
  write_serials(body, section.serials);
  codec::SshWriter ids;
  for (const std::string& id : section.key_ids) ids.string(id);
  write_part(body, krl::kKeyIds, ids);
  write_part(out, krl::kCertificates, body);
}

}  // namespace

//= spec:authority#5-krl
Bytes encode_ssh_krl(const SshKrl& list) {
  codec::SshWriter out;
  out.raw(bytes_of(krl::kMagic));
  out.u32(krl::kFormatVersion);
  out.u64(list.version);
  out.u64(static_cast<std::uint64_t>(std::max<std::int64_t>(unix_seconds(list.generated), 0)));
  out.u64(0);
  out.string("");
  out.string(list.comment);
  for (const SshKrl::Section& section : list.sections) write_section(out, section);
  codec::SshWriter keys;
  for (const crypto::PublicKey& key : list.keys) keys.string(encode_ssh_public_key(key));
  write_part(out, krl::kExplicitKeys, keys);
  return out.take();
}

bool revokes(const SshKrl& list, const crypto::PublicKey& ca, std::uint64_t serial,
             std::string_view key_id) {
  if (revokes_key(list, ca)) return true;
  return std::ranges::any_of(list.sections, [&](const SshKrl::Section& section) {
    return section.ca == ca &&
           (section.serials.contains(serial) || section.key_ids.contains(std::string(key_id)));
  });
}

bool revokes_key(const SshKrl& list, const crypto::PublicKey& key) {
  return std::ranges::find(list.keys, key) != list.keys.end();
}

}  // namespace keyferry::credential
