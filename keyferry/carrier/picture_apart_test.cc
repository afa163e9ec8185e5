#include "keyferry/carrier/picture_apart.h"

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/carrier/picture.h"

namespace keyferry::carrier {
namespace {

// 40 x 40 corners of a QR code and nothing else: a decoder tries every three of them.
constexpr std::string_view kCorners =
    "iVBORw0KGgoAAAANSUhEUgAABDgAAAQ4AQAAAADEa1EiAAADxklEQVR42u3XsU3DYBSF0fvHSKEzG5hNzGTEbGY2"
    "MRuYzkgmj5qUFBaRDq2bT/nR1Tut8i/+TtHx629J9mSY0q3Ja9LPaVsyJucjP3mXm46utlwqfS2t9ow1nWtNXTPU"
    "fOQn73Lb8faSz8dUS96f8/WQtCkfT/k+5chP3kWHDh1/77jM6be0SsYl5z2pKcOa7pojP3kX99g9vEvjFx067BhX"
    "ciVX2lMdOnRwpXvMPcaVOnTYMa7kSq7kSh06dHCle8w9xpU6dNgxO8aVXMmVOnTo4EqudI9xpR3TYcfsGFd6F660"
    "pzp0cCVXuse40o7p0GHHuJIrudKe6tChgyvdY+4xrtShw45xJVdyJVfq0KGDK91j7jGu1KHDjtkxruRKrtShQwdX"
    "ehf3GFfaMR12zI5xJVdypQ4dOriSK91jXGnHdOiwY1zJlVxpT3Xo4EqudI+5x7hShw47xpVcyZXeRYcOHVzpHnOP"
    "caUOHXbMjnElV3KlDh06uNI95h7jSjumw47ZMa7kSq7UoUMHV3Kle4wr7ZgOO2bHuJIrudKe6tDBlVzpHvMuXKlD"
    "hx3jSq7kSnuqQ4cOrnSPuce4UocOO+b/gyu5kit16NDBle4x9xhX2jEddsyOcSVXcqUOHTq4kivdY1xpx3TYMTvG"
    "ld6FK+2pDh1cyZXuMa70e+jQYce4kiu50p7q0KGDK91j7jGu1KHDjnElV3IlV+rQoYMr3WPuMa7UocOO2TGu5Equ"
    "1KFDB1dypXuMK+2YDjtmx7iSK7nSnurQwZVc6R7jSjumQ4cd40qu5Ep7qkMHV3Kle8w9xpU6dNgxruRKrvQuOnTo"
    "4Er3mHuMK3XosGN2jCu5kit16NDBle4x9xhX2jEddsyOcSVXcqUOHTq4kivdY1xpx3TYMTvGlVzJlfZUhw6u5Er3"
    "mHfhSh067BhXciVX2lMdOnRwpXvMPcaVOnTYMe/ClVzJlTp06OBK95h7jCvtmA47Zse4kiu5UocOHVzJle4xrrRj"
    "OuyYHeNKruRKe6pDB1dypXuMK/0eOnTYMa7kSq60pzp06OBK95h7jCt16LBjXMmVXMmVOnTo4Er3mHuMK3XosGN2"
    "jCu5kit16NDBlVzpHuNKO6bDjtkxrvQuXGlPdejgSq50j3GlHdOhw45xJVdypT3VoYMrudI95h7jSh067BhXciVX"
    "ehcdOnRwpXvMPcaVOnTYMTvGlVzJlTp06OBK7+Ie40o7psOO2TGu5Equ1KFDB1dypXuMK+2YDjtmx7iSK7nSnurQ"
    "wZVc6R5zj3HlnXT8AP/ZtVYjIl+rAAAAAElFTkSuQmCC";

TEST(PictureApart, TheAnswerIsThatOfTheDecoder) {
  const std::string text(2000, 'x');
  const Bytes png = draw_qr(text).value();
  EXPECT_EQ(read_qr_apart(png).value(), text);
  for (const ByteView wrong : {ByteView(png).first(png.size() / 2), bytes_of("GIF89a")}) {
    EXPECT_EQ(read_qr_apart(wrong).error(), read_qr(wrong).error());
  }
}

TEST(PictureApart, APictureThatKeepsTheDecoderBusyEnds) {
  const Bytes picture = parse_base64(kCorners).value();
  const auto read = read_qr_apart(picture, std::chrono::seconds(1));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "picture");
  EXPECT_NE(read.error().detail.find("takes too long"), std::string::npos);
}

}  // namespace
}  // namespace keyferry::carrier
