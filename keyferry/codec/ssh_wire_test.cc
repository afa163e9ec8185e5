#include "keyferry/codec/ssh_wire.h"

#include <gtest/gtest.h>

#include "keyferry/base/hex.h"

namespace keyferry::codec {
namespace {

TEST(SshWire, IntegersAreBigEndian) {
  SshWriter writer;
  writer.u8(0xAB);
  writer.u32(0x01020304);
  writer.u64(0x8000000000000001);
  EXPECT_EQ(encode_hex(writer.bytes()), "ab010203048000000000000001");
  const Bytes bytes = writer.take();
  SshReader reader(bytes);
  EXPECT_EQ(*reader.u8(), 0xAB);
  EXPECT_EQ(*reader.u32(), 0x01020304u);
  EXPECT_EQ(*reader.u64(), 0x8000000000000001u);
  EXPECT_TRUE(reader.at_end());
}

TEST(SshWire, MpintMatchesTheExamplesOfRfc4251) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "00000000"},
      {"00", "00000000"},
      {"09a378f9b2e332a7", "0000000809a378f9b2e332a7"},
      {"80", "000000020080"},
      {"0000007f", "000000017f"},
      {"00ff", "0000000200ff"}};
  for (const auto& [number, encoded] : cases) {
    SshWriter writer;
    writer.mpint(*parse_hex(number));
    EXPECT_EQ(encode_hex(writer.bytes()), encoded);
  }
}

TEST(SshWire, MpintIsReadInItsOneForm) {
  for (const char* number : {"", "01", "7f", "80", "ff00", "09a378f9b2e332a7"}) {
    SshWriter writer;
    writer.mpint(*parse_hex(number));
    SshReader reader(writer.bytes());
    const Result<ByteView> read = reader.unsigned_mpint();
    ASSERT_TRUE(read) << number;
    EXPECT_EQ(encode_hex(*read), number);
  }
  for (const char* wrong : {"0000000100", "0000000180", "000000020001", "00000003000080",
                            "00000002ff80", "00000002ff"}) {
    const Bytes octets = *parse_hex(wrong);
    EXPECT_FALSE(SshReader(octets).unsigned_mpint()) << wrong;
  }
}

TEST(SshWire, StringsCarryTheirLength) {
  SshWriter writer;
  writer.string("testing");
  writer.string(ByteView());
  writer.raw(bytes_of("x"));
  EXPECT_EQ(encode_hex(writer.bytes()), "0000000774657374696e670000000078");
  SshReader reader(writer.bytes());
  EXPECT_EQ(text_of(*reader.string()), "testing");
  EXPECT_TRUE(reader.string()->empty());
  EXPECT_EQ(text_of(reader.rest()), "x");
  EXPECT_EQ(text_of(*reader.raw(1)), "x");
}

TEST(SshWire, EveryCutIsRefused) {
  SshWriter writer;
  writer.string("abc");
  const Bytes whole = writer.take();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SshReader reader(ByteView(whole).first(size));
    EXPECT_EQ(reader.string().error().code, Errc::invalid) << size;
  }
  const Bytes seven(7);
  EXPECT_FALSE(SshReader(seven).u64());
  EXPECT_FALSE(SshReader(ByteView(seven).first(3)).u32());
  EXPECT_FALSE(SshReader(ByteView()).u8());
  EXPECT_FALSE(SshReader(seven).raw(8));
  const Bytes lying{0xFF, 0xFF, 0xFF, 0xFF, 1};
  EXPECT_FALSE(SshReader(lying).string());
}

}  // namespace
}  // namespace keyferry::codec
