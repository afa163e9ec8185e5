// The header and the key have one encoding each that is allowed, so they are compared as octets and
// not parsed.
#include "keyferry/delegation/sign1.h"

#include <algorithm>

namespace keyferry::delegation {
namespace {

const Bytes kKeyBegin{0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20};
const Bytes kKeyMiddle{0x22, 0x58, 0x20};
const Bytes kUnnamed{0xa1, 0x01, 0x26};                  // {1: -7}
const Bytes kNamed{0xa2, 0x01, 0x26, 0x04, 0x58, 0x20};  // {1: -7, 4: 32 octets}
const Bytes kNoHeader{0xa0};

Bytes to_be_signed(ByteView header, ByteView aad, ByteView payload) {
  return cbor_array(
      {cbor_text("Signature1"), cbor_bytes(header), cbor_bytes(aad), cbor_bytes(payload)});
}

}  // namespace

XyOctets xy_of(const crypto::PublicKey& key) {
  XyOctets out{};
  std::copy(key.raw().begin() + 1, key.raw().end(), out.begin());
  return out;
}

Result<crypto::PublicKey> key_of_xy(ByteView xy) {
  const Bytes first{0x04};
  auto key = crypto::PublicKey::parse(crypto::KeyType::p256, concat({first, xy}));
  if (!key) return fail(Errc::invalid, "a key in it is no point of the curve", "point");
  return key;
}

Bytes cose_key(ByteView xy) {
  return concat({kKeyBegin, xy.first(32), kKeyMiddle, xy.subspan(32)});
}

XyOctets read_cose_key(CborReader& reader) {
  XyOctets out{};
  for (const Bytes* before : {&kKeyBegin, &kKeyMiddle}) {
    reader.exactly(*before);
    // Behind the head of 32 octets stand 32 octets.
    const ByteView left = reader.left();
    if (!reader.ok() || left.size() < 32) {
      reader.fail();
      return {};
    }
    std::copy_n(left.begin(), 32, out.begin() + (before == &kKeyBegin ? 0 : 32));
    reader.exactly(left.first(32));
  }
  return out;
}

Thumbprint thumbprint_of(ByteView xy) {
  return digest::sha256(cose_key(xy));
}

Thumbprint thumbprint_of(const crypto::PublicKey& key) {
  return thumbprint_of(xy_of(key));
}

Bytes sign1(const crypto::PrivateKey& key, ByteView payload, ByteView aad, SignOptions options) {
  const Bytes header =
      options.named ? concat({kNamed, thumbprint_of(key.public_key())}) : Bytes(kUnnamed);
  return cbor_array({cbor_bytes(header), kNoHeader,
                     options.detached ? kCborNull : cbor_bytes(payload),
                     cbor_bytes(key.sign(to_be_signed(header, aad, payload)))});
}

Result<Sign1> parse_sign1(ByteView octets, std::size_t most) {
  const Error wrong = fail(Errc::invalid, "what is signed has not its form", "form");
  if (octets.size() > most) return wrong;
  CborReader reader(octets);
  Sign1 out;
  reader.array(4, 4);
  out.header = copy_of(reader.bytes(0, 64));
  reader.exactly(kNoHeader);
  out.payload = copy_of(reader.bytes(0, most));
  out.signature = copy_of(reader.bytes(64, 64));
  if (!reader.finished()) return wrong;
  if (out.header == kUnnamed) return out;
  if (out.header.size() != kNamed.size() + 32 ||
      !std::equal(kNamed.begin(), kNamed.end(), out.header.begin())) {
    return wrong;
  }
  out.signer.emplace();
  std::copy(out.header.begin() + static_cast<std::ptrdiff_t>(kNamed.size()), out.header.end(),
            out.signer->begin());
  return out;
}

bool verify_sign1(const Sign1& sign1, ByteView aad, const crypto::PublicKey& key) {
  return key.verify(to_be_signed(sign1.header, aad, sign1.payload), sign1.signature);
}

}  // namespace keyferry::delegation
