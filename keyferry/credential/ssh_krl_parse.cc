// Reads a KRL strictly: what is not understood is refused, never skipped.
#include <limits>

#include "keyferry/codec/text.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_krl.h"
#include "keyferry/credential/ssh_krl_format.h"

namespace keyferry::credential {
namespace {

constexpr std::size_t kMostOctets = std::size_t{64} << 20;
constexpr std::size_t kMostRuns = 10'000'000;

Error bad_list(std::string_view why) {
  return fail(Errc::invalid, "the revocation list is refused: " + std::string(why));
}

// SerialReader collects the runs of one section; `seen` counts them over the whole list.
class SerialReader {
 public:
  explicit SerialReader(std::size_t& seen) : seen_(seen) {}

  Result<Done> read_list(ByteView body) {
    codec::SshReader in(body);
    while (!in.at_end()) {
      KF_TRY(const std::uint64_t serial, in.u64());
      KF_TRY(add({serial, serial}));
    }
    return Done{};
  }

  Result<Done> read_range(ByteView body) {
    codec::SshReader in(body);
    KF_TRY(const std::uint64_t first, in.u64());
    KF_TRY(const std::uint64_t last, in.u64());
    if (!in.at_end() || first > last) return bad_list("a range of serials is malformed");
    return add({first, last});
  }

  Result<Done> read_bitmap(ByteView body) {
    codec::SshReader in(body);
    KF_TRY(const std::uint64_t offset, in.u64());
    KF_TRY(const ByteView bits, in.unsigned_mpint());
    if (!in.at_end()) return bad_list("a bitmap of serials is malformed");
    std::uint64_t next = 0;  // position of the bit, the lowest first
    for (std::size_t i = bits.size(); i-- > 0;) {
      for (int bit = 0; bit < 8; ++bit, ++next) {
        if ((bits[i] >> bit & 1) == 0) continue;
        if (next > std::numeric_limits<std::uint64_t>::max() - offset) {
          return bad_list("a bitmap goes beyond the last serial");
        }
        KF_TRY(add({offset + next, offset + next}));
      }
    }
    return Done{};
  }

  SerialSet take() { return SerialSet::from(std::move(runs_)); }

 private:
  Result<Done> add(SerialRun run) {
    if (run.first == 0) return bad_list("it names serial 0, which no certificate has");
    if (!runs_.empty() && runs_.back().last == run.first - 1) {
      runs_.back().last = run.last;
      return Done{};
    }
    if (++seen_ > kMostRuns) {
      return fail(Errc::too_large, "the revocation list has more than 10 million serials");
    }
    runs_.push_back(run);
    return Done{};
  }

  std::size_t& seen_;
  std::vector<SerialRun> runs_;
};

Result<Done> read_key_ids(ByteView body, std::set<std::string>& ids) {
  codec::SshReader in(body);
  while (!in.at_end()) {
    KF_TRY(const ByteView id, in.string());
    if (!codec::is_utf8(text_of(id)) || text_of(id).find('\0') != std::string_view::npos) {
      return bad_list("a key id is not UTF-8 text");
    }
    ids.emplace(text_of(id));
  }
  return Done{};
}

Result<Done> read_part(std::uint8_t type, ByteView body, SerialReader& serials,
                       std::set<std::string>& ids) {
  switch (type) {
    case krl::kSerialList:
      return serials.read_list(body);
    case krl::kSerialRange:
      return serials.read_range(body);
    case krl::kSerialBitmap:
      return serials.read_bitmap(body);
    case krl::kKeyIds:
      return read_key_ids(body, ids);
    default:
      return bad_list("it has a kind of entry that is not understood");
  }
}

Result<SshKrl::Section> read_certificates(ByteView section, std::size_t& seen) {
  codec::SshReader in(section);
  KF_TRY(const ByteView ca_blob, in.string());
  KF_TRY(const ByteView reserved, in.string());
  if (ca_blob.empty()) return bad_list("a section names no CA");
  if (!reserved.empty()) return bad_list("it uses reserved octets");
  KF_TRY(const crypto::PublicKey ca, parse_ssh_public_key(ca_blob));
  SshKrl::Section read{.ca = ca};
  SerialReader serials(seen);
  while (!in.at_end()) {
    KF_TRY(const std::uint8_t type, in.u8());
    KF_TRY(const ByteView body, in.string());
    KF_TRY(read_part(type, body, serials, read.key_ids));
  }
  read.serials = serials.take();
  return read;
}

Result<Done> read_keys(ByteView section, std::vector<crypto::PublicKey>& keys) {
  codec::SshReader in(section);
  while (!in.at_end()) {
    KF_TRY(const ByteView blob, in.string());
    KF_TRY(crypto::PublicKey key, parse_ssh_public_key(blob));
    keys.push_back(std::move(key));
  }
  return Done{};
}

Result<SshKrl> read_header(codec::SshReader& in) {
  KF_TRY(const ByteView magic, in.raw(krl::kMagic.size()));
  if (text_of(magic) != krl::kMagic) return bad_list("its first octets are not SSHKRL");
  KF_TRY(const std::uint32_t format, in.u32());
  if (format != krl::kFormatVersion) return bad_list("its format is newer than version 1");
  SshKrl list;
  KF_TRY(list.version, in.u64());
  KF_TRY(const std::uint64_t generated, in.u64());
  // Ten thousand years in milliseconds still fit Time.
  if (generated > 300'000'000'000) return bad_list("its date is absurd");
  list.generated = from_unix_seconds(static_cast<std::int64_t>(generated));
  KF_TRY(const std::uint64_t flags, in.u64());
  KF_TRY(const ByteView reserved, in.string());
  if (flags != 0 || !reserved.empty()) return bad_list("it uses reserved octets");
  KF_TRY(const ByteView comment, in.string());
  if (!codec::is_utf8(text_of(comment))) return bad_list("its comment is not UTF-8 text");
  list.comment = text_of(comment);
  return list;
}

}  // namespace

Result<SshKrl> parse_ssh_krl(ByteView octets) {
  if (octets.size() > kMostOctets) {
    return fail(Errc::too_large, "the revocation list has more than 64 MiB");
  }
  codec::SshReader in(octets);
  KF_TRY(SshKrl list, read_header(in));
  std::size_t seen = 0;
  while (!in.at_end()) {
    KF_TRY(const std::uint8_t type, in.u8());
    KF_TRY(const ByteView section, in.string());
    if (type == krl::kCertificates) {
      KF_TRY(SshKrl::Section read, read_certificates(section, seen));
      list.sections.push_back(std::move(read));
    } else if (type == krl::kExplicitKeys) {
      KF_TRY(read_keys(section, list.keys));
    } else {
      return bad_list("it has a kind of section that is not understood");
    }
  }
  return list;
}

}  // namespace keyferry::credential
