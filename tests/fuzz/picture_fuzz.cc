// Target: pictures of strangers in which a QR code is looked for, PNG and JPEG.
#include "keyferry/carrier/picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyferry;
  const ByteView octets(data, size);
  if (carrier::read_qr(octets)) {
    require(carrier::is_picture(octets), "only a picture has a QR code in it");
  }
  return 0;
}
