// Typed reading of a TOML file. Every error names file, line and key; an unknown key is an error
// that names the nearest known one.
//
//   KF_TRY(auto file, config::Toml::load(path));
//   settings.url = file.text("public.url");
//   settings.wait = file.duration("mailbox.default_lifetime", 48h);
//   KF_TRY(file.finish());     // reports the first fault and all unknown keys
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"

namespace keyferry::config {

class Toml {
 public:
  // load reads and parses. Errors: not_found, io, invalid ("relay.toml:7: …").
  static Result<Toml> load(const std::filesystem::path& path);
  static Result<Toml> parse(std::string_view text, std::string_view name);

  Toml(Toml&&) noexcept;
  Toml& operator=(Toml&&) noexcept;
  ~Toml();

  // Readers take a dotted key and mark it as known. A missing key gives the fallback; the overloads
  // without fallback note "missing". Faults are noted and reported by finish(); the value is then
  // the fallback or empty.
  std::string text(std::string_view key);
  std::string text(std::string_view key, std::string_view fallback);
  std::optional<std::string> optional_text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  bool boolean(std::string_view key, bool fallback);
  // "48h", "30d", "90s": codec::parse_duration.
  Duration duration(std::string_view key, Duration fallback);
  std::vector<std::string> texts(std::string_view key);
  // path resolves a relative path against the folder of the file.
  std::filesystem::path path(std::string_view key);
  std::filesystem::path path(std::string_view key, std::string_view fallback);
  // choice demands one of `allowed`.
  std::string choice(std::string_view key, std::string_view fallback,
                     std::initializer_list<std::string_view> allowed);
  bool has(std::string_view key) const;

  // tables returns a reader for each [[key]] in order (faults and unknown keys are collected in the
  // parent, so call finish() on the parent only).
  std::vector<Toml> tables(std::string_view key);

  // note_fault lets a caller add a fault of its own to a key ("must be a multiple of …").
  void note_fault(std::string_view key, std::string_view fault);

  // finish returns the first fault in file order and every unknown key with the nearest known one,
  // in one line; if there is none of these, a missing key; or Done. Errors: invalid.
  Result<Done> finish();

 private:
  struct State;
  explicit Toml(std::shared_ptr<State> state, std::string prefix);
  std::filesystem::path resolve(std::string_view key, const std::string& value);
  std::shared_ptr<State> state_;
  std::string prefix_;
};

}  // namespace keyferry::config
