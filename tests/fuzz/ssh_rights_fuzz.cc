// Target: the rights of the kind ssh as JSON, and networks. Whatever is asked for, a child is never
// more than its parent, and canonical text stays as it is.
#include "keyferry/codec/json.h"
#include "keyferry/credential/cidr.h"
#include "keyferry/credential/ssh_kind.h"
#include "keyferry/credential/ssh_rights.h"

namespace {

using namespace keyferry;

const credential::Rights& parent() {
  static const credential::Rights rights = *credential::make_root_rights(
      credential::ssh_rights_schema(),
      *codec::parse_json_object(R"({"logins":["deploy","root"],"hosts":["db","web"],)"
                                R"("source":["192.0.2.0/24","2001:db8::/32"],)"
                                R"("extensions":["permit-pty","permit-port-forwarding"]})"));
  return rights;
}

void check_rights(const boost::json::object& asked) {
  const credential::RightsSchema& schema = credential::ssh_rights_schema();
  if (const auto root = credential::make_root_rights(schema, asked)) {
    require(credential::parse_rights(schema, credential::encode_rights(*root)) == *root,
            "rights come back");
    require(credential::check_narrower(schema, *root, *root).has_value(), "equal is not wider");
    require(credential::make_child_rights(schema, *root, {}) == *root, "a child inherits all");
    const auto principals = credential::ssh_principals(*root);
    require(!principals.empty() && principals.size() <= credential::kMostSshPrincipals,
            "principals fit into a certificate");
    require(!credential::ssh_kind().describe(*root).empty(), "rights have words");
  }
  if (const auto child = credential::make_child_rights(schema, parent(), asked)) {
    require(credential::check_narrower(schema, parent(), *child).has_value(),
            "a child is not wider");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  if (const auto asked = codec::parse_json_object(text)) check_rights(*asked);
  if (const auto network = credential::parse_cidr(text)) {
    require(credential::parse_cidr(*network) == *network, "a network has one spelling");
    require(credential::cidr_contains(*network, *network), "a network contains itself");
  }
  if (const auto command = credential::parse_ssh_command(text)) {
    require(*command == text, "a command is taken as it is");
  }
  return 0;
}
