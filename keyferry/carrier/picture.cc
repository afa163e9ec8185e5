// The size that a picture claims is checked before memory is taken for it, and every picture
// becomes gray before a code is looked for.
#include "keyferry/carrier/picture.h"

#include <algorithm>
#include <memory>
#include <optional>

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>
#include <png.h>
#include <turbojpeg.h>

#include <qrencode.h>

namespace keyferry::carrier {
namespace {

constexpr std::uint64_t kMostPoints = 40'000'000;
constexpr int kQuiet = 4;
constexpr int kScale = 4;  // points a module: what a camera reads from a screen

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, FreeCode>;

struct Gray {
  int width = 0;
  int height = 0;
  Bytes points;  // a row after the other, 0 is black
};

Error unreadable() {
  return fail(Errc::invalid, "the picture cannot be read: it must be a whole PNG or JPEG",
              "picture");
}

Result<Gray> canvas(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return unreadable();
  if (width > kMostPoints || height > kMostPoints || width * height > kMostPoints) {
    return fail(Errc::too_large, "the picture is too large: cut it to the QR code", "picture");
  }
  return Gray{static_cast<int>(width), static_cast<int>(height), Bytes(width * height)};
}

// PngImage frees what libpng holds.
class PngImage {
 public:
  PngImage() { image_.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image_); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
  png_image& operator*() { return image_; }
  png_image* operator->() { return &image_; }

 private:
  png_image image_{};
};

Result<Gray> read_png(ByteView octets) {
  PngImage image;
  if (png_image_begin_read_from_memory(&*image, octets.data(), octets.size()) == 0) {
    return unreadable();
  }
  KF_TRY(Gray gray, canvas(image->width, image->height));
  image->format = PNG_FORMAT_GRAY;
  const png_color white{255, 255, 255};  // behind what is transparent
  if (png_image_finish_read(&*image, &white, gray.points.data(), 0, nullptr) == 0) {
    return unreadable();
  }
  return gray;
}

struct EndJpeg {
  void operator()(void* handle) const { tjDestroy(handle); }
};

Result<Gray> read_jpeg(ByteView octets) {
  const std::unique_ptr<void, EndJpeg> jpeg(tjInitDecompress());
  int width = 0, height = 0, sampling = 0, space = 0;
  const auto size = static_cast<unsigned long>(octets.size());
  if (!jpeg || tjDecompressHeader3(jpeg.get(), octets.data(), size, &width, &height, &sampling,
                                   &space) != 0) {
    return unreadable();
  }
  KF_TRY(Gray gray, canvas(static_cast<std::uint64_t>(std::max(width, 0)),
                           static_cast<std::uint64_t>(std::max(height, 0))));
  if (tjDecompress2(jpeg.get(), octets.data(), size, gray.points.data(), gray.width, 0, gray.height,
                    TJPF_GRAY, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    return unreadable();
  }
  return gray;
}

bool is_png(ByteView octets) {
  constexpr std::uint8_t kPng[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return octets.size() > std::size(kPng) &&
         std::equal(std::begin(kPng), std::end(kPng), octets.begin());
}

bool is_jpeg(ByteView octets) {
  return octets.size() > 3 && octets[0] == 0xff && octets[1] == 0xd8 && octets[2] == 0xff;
}

// A frame of the quiet zone and the modules, kScale points each.
Gray painted(const QRcode& code) {
  const int side = (code.width + 2 * kQuiet) * kScale;
  Gray gray{side, side,
            Bytes(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 255)};
  for (int y = 0; y < code.width * kScale; ++y) {
    for (int x = 0; x < code.width * kScale; ++x) {
      if ((code.data[y / kScale * code.width + x / kScale] & 1) == 0) continue;
      const int at = (y + kQuiet * kScale) * side + x + kQuiet * kScale;
      gray.points[static_cast<std::size_t>(at)] = 0;
    }
  }
  return gray;
}

}  // namespace

Result<Bytes> draw_qr(std::string_view text) {
  const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
  Code code(QRcode_encodeData(static_cast<int>(text.size()), octets, 0, QR_ECLEVEL_M));
  if (!code) {
    code.reset(QRcode_encodeData(static_cast<int>(text.size()), octets, 0, QR_ECLEVEL_L));
  }
  if (!code) return fail(Errc::too_large, "it is too long for a QR picture: shorten it");
  const Gray gray = painted(*code);
  PngImage image;
  image->width = static_cast<png_uint_32>(gray.width);
  image->height = static_cast<png_uint_32>(gray.height);
  image->format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  if (png_image_write_get_memory_size(*image, size, 0, gray.points.data(), 0, nullptr) == 0) {
    return fail(Errc::internal, "cannot write a PNG");
  }
  Bytes png(size);
  if (png_image_write_to_memory(&*image, png.data(), &size, 0, gray.points.data(), 0, nullptr) ==
      0) {
    return fail(Errc::internal, "cannot write a PNG");
  }
  png.resize(size);
  return png;
}

bool is_picture(ByteView octets) {
  return is_png(octets) || is_jpeg(octets);
}

Result<std::string> read_qr(ByteView picture) {
  if (!is_picture(picture)) return unreadable();
  KF_TRY(const Gray gray, is_png(picture) ? read_png(picture) : read_jpeg(picture));
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode);
  hints.setTryHarder(true);
  const ZXing::ImageView view(gray.points.data(), gray.width, gray.height, ZXing::ImageFormat::Lum);
  std::optional<std::string> found;
  for (const ZXing::Result& result : ZXing::ReadBarcodes(view, hints)) {
    if (!result.isValid()) continue;
    const ZXing::ByteArray& octets = result.bytes();
    std::string text(octets.begin(), octets.end());
    if (found && *found != text) {
      return fail(Errc::invalid, "there are several QR codes in the picture: cut it to one",
                  "picture");
    }
    found = std::move(text);
  }
  if (!found) {
    return fail(Errc::invalid,
                "no QR code can be read in the picture: take it straight from the front, whole and "
                "sharp",
                "picture");
  }
  return *std::move(found);
}

}  // namespace keyferry::carrier
