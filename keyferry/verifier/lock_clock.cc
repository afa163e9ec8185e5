// An owner's time is kept as its distance from the time since boot, which nobody can set.
#include "keyferry/verifier/lock_clock.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

namespace keyferry::verifier {
namespace {

constexpr const char* kZones = "/usr/share/zoneinfo";

kfl_time local(std::time_t seconds) {
  std::tm broken{};
  ::localtime_r(&seconds, &broken);
  return {static_cast<std::uint32_t>(seconds), static_cast<std::int16_t>(broken.tm_gmtoff / 60)};
}

std::optional<kfl_time> checked(std::time_t seconds) {
  if (seconds < 0 || seconds > std::time_t{0xffffffff}) return std::nullopt;
  return local(seconds);
}

class SystemLockClock final : public LockClock {
 public:
  std::optional<kfl_time> now() override { return checked(std::time(nullptr)); }
  bool set(std::uint32_t) override { return false; }
};

// Also counts while the machine sleeps.
std::int64_t seconds_since_boot() {
  std::timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

class OwnerLockClock final : public LockClock {
 public:
  std::optional<kfl_time> now() override {
    const std::lock_guard lock(mutex_);
    if (!ahead_) return std::nullopt;
    return checked(seconds_since_boot() + *ahead_);
  }
  bool set(std::uint32_t seconds) override {
    const std::lock_guard lock(mutex_);
    ahead_ = std::int64_t{seconds} - seconds_since_boot();
    return true;
  }

 private:
  std::mutex mutex_;
  std::optional<std::int64_t> ahead_;
};

}  // namespace

Result<Done> use_zone(const std::string& zone) {
  std::error_code ignored;
  const bool plain = zone.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/") ==
                     std::string::npos;
  const bool known =
      plain && !zone.empty() && zone.front() != '/' &&
      std::filesystem::is_regular_file(std::filesystem::path(kZones) / zone, ignored);
  if (zone != "UTC" && !known) {
    return fail(Errc::invalid,
                "there is no zone \"" + zone + "\" in " + kZones + " (like \"Europe/Berlin\")");
  }
  ::setenv("TZ", (":" + zone).c_str(), 1);
  ::tzset();
  return Done{};
}

std::unique_ptr<LockClock> system_lock_clock() {
  return std::make_unique<SystemLockClock>();
}

std::unique_ptr<LockClock> owner_lock_clock() {
  return std::make_unique<OwnerLockClock>();
}

}  // namespace keyferry::verifier
