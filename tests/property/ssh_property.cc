// Certificates and revocation lists come back, whatever is in them.
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "keyferry/credential/serial_set.h"
#include "keyferry/credential/ssh_certificate.h"
#include "keyferry/credential/ssh_krl.h"

namespace keyferry::credential {
namespace {

crypto::PrivateKey key(std::uint8_t octet) {
  const auto type = octet % 2 == 0 ? crypto::KeyType::ed25519 : crypto::KeyType::p256;
  return *crypto::PrivateKey::from_secret(type, SecretBytes(Bytes(32, octet)));
}

rc::Gen<std::string> word() {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('!', '\x7F')));
}

// Serials near the ends and near the powers of two, where encodings change.
rc::Gen<std::uint64_t> serial() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 64), rc::gen::inRange<std::uint64_t>(0, 8)),
                      [](const std::pair<int, std::uint64_t>& drawn) {
                        const std::uint64_t number =
                            (std::uint64_t{1} << drawn.first) + drawn.second - 4;
                        return number == 0 ? std::uint64_t{1} : number;
                      });
}

SshCertificate any_certificate() {
  const std::string forced = *word();
  const auto after = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  SshCertificate certificate{
      .key = key(*rc::gen::element<std::uint8_t>(1, 2)).public_key(),
      .serial = *serial(),
      .kind = *rc::gen::element<std::uint32_t>(1, 2),
      .key_id = *word(),
      .principals = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(word())),
      .valid_after = after,
      .valid_before = after + *rc::gen::inRange<std::uint64_t>(1, 1'000'000),
      .ca = key(3).public_key()};
  if (*rc::gen::arbitrary<bool>()) certificate.critical_options.emplace("force-command", forced);
  for (const std::string& name : *rc::gen::container<std::set<std::string>>(word())) {
    certificate.extensions.emplace(name, *rc::gen::element<std::string>("", "value"));
  }
  return certificate;
}

RC_GTEST_PROP(SshCertificateProperty, ComesBackAndIsWrittenTheSame, ()) {
  const SshCertificate certificate = any_certificate();
  const crypto::PrivateKey ca = key(*rc::gen::element<std::uint8_t>(3, 4));
  const Bytes blob = issue_ssh_certificate(certificate, Bytes(32, 7), ca);
  const SshCertificate read = *parse_ssh_certificate(blob);
  RC_ASSERT(read.key == certificate.key && read.ca == ca.public_key());
  RC_ASSERT(read.serial == certificate.serial && read.kind == certificate.kind);
  RC_ASSERT(read.key_id == certificate.key_id && read.principals == certificate.principals);
  RC_ASSERT(read.valid_after == certificate.valid_after);
  RC_ASSERT(read.valid_before == certificate.valid_before);
  RC_ASSERT(read.critical_options == certificate.critical_options);
  RC_ASSERT(read.extensions == certificate.extensions);
  // Ed25519 signs without randomness: the same values give the same octets.
  if (ca.type() == crypto::KeyType::ed25519) {
    RC_ASSERT(issue_ssh_certificate(read, Bytes(32, 7), ca) == blob);
  }
  RC_ASSERT(*parse_certificate_line(certificate_line(blob, "x")) == blob);
}

RC_GTEST_PROP(SerialSetProperty, IsASet, ()) {
  const auto serials = *rc::gen::container<std::vector<std::uint64_t>>(serial());
  const std::set<std::uint64_t> model(serials.begin(), serials.end());
  SerialSet set;
  std::vector<SerialRun> runs;
  for (std::uint64_t one : serials) {
    set.insert(one);
    runs.push_back({one, one});
  }
  RC_ASSERT(set == SerialSet::from(runs));
  std::uint64_t count = 0;
  for (const SerialRun& run : set.runs()) count += run.last - run.first + 1;
  RC_ASSERT(count == model.size());
  for (std::uint64_t one : serials) {
    for (std::uint64_t near : {one - 1, one, one + 1}) {
      RC_ASSERT(set.contains(near) == model.contains(near));
    }
  }
}

RC_GTEST_PROP(SshKrlProperty, RevokesTheSameOnceWrittenAndRead, ()) {
  SshKrl list{.version = *rc::gen::arbitrary<std::uint64_t>()};
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    std::vector<SerialRun> runs;
    for (std::uint64_t first : *rc::gen::container<std::vector<std::uint64_t>>(serial())) {
      const std::uint64_t more = *rc::gen::inRange<std::uint64_t>(0, 10);
      runs.push_back({first, first > ~more ? first : first + more});
    }
    list.sections.push_back({.ca = key(static_cast<std::uint8_t>(i)).public_key(),
                             .serials = SerialSet::from(runs),
                             .key_ids = *rc::gen::container<std::set<std::string>>(word())});
  }
  if (*rc::gen::arbitrary<bool>()) list.keys.push_back(key(9).public_key());
  const SshKrl read = *parse_ssh_krl(encode_ssh_krl(list));
  RC_ASSERT(read.version == list.version && read.keys == list.keys);
  RC_ASSERT(read.sections.size() == list.sections.size());
  for (std::size_t i = 0; i < list.sections.size(); ++i) {
    RC_ASSERT(read.sections[i].ca == list.sections[i].ca);
    RC_ASSERT(read.sections[i].serials == list.sections[i].serials);
    RC_ASSERT(read.sections[i].key_ids == list.sections[i].key_ids);
  }
}

}  // namespace
}  // namespace keyferry::credential
