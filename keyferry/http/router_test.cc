#include "keyferry/http/router.h"

#include <gmock/gmock.h>

namespace keyferry::http {
namespace {

Response ask(const Handler& handler, std::string method, std::string path, Headers headers = {}) {
  Response answer;
  answer.status = 0;
  handler({std::move(method), std::move(path), "", std::move(headers), "", "", false},
          Reply([&](Response response) { answer = std::move(response); }));
  return answer;
}

RouteHandler named(std::string name) {
  return [name](const Request&, const PathParts&, const Reply& reply) {
    reply(text_response(200, name));
  };
}

Router some_routes() {
  Router router;
  router.add("GET", "/v1/shares/{id}",
             [](const Request&, const PathParts& parts, const Reply& reply) {
               reply(text_response(200, "one " + parts.part("id")));
             });
  router.add("DELETE", "/v1/shares/{id}", named("delete"));
  router.add("GET", "/v1/shares/mine", named("mine"));
  router.add("POST", "/v1/shares/{id}/pin", named("pin"));
  router.add("GET", "/", named("root"));
  return router;
}

TEST(Router, FindsMethodAndPath) {
  const Handler handler = some_routes().handler();
  EXPECT_EQ(ask(handler, "GET", "/v1/shares/a-1").body, "one a-1");
  EXPECT_EQ(ask(handler, "DELETE", "/v1/shares/a-1").body, "delete");
  EXPECT_EQ(ask(handler, "POST", "/v1/shares/x/pin").body, "pin");
  EXPECT_EQ(ask(handler, "GET", "/").body, "root");
}

TEST(Router, AFixedSegmentGoesBeforeAName) {
  EXPECT_EQ(ask(some_routes().handler(), "GET", "/v1/shares/mine").body, "mine");
}

TEST(Router, PartsAreDecodedAndStayOneSegment) {
  const Handler handler = some_routes().handler();
  EXPECT_EQ(ask(handler, "GET", "/v1/shares/a%2Fb%20c").body, "one a/b c");
  EXPECT_EQ(ask(handler, "GET", "/v1/shares/a%2").status, 404);
  EXPECT_EQ(ask(handler, "GET", "/v1/shares/a%zz").status, 404);
}

TEST(Router, UnknownPathsAre404) {
  const Handler handler = some_routes().handler();
  for (const std::string path : {"/v1", "/v1/shares/", "/v1/shares//pin", "/v1/shares/a/", "//",
                                 "/V1/shares/a", "/v1/shares/a/pin/b", "/v1%2Fshares/a"}) {
    const Response answer = ask(handler, "GET", path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.headers.find("Content-Type"), "application/problem+json");
  }
}

TEST(Router, OtherMethodsAre405WithAllow) {
  const Handler handler = some_routes().handler();
  const Response answer = ask(handler, "PUT", "/v1/shares/a");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.find("Allow"), "OPTIONS, GET, DELETE, HEAD");
  EXPECT_THAT(answer.body, ::testing::HasSubstr("\"error\":\"method_not_allowed\""));
  EXPECT_EQ(ask(handler, "get", "/v1/shares/a").status, 405) << "methods are case-sensitive";
  EXPECT_EQ(ask(handler, "HEAD", "/v1/shares/a/pin").status, 405);
}

TEST(Router, GetAnswersHeadAndOptionsReachesNoHandler) {
  const Handler handler = some_routes().handler();
  EXPECT_EQ(ask(handler, "HEAD", "/v1/shares/a").body, "one a");
  const Response options = ask(handler, "OPTIONS", "/v1/shares/a");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.find("Allow"), "OPTIONS, GET, DELETE, HEAD");
  EXPECT_FALSE(options.headers.find("Access-Control-Allow-Origin"));
}

//= spec:authority#2-cors test
TEST(Router, CorsMarksEveryAnswerAndAnswersPreflight) {
  Router router = some_routes();
  router.set_cors({"content-type, dpop", "etag, retry-after"});
  const Handler handler = std::move(router).handler();
  for (const std::string path : {"/v1/shares/a", "/nowhere"}) {
    const Response answer = ask(handler, "GET", path);
    EXPECT_EQ(answer.headers.find("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer.headers.find("Access-Control-Expose-Headers"), "etag, retry-after");
    EXPECT_FALSE(answer.headers.find("Access-Control-Allow-Credentials"));
  }
  Headers preflight;
  preflight.add("Origin", "https://page.example");
  preflight.add("Access-Control-Request-Method", "DELETE");
  const Response answer = ask(handler, "OPTIONS", "/v1/shares/a", preflight);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Methods"), "OPTIONS, GET, DELETE, HEAD");
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Headers"), "content-type, dpop");
}

TEST(Router, TheObserverSeesPatternsNotPaths) {
  Router router = some_routes();
  std::vector<std::pair<std::string, int>> seen;
  router.set_observer(
      [&](std::string_view pattern, int status, Duration) { seen.emplace_back(pattern, status); });
  const Handler handler = std::move(router).handler();
  ask(handler, "GET", "/v1/shares/secret");
  ask(handler, "GET", "/secret");
  ask(handler, "PUT", "/");
  EXPECT_EQ(seen, (std::vector<std::pair<std::string, int>>{
                      {"/v1/shares/{id}", 200}, {"", 404}, {"/", 405}}));
}

TEST(Router, AHandlerThatForgetsItsReplyIsCountedAs500) {
  Router router;
  router.add("GET", "/", [](const Request&, const PathParts&, const Reply&) {});
  int seen = 0;
  router.set_observer([&](std::string_view, int status, Duration) { seen = status; });
  EXPECT_EQ(ask(std::move(router).handler(), "GET", "/").status, 500);
  EXPECT_EQ(seen, 500);
}

}  // namespace
}  // namespace keyferry::http
