#include "keyferry/carrier/picture.h"

#include <gtest/gtest.h>

namespace keyferry::carrier {
namespace {

TEST(Picture, WhatIsDrawnIsRead) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{1200},
                                 std::size_t{2331}, std::size_t{2953}}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + (i * 31 + i / 7) % 90);
    const Bytes png = draw_qr(text).value();
    EXPECT_TRUE(is_picture(png));
    EXPECT_EQ(read_qr(png).value(), text) << size;
  }
  EXPECT_EQ(draw_qr(std::string(2954, 'x')).error().code, Errc::too_large);
}

TEST(Picture, APictureThatIsCutOrDamagedIsRefused) {
  const Bytes png = draw_qr("https://relay.example/v1/m/…").value();
  for (std::size_t size = 0; size + 12 < png.size(); size += 7) {
    EXPECT_FALSE(read_qr(ByteView(png).first(size))) << size;
  }
  for (std::size_t at = 0; at < png.size(); ++at) {
    Bytes damaged = png;
    damaged[at] ^= 0x55;
    const auto read = read_qr(damaged);
    if (read) {
      EXPECT_EQ(*read, "https://relay.example/v1/m/…") << at;
    }
  }
}

TEST(Picture, WhatClaimsToBeHugeIsRefusedBeforeMemoryIsTaken) {
  Bytes png = draw_qr("x").value();
  // IHDR: width and height at octets 16 to 23, checked by a CRC that libpng only warns about.
  for (const std::size_t at : {16U, 20U}) png[at] = 0x7f;
  EXPECT_FALSE(read_qr(png));
  // SOF0 of a JPEG of 65500 x 65500 points.
  const Bytes jpeg{0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xdc, 0xff, 0xdc, 1,    1,   0x11,
                   0,    0xff, 0xda, 0,    8, 1,  1, 0,    0,    63,   0,    0xff, 0xd9};
  EXPECT_FALSE(read_qr(jpeg));
}

TEST(Picture, OtherFilesAreNoPictures) {
  EXPECT_FALSE(is_picture(bytes_of("")));
  EXPECT_FALSE(is_picture(bytes_of("{\"type\":\"AEAD_AES_256_GCM\"}")));
  EXPECT_EQ(read_qr(bytes_of("GIF89a")).error().reason, "picture");
}

}  // namespace
}  // namespace keyferry::carrier
