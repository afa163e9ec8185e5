#include "keyferry/conformance/look.h"

#include <gmock/gmock.h>

#include "keyferry/conformance/watch.h"

namespace keyferry::conformance {
namespace {

Answer answer(int status, std::string body,
              std::vector<std::pair<std::string, std::string>> headers = {}) {
  Answer out{status, {}, std::move(body)};
  for (auto& [name, value] : headers) out.headers.add(name, value);
  return out;
}

std::optional<std::string> told(const Answer& one, const Answer& other) {
  return telling({one, one}, {other, other});
}

TEST(Telling, FindsStatusHeaderAndBody) {
  const Answer plain = answer(404, "gone", {{"Cache-Control", "no-store"}});
  EXPECT_EQ(told(plain, plain), std::nullopt);
  EXPECT_EQ(told(plain, answer(410, "gone", {{"Cache-Control", "no-store"}})), "the status");
  EXPECT_EQ(told(plain, answer(404, "gone")), "the header cache-control");
  EXPECT_EQ(told(plain, answer(404, "gone", {{"Cache-Control", "private"}})),
            "the header cache-control");
  EXPECT_EQ(told(plain, answer(404, "Gone", {{"Cache-Control", "no-store"}})), "the body");
}

TEST(Telling, FindsASecondLineOfOneHeader) {
  EXPECT_EQ(told(answer(404, "", {{"Vary", "Accept"}}),
                 answer(404, "", {{"vary", "Accept"}, {"Vary", "Origin"}})),
            "the header vary");
}

TEST(Telling, OverlooksWhatIsOfTheMoment) {
  EXPECT_EQ(told(answer(404, "", {{"Date", "now"}, {"Mailbox-Request-ID", "1"}}),
                 answer(404, "", {{"Date", "then"}, {"Keep-Alive", "timeout=5"}})),
            std::nullopt);
}

TEST(Telling, OverlooksWhatChangesWithinAGroup) {
  const auto numbered = [](const char* n) { return answer(404, n, {{"X-Number", n}}); };
  EXPECT_EQ(telling({numbered("1"), numbered("2")}, {numbered("3"), numbered("4")}), std::nullopt);
  EXPECT_EQ(telling({numbered("1"), numbered("2")}, {answer(404, "3"), answer(404, "4")}),
            "the header x-number");
  EXPECT_EQ(telling({answer(404, "1"), answer(404, "2")}, {answer(404, "30"), answer(404, "40")}),
            "the body");
}

TEST(Changed, NamesWhatIsOtherNewOrGone) {
  EXPECT_THAT(changed({{"a", "1"}, {"b", "1"}, {"c", "1"}}, {{"a", "1"}, {"b", "2"}, {"d", "1"}}),
              testing::ElementsAre("b", "c", "d"));
}

TEST(Aspects, TakeMembersApartInAnyOrder) {
  Aspects one, other;
  add_aspects(one, answer(200, R"({"a":{"x":1,"y":[2]},"b":3})", {{"Content-Length", "27"}}),
              " of it", true);
  add_aspects(other, answer(200, R"({"b":3, "a":{"y":[2],"x":1}})", {{"Content-Length", "29"}}),
              " of it", true);
  EXPECT_TRUE(changed(one, other).empty());
  EXPECT_TRUE(one.contains("the member a of it"));
}

Call update(const std::string& claim) {
  Call call;
  call.method = "PUT";
  call.path = "/v1/m/1";
  call.claim = claim;
  call.request_id = "id";
  call.body = R"({"payload":{"type":"t","data":"0123456789abcdef0123"}})";
  return call;
}

TEST(Watch, SeesAPayloadAndAClaimWhereTheyMustNotBe) {
  const std::string ada = "claim-of-ada-0123456789", bo = "claim-of-bo-0123456789";
  Watch watch;
  watch.see(update(ada), answer(200, "{}"));
  watch.see(update(bo), answer(401, "{}"));
  EXPECT_FALSE(watch.given_away());
  Watch payload = watch;
  payload.see(update(bo), answer(401, "", {{"X-Slot", "0123456789abcdef0123"}}));
  EXPECT_EQ(payload.given_away(), "PUT (401) shows a payload");
  watch.see(update(bo), answer(401, "held by " + ada));
  EXPECT_EQ(watch.given_away(), "PUT (401) shows another device's claim");
}

TEST(Watch, LetsAReadShowItsPayload) {
  Watch watch;
  watch.see(update("claim-of-ada-0123456789"), answer(200, "{}"));
  Call read = update("claim-of-bo-0123456789");
  read.method = "POST";
  read.body.reset();
  watch.see(read, answer(200, R"({"payload":{"type":"t","data":"0123456789abcdef0123"}})"));
  EXPECT_FALSE(watch.given_away());
}

TEST(Watch, SeesWrongEchoesFailuresAndCookies) {
  Watch watch;
  watch.see(update("ada"), answer(200, "{}", {{"Mailbox-Request-ID", "id"}}));
  EXPECT_FALSE(watch.wrong_echo() || watch.broke() || watch.cookie());
  watch.see(update("ada"), answer(502, "", {{"Mailbox-Request-ID", "di"}, {"Set-Cookie", "a=1"}}));
  EXPECT_TRUE(watch.wrong_echo() && watch.broke() && watch.cookie());
}

}  // namespace
}  // namespace keyferry::conformance
