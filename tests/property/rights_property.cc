// Rights only shrink, for all rights: the order is an order, and no chain of shares ends wider.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/credential/cidr.h"
#include "keyferry/credential/ssh_kind.h"
#include "keyferry/credential/ssh_rights.h"
#include "keyferry/credential/window.h"

namespace keyferry::credential {
namespace {

namespace json = boost::json;

const RightsSchema& schema() {
  return ssh_rights_schema();
}

// Few texts of each kind, so that sets often contain one another.
const std::vector<std::string> kLogins{"deploy", "root", "_www", "a-b"};
const std::vector<std::string> kHosts{"web", "db", "web.example"};
const std::vector<std::string> kCommands{"uptime", "id", "uptime -p"};
const std::vector<std::string> kExtensions{"permit-pty", "permit-port-forwarding",
                                           "permit-agent-forwarding", "permit-X11-forwarding",
                                           "permit-user-rc"};
const std::vector<std::string> kSources{
    "0.0.0.0/0",      "10.0.0.0/8", "10.1.0.0/16",   "10.1.2.3",        "192.0.2.0/24",
    "192.0.2.128/25", "::/0",       "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128"};

rc::Gen<json::array> some_of(const std::vector<std::string>& texts, std::size_t least) {
  return rc::gen::map(
      rc::gen::suchThat(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(texts)),
                        [least](const std::vector<std::string>& some) {
                          return some.size() >= least && some.size() <= 64;
                        }),
      [](const std::vector<std::string>& some) { return json::array(some.begin(), some.end()); });
}

// asked draws an object of the interface; `whole` states what a root has to.
json::object asked(bool whole) {
  const auto states = [] { return *rc::gen::arbitrary<bool>(); };
  json::object object;
  if (whole || states()) object.emplace("logins", *some_of(kLogins, 1));
  if (whole || states()) object.emplace("hosts", *some_of(kHosts, 1));
  if (states()) object.emplace("command", *rc::gen::elementOf(kCommands));
  if (states()) object.emplace("source", *some_of(kSources, 1));
  if (states()) object.emplace("extensions", *some_of(kExtensions, 0));
  return object;
}

Rights any_rights() {
  return *make_root_rights(schema(), asked(true));
}

// A child of `parent`; the parent itself where what was drawn is wider.
Rights child_of(const Rights& parent) {
  const Result<Rights> child = make_child_rights(schema(), parent, asked(false));
  return child ? *child : parent;
}

bool narrower(const Rights& parent, const Rights& child) {
  return check_narrower(schema(), parent, child).has_value();
}

RC_GTEST_PROP(RightsProperty, NarrowerIsReflexive, ()) {
  const Rights rights = any_rights();
  RC_ASSERT(narrower(rights, rights));
}

RC_GTEST_PROP(RightsProperty, NarrowerIsTransitive, ()) {
  const Rights a = any_rights();
  const Rights b = *rc::gen::arbitrary<bool>() ? child_of(a) : any_rights();
  const Rights c = *rc::gen::arbitrary<bool>() ? child_of(b) : any_rights();
  if (narrower(a, b) && narrower(b, c)) {
    RC_CLASSIFY(!(a == b) && !(b == c), "three different");
    RC_ASSERT(narrower(a, c));
  }
}

RC_GTEST_PROP(RightsProperty, NoChainOfSharesEndsWider, ()) {
  const Rights root = any_rights();
  Rights last = root;
  const int depth = *rc::gen::inRange(1, 6);
  for (int i = 0; i < depth; ++i) {
    const Rights child = child_of(last);
    RC_ASSERT(narrower(last, child));
    last = child;
  }
  RC_ASSERT(narrower(root, last));
  const std::vector<std::string> above = ssh_principals(root);
  for (const std::string& principal : ssh_principals(last)) {
    RC_ASSERT(std::find(above.begin(), above.end(), principal) != above.end());
  }
}

RC_GTEST_PROP(RightsProperty, WhatIsAskedIsGivenOrRefusedNeverLess, ()) {
  const Rights parent = any_rights();
  const json::object wish = asked(false);
  const Result<Rights> child = make_child_rights(schema(), parent, wish);
  if (!child) {
    RC_ASSERT(child.error().reason == "wider_than_parent");
    return;
  }
  for (const auto& [name, value] : encode_rights(*child)) {
    const json::value* stated = wish.if_contains(name);
    const json::object inherited = encode_rights(parent);
    if (stated == nullptr) RC_ASSERT(inherited.at(name) == value);
  }
  for (const auto& [name, value] : wish) RC_ASSERT(encode_rights(*child).contains(name));
}

RC_GTEST_PROP(RightsProperty, WhatIsWrittenIsReadAsTheSame, ()) {
  const Rights rights = any_rights();
  const json::object written = encode_rights(rights);
  RC_ASSERT(*parse_rights(schema(), written) == rights);
  const std::string text = codec::encode_json(written);
  RC_ASSERT(*parse_rights(schema(), *codec::parse_json_object(text)) == rights);
  RC_ASSERT(codec::encode_json(encode_rights(*make_root_rights(schema(), written))) == text);
}

RC_GTEST_PROP(RightsProperty, OrderAndRepetitionOfAWishDoNotMatter, ()) {
  json::object wish = asked(true);
  const Rights rights = *make_root_rights(schema(), wish);
  for (auto& member : wish) {
    if (json::array* array = member.value().if_array(); array != nullptr && !array->empty()) {
      std::reverse(array->begin(), array->end());
      if (array->size() < 64) array->push_back(array->front());
    }
  }
  RC_ASSERT(*make_root_rights(schema(), wish) == rights);
}

// The model of a network: its first and last address as numbers.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

std::pair<std::string, Range> network() {
  const auto prefix = *rc::gen::inRange<unsigned>(0, 33);
  const std::uint64_t size = std::uint64_t{1} << (32 - prefix);
  // A few high bits and a few low ones, so that networks meet.
  const std::uint64_t address =
      *rc::gen::element<std::uint64_t>(0, 0x0A000000, 0x0A800000, 0xC0000200, 0xFFFFFF00) +
      *rc::gen::inRange<std::uint64_t>(0, 256);
  const std::uint64_t first = address / size * size;
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += (text.empty() ? "" : ".") + std::to_string(first >> shift & 255);
  }
  return {text + '/' + std::to_string(prefix), {first, first + size - 1}};
}

RC_GTEST_PROP(CidrProperty, ContainmentIsThatOfTheAddresses, ()) {
  const auto [outer, wide] = network();
  const auto [inner, narrow] = network();
  RC_ASSERT(*parse_cidr(outer) == outer);
  const bool contained = wide.first <= narrow.first && narrow.last <= wide.last;
  RC_CLASSIFY(contained, "contained");
  RC_ASSERT(cidr_contains(outer, inner) == contained);
}

RC_GTEST_PROP(SshKindProperty, AWalletAcceptsExactlyWhatIsNarrower, ()) {
  const auto key =
      *crypto::PrivateKey::from_secret(crypto::KeyType::ed25519, SecretBytes(Bytes(32, 1)));
  const Rights approved = any_rights();
  const Rights issued = *rc::gen::arbitrary<bool>() ? child_of(approved) : any_rights();
  const Window window{from_unix_seconds(1000), from_unix_seconds(2000)};
  const std::string line = ssh_kind().issue(
      {.holder = key.public_key(), .share = "x", .serial = 1, .rights = issued, .window = window},
      Bytes(32), key);
  const std::vector<crypto::PublicKey> issuers{key.public_key()};
  const auto held = ssh_kind().check_issued(line, {key.public_key(), approved, window}, issuers);
  RC_ASSERT(held.has_value() == narrower(approved, issued));
}

RC_GTEST_PROP(WindowProperty, ACredentialNeverOutlivesItsPath, ()) {
  const auto instant = [] {
    return from_unix_ms(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  };
  const auto window = [&] { return Window{instant(), instant()}; };
  std::vector<Window> path{window()};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) path.push_back(window());
  const Time now = instant();
  const Duration longest(*rc::gen::inRange<std::int64_t>(0, 500'000'000));
  const Result<Window> made = credential_window(path, longest, now);
  if (!made) return;
  RC_ASSERT(made->from < made->until);
  RC_ASSERT(made->until > now);
  Time start = now;
  for (const Window& share : path) {
    RC_ASSERT(made->until <= share.until);
    RC_ASSERT(made->from >= share.from - kWindowSkew);
    start = std::max(start, share.from);
  }
  RC_ASSERT(made->until - start <= longest);
}

}  // namespace
}  // namespace keyferry::credential
