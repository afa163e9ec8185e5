#include "keyferry/issuer/failures.h"

namespace keyferry::issuer {
namespace {

constexpr Duration kWindow = std::chrono::minutes(1);
constexpr std::size_t kMostSources = 100'000;  // some 10 MB

}  // namespace

Duration FailureLimit::wait_for(const std::string& source, Time now) {
  if (per_minute_ == 0) return Duration::zero();
  std::lock_guard lock(mutex_);
  const auto found = windows_.find(source);
  if (found == windows_.end() || found->second.failures < per_minute_) return Duration::zero();
  const Duration left = found->second.begun + kWindow - now;
  return left > Duration::zero() && left <= kWindow ? left : Duration::zero();
}

void FailureLimit::note(const std::string& source, Time now) {
  if (per_minute_ == 0) return;
  std::lock_guard lock(mutex_);
  if (windows_.size() >= kMostSources) forget_old(now);
  Window& window = windows_[source];
  if (now - window.begun >= kWindow || now < window.begun) window = {now, 0};
  ++window.failures;
}

void FailureLimit::forget_old(Time now) {
  std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.begun >= kWindow; });
  if (windows_.size() >= kMostSources) windows_.clear();
}

}  // namespace keyferry::issuer
