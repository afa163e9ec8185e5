#include "keyferry/http/request_parser.h"

#include <gmock/gmock.h>

namespace keyferry::http {
namespace {

using Progress = RequestParser::Progress;

struct Outcome {
  Progress progress = Progress::more;
  Request request;
  std::string rest;  // octets that were not used
  Response refusal;
  bool keep_alive = false;
};

// read feeds `text` in pieces of `piece` octets.
Outcome read(std::string_view text, std::size_t piece = 1 << 20, RequestLimits limits = {}) {
  RequestParser parser(limits);
  Outcome outcome;
  std::string pending;
  while (!text.empty() && outcome.progress == Progress::more) {
    const std::string_view next = text.substr(0, piece);
    text.remove_prefix(next.size());
    pending += next;
    const RequestParser::Step step = parser.feed(pending);
    pending.erase(0, step.used);
    outcome.progress = step.progress;
  }
  if (outcome.progress == Progress::refused) outcome.refusal = parser.refusal();
  if (outcome.progress == Progress::complete) {
    outcome.keep_alive = parser.keep_alive();
    outcome.request = parser.take();
  }
  outcome.rest = pending + std::string(text);
  return outcome;
}

int refusal_of(std::string_view text) {
  const Outcome outcome = read(text);
  // Octet by octet the same text must be refused too.
  EXPECT_EQ(read(text, 1).progress, Progress::refused) << text;
  return outcome.progress == Progress::refused ? outcome.refusal.status : 0;
}

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
  constexpr std::string_view kText =
      "POST /a/b%20c?d=e&f HTTP/1.1\r\nHost: x\r\nX-A:  b c \r\nX-Empty:\r\nContent-Length: "
      "5\r\n\r\n"
      "12345GET";
  for (std::size_t piece = 1; piece <= kText.size(); ++piece) {
    const Outcome got = read(kText, piece);
    ASSERT_EQ(got.progress, Progress::complete) << piece;
    EXPECT_EQ(got.request.method, "POST");
    EXPECT_EQ(got.request.path, "/a/b%20c");
    EXPECT_EQ(got.request.query, "d=e&f");
    EXPECT_EQ(got.request.headers.find("x-a"), "b c");
    EXPECT_EQ(got.request.headers.find("x-empty"), "");
    EXPECT_EQ(got.request.body, "12345");
    EXPECT_EQ(got.rest, "GET");
    EXPECT_TRUE(got.keep_alive);
  }
}

TEST(RequestParser, ReadsAChunkedBodyHoweverItIsCut) {
  constexpr std::string_view kText =
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3;name=\"v\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: dropped\r\nContent-Length: "
      "9\r\n\r\nGET";
  for (std::size_t piece = 1; piece <= kText.size(); ++piece) {
    const Outcome got = read(kText, piece);
    ASSERT_EQ(got.progress, Progress::complete) << piece;
    EXPECT_EQ(got.request.body, "abc0123456789");
    EXPECT_FALSE(got.request.headers.find("Trailer"));
    EXPECT_EQ(got.rest, "GET");
  }
}

TEST(RequestParser, AnyShorterTextIsUnfinished) {
  constexpr std::string_view kText =
      "\r\nPOST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < kText.size(); ++size) {
    EXPECT_EQ(read(kText.substr(0, size)).progress, Progress::more) << size;
  }
  EXPECT_EQ(read(kText).progress, Progress::complete);
}

TEST(RequestParser, SmugglingIsRefused) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string bad :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "Content-Length: 3, 3\r\n\r\nabc",
        "Content-Length: +3\r\n\r\nabc",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x3\r\n\r\nabc",
        "Content-Length: 3 3\r\n\r\nabc",
        "Content-Length: \r\n\r\n",
        "Content-Length: 18446744073709551616\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Length : 3\r\n\r\nabc",
        "Content-Length\t: 3\r\n\r\nabc",
        " Content-Length: 3\r\n\r\nabc",
        "X: a\r\n folded\r\n\r\n",
        "X: a\r\n\tfolded\r\n\r\n",
        "X: a\nY: b\r\n\r\n",
        "X: a\r\n\n",
        "X: a\rY: b\r\n\r\n",
        "X: a\r\r\n\r\n",
        "X\r\n\r\n",
        ": value\r\n\r\n",
        "X(: a\r\n\r\n",
        "X y: a\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \r\n\r\n",
        "Transfer-Encoding:\x0b"
        "chunked\r\n\r\n0\r\n\r\n",
        "Host: y\r\n\r\n"}) {
    EXPECT_EQ(refusal_of(start + bad), 400) << bad;
  }
  const std::string nul = start + std::string("X: a\0b\r\n\r\n", 10);
  EXPECT_EQ(refusal_of(nul), 400);
}

TEST(RequestParser, BadChunksAreRefused) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string bad :
       {"x\r\n", "-1\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\n0\n\n\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n",
        "\r\n0\r\n\r\n", "3;\x01\r\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n\r\n",
        "3;a\nb\r\nabc\r\n0\r\n\r\n", "0\r\n folded: x\r\n\r\n", "0\r\nX : y\r\n\r\n",
        "0\r\nX: y\r\n z\r\n\r\n"}) {
    EXPECT_EQ(refusal_of(start + bad), 400) << bad;
  }
  EXPECT_EQ(refusal_of(start + "ffffffffffffffffff\r\n"), 400);
  EXPECT_EQ(refusal_of(start + "ffffffff\r\n"), 413);
  EXPECT_EQ(refusal_of(start + "100000000\r\n"), 400);
}

TEST(RequestParser, BadRequestLinesAreRefused) {
  for (const std::string line : {"GET  / HTTP/1.1",
                                 "GET /  HTTP/1.1",
                                 "GET / HTTP/1.1 ",
                                 " GET / HTTP/1.1",
                                 "GET /",
                                 "GET",
                                 "GET / http/1.1",
                                 "GET / HTTP/1.1\t",
                                 "G@T / HTTP/1.1",
                                 "GET /\xc3\xa9 HTTP/1.1",
                                 "GET /a#b HTTP/1.1",
                                 "GET a HTTP/1.1",
                                 "GET * HTTP/1.1",
                                 "GET example.com:443 HTTP/1.1",
                                 "GET http:// HTTP/1.1",
                                 "GET http:///a HTTP/1.1",
                                 "GET ftp://a/b HTTP/1.1",
                                 "GET /\x7f HTTP/1.1",
                                 "GET /\tb HTTP/1.1",
                                 "GET / HTTP/11",
                                 "GET / HTTP/1.x",
                                 "GET / HTTP/1.10"}) {
    const int status = refusal_of(line + "\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(status == 400 || status == 505) << line << " " << status;
  }
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), 400) << "HTTP/1.1 needs a Host";
  EXPECT_EQ(refusal_of("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), 400) << "one empty line only";
  EXPECT_EQ(refusal_of("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
}

TEST(RequestParser, AbsoluteFormKeepsPathAndQuery) {
  const auto path_of = [](const std::string& target) {
    const Outcome got = read("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return got.progress == Progress::complete ? got.request.path + "|" + got.request.query
                                              : "refused";
  };
  EXPECT_EQ(path_of("http://evil.example/a?b"), "/a|b");
  EXPECT_EQ(path_of("HTTPS://evil.example:8443/a/b"), "/a/b|");
  EXPECT_EQ(path_of("http://evil.example"), "/|");
  EXPECT_EQ(path_of("http://evil.example?q"), "/|q");
  EXPECT_EQ(path_of("//a/b?c?d"), "//a/b|c?d");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").request.path, "*");
}

TEST(RequestParser, Http10ClosesUnlessAskedAndNeverChunks) {
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestParser, LongHeadersAre431) {
  RequestLimits limits;
  limits.max_header = 100;
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  const std::string fits = start + std::string(100 - start.size() - 4, 'a') + "\r\n\r\n";
  ASSERT_EQ(fits.size(), 100u);
  const std::string longer = start + std::string(101 - start.size() - 4, 'a') + "\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, longer.size()}) {
    EXPECT_EQ(read(fits, piece, limits).progress, Progress::complete);
    EXPECT_EQ(read(longer, piece, limits).refusal.status, 431);
    EXPECT_EQ(read(std::string(200, 'G'), piece, limits).refusal.status, 431);
    // What lies beyond the limit is not looked at.
    EXPECT_EQ(read(std::string(150, 'G') + "\n", piece, limits).refusal.status, 431);
    // The limit counts all headers together, however slowly they come.
    std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 50; ++i) many += "A: b\r\n";
    EXPECT_EQ(read(many, piece, limits).refusal.status, 431);
  }
}

TEST(RequestParser, LongBodiesAre413BeforeTheyArrive) {
  RequestLimits limits;
  limits.max_body = 10;
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(read(start + "Content-Length: 10\r\n\r\n0123456789", 3, limits).progress,
            Progress::complete);
  EXPECT_EQ(read(start + "Content-Length: 11\r\n\r\n", 3, limits).refusal.status, 413);
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read(chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 3, limits).progress,
            Progress::complete);
  EXPECT_EQ(read(chunked + "5\r\n01234\r\n6\r\n", 3, limits).refusal.status, 413);
}

TEST(RequestParser, EndlessChunkTextIsRefused) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::size_t piece : {std::size_t{100}, std::size_t{1} << 20}) {
    EXPECT_EQ(read(start + "1;" + std::string(100'000, 'a'), piece).refusal.status, 400);
    EXPECT_EQ(read(start + "1" + std::string(100'000, '0'), piece).refusal.status, 400);
    std::string trailers = start + "0\r\n";
    for (int i = 0; i < 10'000; ++i) trailers += "T: t\r\n";
    EXPECT_EQ(read(trailers, piece).refusal.status, 400);
  }
}

TEST(RequestParser, Expect100IsReported) {
  RequestParser parser({});
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(parser.feed(head).progress, Progress::more);
  EXPECT_TRUE(parser.wants_continue());
  EXPECT_EQ(parser.feed("ab").progress, Progress::complete);
  EXPECT_FALSE(parser.wants_continue());
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nContent-Length: 2\r\n\r\n"),
            417);
}

TEST(RequestParser, ResetForgetsTheLastRequest) {
  RequestParser parser({});
  const std::string first = "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  EXPECT_EQ(parser.feed(first).used, first.size());
  parser.take();
  parser.reset();
  EXPECT_EQ(parser.feed("GET /c HTTP/1.1\r\nHost: y\r\n\r\n").progress, Progress::complete);
  const Request second = parser.take();
  EXPECT_EQ(second.path, "/c");
  EXPECT_EQ(second.query, "");
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(second.headers.entries().size(), 1u);
}

TEST(RequestParser, ARefusalIsAProblemDocument) {
  const Outcome got = read("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
  EXPECT_EQ(got.refusal.headers.find("Content-Type"), "application/problem+json");
  EXPECT_THAT(got.refusal.body, ::testing::HasSubstr("exactly one Host header is needed"));
}

}  // namespace
}  // namespace keyferry::http
