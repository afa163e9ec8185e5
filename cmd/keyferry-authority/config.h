// The authority's configuration file (deploy/authority.toml documents every key).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "keyferry/base/result.h"
#include "keyferry/http/http_server.h"
#include "keyferry/issuer/settings.h"
#include "keyferry/process/log.h"

namespace keyferry::cmd {

struct AuthorityConfig {
  std::string listen_api;
  std::string listen_admin;
  int threads = 2;
  std::size_t connections_per_source = 5000;  // 0: no limit
  std::optional<http::TlsFiles> tls;
  std::filesystem::path ledger;
  std::filesystem::path keys;
  std::filesystem::path state;
  process::LogFormat log_format = process::LogFormat::json;
  process::LogLevel log_level = process::LogLevel::info;
  issuer::Settings settings;

  std::filesystem::path socket() const { return state / "admin.sock"; }
  std::filesystem::path lock() const { return ledger.string() + ".lock"; }
};

// load_authority_config reads and checks the file; it opens nothing else. Errors: as of
// config::Toml, naming file, line and key.
Result<AuthorityConfig> load_authority_config(const std::filesystem::path& path);

}  // namespace keyferry::cmd
