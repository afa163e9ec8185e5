// A run as text, JSON and JUnit XML.
#pragma once

#include "keyferry/conformance/run.h"

namespace keyferry::conformance {

// text_report has one line a check and a summary.
std::string text_report(const Run& run);

// json_report is an array of {"id", "verdict", "seen"}, one a check.
std::string json_report(const Run& run);

// junit_report: a failure is a failed test, a skip a skipped one; allowed and info pass and say
// what was seen.
std::string junit_report(const Run& run, std::string_view url);

}  // namespace keyferry::conformance
