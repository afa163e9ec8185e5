// Whatever a relay said goes through shown() before any format sees it.
#include "keyferry/conformance/report.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::conformance {
namespace {

constexpr std::size_t kMostShown = 300;

// What a relay says is shown on terminals: no control characters, and bounded.
std::string shown(std::string_view text) {
  const auto label = codec::label(text, kMostShown);
  return label ? *label : "(not UTF-8)";
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : shown(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string seconds(Duration duration) {
  const auto ms = duration.count();
  std::string fraction = std::to_string(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(ms / 1000) + "." + fraction;
}

std::string junit_case(const Outcome& outcome) {
  const std::string seen = escaped(outcome.finding.seen);
  std::string out = "  <testcase classname=\"" +
                    escaped(outcome.id.substr(0, outcome.id.find('-'))) + "\" name=\"" +
                    escaped(outcome.id + " " + outcome.title) + "\" time=\"" +
                    seconds(outcome.took) + "\">";
  switch (outcome.finding.verdict) {
    case Verdict::fail:
      return out + "<failure message=\"" + seen + "\"/></testcase>\n";
    case Verdict::skip:
      return out + "<skipped message=\"" + seen + "\"/></testcase>\n";
    default:
      return out + "<system-out>" + std::string(name_of(outcome.finding.verdict)) + ": " + seen +
             "</system-out></testcase>\n";
  }
}

}  // namespace

std::string text_report(const Run& run) {
  std::string out;
  for (const Outcome& outcome : run.outcomes) {
    out += padded(std::string(name_of(outcome.finding.verdict)), 8) + padded(outcome.id, 17) +
           outcome.title + ": " + shown(outcome.finding.seen) + "\n";
  }
  out += "\n";
  for (const Verdict verdict :
       {Verdict::pass, Verdict::allowed, Verdict::info, Verdict::skip, Verdict::fail}) {
    out += std::to_string(run.count(verdict)) + " " + std::string(name_of(verdict)) +
           (verdict == Verdict::fail ? "\n" : ", ");
  }
  if (run.left_behind > 0) {
    out += std::to_string(run.left_behind) +
           " mailboxes could not be deleted; they end by themselves\n";
  }
  return out;
}

std::string json_report(const Run& run) {
  boost::json::array all;
  for (const Outcome& outcome : run.outcomes) {
    all.push_back(boost::json::object{{"id", outcome.id},
                                      {"verdict", name_of(outcome.finding.verdict)},
                                      {"seen", shown(outcome.finding.seen)}});
  }
  return codec::encode_json(all) + "\n";
}

std::string junit_report(const Run& run, std::string_view url) {
  Duration total{0};
  for (const Outcome& outcome : run.outcomes) total += outcome.took;
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"keyferry-conformance " +
      escaped(url) + "\" tests=\"" + std::to_string(run.outcomes.size()) + "\" failures=\"" +
      std::to_string(run.count(Verdict::fail)) + "\" errors=\"0\" skipped=\"" +
      std::to_string(run.count(Verdict::skip)) + "\" time=\"" + seconds(total) + "\">\n";
  for (const Outcome& outcome : run.outcomes) out += junit_case(outcome);
  return out + "</testsuite>\n";
}

}  // namespace keyferry::conformance
