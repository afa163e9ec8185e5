// What wallets sign and say at a lock, good or bad, for the tests of the library. It knows nothing
// of the library's code.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "keyferry/crypto/aead.h"
#include "keyferry/crypto/key.h"
#include "keyferry/digest/hash.h"

namespace keyferry::lock {

// CBOR, written deterministically.
namespace cbor {

inline Bytes head(unsigned major, std::uint64_t value) {
  Bytes out;
  const int size = value < 24 ? 0 : value < 256 ? 1 : value < 65536 ? 2 : value >> 32 ? 8 : 4;
  const unsigned more = size == 0   ? static_cast<unsigned>(value)
                        : size == 1 ? 24u
                        : size == 2 ? 25u
                        : size == 4 ? 26u
                                    : 27u;
  out.push_back(static_cast<std::uint8_t>(major << 5 | more));
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}
inline Bytes join(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (const ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
inline Bytes number(std::uint64_t value) {
  return head(0, value);
}
inline Bytes bytes(ByteView value) {
  return join({head(2, value.size()), value});
}
inline Bytes text(std::string_view value) {
  return join({head(3, value.size()), bytes_of(value)});
}
inline Bytes array(const std::vector<Bytes>& items) {
  Bytes out = head(4, items.size());
  for (const Bytes& item : items) out.insert(out.end(), item.begin(), item.end());
  return out;
}
inline const Bytes null{0xf6};

}  // namespace cbor

inline crypto::PrivateKey key_of(std::string_view seed) {
  const auto scalar = digest::sha256(bytes_of(seed));
  return crypto::PrivateKey::from_secret(crypto::KeyType::p256, SecretBytes(copy_of(scalar)))
      .value();
}
inline Bytes xy_of(const crypto::PublicKey& key) {
  return Bytes(key.raw().begin() + 1, key.raw().end());
}
inline Bytes cose_key(ByteView xy) {
  return cbor::join({Bytes{0xa4, 0x01, 0x02, 0x20, 0x01, 0x21}, cbor::bytes(xy.first(32)),
                     Bytes{0x22}, cbor::bytes(xy.subspan(32))});
}
inline Bytes thumbprint(ByteView xy) {
  return copy_of(digest::sha256(cose_key(xy)));
}
inline Bytes first16(ByteView octets) {
  return copy_of(octets.first(16));
}

inline Bytes sign1(const crypto::PrivateKey& key, ByteView payload, ByteView aad, bool named,
                   bool detached = false) {
  const Bytes kid = thumbprint(xy_of(key.public_key()));
  const Bytes header = named ? cbor::join({Bytes{0xa2, 0x01, 0x26, 0x04}, cbor::bytes(kid)})
                             : Bytes{0xa1, 0x01, 0x26};
  const Bytes what = cbor::array(
      {cbor::text("Signature1"), cbor::bytes(header), cbor::bytes(aad), cbor::bytes(payload)});
  return cbor::array({cbor::bytes(header), Bytes{0xa0},
                      detached ? cbor::null : cbor::bytes(payload), cbor::bytes(key.sign(what))});
}

// Link is one delegation to be made; what is not set is not stated.
struct Link {
  std::uint32_t nbf = 1'700'000'000, exp = 1'900'000'000;
  Bytes cti = Bytes(16, 7);
  std::optional<unsigned> depth, uses, fresh;
  std::vector<Bytes> doors;
  std::vector<std::pair<unsigned, unsigned>> hours;
  std::optional<std::string> label;
};

inline Bytes claim(unsigned beyond) {
  return cbor::head(1, 65536 + beyond);
}

inline Bytes claims(const Link& link, ByteView holder, ByteView above) {
  std::vector<Bytes> out;
  const auto put = [&](Bytes label, Bytes value) { out.push_back(cbor::join({label, value})); };
  put(cbor::number(4), cbor::number(link.exp));
  put(cbor::number(5), cbor::number(link.nbf));
  put(cbor::number(7), cbor::bytes(link.cti));
  put(cbor::number(8), cbor::join({Bytes{0xa1, 0x01}, cose_key(holder)}));
  if (!above.empty()) put(claim(0), cbor::bytes(digest::sha256(above)));
  if (link.depth) put(claim(1), cbor::number(*link.depth));
  if (!link.doors.empty()) {
    std::vector<Bytes> doors;
    for (const Bytes& door : link.doors) doors.push_back(cbor::bytes(door));
    put(claim(2), cbor::array(doors));
  }
  if (link.uses) put(claim(3), cbor::number(*link.uses));
  if (!link.hours.empty()) {
    std::vector<Bytes> hours;
    for (const auto& [from, to] : link.hours) {
      hours.push_back(cbor::array({cbor::number(from), cbor::number(to)}));
    }
    put(claim(4), cbor::array(hours));
  }
  if (link.fresh) put(claim(5), cbor::number(*link.fresh));
  if (link.label) put(claim(6), cbor::text(*link.label));
  Bytes all = cbor::head(5, out.size());
  for (const Bytes& item : out) all.insert(all.end(), item.begin(), item.end());
  return all;
}

inline Bytes sign_link(const crypto::PrivateKey& signer, const Link& link,
                       const crypto::PrivateKey& holder, ByteView above = {}) {
  return sign1(signer, claims(link, xy_of(holder.public_key()), above),
               bytes_of("keyferry delegation v1"), above.empty());
}
inline Bytes link_id(const crypto::PrivateKey& signer, const Link& link) {
  return first16(digest::sha256({thumbprint(xy_of(signer.public_key())), link.cti}));
}
inline Bytes chain_of(const std::vector<Bytes>& links) {
  std::vector<Bytes> items;
  for (const Bytes& link : links) items.push_back(cbor::bytes(link));
  return cbor::array(items);
}
inline Bytes door_of(ByteView lock_key, std::string_view name = "front") {
  return cbor::join({first16(thumbprint(lock_key)), bytes_of(name)});
}

inline Bytes answer_to(ByteView message, const crypto::PrivateKey& holder, ByteView chain) {
  const Bytes aad = cbor::join({bytes_of("keyferry open v1"), digest::sha256(chain)});
  return cbor::array({copy_of(chain), sign1(holder, message, aad, false, true)});
}
// An owner opens, or says [message, op, value].
inline Bytes owner_answer(ByteView message, const crypto::PrivateKey& owner, unsigned op = 0,
                          ByteView value = {}) {
  const Bytes chain{0x80};
  const Bytes aad = cbor::join({bytes_of("keyferry open v1"), digest::sha256(chain)});
  const Bytes statement = cbor::join({Bytes{0x83}, message, cbor::number(op), value});
  return cbor::array({chain, op == 0 ? sign1(owner, message, aad, true, true)
                                     : sign1(owner, statement, aad, true)});
}

inline Bytes deny_list(const crypto::PrivateKey& signer, std::uint64_t number, std::uint32_t issued,
                       std::vector<Bytes> ids, std::uint32_t since = 0,
                       std::optional<Bytes> root = std::nullopt) {
  std::sort(ids.begin(), ids.end());
  std::vector<Bytes> items;
  for (const Bytes& id : ids) items.push_back(cbor::bytes(id));
  std::vector<Bytes> fields{cbor::number(number), cbor::number(issued), cbor::number(since),
                            cbor::array(items)};
  if (root) fields.push_back(cbor::bytes(*root));
  return sign1(signer, cbor::array(fields), bytes_of("keyferry deny v1"), true);
}

// Sealed is the wallet's side of a sealed answer.
class Sealed {
 public:
  Sealed(ByteView lock_key, ByteView message)
      : e_(crypto::PrivateKey::generate(crypto::KeyType::p256)),
        salt_(copy_of(digest::sha256(message))),
        shared_(e_.agree(
            crypto::PublicKey::parse(crypto::KeyType::p256, cbor::join({Bytes{0x04}, lock_key}))
                .value())) {}
  Bytes answer(ByteView plain) const {
    return cbor::array(
        {cbor::bytes(xy_of(e_.public_key())),
         cbor::bytes(crypto::aead_seal_at(crypto::Cipher::aes_256_gcm, key("keyferry open v1"),
                                          Bytes(12), plain))});
  }
  Result<Bytes> reply(ByteView sealed) const {
    return crypto::aead_open_at(crypto::Cipher::aes_256_gcm, key("keyferry reply v1"), Bytes(12),
                                sealed);
  }
  Bytes seal(ByteView octets) {
    return crypto::aead_seal_at(crypto::Cipher::aes_256_gcm, key("keyferry lists v1"),
                                nonce(0, sent_++), octets);
  }
  Result<Bytes> open(ByteView sealed) {
    return crypto::aead_open_at(crypto::Cipher::aes_256_gcm, key("keyferry lists v1"),
                                nonce(1, got_++), sealed);
  }

 private:
  SecretBytes key(std::string_view label) const {
    return SecretBytes(digest::hkdf(salt_, shared_.expose(),
                                    cbor::join({bytes_of(label), xy_of(e_.public_key())}), 32));
  }
  static Bytes nonce(std::uint8_t side, std::uint32_t number) {
    Bytes out(12);
    out[0] = side;
    out[11] = static_cast<std::uint8_t>(number);
    return out;
  }
  crypto::PrivateKey e_;
  Bytes salt_;
  SecretBytes shared_;
  unsigned sent_ = 0, got_ = 0;
};

}  // namespace keyferry::lock
