// Opening a session erases what is overdue, since there is no daemon; a secret among the arguments
// is overwritten as soon as it is read.
#include "command.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "standard_streams.h"
#include <pwd.h>
#include <unistd.h>

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/wallet/tidy.h"

namespace keyferry::cli {
namespace {

std::vector<std::span<char>> g_arguments;
bool g_lent = false;  // standard output carries a share

Result<file::Path> home_path() {
  const char* set = std::getenv("KEYFERRY_HOME");
  if (set != nullptr && *set != '\0') return std::filesystem::absolute(set);
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return file::Path(home) / ".local/share/keyferry";
  const passwd* account = getpwuid(getuid());
  if (account != nullptr && account->pw_dir != nullptr) {
    return file::Path(account->pw_dir) / ".local/share/keyferry";
  }
  return fail(Errc::invalid, "there is no home folder: set KEYFERRY_HOME");
}

http::ClientOptions client_options(const Program& program) {
  http::ClientOptions options;
  options.user_agent = "keyferry/" KEYFERRY_VERSION;
  const char* set = std::getenv("KEYFERRY_CA");
  if (!program.ca.empty()) {
    options.ca_file = program.ca;
  } else if (set != nullptr && *set != '\0') {
    options.ca_file = set;
  }
  return options;
}

}  // namespace

Session::Session(const Program& program, keystore::Home home, http::ClientOptions options)
    : home_(std::move(home)),
      client_(std::move(options)),
      web_(
          client_, clock_,
          [this](const std::string& text) {
            terminal_.notice("too_many", {{"detail", text}}, text);
          },
          [this](const std::string& server, Duration most) {
            const auto limit = std::chrono::ceil<std::chrono::seconds>(most).count();
            terminal_.notice(
                "no_answer", {{"server", server}, {"limit", limit}},
                server + " does not answer; given up after " + std::to_string(limit) + " s in all");
          }),
      terminal_(program.yes, program.json) {}

Result<std::unique_ptr<Session>> Session::open(const Program& program) {
  KF_TRY(const file::Path root, home_path());
  KF_TRY(keystore::Home home, keystore::Home::open(root));
  KF_TRY(keystore::Settings settings, keystore::load_settings(home));
  if (!program.persona.empty()) {
    const auto& all = settings.personas;
    if (std::find(all.begin(), all.end(), program.persona) == all.end()) {
      return fail(Errc::not_found,
                  "no persona is called \"" + program.persona + "\": see `keyferry persona list`",
                  "unknown_name");
    }
    settings.persona = program.persona;
  }
  const http::ClientOptions options = client_options(program);
  if (options.ca_file && !std::filesystem::exists(*options.ca_file)) {
    return fail(Errc::invalid,
                "the file of trust anchors does not exist: " + options.ca_file->string());
  }
  std::unique_ptr<Session> session(new Session(program, std::move(home), options));
  session->wallet_ = std::make_unique<wallet::Wallet>(wallet::Wallet{session->home_,
                                                                     session->web_,
                                                                     session->terminal_,
                                                                     std::move(settings),
                                                                     program.allow_local,
                                                                     {},
                                                                     nullptr});
  wallet::erase_overdue(*session->wallet_);
  return session;
}

CLI::App* add_command(Program& program, const std::string& name, const std::string& summary,
                      const std::vector<std::string>& examples) {
  CLI::App* command = program.app.add_subcommand(name, summary);
  command->add_flag("--json", program.json, "print the result as JSON, times in UTC");
  command->add_flag("--yes", program.yes, "answer every question with yes");
  std::string footer = "Examples:";
  for (const std::string& example : examples) footer += "\n  " + example;
  command->footer(footer);
  return command;
}

void Failures::add(const std::string& thing, const Error& error) {
  ++count_;
  const Error named = things_ > 1 ? in_context(thing, error) : error;
  if (error_) {
    error_->detail += "; " + named.detail;
  } else {
    error_ = named;
  }
}

Result<Done> Failures::report() const {
  if (error_) return *error_;
  return Done{};
}

void print(std::string_view line) {
  if (!g_lent) return cmd::print_line(line);
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

keystore::Place direct_place(Session& session, const std::string& option) {
  const bool by_file = option != keystore::kStandardStreams;
  const std::string file = by_file ? std::filesystem::absolute(option).string() : option;
  const keystore::Place place = keystore::place_of("", std::nullopt, file);
  lend_streams(session, place);
  return place;
}

void lend_streams(Session& session, const keystore::Place& place) {
  if (keystore::file_of(place) != keystore::kStandardStreams) return;
  g_lent = true;
  session.wallet().stream = std::make_shared<carrier::DirectStream>(STDIN_FILENO, STDOUT_FILENO);
}

void print_json(const boost::json::value& value) {
  print(codec::encode_json(value));
}

Result<std::optional<SecretBytes>> read_secret_option(std::string_view option, std::string& value,
                                                      const std::string& file, bool may_break) {
  if (!value.empty() && !file.empty()) {
    return fail(Errc::invalid, "give a secret once: as an option or as a file", "usage");
  }
  if (value.empty() && file.empty()) return std::optional<SecretBytes>();
  SecretBytes raw = SecretBytes::copy(bytes_of(value));
  hide_argument(value);
  wipe(value);
  if (!file.empty()) {
    KF_TRY(Bytes octets, file::read(file, 4096));
    raw = SecretBytes(std::move(octets));
  }
  const std::string source = file.empty() ? std::string(option) : file;
  const auto read = may_break ? codec::plain_text : codec::plain_line;
  auto text = read(text_of(raw.expose()), source);
  if (!text) return text.error();
  SecretBytes secret = SecretBytes::copy(bytes_of(*text));
  wipe(*text);
  if (secret.empty()) return fail(Errc::invalid, source + ": there is nothing in it");
  return std::optional(std::move(secret));
}

void remember_arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) g_arguments.emplace_back(argv[i], std::strlen(argv[i]));
}

void hide_argument(std::string_view secret) {
  if (secret.empty()) return;
  for (const std::span<char> argument : g_arguments) {
    const std::string_view text(argument.data(), argument.size());
    const std::size_t at = text.find(secret);
    if (at != text.npos) std::memset(argument.data() + at, '*', secret.size());
  }
}

}  // namespace keyferry::cli
