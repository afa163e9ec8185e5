// Claims are numbered in the order of deterministic CBOR: reading finds disorder and repetition by
// one comparison, and writing goes through them as they stand.
#include "keyferry/delegation/link.h"

#include <algorithm>

#include "keyferry/codec/text.h"

namespace keyferry::delegation {
namespace {

constexpr std::size_t kMostLink = 3072, kMostDoors = 8, kMostHours = 15;
constexpr std::size_t kMostLabel = 64;
constexpr std::uint64_t kWeek = 10080, kLatest = 0xffffffff;
constexpr std::uint64_t kPrivate = 65536;  // of -65537, the first of our labels

// The claims in the order of deterministic CBOR.
enum Claim { exp, nbf, cti, cnf, prev, depth, doors, uses, hours, fresh, label, unknown };
constexpr std::array<std::uint64_t, 4> kRegistered{4, 5, 7, 8};

Bytes label_of(Claim claim) {
  if (claim < prev) return cbor_number(kRegistered[claim]);
  return cbor_head(Major::negative, kPrivate + static_cast<std::uint64_t>(claim - prev));
}

Claim read_label(CborReader& reader) {
  if (reader.next_is(Major::negative)) {
    const std::uint64_t value = reader.head(Major::negative);
    if (value >= kPrivate && value <= kPrivate + (label - prev)) {
      return static_cast<Claim>(prev + (value - kPrivate));
    }
  } else {
    const std::uint64_t value = reader.head(Major::number);
    for (unsigned i = 0; i < kRegistered.size(); ++i) {
      if (reader.ok() && kRegistered[i] == value) return static_cast<Claim>(i);
    }
  }
  reader.fail();
  return unknown;
}

template <std::size_t size>
ByteArray<size> read_octets(CborReader& reader) {
  const ByteView octets = reader.bytes(size, size);
  ByteArray<size> out{};
  if (reader.ok()) std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

std::vector<Bytes> read_doors(CborReader& reader) {
  std::vector<Bytes> out;
  const std::size_t count = reader.array(1, kMostDoors);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    Bytes door = copy_of(reader.bytes(kIdSize + 1, kMostDoor));
    if (!out.empty() && !std::ranges::lexicographical_compare(out.back(), door)) reader.fail();
    out.push_back(std::move(door));
  }
  return out;
}

Hours read_hours(CborReader& reader) {
  Hours out;
  std::uint64_t least = 0;
  const std::size_t count = reader.array(1, kMostHours);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    reader.array(2, 2);
    const std::uint64_t from = reader.number(least, kWeek - 1);
    const std::uint64_t to = reader.number(from + 1, kWeek);
    out.emplace_back(static_cast<unsigned>(from), static_cast<unsigned>(to));
    least = to + 1;
  }
  return out;
}

std::string read_text(CborReader& reader) {
  std::string out(reader.text(kMostLabel));
  const bool plain = codec::is_utf8(out) && std::none_of(out.begin(), out.end(), [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
                     });
  bool c1 = false;  // U+0080 to U+009F
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    c1 = c1 || (out[i] == '\xc2' && static_cast<unsigned char>(out[i + 1]) < 0xa0);
  }
  if (!plain || c1) reader.fail();
  return out;
}

unsigned read_small(CborReader& reader, std::uint64_t least, std::uint64_t most) {
  return static_cast<unsigned>(reader.number(least, most));
}

void read_value(CborReader& reader, Claim claim, Claims& out) {
  switch (claim) {
    case exp:
      out.exp = static_cast<std::uint32_t>(reader.number(0, kLatest));
      break;
    case nbf:
      out.nbf = static_cast<std::uint32_t>(reader.number(0, kLatest));
      break;
    case cti:
      out.cti = read_octets<kIdSize>(reader);
      break;
    case cnf:
      reader.exactly(Bytes{0xa1, 0x01});
      out.holder = read_cose_key(reader);
      break;
    case prev:
      out.prev = read_octets<32>(reader);
      break;
    case depth:
      out.depth = read_small(reader, 0, 7);
      break;
    case doors:
      out.doors = read_doors(reader);
      break;
    case uses:
      out.uses = read_small(reader, 1, 65535);
      break;
    case hours:
      out.hours = read_hours(reader);
      break;
    case fresh:
      out.fresh = read_small(reader, 1, 8760);
      break;
    case label:
      out.label = read_text(reader);
      break;
    case unknown:
      reader.fail();
  }
}

Bytes encode_hours(const Hours& hours) {
  std::vector<Bytes> items;
  for (const auto& [from, to] : hours) {
    items.push_back(cbor_array({cbor_number(from), cbor_number(to)}));
  }
  return cbor_array(items);
}

Bytes encode_claims(const Claims& claims) {
  std::vector<std::pair<Claim, Bytes>> all{
      {exp, cbor_number(claims.exp)},
      {nbf, cbor_number(claims.nbf)},
      {cti, cbor_bytes(claims.cti)},
      {cnf, concat({Bytes{0xa1, 0x01}, cose_key(claims.holder)})}};
  if (claims.prev) all.emplace_back(prev, cbor_bytes(*claims.prev));
  if (claims.depth) all.emplace_back(depth, cbor_number(*claims.depth));
  if (!claims.doors.empty()) {
    std::vector<Bytes> items;
    for (const Bytes& door : claims.doors) items.push_back(cbor_bytes(door));
    all.emplace_back(doors, cbor_array(items));
  }
  if (claims.uses) all.emplace_back(uses, cbor_number(*claims.uses));
  if (!claims.hours.empty()) all.emplace_back(hours, encode_hours(claims.hours));
  if (claims.fresh) all.emplace_back(fresh, cbor_number(*claims.fresh));
  if (claims.label) all.emplace_back(label, cbor_text(*claims.label));
  Bytes out = cbor_head(Major::map, all.size());
  for (const auto& [claim, value] : all) {
    append(out, label_of(claim));
    append(out, value);
  }
  return out;
}

}  // namespace

Result<Link> parse_link(ByteView octets) {
  const Error wrong = fail(Errc::invalid, "a link of the delegation has not its form", "form");
  KF_TRY(Sign1 sign1, parse_sign1(octets, kMostLink));
  Link out;
  unsigned seen = 0, next = 0;
  CborReader reader(sign1.payload);
  for (std::uint64_t left = reader.head(Major::map); left > 0 && reader.ok(); --left) {
    const Claim claim = read_label(reader);
    if (claim < next) reader.fail();
    next = static_cast<unsigned>(claim) + 1;
    read_value(reader, claim, out.claims);
    seen |= 1u << claim;
  }
  const unsigned needed = 1u << exp | 1u << nbf | 1u << cti | 1u << cnf;
  if (!reader.finished() || (seen & needed) != needed || out.claims.nbf >= out.claims.exp) {
    return wrong;
  }
  out.signed_ = std::move(sign1);
  return out;
}

Bytes sign_link(const crypto::PrivateKey& signer, const Claims& claims) {
  return sign1(signer, encode_claims(claims), bytes_of(kDelegationAad), {.named = !claims.prev});
}

Id id_of(const Thumbprint& signer, const Id& cti) {
  Id out{};
  const auto hash = digest::sha256({signer, cti});
  std::copy_n(hash.begin(), out.size(), out.begin());
  return out;
}

}  // namespace keyferry::delegation
