#include "keyferry/wallet/qr.h"

#include <memory>

#include <qrencode.h>

namespace keyferry::wallet {
namespace {

constexpr int kQuiet = 4;

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

// Light modules are drawn, dark ones left out.
bool is_light(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return true;
  return (code.data[y * code.width + x] & 1) == 0;
}

const char* half_block(bool above, bool below) {
  if (above && below) return "█";
  if (above) return "▀";
  return below ? "▄" : " ";
}

}  // namespace

Result<std::vector<std::string>> qr_lines(std::string_view text) {
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) return fail(Errc::too_large, "the link is too long for a QR picture");
  std::vector<std::string> lines;
  const int end = code->width + kQuiet;
  for (int y = -kQuiet; y < end; y += 2) {
    std::string line;
    for (int x = -kQuiet; x < end; ++x) {
      line += half_block(is_light(*code, x, y), y + 1 < end && is_light(*code, x, y + 1));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace keyferry::wallet
