// Our side of tests/integration/ssh_format_test.py: writes what OpenSSH then reads.
//
//   ssh_format key ed25519|p256 COMMENT FILE   a new key: FILE (private) and FILE.pub
//   ssh_format issue CA_FILE HOLDER_LINE ORDER prints a certificate line; ORDER is JSON: {"serial",
//                                              "share", "rights", "valid_from", "valid_until"}
//   ssh_format list LIST FILE                  writes a KRL; LIST is JSON: {"version", "sections":
//                                              [{"ca": LINE, "runs": [[FIRST, LAST]…], "ids"}…],
//                                              "keys": [LINE…]}; serials are texts
//   ssh_format read FILE                       prints the fingerprint of a private key file
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/credential/ssh_kind.h"
#include "keyferry/credential/ssh_krl.h"
#include "keyferry/digest/random.h"

namespace {

using namespace keyferry;
namespace json = boost::json;

SecretBytes read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return SecretBytes::copy(bytes_of(text));
}

void write_file(const std::string& path, ByteView octets) {
  std::ofstream(path, std::ios::binary) << text_of(octets);
}

std::uint64_t serial_of(const json::value& text) {
  const json::string& digits = text.as_string();
  std::uint64_t serial = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), serial);
  return serial;
}

std::string make_key(crypto::KeyType type, std::string_view comment, const std::string& path) {
  const auto key = crypto::PrivateKey::generate(type);
  write_file(path, credential::encode_openssh_private_key(key, comment).expose());
  const std::string line = credential::authorized_line(key.public_key(), comment);
  write_file(path + ".pub", bytes_of(line + "\n"));
  return line;
}

Result<std::string> issue(const char* ca_file, std::string_view holder, std::string_view text) {
  KF_TRY(const crypto::PrivateKey ca, credential::parse_openssh_private_key(read_file(ca_file)));
  KF_TRY(const crypto::PublicKey key, credential::parse_authorized_line(holder));
  KF_TRY(const json::object order, codec::parse_json_object(text));
  KF_TRY(const json::object* rights, codec::object_member(order, "rights"));
  KF_TRY(const std::string share, codec::text_member(order, "share"));
  const credential::Kind& kind = credential::ssh_kind();
  KF_TRY(const credential::Rights root, credential::make_root_rights(kind.schema(), *rights));
  KF_TRY(const std::string from, codec::text_member(order, "valid_from"));
  KF_TRY(const std::string until, codec::text_member(order, "valid_until"));
  KF_TRY(const Time start, codec::parse_rfc3339(from));
  KF_TRY(const Time end, codec::parse_rfc3339(until));
  return kind.issue({.holder = key,
                     .share = share,
                     .serial = serial_of(order.at("serial")),
                     .rights = root,
                     .window = {start, end}},
                    digest::random_bytes(32), ca);
}

Result<std::string> write_list(std::string_view text, const char* path) {
  KF_TRY(const json::object order, codec::parse_json_object(text, {.octets = 1 << 20}));
  credential::SshKrl list{.version = serial_of(order.at("version"))};
  for (const json::value& section : order.at("sections").as_array()) {
    const json::object& object = section.as_object();
    KF_TRY(const crypto::PublicKey ca,
           credential::parse_authorized_line(object.at("ca").as_string()));
    std::vector<credential::SerialRun> runs;
    for (const json::value& run : object.at("runs").as_array()) {
      runs.push_back({serial_of(run.at(0)), serial_of(run.at(1))});
    }
    KF_TRY(const std::vector<std::string> ids, codec::texts_member(object, "ids"));
    list.sections.push_back({.ca = ca,
                             .serials = credential::SerialSet::from(std::move(runs)),
                             .key_ids = {ids.begin(), ids.end()}});
  }
  KF_TRY(const std::vector<std::string> keys, codec::texts_member(order, "keys"));
  for (const std::string& line : keys) {
    KF_TRY(crypto::PublicKey key, credential::parse_authorized_line(line));
    list.keys.push_back(std::move(key));
  }
  write_file(path, credential::encode_ssh_krl(list));
  return std::string("written");
}

Result<std::string> run(std::span<char*> arguments) {
  const std::string_view verb = arguments.size() > 1 ? arguments[1] : "";
  if (verb == "key" && arguments.size() == 5) {
    const bool p256 = std::string_view(arguments[2]) == "p256";
    return make_key(p256 ? crypto::KeyType::p256 : crypto::KeyType::ed25519, arguments[3],
                    arguments[4]);
  }
  if (verb == "issue" && arguments.size() == 5) {
    return issue(arguments[2], arguments[3], arguments[4]);
  }
  if (verb == "list" && arguments.size() == 4) return write_list(arguments[2], arguments[3]);
  if (verb == "read" && arguments.size() == 3) {
    KF_TRY(const crypto::PrivateKey key,
           credential::parse_openssh_private_key(read_file(arguments[2])));
    return credential::ssh_fingerprint(key.public_key());
  }
  return fail(Errc::invalid, "usage: ssh_format key|issue|list|read …");
}

}  // namespace

int main(int argc, char** argv) {
  const auto answer = run({argv, static_cast<std::size_t>(argc)});
  (answer ? std::cout : std::cerr) << (answer ? *answer : answer.error().detail) << "\n";
  return answer ? 0 : 1;
}
