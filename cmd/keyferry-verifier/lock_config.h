// The configuration of `keyferry-verifier lock`: lock.toml.
#pragma once

#include <string>

#include "keyferry/net/log.h"
#include "keyferry/verifier/lock_service.h"

namespace keyferry::cmd {

struct LockConfig {
  std::string listen_admin;  // empty: no admin address
  net::LogFormat log_format = net::LogFormat::json;
  net::LogLevel log_level = net::LogLevel::info;
  verifier::LockSettings lock;
};

// load_lock_config reads the file; relative paths count from its folder. Errors: not_found, io,
// invalid, with file, line and key.
Result<LockConfig> load_lock_config(const std::filesystem::path& path);

}  // namespace keyferry::cmd
