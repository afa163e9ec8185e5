// Only a call that was never sent falls back to the ledger: one whose answer was lost may have done
// its work.
#include "command.h"

#include <filesystem>
#include <thread>

#include "server.h"

#include "keyferry/codec/json.h"
#include "keyferry/http/http_client.h"
#include "keyferry/issuer/administrator.h"

namespace keyferry::cmd {
namespace {

using boost::json::object;

constexpr std::size_t kMostAnswer = 64 << 20;
constexpr Duration kPatience = std::chrono::minutes(5);  // a backup of a big ledger takes a while

Error error_of(int status, const object& problem) {
  Errc code = Errc::internal;
  for (const auto& row : error_table()) {
    if (row.http_status == status) {
      code = row.code;
      break;
    }
  }
  auto detail = codec::text_member(problem, "detail");
  auto reason = codec::text_member(problem, "error");
  return fail(code, detail ? *detail : "the server failed; its log says why",
              reason ? *reason : std::string());
}

// ask returns nothing if no server listens on the socket.
Result<std::optional<object>> ask(const AuthorityConfig& config, const object& command) {
  if (!std::filesystem::exists(config.socket())) return std::optional<object>();
  http::ClientOptions options;
  options.allow_local = true;
  options.unix_socket = config.socket();
  options.max_response = kMostAnswer;
  options.timeout = kPatience;
  http::HttpClient client(options);
  http::ClientRequest request;
  request.method = "POST";
  request.url = "http://localhost/command";
  request.headers.add("Content-Type", "application/json");
  request.body = codec::encode_json(command);
  auto response = client.send(request);
  // A socket that nobody listens on was left behind by a server that was killed.
  if (!response && !client.was_sent()) return std::optional<object>();
  if (!response) {
    Error lost = in_context("the server did not answer", response.error());
    lost.detail += "; it may have done it all the same: look before you do it again";
    return lost;
  }
  KF_TRY(auto body, codec::parse_json_object(response->body, {kMostAnswer, 16}));
  if (response->status != 200) return error_of(response->status, body);
  return std::optional(std::move(body));
}

bool is_for_a_moment(const Error& error) {
  return error.reason == "in_use" || error.reason == "starting";
}

Result<object> run_once(const AuthorityConfig& config, const object& command) {
  KF_TRY(auto answered, ask(config, command));
  if (answered) return *std::move(answered);
  KF_TRY(auto opened, open_ledger(config));
  const SystemClock clock;
  issuer::Acks acks(config.settings.url, *opened.ledger);
  KF_TRY(acks.load());
  return issuer::administer({config.settings, opened.keys, *opened.ledger, clock, {nullptr, acks}},
                            command);
}

}  // namespace

Result<object> run_command(const AuthorityConfig& config, const object& command) {
  const auto until = std::chrono::steady_clock::now() + kLedgerPatience;
  while (true) {
    auto done = run_once(config, command);
    if (done || !is_for_a_moment(done.error()) || std::chrono::steady_clock::now() >= until)
      return done;
    std::this_thread::sleep_for(kLedgerPause);
  }
}

}  // namespace keyferry::cmd
