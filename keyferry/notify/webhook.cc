// Each thread has a client of its own and one loop: take a push, ask for admission once the address
// is known, call, then finish it, hold it or queue it again.
#include "keyferry/notify/webhook.h"

#include <algorithm>
#include <array>
#include <thread>

#include "keyferry/base/hex.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"
#include "keyferry/http/http_client.h"
#include "keyferry/notify/push_queue.h"

namespace keyferry::notify {
namespace {

using std::chrono::seconds;

constexpr std::string_view kBody = R"({"event":"changed"})";
constexpr std::array kPauses = {seconds(1), seconds(4), seconds(16), seconds(64)};
constexpr int kThreads = 5;
constexpr int kSlowThreads = 3;
// A call that took longer, or failed, puts its receiver into the slow lane for a while.
constexpr Duration kSlow{2'000};
constexpr std::size_t kMostAnswer = 4096;  // octets; nobody reads them
constexpr Duration kConnectTimeout{3'000};
constexpr Duration kTimeout{6'000};

// Half to all of the pause, so that receivers that fail together are not asked together.
Duration jittered(Duration pause) {
  const auto spare = static_cast<std::uint64_t>(pause.count() / 2);
  return pause / 2 + Duration(static_cast<Duration::rep>(digest::random_uniform(spare + 1)));
}

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

// address_in is the address that a URL names in place of a host.
std::optional<net::IpAddress> address_in(const codec::WebUrl& url) {
  std::string_view host = url.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return net::parse_ip(host);
}

}  // namespace

std::string host_of_webhook(const std::string& url) {
  const auto parsed = codec::parse_web_url(url);
  if (!parsed) return url;
  const auto ip = address_in(*parsed);
  if (ip) return net::source_of(*ip);
  return parsed->host;
}

Result<std::string> parse_webhook_url(std::string_view url,
                                      const std::vector<net::IpRange>& allow) {
  KF_TRY(const codec::WebUrl parsed, codec::parse_web_url(url));
  if (!parsed.origin.starts_with("https://")) {
    return fail(Errc::invalid, "a webhook must begin with https://");
  }
  const auto ip = address_in(parsed);
  const auto holds = [&](const net::IpRange& range) { return net::contains(range, *ip); };
  if (ip && net::is_special(*ip) && std::none_of(allow.begin(), allow.end(), holds)) {
    return fail(Errc::forbidden, "a webhook at a local or reserved address is not called");
  }
  return std::string(url);
}

std::string sign_push(ByteView key, Time now, std::string_view url) {
  const std::string seconds = std::to_string(unix_seconds(now));
  const auto mac = digest::hmac_sha256(
      key, {bytes_of(seconds), bytes_of("\n"), bytes_of(url), bytes_of("\n"), bytes_of(kBody)});
  return "t=" + seconds + ",v1=" + encode_hex(mac);
}

struct Webhooks::State {
  WebhookOptions options;
  const Clock& clock;
  Observer observer;
  PushQueue queue;
  std::vector<std::unique_ptr<http::HttpClient>> clients;
  std::vector<std::thread> threads;

  State(WebhookOptions options_in, const Clock& clock_in, Observer observer_in)
      : options(std::move(options_in)),
        clock(clock_in),
        observer(std::move(observer_in)),
        queue(options.most_waiting, options.most_waiting_per_receiver) {}

  // call makes one call; nothing if its address was busy, which `held` names then.
  std::optional<Outcome> call(http::HttpClient& client, Push& push, Lane lane, std::string& held) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = push.url;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Keyferry-Signature",
                        sign_push(options.key.expose(), clock.now(), push.url));
    request.body = kBody;
    request.repeatable = true;  // it says only that something changed
    request.may_connect = [&](const net::IpAddress& address) {
      held = net::source_of(address);
      return queue.admit(push, held, lane);
    };
    const auto answer = client.send(request);
    if (!answer && answer.error().code == Errc::unavailable) return std::nullopt;
    if (!answer && answer.error().code == Errc::forbidden) return Outcome::refused;
    if (!answer) return answer.error().code == Errc::network ? Outcome::retried : Outcome::failed;
    if (answer->status / 100 == 2) return Outcome::delivered;
    return may_pass(answer->status) ? Outcome::retried : Outcome::failed;
  }

  void run(http::HttpClient& client, Lane lane) {
    while (auto push = queue.take(lane)) {
      const auto begun = std::chrono::steady_clock::now();
      std::string held;
      const auto outcome = call(client, *push, lane, held);
      if (!outcome) {
        if (!queue.hold(*std::move(push), held)) observer(Outcome::dropped);
        continue;
      }
      const bool quick = std::chrono::steady_clock::now() - begun < kSlow;
      queue.finish(*push, *outcome != Outcome::retried && quick);
      settle(*std::move(push), *outcome);
    }
  }

  void settle(Push push, Outcome outcome) {
    if (outcome != Outcome::retried) return observer(outcome);
    if (push.attempt == kPauses.size()) return observer(Outcome::failed);
    observer(Outcome::retried);
    const Duration pause = jittered(kPauses.at(push.attempt));
    ++push.attempt;
    if (!queue.again(std::move(push), pause)) observer(Outcome::dropped);
  }

  void stop() {
    queue.stop();
    for (const auto& client : clients) client->cancel();
    for (std::thread& thread : threads) thread.join();
  }
};

Webhooks::Webhooks(WebhookOptions options, const Clock& clock, Observer observer)
    : state_(std::make_unique<State>(std::move(options), clock, std::move(observer))) {
  http::ClientOptions client;
  client.allow = state_->options.allow;
  client.ca_file = state_->options.ca_file;
  client.connect_timeout = kConnectTimeout;
  client.timeout = kTimeout;
  client.max_response = kMostAnswer;
  client.user_agent = "keyferry-relay";
  for (int i = 0; i < kThreads + kSlowThreads; ++i) {
    state_->clients.push_back(std::make_unique<http::HttpClient>(client));
  }
  for (const auto& each : state_->clients) {
    const Lane lane = state_->threads.size() >= kThreads ? Lane::slow : Lane::quick;
    state_->threads.emplace_back([this, &each, lane] { state_->run(*each, lane); });
  }
}

Webhooks::~Webhooks() {
  state_->stop();
}

void Webhooks::push(std::string url) {
  std::string host = host_of_webhook(url);
  if (!state_->queue.add(std::move(url), std::move(host))) state_->observer(Outcome::dropped);
}

std::size_t Webhooks::waiting() const {
  return state_->queue.waiting();
}

const std::vector<net::IpRange>& Webhooks::allow() const {
  return state_->options.allow;
}

}  // namespace keyferry::notify
