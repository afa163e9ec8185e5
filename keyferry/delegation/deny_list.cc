// Ids ascend strictly, in what is written and in what is read: one set has one form, and no id
// comes twice.
#include "keyferry/delegation/deny_list.h"

#include <algorithm>

namespace keyferry::delegation {
namespace {

std::size_t most_of(const DenyList& list) {
  return list.root ? kMostHoldersList : kMostOwnersList;
}

Id read_id(CborReader& reader) {
  Id out{};
  const ByteView octets = reader.bytes(kIdSize, kIdSize);
  if (reader.ok()) std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

}  // namespace

Result<Bytes> sign_deny_list(const crypto::PrivateKey& key, DenyList list) {
  std::sort(list.ids.begin(), list.ids.end());
  list.ids.erase(std::unique(list.ids.begin(), list.ids.end()), list.ids.end());
  std::vector<Bytes> ids;
  for (const Id& id : list.ids) ids.push_back(cbor_bytes(id));
  std::vector<Bytes> fields{cbor_number(list.number), cbor_number(list.issued),
                            cbor_number(list.since), cbor_array(ids)};
  if (list.root) fields.push_back(cbor_bytes(*list.root));
  Bytes out = sign1(key, cbor_array(fields), bytes_of(kDenyAad), {.named = true});
  if (out.size() <= most_of(list)) return out;
  return fail(Errc::too_large, "the deny list is full", "list_full");
}

Result<DenyList> parse_deny_list(ByteView octets) {
  const Error wrong = fail(Errc::invalid, "this deny list has not its form", "form");
  KF_TRY(const Sign1 sign1, parse_sign1(octets, kMostOwnersList));
  if (!sign1.signer) return wrong;
  DenyList out;
  out.signer = *sign1.signer;
  CborReader reader(sign1.payload);
  const std::size_t fields = reader.array(4, 5);
  out.number = reader.number(1, ~std::uint64_t{0});
  out.issued = static_cast<std::uint32_t>(reader.number(0, 0xffffffff));
  out.since = static_cast<std::uint32_t>(reader.number(0, 0xffffffff));
  const std::size_t count = reader.array(0, kMostOwnersList / kIdSize);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    const Id id = read_id(reader);
    if (!out.ids.empty() && !(out.ids.back() < id)) reader.fail();
    out.ids.push_back(id);
  }
  if (fields == 5) out.root = read_id(reader);
  if (!reader.finished() || octets.size() > most_of(out) || (out.root && out.since != 0)) {
    return wrong;
  }
  return out;
}

Result<DenyList> verify_deny_list(ByteView octets, const crypto::PublicKey& key) {
  KF_TRY(DenyList list, parse_deny_list(octets));
  KF_TRY(const Sign1 sign1, parse_sign1(octets, kMostOwnersList));
  if (list.signer != thumbprint_of(key) || !verify_sign1(sign1, bytes_of(kDenyAad), key)) {
    return fail(Errc::forbidden, "this deny list was not signed by the key that it names",
                "signature");
  }
  return list;
}

}  // namespace keyferry::delegation
