#include "keyferry/mailbox/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyferry::mailbox {
namespace {

//= spec:tigress#MBX-09 test
TEST(AccessRights, AnySetThatHoldsReadIsTakenInAnyOrder) {
  EXPECT_EQ(*parse_access_rights("R"), (AccessRights{true, false, false}));
  EXPECT_EQ(*parse_access_rights("RD"), kRightsWhenOmitted);
  EXPECT_EQ(*parse_access_rights("WR"), (AccessRights{true, true, false}));
  EXPECT_EQ(*parse_access_rights("DWR"), kRightsByDefault);
  EXPECT_EQ(encode_access_rights(kRightsByDefault), "RWD");
}

//= spec:tigress#A-11 test
TEST(AccessRights, OthersAreRefusedWithAReason) {
  EXPECT_THAT(parse_access_rights("WD").error().detail, testing::HasSubstr("must hold R"));
  EXPECT_THAT(parse_access_rights("").error().detail, testing::HasSubstr("must hold R"));
  EXPECT_THAT(parse_access_rights("RR").error().detail, testing::HasSubstr("twice"));
  EXPECT_THAT(parse_access_rights("rw").error().detail, testing::HasSubstr("letters R, W and D"));
  EXPECT_THAT(parse_access_rights("RX").error().detail, testing::HasSubstr("letters R, W and D"));
}

}  // namespace
}  // namespace keyferry::mailbox
