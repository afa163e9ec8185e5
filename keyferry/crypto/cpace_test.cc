#include "keyferry/crypto/cpace.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::crypto {
namespace {

CpaceShare share_of(std::string_view hex) {
  const Bytes bytes = parse_hex(hex).value();
  CpaceShare out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

// draft-irtf-cfrg-cpace, appendix "CPace using group ristretto255 and hash SHA-512".
struct DraftVector {
  Bytes sid = parse_hex("7e4b4791d6a8ef019b936c79fb7f2c57").value();
  Bytes ci = parse_hex("0a41696e69746961746f720a42726573706f6e646572").value();
  CpaceInput input{bytes_of("Password"), ci, sid};
  SecretBytes ya{
      parse_hex("da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08").value()};
  SecretBytes yb{
      parse_hex("d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d").value()};
  CpaceShare a = share_of("383a85dd236978f17f8c8545b50dabc52a39fcdab2cf8bc531ce040ff77ca82d");
  CpaceShare b = share_of("a6206309c0e8e5f579295e35997ac4300ab3fecec3c17f7b604f3e698fa1383c");
  std::string isk =
      "e91ccb2c0f5e0d0993a33956e3be59754f3f2b07db57631f5394452ea2e7b4354674eb1f5686c078462bf83bec72"
      "e8743d"
      "f440108e638f3526d9b90e85be096f";
};

TEST(Cpace, TheDraftsOwnVectors) {
  const DraftVector v;
  EXPECT_EQ(encode_hex(cpace_generator(v.input)),
            "5e25411ca1ad7c9debfd0b33ad987a95cefef2d3f15dcc8bd26415a5dfe2e15a");
  const CpaceSide initiator = CpaceSide::resume(v.input, v.ya).value();
  const CpaceSide responder = CpaceSide::resume(v.input, v.yb).value();
  EXPECT_EQ(initiator.share(), v.a);
  EXPECT_EQ(responder.share(), v.b);
  EXPECT_EQ(
      encode_hex(initiator.initiator_key(v.sid, v.b, bytes_of("ADa"), bytes_of("ADb"))->expose()),
      v.isk);
  EXPECT_EQ(
      encode_hex(responder.responder_key(v.sid, v.a, bytes_of("ADa"), bytes_of("ADb"))->expose()),
      v.isk);
}

TEST(Cpace, AnInvalidOrNeutralShareEndsIt) {
  const DraftVector v;
  const CpaceSide side = CpaceSide::resume(v.input, v.ya).value();
  for (const char* share : {"2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c",
                            "0000000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_FALSE(side.initiator_key(v.sid, share_of(share)));
    EXPECT_FALSE(side.responder_key(v.sid, share_of(share)));
  }
}

TEST(Cpace, AnotherCodeAnotherKey) {
  const Bytes sid(16, 7);
  const CpaceInput right{bytes_of("123456"), bytes_of("keyferry v1 cpace"), sid};
  const CpaceInput wrong{bytes_of("123457"), bytes_of("keyferry v1 cpace"), sid};
  const CpaceSide a = CpaceSide::start(right);
  const CpaceSide b = CpaceSide::start(right);
  const CpaceSide c = CpaceSide::start(wrong);
  EXPECT_EQ(*a.initiator_key(sid, b.share()), *b.responder_key(sid, a.share()));
  EXPECT_FALSE(*a.initiator_key(sid, c.share()) == *c.responder_key(sid, a.share()));
}

TEST(Cpace, AStoredScalarMustBeReducedAndNotZero) {
  const DraftVector v;
  EXPECT_FALSE(CpaceSide::resume(v.input, SecretBytes(Bytes(32))));
  EXPECT_FALSE(CpaceSide::resume(v.input, SecretBytes(Bytes(32, 0xff))));
  EXPECT_FALSE(CpaceSide::resume(v.input, SecretBytes(Bytes(31, 1))));
}

}  // namespace
}  // namespace keyferry::crypto
