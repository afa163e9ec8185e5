// What does strictness cost? parse_json of a mailbox's Create body beside Boost.JSON's parse alone.
//
//   json_bench [--json]     medians of 15 runs each, taken in turn, and their ratio
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>

#include "keyferry/codec/json.h"

namespace {

using namespace keyferry;

constexpr int kRuns = 15;
constexpr int kParses = 20000;

std::string create_body() {
  return R"({"payload":{"type":"AEAD_AES_256_GCM","data":")" + std::string(1024, 'A') +
         R"("},"displayInformation":{"title":"SSH login to web","description":"for four hours",)"
         R"("imageURL":"https://relay.example/images/ssh.png"},"mailboxConfiguration":)"
         R"({"accessRights":"RWD","expiration":"2026-11-25T10:00:00Z","claimPolicy":"proof"}})";
}

// microseconds of one call, as the mean over a run.
template <class Parse>
double run(const Parse& parse) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kParses; ++i) parse();
  const auto spent = std::chrono::steady_clock::now() - start;
  return std::chrono::duration<double, std::micro>(spent).count() / kParses;
}

struct Figure {
  double least, median, most;
};

Figure figure_of(std::vector<double> runs) {
  std::sort(runs.begin(), runs.end());
  return {runs.front(), runs[runs.size() / 2], runs.back()};
}

boost::json::object encode(const Figure& figure) {
  return {{"least", figure.least}, {"median", figure.median}, {"most", figure.most}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string body = create_body();
  std::size_t members = 0;  // keeps the compiler from leaving the parses out
  std::vector<double> plain_runs;
  std::vector<double> strict_runs;
  for (int i = 0; i < kRuns; ++i) {
    plain_runs.push_back(run([&] { members += boost::json::parse(body).as_object().size(); }));
    strict_runs.push_back(run([&] { members += codec::parse_json(body)->as_object().size(); }));
  }
  const Figure plain = figure_of(plain_runs);
  const Figure strict = figure_of(strict_runs);
  const double ratio = strict.median / plain.median;
  if (argc > 1 && std::string_view(argv[1]) == "--json") {
    std::cout << codec::encode_json(boost::json::object{{"octets", body.size()},
                                                        {"boost_us", encode(plain)},
                                                        {"strict_us", encode(strict)},
                                                        {"ratio", ratio}})
              << "\n";
  } else {
    std::cout << "Create body of " << body.size() << " octets: Boost.JSON " << plain.median
              << " us (" << plain.least << "-" << plain.most << "), parse_json " << strict.median
              << " us (" << strict.least << "-" << strict.most << "), ratio " << ratio << "\n";
  }
  return members == 0 ? 1 : 0;
}
