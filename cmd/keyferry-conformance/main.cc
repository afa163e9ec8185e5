// keyferry-conformance: judges any v1 relay from outside.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "command_line.h"
#include "standard_streams.h"
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/conformance/report.h"
#include "keyferry/conformance/run.h"
#include "keyferry/file/file.h"

namespace keyferry::cmd {
namespace {

struct Options {
  std::string url;
  std::filesystem::path ca, junit, token_file;
  bool insecure = false;
  bool json = false;
  bool list = false;
  bool dropbox = false;
  std::vector<std::string> only;
  int limit = 300;  // seconds
};

int complain(const Error& error, int code) {
  std::fprintf(stderr, "keyferry-conformance: %s\n", error.detail.c_str());
  return code;
}

int exit_code(const Error& error) {
  if (error.code == Errc::invalid) return kUsage;
  return error.code == Errc::unauthorized ? kRefused : kNetwork;
}

// relay_url takes the beginning of a share link for the relay's URL: /v1/m and /v1 are cut off.
Result<std::string> relay_url(std::string_view text) {
  KF_TRY(std::string url, codec::parse_base_url(text));
  for (const std::string_view end : {"/m", "/v1"}) {
    if (url.ends_with(end)) url.resize(url.size() - end.size());
  }
  return url;
}

Result<std::string> read_token(const std::filesystem::path& path) {
  KF_TRY(const std::string text, file::read_text(path, 4096));
  KF_TRY(std::string token, codec::plain_line(text, path.string()));
  if (token.empty()) return fail(Errc::invalid, path.string() + " holds no token");
  return token;
}

Result<conformance::SubjectOptions> subject_options(const Options& options) {
  conformance::SubjectOptions subject;
  KF_TRY(subject.url, relay_url(options.url));
  subject.insecure = options.insecure;
  if (!options.ca.empty()) subject.ca_file = options.ca;
  if (!options.token_file.empty()) {
    KF_TRY(subject.create_token, read_token(options.token_file));
  }
  return subject;
}

// tell_progress writes over its own line on a terminal, and a line every 20 checks elsewhere.
void tell_progress(std::size_t number, std::size_t all, const conformance::Check& check) {
  const std::string id(check.id);
  if (isatty(STDERR_FILENO) != 0) {
    std::fprintf(stderr, "\r%zu/%zu %-20s%s", number, all, id.c_str(), number == all ? "\r" : "");
  } else if (number % 20 == 1) {
    std::fprintf(stderr, "%zu/%zu %s\n", number, all, id.c_str());
  }
}

int list_checks(const std::vector<conformance::Check>& checks) {
  for (const auto& check : checks) {
    std::printf("%-17s%s\n", std::string(check.id).c_str(), std::string(check.title).c_str());
  }
  return 0;
}

Result<Done> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(Errc::io, "cannot write " + path.string());
  return Done{};
}

int run(const Options& options) {
  const auto checks = conformance::choose(
      options.dropbox ? conformance::dropbox_checks() : conformance::v1_checks(), options.only);
  if (!checks) return complain(checks.error(), kUsage);
  if (options.list) return list_checks(*checks);
  const auto subject = subject_options(options);
  if (!subject) return complain(subject.error(), kUsage);
  conformance::Subject relay(*subject);
  const auto run = conformance::run_checks(
      relay, *checks, {tell_progress, options.dropbox, std::chrono::seconds(options.limit)});
  if (!run) return complain(run.error(), exit_code(run.error()));
  const std::string report =
      options.json ? conformance::json_report(*run) : conformance::text_report(*run);
  std::fputs(report.c_str(), stdout);
  if (!options.junit.empty()) {
    const auto written = write_file(options.junit, conformance::junit_report(*run, relay.url()));
    if (!written) return complain(written.error(), kFailed);
  }
  if (run->lost) return complain(fail(Errc::network, "the relay stopped answering"), kNetwork);
  return run->count(conformance::Verdict::fail) > 0 ? kFailed : 0;
}

void add_options(CLI::App& app, Options& options) {
  auto* url =
      app.add_option("url", options.url, "the relay: https://HOST[:PORT][/BASE]")->type_name("URL");
  app.add_option("--ca", options.ca, "further trust anchors (PEM); also KEYFERRY_CA")
      ->type_name("FILE")
      ->check(CLI::ExistingFile)
      ->envname("KEYFERRY_CA");
  app.add_flag("--insecure", options.insecure, "take any certificate");
  app.add_flag("--json", options.json, "print an array of {\"id\", \"verdict\", \"seen\"}");
  app.add_option("--junit", options.junit, "also write JUnit XML there")->type_name("FILE");
  app.add_option("--only", options.only, "these checks, rows or families: CLM-06,A-39,TRN")
      ->type_name("ID,...")
      ->delimiter(',');
  app.add_option("--limit", options.limit, "skip what is not done after so many seconds")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--token-file", options.token_file,
                 "a file with the token that this relay wants of those who create")
      ->type_name("FILE");
  app.add_flag("--dropbox", options.dropbox,
               "judge the dropbox of Draft R under /t/ instead of the mailboxes");
  auto* list = app.add_flag("--list", options.list, "print the checks and exit");
  app.callback([url, list] {
    if (url->count() == 0 && list->count() == 0) throw CLI::RequiredError("URL");
  });
}

}  // namespace
}  // namespace keyferry::cmd

int main(int argc, char** argv) {
  keyferry::cmd::open_standard_streams();
  CLI::App app(
      "Judges a v1 relay from outside: makes mailboxes, tries what must work and what must not,\n"
      "and deletes them again. Verdicts: pass, fail, allowed (the drafts leave it open), info (a\n"
      "choice), skip (cannot be judged here).",
      "keyferry-conformance");
  keyferry::cmd::Options options;
  keyferry::cmd::add_options(app, options);
  app.set_version_flag("--version", "keyferry-conformance " KEYFERRY_VERSION);
  app.footer(
      "Exit status: 0 nothing failed, 1 a check failed, 2 usage, 3 the relay wants a token, 4 the\n"
      "relay cannot be reached.\n"
      "Examples:\n"
      "  keyferry-conformance https://relay.example\n"
      "  keyferry-conformance https://127.0.0.1:8443 --ca ca.pem --only CLM,IDM-07 --json");
  if (const auto ended = keyferry::cmd::parse_command_line(app, argc, argv)) return *ended;
  try {
    return keyferry::cmd::exit_status("keyferry-conformance", keyferry::cmd::run(options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keyferry-conformance: %s\n", error.what());
    return keyferry::cmd::kFailed;
  }
}
