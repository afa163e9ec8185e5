#include "keyferry/http/response_encoder.h"

#include <gmock/gmock.h>

namespace keyferry::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string encode(const Response& response, ResponseFrame frame = {}) {
  std::string out;
  frame.date = "DATE";
  append_response(out, response, frame);
  return out;
}

TEST(ResponseEncoder, WritesStatusHeadersAndBody) {
  EXPECT_EQ(encode(text_response(404, "no")),
            "HTTP/1.1 404 Not Found\r\nServer: keyferry\r\nDate: DATE\r\nContent-Length: 2\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\nno");
}

TEST(ResponseEncoder, HeadHasTheLengthWithoutTheBody) {
  const std::string out = encode(text_response(200, "body"), {true, true, false, {}});
  EXPECT_THAT(out, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(out, ::testing::EndsWith("\r\n\r\n"));
}

TEST(ResponseEncoder, ALongSharedBodyIsLeftToTheCaller) {
  for (const std::size_t size : {kMostCopied, kMostCopied + 1}) {
    Response response;
    response.shared = std::make_shared<const std::string>(size, 'x');
    std::string out;
    const auto rest = append_response(out, response, {});
    EXPECT_THAT(out, HasSubstr("Content-Length: " + std::to_string(size) + "\r\n"));
    EXPECT_EQ(rest, size > kMostCopied ? response.shared : nullptr);
    EXPECT_EQ(out.ends_with('x'), size <= kMostCopied);
    EXPECT_EQ(append_response(out, response, {true, true, false, {}}), nullptr) << "HEAD";
    response.headers.add("X", "a\nb");
    EXPECT_EQ(append_response(out, response, {}), nullptr) << "a 500 in its place";
  }
}

TEST(ResponseEncoder, StatusesWithoutBodyHaveNoLength) {
  for (const int status : {204, 304}) {
    const std::string out = encode(text_response(status, "ignored"));
    EXPECT_THAT(out, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(out, ::testing::EndsWith("\r\n\r\n"));
  }
}

TEST(ResponseEncoder, SaysWhatBecomesOfTheConnection) {
  EXPECT_THAT(encode({}), Not(HasSubstr("Connection")));
  EXPECT_THAT(encode({}, {false, false, false, {}}), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(encode({}, {false, true, true, {}}), HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(ResponseEncoder, FramingHeadersOfTheHandlerAreLeftOut) {
  Response response = text_response(200, "x");
  response.headers.add("content-LENGTH", "99");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("connection", "upgrade");
  const std::string out = encode(response);
  EXPECT_THAT(out, Not(HasSubstr("99")));
  EXPECT_THAT(out, Not(HasSubstr("chunked")));
  EXPECT_THAT(out, Not(HasSubstr("upgrade")));
}

TEST(ResponseEncoder, AHeaderThatWouldSplitTheResponseIsA500) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nSet-Cookie: b"},
                                                        {"X", "a\nb"},
                                                        {"X", std::string("a\0b", 3)},
                                                        {"X\r\nY", "a"},
                                                        {"X: Y", "a"},
                                                        {"", "a"}}) {
    Response response = text_response(200, "secret");
    response.headers.add(name, value);
    const std::string out = encode(response);
    EXPECT_THAT(out, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(out, Not(HasSubstr("secret")));
  }
}

TEST(HttpDate, IsAnImfFixdate) {
  EXPECT_EQ(encode_http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(encode_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace keyferry::http
