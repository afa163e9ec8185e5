#include "keyferry/verifier/krl_file.h"

#include <gtest/gtest.h>

#include "keyferry/verifier/verifier_test.h"

namespace keyferry::verifier {
namespace {

const crypto::PublicKey kCa = test_key(9).public_key();

TEST(KrlFile, TheEmptyListIsValidAndRevokesNothing) {
  auto list = credential::parse_ssh_krl(empty_list(kNow));
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_FALSE(credential::revokes(*list, kCa, 7, "share"));
  EXPECT_FALSE(is_closed_list(empty_list(kNow)));
}

//= spec:authority#6-closed test
TEST(KrlFile, TheClosedListRefusesEveryCertificateOfTheAuthorityOnly) {
  const Bytes octets = closed_list(empty_list(kNow), test_trust(), kNow);
  auto list = credential::parse_ssh_krl(octets);
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_TRUE(credential::revokes(*list, kCa, 7, "share"));
  EXPECT_TRUE(credential::revokes(*list, kCa, 0xffffffffffffffff, ""));
  EXPECT_FALSE(credential::revokes(*list, test_key(8).public_key(), 7, "share"));
  EXPECT_TRUE(is_closed_list(octets));
}

TEST(KrlFile, ClosingForgetsNoRevocation) {
  credential::SshKrl last;
  const crypto::PublicKey older_ca = test_key(8).public_key(), stolen = test_key(7).public_key();
  last.sections.push_back({older_ca, credential::SerialSet::from({{5, 5}}), {"share"}});
  last.keys.push_back(stolen);
  auto list =
      credential::parse_ssh_krl(closed_list(credential::encode_ssh_krl(last), test_trust(), kNow));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->keys, (std::vector{stolen, older_ca, kCa}));
  ASSERT_EQ(list->sections.size(), 1U);
  EXPECT_EQ(list->sections[0].serials, credential::SerialSet::from({{5, 5}}));
  EXPECT_EQ(list->sections[0].key_ids, std::set<std::string>{"share"});
}

TEST(KrlFile, ClosingTwiceGivesTheSameOctets) {
  const Bytes once = closed_list(test_list(7), test_trust(), kNow);
  EXPECT_EQ(closed_list(test_list(7), test_trust(), kNow), once);
  EXPECT_EQ(closed_list(once, test_trust(), kNow), once);
}

TEST(KrlFile, AnUnreadableLastListClosesToo) {
  auto list = credential::parse_ssh_krl(closed_list(bytes_of("nonsense"), test_trust(), kNow));
  ASSERT_TRUE(list);
  EXPECT_TRUE(credential::revokes(*list, kCa, 7, "share"));
}

}  // namespace
}  // namespace keyferry::verifier
