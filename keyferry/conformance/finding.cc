#include "keyferry/conformance/finding.h"

#include <algorithm>

namespace keyferry::conformance {
namespace {

constexpr std::size_t kMostNotes = 3;  // shown

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::allowed:
      return "allowed";
    case Verdict::skip:
      return "skip";
    case Verdict::info:
      return "info";
  }
  return {};
}

Finding pass(std::string seen) {
  return {Verdict::pass, std::move(seen)};
}
Finding broken(std::string seen) {
  return {Verdict::fail, std::move(seen)};
}
Finding allowed(std::string seen) {
  return {Verdict::allowed, std::move(seen)};
}
Finding skip(std::string seen) {
  return {Verdict::skip, std::move(seen)};
}
Finding info(std::string seen) {
  return {Verdict::info, std::move(seen)};
}

Result<Done> must(bool kept, std::string otherwise) {
  if (kept) return Done{};
  return fail(Errc::conflict, std::move(otherwise));
}

void Notes::add(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
    notes_.push_back(std::move(note));
  }
}

Finding Notes::finding(std::string seen) const {
  if (notes_.empty()) return pass(std::move(seen));
  std::string all;
  for (std::size_t i = 0; i < notes_.size() && i < kMostNotes; ++i) {
    all += (i == 0 ? "" : "; ") + notes_[i];
  }
  if (notes_.size() > kMostNotes) {
    all += "; and " + std::to_string(notes_.size() - kMostNotes) + " more";
  }
  return allowed(std::move(all));
}

}  // namespace keyferry::conformance
