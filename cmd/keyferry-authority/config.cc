// Faults are noted in the file and reported by finish(), in its order, whatever order the tables
// are read in.
#include "config.h"

#include "keyferry/codec/web_url.h"
#include "keyferry/config/toml.h"

namespace keyferry::cmd {
namespace {

constexpr int kMostThreads = 64;
constexpr Duration kShortestLife = std::chrono::minutes(1);

Result<std::string> parse_https_base(std::string_view text) {
  if (!text.starts_with("https://")) return fail(Errc::invalid, "it does not begin with https://");
  return codec::parse_base_url(text);
}

void read_listen(config::Toml& file, AuthorityConfig& config) {
  config.listen_api = file.text("listen.api", "[::]:443");
  config.listen_admin = file.text("listen.admin", "127.0.0.1:9444");
  config.threads = static_cast<int>(file.integer("listen.threads", 2, 1, kMostThreads));
  if (file.has("listen.trusted_proxies")) {
    for (const std::string& text : file.texts("listen.trusted_proxies")) {
      if (config.settings.trusted_proxies.add(text)) continue;
      file.note_fault("listen.trusted_proxies",
                      "must hold addresses, networks like \"10.0.0.0/8\", or \"unix\"");
    }
  }
  if (file.has("tls.certificate") || file.has("tls.key")) {
    config.tls = http::TlsFiles{file.path("tls.certificate"), file.path("tls.key")};
  }
}

// The public URL is the issuer identifier, which clients compare octet for octet: it stays as it
// was typed, but for slashes at its end.
void read_url(config::Toml& file, AuthorityConfig& config) {
  config.settings.url = file.text("public.url");
  while (config.settings.url.ends_with('/')) config.settings.url.pop_back();
  if (const auto base = parse_https_base(config.settings.url);
      !base && !config.settings.url.empty()) {
    file.note_fault("public.url", "must be like \"https://auth.example\": " + base.error().detail);
  }
  if (file.has("metadata.relays")) config.settings.relays = file.texts("metadata.relays");
  for (std::string& relay : config.settings.relays) {
    if (auto base = parse_https_base(relay)) {
      relay = *base;
    } else {
      file.note_fault("metadata.relays",
                      "must hold URLs like \"https://relay.example\": " + base.error().detail);
    }
  }
}

void read_ledger(config::Toml& file, AuthorityConfig& config) {
  constexpr std::string_view scheme = "sqlite://";
  const std::string url = file.text("ledger.url", "sqlite:///var/lib/keyferry-authority/ledger.db");
  if (url.starts_with(scheme) && url.size() > scheme.size() && url[scheme.size()] == '/') {
    config.ledger = url.substr(scheme.size());
  } else {
    file.note_fault("ledger.url",
                    "must be like \"sqlite:///var/lib/keyferry-authority/ledger.db\"");
  }
  config.keys = file.path("keys.path", "/var/lib/keyferry-authority/keys");
  config.state = file.path("state.path", "/var/lib/keyferry-authority");
}

void read_terms(config::Toml& file, AuthorityConfig& config) {
  auto& settings = config.settings;
  settings.max_certificate_life =
      file.duration("ssh.max_certificate_life", settings.max_certificate_life);
  if (settings.max_certificate_life < kShortestLife) {
    file.note_fault("ssh.max_certificate_life", "must be at least 1m");
  }
  settings.open_sessions = file.choice("revocation.open_sessions", settings.open_sessions,
                                       {"continue", "ended-by-hook"});
  settings.list_life = file.duration("revocation.list_life", settings.list_life);
  if (settings.list_life < kShortestLife) {
    file.note_fault("revocation.list_life", "must be at least 1m");
  }
}

// limit reads a count of [limits]; 0 is no limit.
template <class Number>
void limit(config::Toml& file, const std::string& key, Number& value) {
  constexpr std::int64_t most = 1'000'000;
  value =
      static_cast<Number>(file.integer("limits." + key, static_cast<std::int64_t>(value), 0, most));
}

void read_limits(config::Toml& file, AuthorityConfig& config) {
  auto& settings = config.settings;
  limit(file, "failures_per_minute", settings.failures_per_minute);
  limit(file, "calls_per_minute", settings.calls_per_minute);
  limit(file, "shares_per_holder", settings.share_limits.per_holder);
  limit(file, "shares_per_root", settings.share_limits.per_root);
  limit(file, "shares_per_day", settings.share_limits.per_day);
  limit(file, "waits_per_holder", settings.waits_per_holder);
  limit(file, "waits_per_source", settings.waits_per_source);
  limit(file, "connections_per_source", config.connections_per_source);
}

void read_log(config::Toml& file, AuthorityConfig& config) {
  const std::string format = file.choice("log.format", "json", {"json", "text"});
  config.log_format = format == "json" ? process::LogFormat::json : process::LogFormat::text;
  const std::string level = file.choice("log.level", "info", {"debug", "info", "warning", "error"});
  config.log_level = level == "debug"     ? process::LogLevel::debug
                     : level == "warning" ? process::LogLevel::warning
                     : level == "error"   ? process::LogLevel::error
                                          : process::LogLevel::info;
}

}  // namespace

Result<AuthorityConfig> load_authority_config(const std::filesystem::path& path) {
  KF_TRY(config::Toml file, config::Toml::load(path));
  AuthorityConfig config;
  read_listen(file, config);
  read_url(file, config);
  read_ledger(file, config);
  read_terms(file, config);
  read_limits(file, config);
  read_log(file, config);
  KF_TRY(file.finish());
  return config;
}

}  // namespace keyferry::cmd
