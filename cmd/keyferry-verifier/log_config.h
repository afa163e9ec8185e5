// The table [log] of both configurations of this program.
#pragma once

#include "keyferry/config/toml.h"
#include "keyferry/net/log.h"

namespace keyferry::cmd {

inline void read_log_config(config::Toml& file, net::LogFormat& format, net::LogLevel& level) {
  const std::string shape = file.choice("log.format", "json", {"json", "text"});
  format = shape == "json" ? net::LogFormat::json : net::LogFormat::text;
  const std::string least = file.choice("log.level", "info", {"debug", "info", "warning", "error"});
  level = least == "debug"     ? net::LogLevel::debug
          : least == "warning" ? net::LogLevel::warning
          : least == "error"   ? net::LogLevel::error
                               : net::LogLevel::info;
}

}  // namespace keyferry::cmd
