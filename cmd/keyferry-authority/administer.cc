// Most subcommands become one JSON command each; a revoke sends all of its commands before it waits
// for any verifier.
#include "administer.h"

#include <cstdio>

#include "command.h"
#include "print.h"
#include "restore.h"
#include "server.h"
#include "standard_streams.h"

#include "keyferry/codec/host.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/credential/ssh_key.h"
#include "keyferry/file/file.h"
#include "keyferry/issuer/keys.h"
#include "keyferry/issuer/revocation.h"

namespace keyferry::cmd {
namespace {

using boost::json::array;
using boost::json::object;

// How long a revoke waits to see the verifiers take the list: twice what they need.
constexpr Duration kVerifierPatience = std::chrono::seconds(4);
constexpr std::uint16_t kSshPort = 22;

array array_of(const std::vector<std::string>& texts) {
  array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

std::int64_t seconds_of(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Result<Done> init(const AuthorityConfig& config) {
  KF_TRY(file::make_directory(config.state, 0700));
  KF_TRY(file::make_directory(config.ledger.parent_path(), 0700));
  KF_TRY(issuer::make_keys(config.keys));
  KF_TRY(open_ledger(config));
  std::fprintf(stderr, "made new keys in %s and an empty ledger; keep a copy of the keys apart\n",
               config.keys.c_str());
  return Done{};
}

Result<codec::HostPort> parse_address(const std::string& text) {
  auto where = codec::parse_host_port(text);
  if (where) return where;
  Error error = in_context("ADDRESS", where.error());
  error.reason = "usage";
  return error;
}

Result<array> key_lines(const std::vector<std::filesystem::path>& files) {
  array lines;
  for (const auto& path : files) {
    KF_TRY(const std::string raw, file::read_text(path));
    KF_TRY(const std::string text, codec::plain_text(raw, path.string()));
    for (const std::string_view line : codec::plain_lines(text)) {
      // The server names no file: this one does.
      if (auto key = credential::parse_authorized_line(line); !key) {
        return in_context(path.string(), key.error());
      }
      lines.emplace_back(line);
    }
  }
  return lines;
}

Result<object> host_add_command(const Options& options) {
  KF_TRY(const codec::HostPort where, parse_address(options.host_address));
  KF_TRY(auto keys, key_lines(options.host_key_files));
  KF_TRY(auto cas, key_lines(options.host_ca_files));
  return object{{"command", "host_add"},        {"name", options.host_name},
                {"address", where.host.text},   {"port", where.port.value_or(kSshPort)},
                {"host_keys", std::move(keys)}, {"host_cas", std::move(cas)},
                {"replace", options.replace}};
}

Result<object> verifier_add_command(const Options& options) {
  const bool piped = options.verifier_key_file == "-";
  KF_TRY(auto text, file::read_text(piped ? "/dev/stdin" : options.verifier_key_file, 64 * 1024));
  auto keys = codec::parse_json_object(text);
  if (!keys) return in_context(options.verifier_key_file.string(), keys.error());
  return object{{"command", "verifier_add"},
                {"name", options.verifier},
                {"keys", *std::move(keys)},
                {"replace", options.replace}};
}

Result<Done> add_duration(object& command, std::string_view name, std::string_view option,
                          const std::string& text) {
  if (text.empty()) return Done{};
  auto duration = codec::parse_duration(text);
  if (!duration) {
    Error error = in_context(option, duration.error());
    error.reason = "usage";
    return error;
  }
  command[name] = seconds_of(*duration);
  return Done{};
}

Result<object> share_command(const Options& options) {
  object rights{{"logins", array_of(options.logins)}, {"hosts", array_of(options.hosts)}};
  if (!options.command.empty()) rights["command"] = options.command;
  if (!options.sources.empty()) rights["source"] = array_of(options.sources);
  if (!options.extensions.empty()) rights["extensions"] = array_of(options.extensions);
  object command{{"command", "share"},
                 {"kind", options.kind},
                 {"rights", std::move(rights)},
                 {"depth", options.depth},
                 {"pin", options.pin}};
  KF_TRY(add_duration(command, "valid_for", "--for", options.valid_for));
  KF_TRY(add_duration(command, "link_for", "--link-for", options.link_for));
  if (!options.valid_until.empty()) command["valid_until"] = options.valid_until;
  if (!options.valid_from.empty()) command["valid_from"] = options.valid_from;
  return command;
}

Result<object> command_of(const Options& options) {
  const std::string& words = options.subcommand;
  if (words == "host add") return host_add_command(options);
  if (words == "host list") return object{{"command", "host_list"}};
  if (words == "verifier add") return verifier_add_command(options);
  if (words == "verifier list") return object{{"command", "verifier_list"}};
  if (words == "verifier remove") {
    return object{{"command", "verifier_remove"}, {"name", options.verifier}};
  }
  if (words == "share") return share_command(options);
  if (words == "rearm") return object{{"command", "rearm"}, {"share", options.share}};
  if (words == "backup") {
    return object{{"command", "backup"},
                  {"path", std::filesystem::absolute(options.file).string()}};
  }
  if (words == "export-trust") {
    object command{{"command", "trust"}};
    if (!options.trust_host.empty()) command["host"] = options.trust_host;
    if (!options.trust_logins.empty()) command["logins"] = array_of(options.trust_logins);
    return command;
  }
  if (words == "audit") {
    object command{{"command", "audit"}};
    if (options.list_jws.empty()) return command;
    KF_TRY(const std::string raw, file::read_text(options.list_jws));
    KF_TRY(command["jws"], codec::plain_line(raw, options.list_jws.string()));
    return command;
  }
  return fail(Errc::internal, "no such subcommand");
}

// The server answers a page at a time, so that a long list makes nobody wait; what is printed is
// one list. An older server knows no pages and answers all at once.
constexpr int kPage = 200;

Result<object> run_list(const AuthorityConfig& config) {
  array shares;
  object command{{"command", "list"}, {"limit", kPage}};
  while (true) {
    KF_TRY(auto page, run_command(config, command));
    auto* found = page.if_contains("shares");
    if (found == nullptr || !found->is_array()) {
      return fail(Errc::internal, "the server answered no list; is it of another version?");
    }
    for (auto& share : found->get_array()) shares.push_back(std::move(share));
    const auto* next = page.if_contains("next");
    if (next == nullptr) return object{{"shares", std::move(shares)}};
    command["after"] = *next;
  }
}

bool is_offer(const std::string& words) {
  return words == "share" || words == "rearm";
}

// The share was made all the same.
Error unseen(const object& answer, Error why) {
  const auto share = codec::text_member(answer, "share");
  const std::string id = share ? *share : std::string("SHARE");
  why.detail += "; nobody has seen the offer of share " + id + ": `keyferry-authority revoke " +
                id + "` takes it back, `rearm " + id + "` makes a new one";
  return why;
}

void print(const Options& options, const object& answer) {
  const std::string& words = options.subcommand;
  const bool offer = is_offer(words);
  if (options.json) return print_json(offer ? offer_summary(answer) : answer);
  if (offer) return print_offer(answer);
  if (words == "host list") return print_hosts(answer);
  if (words == "verifier list") return print_verifiers(answer);
  if (words == "list") return print_shares(answer);
  if (words == "export-trust" && !options.trust_host.empty()) return print_sshd(answer);
  if (words == "export-trust") return print_json(answer);
  if (words == "audit") {
    std::printf("the audit log is whole: %lld rows\n",
                static_cast<long long>(answer.at("rows").to_number<std::int64_t>()));
  }
}

// A running server of an older version ignores `logins`, and answers with those of the shares.
Result<object> with_drop_in(const Options& options, object answer) {
  if (options.trust_logins.empty()) return answer;
  if (!answer.contains("logins")) {
    return fail(Errc::internal, "the running server is older than --login; restart it");
  }
  answer["sshd_config"] = sshd_drop_in(answer);
  return answer;
}

// revoke_all ends all of them before it waits for any verifier.
Result<Done> revoke_all(const AuthorityConfig& config, const Options& options) {
  std::vector<object> answers;
  for (const auto& share : options.shares) {
    object command{{"command", "revoke"}, {"share", share}};
    auto answer = run_command(config, command);
    if (!answer) {
      for (const auto& earlier : answers)
        options.json ? print_json(earlier) : print_revoked(earlier);
      return answer.error();
    }
    answers.push_back(*std::move(answer));
  }
  const auto end = std::chrono::steady_clock::now() + kVerifierPatience;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Duration left = std::chrono::floor<Duration>(end - std::chrono::steady_clock::now());
    if (issuer::awaits_verifiers(answers[i])) {
      KF_TRY(answers[i],
             run_command(config, {{"command", "revoke"},
                                  {"share", options.shares[i]},
                                  {"wait", std::max<std::int64_t>(seconds_of(left), 0)}}));
    }
    options.json ? print_json(answers[i]) : print_revoked(answers[i]);
  }
  return Done{};
}

}  // namespace

Result<Done> administer(const AuthorityConfig& config, const Options& options) {
  if (options.subcommand == "init") return init(config);
  if (options.subcommand == "restore") return restore(config, options);
  if (options.subcommand == "revoke") return revoke_all(config, options);
  const auto run = [&]() -> Result<object> {
    if (options.subcommand == "list") return run_list(config);
    KF_TRY(auto command, command_of(options));
    KF_TRY(auto answer, run_command(config, command));
    return with_drop_in(options, std::move(answer));
  };
  KF_TRY(auto answer, run());
  print(options, answer);
  const auto seen = check_output();
  return seen || !is_offer(options.subcommand) ? seen : unseen(answer, seen.error());
}

}  // namespace keyferry::cmd
