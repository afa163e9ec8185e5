// The table [log] of both configurations of this program.
#pragma once

#include "keyferry/config/toml.h"
#include "keyferry/process/log.h"

namespace keyferry::cmd {

// read_log_config reads log.format and log.level; json and info without them.
inline void read_log_config(config::Toml& file, process::LogFormat& format,
                            process::LogLevel& level) {
  const std::string shape = file.choice("log.format", "json", {"json", "text"});
  format = shape == "json" ? process::LogFormat::json : process::LogFormat::text;
  const std::string least = file.choice("log.level", "info", {"debug", "info", "warning", "error"});
  level = least == "debug"     ? process::LogLevel::debug
          : least == "warning" ? process::LogLevel::warning
          : least == "error"   ? process::LogLevel::error
                               : process::LogLevel::info;
}

}  // namespace keyferry::cmd
