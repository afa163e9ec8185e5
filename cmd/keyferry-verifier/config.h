// The configuration of keyferry-verifier: verifier.toml and the trust files that it names.
#pragma once

#include <string>
#include <vector>

#include "keyferry/process/log.h"
#include "keyferry/verifier/follower.h"

namespace keyferry::cmd {

struct VerifierConfig {
  std::string listen_admin;  // empty: no admin address
  std::filesystem::path state_path;
  process::LogFormat log_format = process::LogFormat::json;
  process::LogLevel log_level = process::LogLevel::info;
  std::vector<verifier::ListSettings> lists;
};

// load_verifier_config reads the file; relative paths count from its folder. Errors: not_found, io,
// invalid, with file, line and key.
Result<VerifierConfig> load_verifier_config(const std::filesystem::path& path);

// load_trust reads the trust file of a list and checks that it speaks of that list and can close
// it. Errors: not_found, io, invalid.
Result<verifier::Trust> load_trust(const verifier::ListSettings& list);

}  // namespace keyferry::cmd
