// public.url is read before web.origin, and the store before the webhook, for the later ones look
// at what came before.
#include "config.h"

#include <algorithm>

#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/config/toml.h"
#include "keyferry/digest/hash.h"
#include "keyferry/file/file.h"

namespace keyferry::cmd {
namespace {

constexpr std::int64_t kMostPayload = 1 << 20;
constexpr std::int64_t kMostPerMinute = 1'000'000;
constexpr std::int64_t kMostOctets = std::int64_t{1} << 50;
constexpr int kMostThreads = 64;

bool is_token_character(char c) {
  return c > ' ' && c <= '~';
}

// How a link goes on behind the base; a base that ends so could be read in two ways.
bool ends_like_a_link(std::string_view base) {
  return base.ends_with("/v1") || base.ends_with("/m") || base.ends_with("/t");
}

// The public URL begins every share link.
void read_public_url(config::Toml& file, RelayConfig& config) {
  const std::string text = file.text("public.url");
  if (text.empty()) return;
  const auto url = codec::parse_base_url(text);
  if (url && !ends_like_a_link(*url)) {
    config.settings.public_url = *url;
  } else if (url) {
    file.note_fault("public.url", "must not end with /v1, /m or /t: links go on like that");
  } else if (text.starts_with("http://")) {
    // Plain HTTP is for trials on one machine.
    file.note_fault("public.url", "must begin with https:// (http:// only on this machine)");
  } else {
    file.note_fault("public.url",
                    "must be like \"https://relay.example\" or "
                    "\"https://example.org/relay\": " +
                        url.error().detail);
  }
}

// Another origin than the relay's own, whose pages hold no script: one there could read links.
void read_web(config::Toml& file, RelayConfig& config) {
  if (!file.has("web.origin")) return;
  const auto url = codec::parse_base_url(file.text("web.origin"));
  const auto own = codec::parse_web_url(config.settings.public_url);
  if (!url || !url->starts_with("https://")) {
    file.note_fault("web.origin",
                    "must be like \"https://get.example\" or \"https://example.org/get\"");
  } else if (own && codec::parse_web_url(*url)->origin == own->origin) {
    file.note_fault("web.origin",
                    "must differ from public.url in its host or port: a script of the relay's own "
                    "origin could read the secret part of links");
  } else {
    config.settings.web_origin = *url;
  }
}

void read_listen(config::Toml& file, RelayConfig& config) {
  config.listen_api = file.text("listen.api", "[::]:443");
  config.listen_admin = file.text("listen.admin", "127.0.0.1:9443");
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

void read_mailbox(config::Toml& file, RelayConfig& config) {
  relay::Settings& settings = config.settings;
  const mailbox::Lifetimes usual;
  settings.lifetimes.by_default = file.duration("mailbox.default_lifetime", usual.by_default);
  settings.lifetimes.most = file.duration("mailbox.max_lifetime", usual.most);
  if (settings.lifetimes.by_default > settings.lifetimes.most) {
    file.note_fault("mailbox.default_lifetime", "must not exceed mailbox.max_lifetime");
  }
  const auto most = static_cast<std::int64_t>(settings.body.payload);
  settings.body.payload = static_cast<std::size_t>(
      file.integer("mailbox.max_payload", most, static_cast<std::int64_t>(mailbox::kLeastPayload),
                   kMostPayload));
  settings.body.strict = file.boolean("mailbox.strict", true);
  if (file.has("mailbox.image_origins")) {
    settings.image_origins = file.texts("mailbox.image_origins");
    for (std::string& origin : settings.image_origins) {
      const auto url = codec::parse_web_url(origin);
      const bool bare = url && url->path.empty() && origin.find('?') == origin.npos;
      if (bare) origin = url->origin;
      if (!bare || !origin.starts_with("https://")) {
        file.note_fault("mailbox.image_origins",
                        "must hold origins like \"https://pictures.example\"");
      }
    }
  }
}

void read_limits(config::Toml& file, RelayConfig& config) {
  config.settings.misses_per_minute =
      static_cast<int>(file.integer("limits.misses_per_minute", 600, 0, kMostPerMinute));
  config.settings.waits_per_source =
      static_cast<std::size_t>(file.integer("limits.waits_per_source", 2500, 0, kMostPerMinute));
  config.connections_per_source = static_cast<std::size_t>(
      file.integer("limits.connections_per_source", 5000, 0, kMostPerMinute));
  auto& settings = config.settings;
  settings.creates_per_minute = static_cast<int>(
      file.integer("limits.creates_per_minute", settings.creates_per_minute, 0, kMostPerMinute));
  settings.octets_per_source =
      file.integer("limits.octets_per_source", settings.octets_per_source, 0, kMostOctets);
}

// One token a line, of what can stand behind "Authorization: Bearer".
Result<std::vector<ByteArray<32>>> read_tokens(const std::filesystem::path& path) {
  KF_TRY(const SecretBytes octets, file::read_secret(path));
  auto text = codec::plain_text(text_of(octets.expose()), path.string());
  if (!text) return text.error();
  std::vector<ByteArray<32>> hashes;
  bool fine = true;
  for (const std::string_view line : codec::plain_lines(*text)) {
    fine = fine && std::all_of(line.begin(), line.end(), is_token_character);
    hashes.push_back(digest::sha256(bytes_of(line)));
  }
  wipe(*text);
  if (!fine) {
    return fail(Errc::invalid,
                path.string() + " must hold one token a line, of ASCII without blanks");
  }
  if (hashes.empty()) return fail(Errc::invalid, path.string() + " holds no token");
  return hashes;
}

void read_create(config::Toml& file, RelayConfig& config) {
  const std::string require = file.choice("create.require", "none", {"none", "token-file"});
  config.settings.create_needs_token = require == "token-file";
  if (!config.settings.create_needs_token && !file.has("create.token_file")) return;
  auto tokens = read_tokens(file.path("create.token_file"));
  if (tokens) {
    config.settings.token_hashes = *std::move(tokens);
  } else if (config.settings.create_needs_token) {
    file.note_fault("create.token_file", tokens.error().detail);
  }
}

bool lies_under(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto inner = std::filesystem::absolute(path).lexically_normal();
  const auto outer = std::filesystem::absolute(folder).lexically_normal();
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end() || (std::next(end) == outer.end() && end->empty());
}

void read_store(config::Toml& file, RelayConfig& config) {
  config.engine = file.choice("store.engine", "sqlite", {"sqlite", "memory"});
  if (config.engine == "sqlite" || file.has("store.path")) {
    config.store_path = file.path("store.path", "/var/lib/keyferry-relay");
  }
  config.secret_path = file.path("secret.path", "relay.secret");
  if (config.engine == "sqlite" && lies_under(config.secret_path, config.store_path)) {
    file.note_fault("secret.path",
                    "must not lie under store.path: a copy of the store would carry its secret");
  }
}

void read_webhook(config::Toml& file, RelayConfig& config) {
  if (!file.has("webhook")) return;
  WebhookConfig webhook;
  // Beside the other secret: where the service may write.
  const auto usual = config.secret_path.parent_path() / "webhook.key";
  webhook.key_path = file.path("webhook.key", usual.string());
  if (file.has("webhook.allow")) {
    for (const std::string& text : file.texts("webhook.allow")) {
      const auto range = net::parse_ip_range(text);
      if (!range)
        file.note_fault("webhook.allow", "must hold addresses or networks like \"10.0.0.0/8\"");
      webhook.allow.push_back(range.value_or(net::IpRange()));
    }
  }
  if (file.has("webhook.ca_file")) webhook.ca_file = file.path("webhook.ca_file");
  config.webhook = std::move(webhook);
}

void read_log(config::Toml& file, RelayConfig& config) {
  const std::string format = file.choice("log.format", "json", {"json", "text"});
  config.log_format = format == "json" ? process::LogFormat::json : process::LogFormat::text;
  const std::string level = file.choice("log.level", "info", {"debug", "info", "warning", "error"});
  config.log_level = level == "debug"     ? process::LogLevel::debug
                     : level == "warning" ? process::LogLevel::warning
                     : level == "error"   ? process::LogLevel::error
                                          : process::LogLevel::info;
}

}  // namespace

Result<RelayConfig> load_relay_config(const std::filesystem::path& path) {
  KF_TRY(config::Toml file, config::Toml::load(path));
  RelayConfig config;
  read_listen(file, config);
  read_public_url(file, config);
  read_web(file, config);
  read_mailbox(file, config);
  read_limits(file, config);
  read_create(file, config);
  read_store(file, config);
  read_webhook(file, config);
  read_log(file, config);
  KF_TRY(file.finish());
  return config;
}

}  // namespace keyferry::cmd
