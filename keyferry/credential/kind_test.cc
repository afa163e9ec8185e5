#include "keyferry/credential/kind.h"

#include <gtest/gtest.h>

namespace keyferry::credential {
namespace {

TEST(Kind, IsFoundByItsName) {
  for (const Kind* kind : kinds()) EXPECT_EQ(*find_kind(kind->name()), kind);
  EXPECT_EQ((*find_kind("ssh"))->format(), "ssh-certificate");
  EXPECT_EQ((*find_kind("ssh"))->list_name(), "ssh.krl");
}

TEST(Kind, AnUnknownOneIsRefusedWithTheKnownOnes) {
  for (const char* name : {"", "SSH", "ssh ", "x509"}) {
    EXPECT_EQ(find_kind(name).error(),
              fail(Errc::invalid,
                   "the kind \"" + std::string(name == std::string("ssh ") ? "ssh" : name) +
                       "\" is not known here; there is ssh",
                   "unknown_kind"));
  }
}

}  // namespace
}  // namespace keyferry::credential
