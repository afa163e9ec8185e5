#include "keyferry/transfer/share_link.h"

#include "tests/support/vector_file.h"
#include <gtest/gtest.h>

#include "keyferry/base/hex.h"
#include "keyferry/transfer/share_secret.h"

namespace keyferry::transfer {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

ShareLink sample_link() {
  ShareLink link;
  link.base = "https://relay.example/kf";
  link.mailbox = *parse_uuid("9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0");
  link.vertical = "h";
  link.secret = make_share_secret();
  return link;
}

ShareLink sample_dropbox() {
  ShareLink link;
  link.form = LinkForm::dropbox;
  link.base = "https://relay.example/kf";
  link.vertical = "a";
  link.secret = make_share_secret(LinkForm::dropbox);
  link.suite = DropSuite::aes_256;
  return link;
}

bool same(const ShareLink& a, const ShareLink& b) {
  return a.form == b.form && a.suite == b.suite && a.base == b.base && a.mailbox == b.mailbox &&
         a.vertical == b.vertical && a.secret.has_value() == b.secret.has_value() &&
         (!a.secret || *a.secret == *b.secret);
}

void expect_link(const tests::VectorFile& file, const Result<ReadLink>& read) {
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(read->looks_damaged, file.at("expect") == "asks");
  EXPECT_EQ(read->secret_was_in_path, file.at("seen") == "yes");
  EXPECT_EQ(read->link.base, file.at("base"));
  if (read->link.form == LinkForm::mailbox) {
    EXPECT_EQ(encode_uuid(read->link.mailbox), file.at("mailbox"));
    EXPECT_FALSE(read->link.suite);
  } else {
    EXPECT_EQ(read->link.suite ? encode_suite(*read->link.suite) : "-", file.at("suite"));
  }
  EXPECT_EQ(read->link.vertical, file.at("vertical") == "-" ? "" : file.at("vertical"));
  EXPECT_EQ(read->link.secret ? encode_hex(read->link.secret->expose()) : "-", file.at("secret"));
}

//= spec:tigress#URL-01 test
//= spec:tigress#URL-05 test
//= spec:tigress#A-43 test
//= spec:tigress#DRR-01 test
//= spec:tigress#B-11 test
//= spec:transfer#1-read test
TEST(ShareLink, ReadsTheVectors) {
  const auto files = tests::read_vector_files("share_link");
  ASSERT_GT(files.size(), 60U);
  int refused = 0;
  for (const auto& file : files) {
    SCOPED_TRACE(file.name);
    const auto read = parse_share_link(file.payload);
    const std::string& expect = file.at("expect");
    if (expect == "link" || expect == "asks") {
      expect_link(file, read);
    } else {
      ASSERT_FALSE(read.has_value());
      EXPECT_EQ(read.error().reason, expect);
      ++refused;
    }
  }
  EXPECT_GT(refused, 30);
}

//= spec:tigress#URL-02 test
//= spec:tigress#URL-06 test
//= spec:transfer#1-written test
TEST(ShareLink, WritesOnlyHarmlessCharacters) {
  for (int i = 0; i < 8; ++i) {
    const ShareLink link = i % 2 == 0 ? sample_link() : sample_dropbox();
    const std::string text = encode_share_link(link);
    EXPECT_LT(text.size(), 160U);
    EXPECT_EQ(std::count(text.begin(), text.end(), '#'), 1);
    EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(text.back())));
    const std::string rest = text.substr(std::string("https://relay.example").size());
    EXPECT_EQ(rest.find_first_not_of(std::string(kLetters) + "/-?=#."), std::string::npos) << rest;
    const auto read = parse_share_link(text);
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(same(read->link, link));
    EXPECT_FALSE(read->looks_damaged);
  }
}

//= spec:tigress#B-11 test
//= spec:tigress#DRR-01 test
//= spec:tigress#DRR-02 test
TEST(ShareLink, ADropboxHasNoAddressButItsSecret) {
  ShareLink link = sample_dropbox();
  const std::string secret = encode_link_secret(*link.secret, link.suite);
  EXPECT_EQ(secret.size(), 5U + 43U);
  EXPECT_EQ(encode_share_link(link), "https://relay.example/kf/t/?v=a#" + secret);
  EXPECT_EQ(place_of(link).size(), 43U);
  const auto part = parse_link_secret("#" + secret);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->suite, DropSuite::aes_256);
  EXPECT_FALSE(part->looks_damaged);
  ShareLink alone = std::move(parse_share_link("https://relay.example/kf/t/?v=a")->link);
  EXPECT_EQ(take_secret(alone, *parse_link_secret(secret.substr(5))).error().reason, "damaged");
  ASSERT_TRUE(take_secret(alone, *parse_link_secret(secret)));
  EXPECT_TRUE(same(alone, link));
  ShareLink mailbox = sample_link();
  EXPECT_EQ(take_secret(mailbox, *parse_link_secret(secret)).error().reason, "damaged");
}

TEST(ShareLink, PlainV1IsPaddedAes128) {
  ShareLink link = sample_link();
  link.secret = SecretBytes(*parse_hex("fbefbefbefbe00112233445566778899"));
  EXPECT_EQ(encode_share_link(link),
            "https://relay.example/kf/v1/m/9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0?v=h#"
            "++++++++ABEiM0RVZneImQ==");
  EXPECT_TRUE(same(parse_share_link(encode_share_link(link))->link, link));
}

//= spec:tigress#URL-04 test
TEST(ShareLink, SplitsIntoAddressAndSecret) {
  ShareLink link = sample_link();
  const std::string secret = encode_link_secret(*link.secret);
  const SecretBytes wanted = link.secret->clone();
  link.secret.reset();
  const std::string address = encode_share_link(link);
  EXPECT_EQ(address.find('#'), std::string::npos);
  EXPECT_FALSE(parse_share_link(address)->link.secret.has_value());
  for (const std::string& text : {secret, "#" + secret, " <#" + secret + ">.\n"}) {
    const auto read = parse_link_secret(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_TRUE(read->secret == wanted);
    EXPECT_FALSE(read->looks_damaged);
  }
  EXPECT_EQ(parse_link_secret("#").error().reason, "cut");
  EXPECT_EQ(parse_link_secret(secret.substr(1)).error().reason, "cut");
  EXPECT_EQ(parse_link_secret(secret + "0").error().reason, "damaged");
}

//= spec:tigress#URL-03 test
//= spec:transfer#1-secret test
TEST(ShareLink, AddressForRequestsHasNoSecret) {
  const ShareLink link = sample_link();
  EXPECT_EQ(mailbox_url(link),
            "https://relay.example/kf/v1/m/9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0");
}

// Every character of the secret, replaced by every other letter or digit: the check lets one
// in 4096 through, everything else is noticed.
TEST(ShareLink, DamageOfOneSecretCharacterIsNoticed) {
  const std::string text = encode_share_link(sample_link());
  int tried = 0, unnoticed = 0;
  for (std::size_t at = text.find('#') + 1; at < text.size(); ++at) {
    for (char c : kLetters) {
      if (c == text[at]) continue;
      std::string changed = text;
      changed[at] = c;
      const auto read = parse_share_link(changed);
      ++tried;
      if (read && !read->looks_damaged) ++unnoticed;
    }
  }
  EXPECT_GT(tried, 2600);
  EXPECT_LE(unnoticed, 12);  // expected 0.6: more than 12 has a chance below 10^-12
}

TEST(ShareLink, ACutDropboxLinkNeverHasASecret) {
  const std::string text = encode_share_link(sample_dropbox());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_share_link(std::string_view(text).substr(0, size));
    EXPECT_FALSE(read && read->link.secret) << size;
  }
}

TEST(ShareLink, CutAnywhereIsNeverAnotherLink) {
  const ShareLink link = sample_link();
  const std::string text = encode_share_link(link);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_share_link(std::string_view(text).substr(0, size));
    if (!read) continue;
    // What still parses names this very mailbox, and carries no secret unless 22 characters of it
    // happen to end in zero bits, which the relay's proof then refuses.
    EXPECT_EQ(read->link.mailbox, link.mailbox);
    const bool by_chance = size == text.find('#') + 1 + 22;
    EXPECT_TRUE(!read->link.secret.has_value() || by_chance) << size;
  }
}

TEST(ShareLink, RefusalsNeverQuoteTheSecret) {
  const std::string secret = encode_link_secret(make_share_secret());
  const std::string head = "https://relay.example/v1/m/9f1c2d3e-4b5a-4978-8796-a5b4c3d2e1f0#";
  for (const std::string& text :
       {head + secret.substr(0, 40), head + secret + "x", head + secret + "*x",
        "http" + head + secret, secret, "https://relay.example/t/#" + secret,
        "https://relay.example/t/#1309." + secret}) {
    const auto read = parse_share_link(text);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().detail.find(secret.substr(0, 8)), std::string::npos);
  }
}

TEST(ShareLink, BaseOfRelayIsTidied) {
  EXPECT_EQ(*base_of_relay("https://Relay.Example:8443/"), "https://relay.example:8443");
  EXPECT_EQ(*base_of_relay("https://relay.example/kf/v1"), "https://relay.example/kf");
  EXPECT_EQ(*base_of_relay("https://relay.example:443/kf.v2/_~//"),
            "https://relay.example/kf.v2/_~");
  EXPECT_EQ(*base_of_relay("https://[2001:DB8:0::1]"), "https://[2001:db8::1]");
  EXPECT_FALSE(base_of_relay("https://relay.example/a/../b"));
  EXPECT_FALSE(base_of_relay("https://127.1"));
  EXPECT_FALSE(base_of_relay("http://127.0.0.1"));
  EXPECT_FALSE(base_of_relay("http://relay.example"));
  EXPECT_FALSE(base_of_relay("https://relay.example/a b"));
  EXPECT_FALSE(base_of_relay("https://relay.example/?x=1"));
}

}  // namespace
}  // namespace keyferry::transfer
