#include "keyferry/wallet/request_key.h"

#include <set>

#include <gtest/gtest.h>

#include "keyferry/keystore/receiver_record.h"

namespace keyferry::wallet {
namespace {

const boost::json::object kOrder{{"kind", "ssh"}, {"depth", 0}};

std::string key_of(const SenderOptions& options) {
  return share_key("personal", "web", kOrder, options).key;
}

TEST(RequestKey, TheSameWishIsTheSameRequest) {
  SenderOptions options;
  options.place = keystore::AtDropbox{"https://relay.example"};
  options.note = "for Saturday";
  const SenderOptions same = options;
  EXPECT_EQ(key_of(options), key_of(same));
}

TEST(RequestKey, WhateverDiffersMakesAnotherRequest) {
  std::vector<SenderOptions> wishes(1);
  const auto wish = [&]() -> SenderOptions& { return wishes.emplace_back(); };
  for (const keystore::Place& place : std::vector<keystore::Place>{
           keystore::AtMailbox{"https://a.example"}, keystore::AtMailbox{"https://b.example"},
           keystore::AtDropbox{"https://a.example"}, keystore::AtFile{"/share/a"},
           keystore::AtStreams{}}) {
    wish().place = place;
  }
  for (const Comparison comparison :
       {Comparison::words, Comparison::code, Comparison::code_and_words}) {
    wish().comparison = comparison;
  }
  wish().pin = true;
  wish().plain = true;
  wish().note = "";
  wish().note = " pin";
  wish().notify = "https://a.example/hook";
  std::set<std::string> keys;
  for (const SenderOptions& each : wishes) keys.insert(key_of(each));
  EXPECT_EQ(keys.size(), wishes.size());
}

TEST(RequestKey, WordsGivenByAnOptionWereAnotherRequestOnce) {
  SenderOptions options;
  options.comparison = Comparison::words;
  const auto keys = share_key("personal", "web", kOrder, options).of_0_1;
  const std::string begun = "give web {\"kind\":\"ssh\",\"depth\":0} ";
  EXPECT_EQ(keys, (std::vector{keystore::transfer_id("personal", begun + " "),
                               keystore::transfer_id("personal", begun + " words ")}));
}

TEST(RequestKey, AShareThat01BeganIsFound) {
  SenderOptions options;
  options.place = keystore::AtMailbox{"https://relay.example"};
  options.comparison = Comparison::code;
  options.pin = true;
  options.note = "hello";
  const RequestKey request = share_key("personal", "web", kOrder, options);
  EXPECT_EQ(request.of_0_1.at(0),
            keystore::transfer_id("personal",
                                  "give web {\"kind\":\"ssh\",\"depth\":0} https://relay.example "
                                  "pin code hello"));
  const RequestKey delegated = delegation_key(
      "personal", "front", {{"doors", boost::json::array{"a"}}}, "for 3600", options);
  EXPECT_EQ(delegated.of_0_1.at(0),
            keystore::transfer_id("personal",
                                  "delegate front {\"doors\":[\"a\"]} for 3600 "
                                  "https://relay.example code"));

  std::string root = (std::filesystem::temp_directory_path() / "request-XXXXXX").string();
  const auto home = keystore::Home::open(mkdtemp(root.data())).value();
  keystore::SenderRecord begun;
  begun.id = "0123456789abcdef";
  begun.request = request.of_0_1.at(0);
  ASSERT_TRUE(keystore::save_sender_record(home, begun));
  EXPECT_TRUE(find_unfinished(home, request).value());
  EXPECT_FALSE(find_unfinished(home, delegated).value());
  begun.shown = true;
  ASSERT_TRUE(keystore::save_sender_record(home, begun));
  EXPECT_FALSE(find_unfinished(home, request).value());
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace keyferry::wallet
