// The authority's API without a socket: who waits for whom, and what is said to whom.
#include "keyferry/issuer/service.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/crypto/jwk.h"
#include "keyferry/crypto/jws.h"
#include "keyferry/issuer/administrator.h"
#include "keyferry/issuer/routes.h"
#include "keyferry/ledger/samples_test.h"

namespace keyferry::issuer {
namespace {

using authority::ShareId;
using ledger::kNow;
using ledger::Tester;

const std::string kUrl = "https://authority.example";

class FixedClock final : public Clock {
 public:
  Time now() const override { return kNow; }
};

http::Request request_to(const std::string& method, const std::string& path) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.source = "192.0.2.1";
  return request;
}

// Device holds a share by a key of its own, and a token for the share calls.
struct Device {
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  ShareId share;
  std::string token;

  Device(Tester& tester, ShareId held) : share(std::move(held)) {
    const auto credential = *tester.ledger->transact(
        [&](sql::Database& db) { return ledger::credential_of(db, share); });
    authority::CheckedAssertion assertion;
    const Bytes random = digest::random_bytes(assertion.jti.size());
    std::copy(random.begin(), random.end(), assertion.jti.begin());
    assertion.forget = kNow + authority::kJtiMemory;
    const auto dpop =
        std::get<authority::DpopProof>(Tester::proof(crypto::jwk_thumbprint(key.public_key())));
    token = std::get<ledger::TokenAnswer>(
                *ledger::login_holder(*tester.ledger, *credential, assertion, dpop, {}, kNow))
                .token;
  }

  // request carries a good proof; `bent` is put in place of its members.
  http::Request request(const std::string& method, const std::string& path,
                        const boost::json::object& bent = {}) const {
    boost::json::object payload{
        {"htm", method},
        {"htu", kUrl + path},
        {"iat", unix_ms(kNow) / 1000},
        {"jti", encode_base64url(digest::random_bytes(16))},
        {"ath", encode_base64url(digest::sha256(bytes_of(token)))},
        {"nonce", authority::make_nonce(ledger::server_keys(), authority::kDpopNonce, kNow)}};
    for (const auto& member : bent) payload[member.key()] = member.value();
    http::Request asked = request_to(method, path);
    asked.headers.add("Authorization", "DPoP " + token);
    asked.headers.add("DPoP", crypto::sign_jws({{"typ", "dpop+jwt"},
                                                {"jwk", crypto::encode_jwk(key.public_key())}},
                                               payload, key));
    return asked;
  }
};

// World is an authority with one worker, and Ada, who has shared with Bo and Cy.
struct World {
  Tester tester;
  FixedClock clock;
  ShareId root = tester.redeem(*tester.offer(std::nullopt, {{"depth", 2}}));
  Device bo{tester, tester.redeem(*tester.offer(root, {{"depth", 1}}))};
  Device cy{tester, tester.redeem(*tester.offer(root, {{"depth", 1}}))};
  Device ada{tester, root};
  ShareId under_bo = tester.offer(bo.share)->record.share.id;
  std::unique_ptr<Service> service;
  http::Handler handler;
  std::promise<void> go;

  World() {
    Settings settings;
    settings.url = kUrl;
    Keys keys{{}, crypto::PrivateKey::generate(crypto::KeyType::ed25519), ledger::server_keys()};
    keys.ssh_ca.push_back(crypto::PrivateKey::generate(crypto::KeyType::ed25519));
    service = std::make_unique<Service>(std::move(settings), std::move(keys),
                                        std::move(tester.ledger), clock, 1);
    EXPECT_TRUE(service->begin([](Duration, const std::function<void()>&) {}));
    handler = make_handler(*service, nullptr);
  }

  std::future<http::Response> call(http::Request request) const {
    auto answer = std::make_shared<std::promise<http::Response>>();
    auto later = answer->get_future();
    handler(std::move(request), http::Reply([answer](http::Response response) {
              answer->set_value(std::move(response));
            }));
    return later;
  }

  // hold keeps the only worker busy until release.
  void hold() {
    std::promise<void> begun;
    service->post(http::Reply([](const http::Response&) {}),
                  [this, &begun] {
                    begun.set_value();
                    go.get_future().wait();
                  },
                  process::Lane::usual, {});
    begun.get_future().wait();
  }
  void release() { go.set_value(); }
};

bool is_answered(const std::future<http::Response>& later) {
  return later.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

http::Request without(http::Request request, const std::string& name) {
  http::Headers rest;
  for (const auto& [header, value] : request.headers.entries()) {
    if (header != name) rest.add(header, value);
  }
  request.headers = rest;
  return request;
}

//= spec:authority#2-flood test
TEST(Revoke, WithoutAGoodProofNobodyTakesAPlaceBeforeOthers) {
  World world;
  world.hold();
  for (const std::string& path :
       {"/v1/shares/" + world.bo.share.text(), std::string("/v1/shares")}) {
    const auto good = world.ada.request("DELETE", path);
    auto garbage = without(good, "DPoP");
    garbage.headers.add("DPoP", "x.y.z");
    auto forged = good;
    std::string proof(*forged.headers.find("DPoP"));
    proof.back() = proof.back() == 'A' ? 'B' : 'A';
    proof[proof.size() - 20] = proof[proof.size() - 20] == 'A' ? 'B' : 'A';
    forged.headers.set("DPoP", proof);
    for (auto& bad : {without(good, "Authorization"), without(good, "DPoP"), garbage, forged,
                      world.ada.request("DELETE", path, {{"nonce", "old"}}),
                      world.ada.request("DELETE", path, {{"iat", 1}}),
                      world.ada.request("GET", path), world.ada.request("DELETE", path + "x"),
                      world.ada.request("DELETE", path, {{"ath", "another"}})}) {
      auto sent = bad;
      sent.method = "DELETE";
      sent.path = path;
      auto later = world.call(sent);
      ASSERT_TRUE(is_answered(later)) << "while the only worker is busy";
      const auto answer = later.get();
      EXPECT_EQ(answer.status, 401);
      EXPECT_TRUE(answer.headers.find("DPoP-Nonce"));
    }
  }
  auto good = world.call(world.ada.request("DELETE", "/v1/shares/" + world.bo.share.text()));
  EXPECT_FALSE(is_answered(good));
  world.release();
  EXPECT_EQ(good.get().status, 200);
}

// A holder who brings more than may wait of him is told so, and nobody else.
TEST(Revoke, AHolderFillsHisOwnPlacesAlone) {
  World world;
  world.hold();
  const std::string path = "/v1/shares/" + world.under_bo.text();
  std::vector<std::future<http::Response>> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(world.call(world.bo.request("DELETE", path)));
  const auto refused = std::ranges::count_if(flood, is_answered);
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 200);
  auto busy = flood.back().get();
  EXPECT_EQ(busy.status, 503);
  const int seconds = std::stoi(std::string(*busy.headers.find("Retry-After")));
  EXPECT_GE(seconds, 1);
  EXPECT_LE(seconds, kMostRetry);
  auto stranger = world.call(world.ada.request("DELETE", "/v1/shares/" + world.cy.share.text()));
  EXPECT_FALSE(is_answered(stranger));
  world.release();
  EXPECT_EQ(stranger.get().status, 200);
}

// A new list wakes everybody who waits for one. A revoke that is to wait for verifiers is among
// them, and is committed: that it is says its answer, however many there are.
TEST(Revoke, WhatIsCommittedIsSaidHoweverManyWait) {
  World world;
  world.hold();
  int woken = 0;
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(world.service->post_woken([&] { ++woken; }));
  auto asked = world.ada.request("DELETE", "/v1/shares/" + world.bo.share.text());
  asked.headers.add("Prefer", "wait=1");
  auto later = world.call(asked);
  world.release();
  const auto answer = later.get();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto body = *codec::parse_json_object(answer.body);
  EXPECT_EQ(body.at("revoked"), (boost::json::array{world.bo.share.text(), world.under_bo.text()}));
  EXPECT_TRUE(body.at("lists").as_array().at(0).at("out").as_bool());
}

TEST(Revoke, OneThatChangesNothingIsHeldUpForAsLongAsItSays) {
  World world;
  const std::string path = "/v1/shares/" + world.bo.share.text();
  http::Response answer;
  for (int i = 0; i < 200 && answer.status != 429; ++i) {
    answer = world.call(world.ada.request("DELETE", path)).get();
  }
  ASSERT_EQ(answer.status, 429);
  const auto wait = world.service->held_up_for("revoke", world.root);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*answer.headers.find("Retry-After"), retry_after(*wait));
}

TEST(Retry, IsWholeSecondsFromOneToSixty) {
  EXPECT_EQ(retry_after(std::chrono::seconds(0)), "1");
  EXPECT_EQ(retry_after(std::chrono::milliseconds(1001)), "2");
  EXPECT_EQ(retry_after(std::chrono::minutes(10)), "60");
}

// Five thousand slow readers of a long list hold it once.
TEST(List, AllAnswersShareItsOctets) {
  const World world;
  for (const std::string name : {"ssh.krl", "ssh.krl.jws"}) {
    const auto read = [&] { return world.call(request_to("GET", "/v1/lists/" + name)).get(); };
    const auto one = read();
    const auto other = read();
    EXPECT_EQ(one.status, 200);
    EXPECT_TRUE(one.body.empty());
    ASSERT_TRUE(one.shared);
    EXPECT_FALSE(one.shared->empty());
    EXPECT_EQ(one.shared, other.shared);
  }
}

TEST(Administrator, ListsPageByPageAndAllWithoutALimit) {
  const World world;
  auto& service = *world.service;
  const auto list = [&](boost::json::object command) {
    command["command"] = "list";
    return *administer({service.settings(), service.keys(), service.ledger(), world.clock,
                        service.lists_in_force()},
                       command);
  };
  const auto all = list({});
  EXPECT_FALSE(all.contains("next"));
  ASSERT_EQ(all.at("shares").as_array().size(), 4U);
  boost::json::array pages;
  boost::json::object wish{{"limit", 3}};
  for (int i = 0; i < 3; ++i) {
    const auto page = list(wish);
    for (const auto& share : page.at("shares").as_array()) pages.push_back(share);
    if (!page.contains("next")) break;
    wish["after"] = page.at("next");
  }
  EXPECT_EQ(pages, all.at("shares"));
  EXPECT_EQ(list({{"limit", 4}, {"after", pages.back().at("share")}}).at("shares"),
            boost::json::array());
}

}  // namespace
}  // namespace keyferry::issuer
