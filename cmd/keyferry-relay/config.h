// The relay's configuration file (deploy/relay.toml documents every key).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "keyferry/base/result.h"
#include "keyferry/http/http_server.h"
#include "keyferry/net/address.h"
#include "keyferry/process/log.h"
#include "keyferry/relay/settings.h"

namespace keyferry::cmd {

struct WebhookConfig {
  std::filesystem::path key_path;
  std::vector<net::IpRange> allow;
  std::optional<std::filesystem::path> ca_file;
};

struct RelayConfig {
  std::string listen_api;
  std::string listen_admin;
  int threads = 2;
  std::size_t connections_per_source = 5000;  // 0: no limit
  std::optional<http::TlsFiles> tls;
  std::string engine;  // "sqlite" or "memory"
  std::filesystem::path store_path;
  std::filesystem::path secret_path;
  std::optional<WebhookConfig> webhook;
  process::LogFormat log_format = process::LogFormat::json;
  process::LogLevel log_level = process::LogLevel::info;
  relay::Settings settings;
};

// load_relay_config reads and checks the file; it opens nothing but it and [create] token_file.
// Errors: as of config::Toml, naming file, line and key.
Result<RelayConfig> load_relay_config(const std::filesystem::path& path);

}  // namespace keyferry::cmd
