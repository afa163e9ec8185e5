#include "keyferry/base/uuid.h"

#include <gtest/gtest.h>

namespace keyferry {
namespace {

TEST(Uuid, ReadsEitherCaseAndWritesLowerCase) {
  EXPECT_EQ(encode_uuid(*parse_uuid("0F1E2D3C-4b5a-1978-c796-a5b4c3d2e1f0")),
            "0f1e2d3c-4b5a-1978-c796-a5b4c3d2e1f0");
}

TEST(Uuid, RefusesOtherShapes) {
  for (const char* text :
       {"", "0f1e2d3c4b5a1978c796a5b4c3d2e1f0", "{0f1e2d3c-4b5a-1978-c796-a5b4c3d2e1f}",
        "0f1e2d3c-4b5a-1978-c796-a5b4c3d2e1fg", "0f1e2d3c-4b5a-1978-c796a5-b4c3d2e1f0",
        "0f1e2d3c-4b5a-1978-c796-a5b4c3d2e1f0 ", "0f1e2d3c-4b5a-1978-c796--5b4c3d2e1f0"}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(Uuid, Version4SetsSixBitsOnly) {
  UuidOctets all;
  all.fill(0xff);
  EXPECT_EQ(encode_uuid(as_uuid_v4(all)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(encode_uuid(as_uuid_v4({})), "00000000-0000-4000-8000-000000000000");
}

}  // namespace
}  // namespace keyferry
