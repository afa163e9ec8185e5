// Labels, framing and sealing are those of docs/dropbox.md, "The keys".
#include "keyferry/transfer/drop_exchange.h"

#include <algorithm>
#include <array>

#include "keyferry/base/base64.h"
#include "keyferry/crypto/aead.h"
#include "keyferry/digest/random.h"
#include "keyferry/digest/suite_hash.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kLocation = 32;
constexpr std::size_t kRandom = 32, kLeastRandom = 16;
constexpr std::uint16_t kCancelNumber = 65535;
constexpr std::string_view kPrefix = "tls13 ";

struct SuiteRow {
  DropSuite suite;
  std::string_view name;
  digest::SuiteHash hash;
  crypto::Cipher cipher;
  std::size_t key_size;
};
constexpr std::array kSuites = {SuiteRow{DropSuite::aes_128, "1301", digest::SuiteHash::sha256,
                                         crypto::Cipher::aes_128_gcm, 16},
                                SuiteRow{DropSuite::aes_256, "1302", digest::SuiteHash::sha384,
                                         crypto::Cipher::aes_256_gcm, 32},
                                SuiteRow{DropSuite::chacha20, "1303", digest::SuiteHash::sha256,
                                         crypto::Cipher::chacha20_poly1305, 32}};

const SuiteRow& row_of(DropSuite suite) {
  return *std::find_if(kSuites.begin(), kSuites.end(),
                       [&](const SuiteRow& row) { return row.suite == suite; });
}

void append(Bytes& out, ByteView part) {
  out.insert(out.end(), part.begin(), part.end());
}

void append_number(Bytes& out, std::uint64_t value, int octets) {
  while (octets-- > 0) out.push_back(static_cast<std::uint8_t>(value >> 8 * octets));
}

std::uint64_t number_in(ByteView octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : octets) value = value << 8 | octet;
  return value;
}

//= spec:tigress#DRR-10
Bytes frame(std::uint16_t number, ByteView message) {
  Bytes out;
  out.reserve(1 + kRandom + 6 + message.size());
  append_number(out, kRandom, 1);
  append(out, digest::random_bytes(kRandom));
  append_number(out, number, 2);
  append_number(out, message.size(), 4);
  append(out, message);
  return out;
}

// The message in a plaintext that is number `number`, or nothing.
//
//= spec:tigress#DRR-12
std::optional<ByteView> unframe(ByteView plaintext, std::uint16_t number) {
  if (plaintext.empty() || plaintext[0] < kLeastRandom) return std::nullopt;
  const std::size_t begin = 1 + std::size_t{plaintext[0]};
  if (plaintext.size() < begin + 6) return std::nullopt;
  const ByteView message = plaintext.subspan(begin + 6);
  if (number_in(plaintext.subspan(begin, 2)) != number ||
      number_in(plaintext.subspan(begin + 2, 4)) != message.size()) {
    return std::nullopt;
  }
  return message;
}

std::string_view name_of(Side side) {
  return side == Side::sender ? "sender" : "receiver";
}

// Key and nonce of one sealing, in the form of Oblivious HTTP.
struct SealKeys {
  SecretBytes key;
  Bytes nonce;

  //= spec:tigress#B-03
  SealKeys(const SuiteRow& suite, ByteView place_key, ByteView salt) {
    Bytes prk = digest::hkdf_extract(suite.hash, salt, place_key);
    key = SecretBytes(digest::hkdf_expand(suite.hash, prk, bytes_of("key"), suite.key_size));
    nonce = digest::hkdf_expand(suite.hash, prk, bytes_of("nonce"), crypto::kAeadIvSize);
    wipe(prk);
  }
};

std::size_t salt_size(const SuiteRow& suite) {
  return std::max(crypto::kAeadIvSize, suite.key_size);
}

}  // namespace

struct DropExchange::Place {
  SecretBytes key;
  std::uint16_t number;
};

std::string encode_suite(DropSuite suite) {
  return std::string(row_of(suite).name);
}

std::optional<DropSuite> parse_suite(std::string_view text) {
  for (const SuiteRow& row : kSuites) {
    if (row.name == text) return row.suite;
  }
  return std::nullopt;
}

DropExchange::DropExchange(SecretBytes secret, DropSuite suite, Side own)
    : secret_(std::move(secret)), suite_(suite), own_(own) {
  require(secret_.size() == kDropSecretSize, "R has 32 octets");
}

// Expand-Label of RFC 8446; R is the pseudorandom key itself.
//
//= spec:tigress#B-01
//= spec:tigress#B-05
Bytes DropExchange::derive(std::string_view label, ByteView context, std::size_t size) const {
  Bytes info;
  append_number(info, size, 2);
  append_number(info, kPrefix.size() + label.size(), 1);
  append(info, bytes_of(kPrefix));
  append(info, bytes_of(label));
  append_number(info, context.size(), 1);
  append(info, context);
  return digest::hkdf_expand(row_of(suite_).hash, secret_.expose(), info, size);
}

std::string DropExchange::address(std::string_view label, ByteView context) const {
  return encode_base64url(derive(label, context, kLocation));
}

//= spec:tigress#DRR-13
//= spec:tigress#B-02
//= spec:tigress#B-04
std::string DropExchange::location() const {
  return address("Location", digest::suite_hash(row_of(suite_).hash, {said_.expose()}));
}

//= spec:tigress#B-10
std::string DropExchange::cancel_location(Side side) const {
  return address("Cancel", digest::suite_hash(row_of(suite_).hash, {bytes_of(name_of(side))}));
}

DropExchange::Place DropExchange::next() const {
  const SuiteRow& suite = row_of(suite_);
  const Bytes context = digest::suite_hash(suite.hash, {said_.expose()});
  return {SecretBytes(derive("Key", context, suite.key_size)), number_};
}

DropExchange::Place DropExchange::cancel_of(Side side) const {
  const SuiteRow& suite = row_of(suite_);
  const Bytes context = digest::suite_hash(suite.hash, {bytes_of(name_of(side))});
  return {SecretBytes(derive("Cancel key", context, suite.key_size)), kCancelNumber};
}

bool DropExchange::is_own_turn() const {
  return (number_ % 2 == 0) == (own_ == Side::sender);
}

//= spec:tigress#DRR-09
Bytes DropExchange::seal_at(const Place& place, ByteView plaintext) const {
  const SuiteRow& suite = row_of(suite_);
  Bytes out = digest::random_bytes(salt_size(suite));
  const SealKeys keys(suite, place.key.expose(), out);
  append(out, crypto::aead_seal_at(suite.cipher, keys.key, keys.nonce, plaintext));
  return out;
}

// The whole plaintext, once it is known to be that of `place`.
//
//= spec:tigress#DRR-11
Result<Bytes> DropExchange::open_at(const Place& place, ByteView sealed) const {
  const SuiteRow& suite = row_of(suite_);
  const Error closed = fail(Errc::cannot_open, "the message does not open");
  const std::size_t salt = salt_size(suite);
  if (sealed.size() < salt) return closed;
  const SealKeys keys(suite, place.key.expose(), sealed.first(salt));
  KF_TRY(Bytes plaintext,
         crypto::aead_open_at(suite.cipher, keys.key, keys.nonce, sealed.subspan(salt)));
  if (unframe(plaintext, place.number)) return plaintext;
  wipe(plaintext);
  return closed;
}

void DropExchange::advance(ByteView plaintext) {
  Bytes said;
  said.reserve(said_.size() + plaintext.size());
  append(said, said_.expose());
  append(said, plaintext);
  said_ = SecretBytes(std::move(said));
  ++number_;
}

Bytes DropExchange::seal(ByteView message) {
  require(is_own_turn() && number_ + 1 < kCancelNumber, "the two sides take turns");
  Bytes plaintext = frame(number_, message);
  Bytes sealed = seal_at(next(), plaintext);
  advance(plaintext);
  wipe(plaintext);
  return sealed;
}

Result<Bytes> DropExchange::open(ByteView sealed) {
  require(!is_own_turn(), "the two sides take turns");
  const Place place = next();
  KF_TRY(Bytes plaintext, open_at(place, sealed));
  Bytes message = copy_of(*unframe(plaintext, place.number));
  advance(plaintext);
  wipe(plaintext);
  return message;
}

Bytes DropExchange::seal_cancel(Side side, ByteView message) const {
  return seal_at(cancel_of(side), frame(kCancelNumber, message));
}

Result<Bytes> DropExchange::open_cancel(Side side, ByteView sealed) const {
  KF_TRY(const Bytes plaintext, open_at(cancel_of(side), sealed));
  return copy_of(*unframe(plaintext, kCancelNumber));
}

Bytes DropExchange::first_message() const {
  const ByteView said = said_.expose();
  if (said.empty()) return {};
  const std::size_t begin = 1 + std::size_t{said[0]} + 6;
  if (said.size() < begin) return {};
  const std::size_t size = number_in(said.subspan(begin - 4, 4));
  if (said.size() - begin < size) return {};
  return copy_of(said.subspan(begin, size));
}

SecretBytes DropExchange::encode() const {
  Bytes out;
  out.reserve(2 + said_.size());
  append_number(out, number_, 2);
  append(out, said_.expose());
  return SecretBytes(std::move(out));
}

Result<DropExchange> DropExchange::resume(SecretBytes secret, DropSuite suite, Side own,
                                          ByteView said) {
  if (said.size() < 2) return fail(Errc::invalid, "the stored exchange is damaged");
  DropExchange exchange(std::move(secret), suite, own);
  exchange.number_ = static_cast<std::uint16_t>(number_in(said.first(2)));
  exchange.said_ = SecretBytes::copy(said.subspan(2));
  return exchange;
}

}  // namespace keyferry::transfer
