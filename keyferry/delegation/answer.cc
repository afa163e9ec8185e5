// Answer and reply have a key each for their one message; the frames of lists share a third and
// count up behind an octet for the side, so no nonce comes twice under a key.
#include "keyferry/delegation/answer.h"

#include <algorithm>

#include "keyferry/crypto/aead.h"

namespace keyferry::delegation {
namespace {

constexpr auto kCipher = crypto::Cipher::aes_256_gcm;
constexpr std::size_t kNonce = 16, kMostReplyLists = 16;
constexpr std::array<std::string_view, 33> kReasons{
    "refused", "opened",  "done",   "nonce", "late",   "sealed", "form",   "owner",     "prev",
    "window",  "depth",   "doors",  "uses",  "hours",  "fresh",  "point",  "signature", "clock",
    "early",   "expired", "door",   "hour",  "stale",  "denied", "answer", "used",      "full",
    "state",   "old",     "forked", "ahead", "signer", "last"};

Error wrong(std::string_view what) {
  return fail(Errc::invalid, "the lock's " + std::string(what) + " has not its form", "form");
}

Bytes open_aad(ByteView chain) {
  return concat({bytes_of(kOpenAad), digest::sha256(chain)});
}

template <std::size_t size>
ByteArray<size> octets_of(CborReader& reader) {
  ByteArray<size> out{};
  const ByteView octets = reader.bytes(size, size);
  if (reader.ok()) std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

Bytes nonce_of(std::uint8_t side, std::uint32_t number) {
  Bytes out(crypto::kAeadIvSize);
  out[0] = side;
  for (std::size_t i = 0; i < 4; ++i) {
    out[8 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return out;
}

}  // namespace

Result<Challenge> parse_challenge(ByteView octets) {
  Challenge out;
  out.octets = copy_of(octets);
  CborReader reader(octets);
  reader.array(4, 4);
  reader.bytes(kNonce, kNonce);
  out.lock = read_cose_key(reader);
  out.door = copy_of(reader.bytes(kIdSize + 1, kMostDoor));
  if (!reader.null()) out.time = static_cast<std::uint32_t>(reader.number(0, 0xffffffff));
  const Thumbprint thumbprint = thumbprint_of(out.lock);
  if (!reader.finished() ||
      !std::equal(out.door.begin(), out.door.begin() + kIdSize, thumbprint.begin())) {
    return wrong("message");
  }
  return out;
}

Bytes answer_of_holder(const Challenge& challenge, const crypto::PrivateKey& holder,
                       std::span<const Bytes> links) {
  const Bytes chain = encode_chain(links);
  return cbor_array({chain, sign1(holder, challenge.octets, open_aad(chain), {.detached = true})});
}

Bytes answer_of_owner(const Challenge& challenge, const crypto::PrivateKey& owner) {
  const Bytes chain = encode_chain({});
  return cbor_array(
      {chain, sign1(owner, challenge.octets, open_aad(chain), {.named = true, .detached = true})});
}

Bytes statement_of_owner(const Challenge& challenge, const crypto::PrivateKey& owner, Op op,
                         ByteView value) {
  const Bytes chain = encode_chain({});
  const Bytes payload =
      cbor_array({challenge.octets, cbor_number(static_cast<unsigned>(op)), copy_of(value)});
  return cbor_array({chain, sign1(owner, payload, open_aad(chain), {.named = true})});
}

SealedTalk::SealedTalk(const Challenge& challenge)
    : e_(crypto::PrivateKey::generate(crypto::KeyType::p256)), challenge_(challenge) {}

SecretBytes SealedTalk::key(std::string_view label) const {
  const Bytes info = concat({bytes_of(label), xy_of(e_.public_key())});
  return SecretBytes(digest::hkdf(digest::sha256(challenge_.octets), shared_.expose(), info, 32));
}

Result<Bytes> SealedTalk::seal_answer(ByteView plain) {
  KF_TRY(const crypto::PublicKey lock, key_of_xy(challenge_.lock));
  shared_ = e_.agree(lock);
  return cbor_array({cbor_bytes(xy_of(e_.public_key())),
                     cbor_bytes(crypto::aead_seal_at(kCipher, key("keyferry open v1"),
                                                     Bytes(crypto::kAeadIvSize), plain))});
}

Result<Reply> SealedTalk::open_reply(ByteView sealed) const {
  KF_TRY(const Bytes octets, crypto::aead_open_at(kCipher, key("keyferry reply v1"),
                                                  Bytes(crypto::kAeadIvSize), sealed));
  Reply out;
  CborReader reader(octets);
  reader.array(2, 2);
  out.reason = static_cast<unsigned>(reader.number(0, 0xffff));
  const std::size_t count = reader.array(0, kMostReplyLists);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    ListNumber list;
    const std::size_t fields = reader.array(2, 3);
    list.signer = octets_of<32>(reader);
    list.number = reader.number(0, ~std::uint64_t{0});
    if (fields == 3) list.root = octets_of<kIdSize>(reader);
    out.lists.push_back(list);
  }
  if (!reader.finished()) return wrong("reply");
  return out;
}

Bytes SealedTalk::seal_next(ByteView octets) {
  return crypto::aead_seal_at(kCipher, key("keyferry lists v1"), nonce_of(0, sent_++), octets);
}

Result<Bytes> SealedTalk::open_next(ByteView sealed) {
  return crypto::aead_open_at(kCipher, key("keyferry lists v1"), nonce_of(1, taken_++), sealed);
}

std::string reason_name(unsigned reason) {
  return std::string(reason < kReasons.size() ? kReasons[reason] : kReasons[0]);
}

}  // namespace keyferry::delegation
