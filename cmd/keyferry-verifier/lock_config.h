// The configuration of `keyferry-verifier lock`: lock.toml.
#pragma once

#include <string>

#include "keyferry/process/log.h"
#include "keyferry/verifier/lock_service.h"

namespace keyferry::cmd {

struct LockConfig {
  std::string listen_admin;  // empty: no admin address
  process::LogFormat log_format = process::LogFormat::json;
  process::LogLevel log_level = process::LogLevel::info;
  verifier::LockSettings lock;
};

// load_lock_config reads the file; relative paths count from its folder. Errors: not_found, io,
// invalid, with file, line and key.
Result<LockConfig> load_lock_config(const std::filesystem::path& path);

}  // namespace keyferry::cmd
