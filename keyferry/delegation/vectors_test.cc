// The shared vectors, made by foreign code: a wallet finds the same fault in a chain as a lock, up
// to what the lock alone decides.
#include <set>
#include <sstream>

#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/delegation/chain.h"
#include "keyferry/delegation/deny_list.h"

namespace keyferry::delegation {
namespace {

const std::set<std::string> kOfTheChain{"form",  "prev",  "window", "depth", "doors",    "uses",
                                        "hours", "fresh", "point",  "owner", "signature"};

// The reason for which a wallet that trusts one of `owners` refuses, or nothing.
std::string judged(const std::string& chain, const std::string& owners) {
  const auto links = parse_chain(parse_hex(chain).value());
  if (!links) return links.error().reason;
  std::string reason;
  std::istringstream all(owners);
  for (std::string xy; all >> xy;) {
    const auto checked = check_chain(*links, key_of_xy(parse_hex(xy).value()).value());
    if (checked) return "";
    if (reason.empty() || reason == "owner") reason = checked.error().reason;
  }
  return reason;
}

//= spec:lock#5-vectors test
TEST(DelegationVectors, AWalletRefusesAChainForTheReasonOfALock) {
  std::map<std::string, int> seen;
  for (const auto& file : tests::read_vector_files("delegation")) {
    if (file.at("of") != "chain") continue;
    SCOPED_TRACE(file.name);
    const std::string& expected = file.at("expect");
    const bool ours = kOfTheChain.contains(expected);
    EXPECT_EQ(judged(file.at("chain"), file.at("owners")), ours ? expected : "");
    ++seen[ours ? expected : "good"];
  }
  EXPECT_EQ(seen.size(), kOfTheChain.size() + 1);
}

TEST(DelegationVectors, WhatIsReadIsWrittenTheSame) {
  for (const auto& file : tests::read_vector_files("delegation")) {
    if (file.at("of") != "chain") continue;
    SCOPED_TRACE(file.name);
    const Bytes octets = parse_hex(file.at("chain")).value();
    const auto links = parse_chain(octets);
    if (!links) continue;
    EXPECT_EQ(encode_chain(*links), octets);
  }
}

TEST(DenyList, OfAHolderIsReadByTheSameRulesAndFull) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  DenyList list;
  list.number = 1;
  list.root = Id{1};
  for (std::uint8_t i = 0; i < 16; ++i) list.ids.push_back(Id{i, 7});
  const Bytes octets = sign_deny_list(key, list).value();
  EXPECT_EQ(verify_deny_list(octets, key.public_key())->ids.size(), 16u);
  for (std::uint8_t i = 16; i < 32; ++i) list.ids.push_back(Id{i, 7});
  EXPECT_EQ(sign_deny_list(key, list).error().reason, "list_full");
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::p256);
  EXPECT_EQ(verify_deny_list(octets, other.public_key()).error().reason, "signature");
}

}  // namespace
}  // namespace keyferry::delegation
