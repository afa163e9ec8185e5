// The shared vectors of the rights of `ssh` (tests/vectors/ssh_rights/make.py).
#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/ssh_rights.h"

namespace keyferry::credential {
namespace {

Result<Rights> rights_of(const tests::VectorFile& file) {
  const boost::json::object asked = *codec::parse_json_object(file.payload);
  if (file.at("parent") == "-") return make_root_rights(ssh_rights_schema(), asked);
  const boost::json::object above = *codec::parse_json_object(file.at("parent"));
  return make_child_rights(ssh_rights_schema(), *parse_rights(ssh_rights_schema(), above), asked);
}

TEST(RightsVectors, AreGivenOrRefusedAsStated) {
  int failures = 0;
  for (const tests::VectorFile& file : tests::read_vector_files("ssh_rights")) {
    SCOPED_TRACE(file.name);
    const Result<Rights> rights = rights_of(file);
    EXPECT_EQ(rights ? "rights" : reason_of(rights.error()), file.at("expect"));
    if (rights) {
      EXPECT_EQ(codec::encode_json(encode_rights(*rights)), file.at("rights"));
    } else if (file.at("expect") == "wider_than_parent") {
      EXPECT_EQ(rights.error().detail.rfind("right \"" + file.at("right") + "\": ", 0), 0u);
    }
    failures += rights ? -1 : 1;
  }
  EXPECT_GT(failures, 0);
}

}  // namespace
}  // namespace keyferry::credential
