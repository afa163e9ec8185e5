#include "keyferry/notify/webhook.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "keyferry/base/hex.h"
#include "keyferry/codec/web_url.h"
#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"
#include "keyferry/net/http_client.h"

namespace keyferry::notify {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::seconds;

constexpr std::string_view kBody = R"({"event":"changed"})";
constexpr std::array kPauses = {seconds(1), seconds(4), seconds(16), seconds(64)};
constexpr int kThreads = 5;
constexpr int kPerReceiver = 2;
constexpr int kSlowThreads = 3;
constexpr int kSlowPerReceiver = 1;
// A call that took longer, or failed, puts its receiver into the slow lane for a while.
constexpr Duration kSlow{2'000};
constexpr std::chrono::minutes kSlowFor{5};
constexpr std::size_t kMostSlow = 4096;
constexpr std::size_t kMostAnswer = 4096;  // octets; nobody reads them
constexpr Duration kConnectTimeout{3'000};
constexpr Duration kTimeout{6'000};

struct Job {
  std::string url;
  std::string receiver;
  std::size_t attempt = 0;
};

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

std::string receiver_of_webhook(const std::string& url) {
  const auto parsed = codec::parse_web_url(url);
  if (!parsed) return url;
  const auto ip = address_in(*parsed);
  if (ip) return net::source_of(*ip);
  std::string host = parsed->host;
  // "push.example." is the same host.
  while (host.ends_with('.')) host.pop_back();
  return host;
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

  mutable std::mutex mutex;
  std::condition_variable wakes;
  bool stopping = false;
  std::multimap<SteadyTime, Job> jobs;         // by when they are due
  std::set<std::string> urls;                  // of these jobs
  std::map<std::string, std::size_t> waiting;  // of these jobs, by receiver
  std::map<std::string, int> busy;             // calls that run now, by receiver
  std::map<std::string, SteadyTime> slow;      // receivers of the slow lane, until when
  std::vector<std::unique_ptr<net::HttpClient>> clients;
  std::vector<std::thread> threads;

  State(WebhookOptions options_in, const Clock& clock_in, Observer observer_in)
      : options(std::move(options_in)), clock(clock_in), observer(std::move(observer_in)) {}

  // add queues a job unless its URL is queued or there is no room.
  void add(Job job, SteadyTime due) {
    {
      const std::lock_guard lock(mutex);
      if (stopping || urls.contains(job.url)) return;
      std::size_t& waits = waiting[job.receiver];
      if (jobs.size() < options.most_waiting && waits < options.most_waiting_per_receiver) {
        ++waits;
        urls.insert(job.url);
        jobs.emplace(due, std::move(job));
        // Whichever thread is of the job's lane.
        wakes.notify_all();
        return;
      }
      if (waits == 0) waiting.erase(job.receiver);
    }
    observer(Outcome::dropped);
  }

  // take waits for a job of the lane that is due and whose receiver is not busy; nothing means the
  // end.
  std::optional<Job> take(bool slow_lane) {
    std::unique_lock lock(mutex);
    while (!stopping) {
      const SteadyTime now = std::chrono::steady_clock::now();
      auto next = jobs.begin();
      while (next != jobs.end() && next->first <= now && !may_run(next->second, slow_lane, now)) {
        ++next;
      }
      if (next == jobs.end()) {
        wakes.wait(lock);
      } else if (next->first > now) {
        // A copy: the job may be gone when the wait ends, and its time is looked at again then.
        const SteadyTime due = next->first;
        wakes.wait_until(lock, due);
      } else {
        return begin(next);
      }
    }
    return std::nullopt;
  }

  // begin takes a job out; the caller holds the lock.
  Job begin(std::multimap<SteadyTime, Job>::iterator next) {
    Job job = std::move(next->second);
    jobs.erase(next);
    urls.erase(job.url);
    const auto waits = waiting.find(job.receiver);
    if (--waits->second == 0) waiting.erase(waits);
    ++busy[job.receiver];
    return job;
  }

  bool may_run(const Job& job, bool slow_lane, SteadyTime now) const {
    const auto until = slow.find(job.receiver);
    const bool is_slow = job.attempt > 0 || (until != slow.end() && until->second > now);
    if (is_slow != slow_lane) return false;
    const auto found = busy.find(job.receiver);
    return found == busy.end() || found->second < (slow_lane ? kSlowPerReceiver : kPerReceiver);
  }

  // release ends a call that began at `begun`.
  void release(const Job& job, Outcome outcome, SteadyTime begun) {
    const std::lock_guard lock(mutex);
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto found = busy.find(job.receiver);
    if (--found->second == 0) busy.erase(found);
    if (outcome != Outcome::retried && now - begun < kSlow) {
      slow.erase(job.receiver);
    } else {
      if (slow.size() >= kMostSlow) slow.erase(slow.begin());
      slow[job.receiver] = now + kSlowFor;
    }
    wakes.notify_all();
  }

  Outcome call(net::HttpClient& client, const Job& job) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = job.url;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Keyferry-Signature",
                        sign_push(options.key.expose(), clock.now(), job.url));
    request.body = kBody;
    const auto answer = client.send(request);
    if (!answer && answer.error().code == Errc::forbidden) return Outcome::refused;
    if (!answer) return answer.error().code == Errc::network ? Outcome::retried : Outcome::failed;
    if (answer->status / 100 == 2) return Outcome::delivered;
    return may_pass(answer->status) ? Outcome::retried : Outcome::failed;
  }

  void run(net::HttpClient& client, bool slow_lane) {
    while (auto job = take(slow_lane)) {
      const SteadyTime begun = std::chrono::steady_clock::now();
      Outcome outcome = call(client, *job);
      release(*job, outcome, begun);
      if (outcome == Outcome::retried && job->attempt == kPauses.size()) outcome = Outcome::failed;
      observer(outcome);
      if (outcome != Outcome::retried) continue;
      const Duration pause = jittered(kPauses.at(job->attempt));
      ++job->attempt;
      add(*std::move(job), std::chrono::steady_clock::now() + pause);
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wakes.notify_all();
    for (const auto& client : clients) client->cancel();
    for (std::thread& thread : threads) thread.join();
  }
};

Webhooks::Webhooks(WebhookOptions options, const Clock& clock, Observer observer)
    : state_(std::make_unique<State>(std::move(options), clock, std::move(observer))) {
  net::ClientOptions client;
  client.allow = state_->options.allow;
  client.ca_file = state_->options.ca_file;
  client.connect_timeout = kConnectTimeout;
  client.timeout = kTimeout;
  client.max_response = kMostAnswer;
  client.user_agent = "keyferry-relay";
  for (int i = 0; i < kThreads + kSlowThreads; ++i) {
    state_->clients.push_back(std::make_unique<net::HttpClient>(client));
  }
  for (const auto& each : state_->clients) {
    const bool slow_lane = state_->threads.size() >= kThreads;
    state_->threads.emplace_back([this, &each, slow_lane] { state_->run(*each, slow_lane); });
  }
}

Webhooks::~Webhooks() {
  state_->stop();
}

void Webhooks::push(std::string url) {
  std::string receiver = receiver_of_webhook(url);
  state_->add(Job{std::move(url), std::move(receiver), 0}, std::chrono::steady_clock::now());
}

std::size_t Webhooks::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->jobs.size();
}

const std::vector<net::IpRange>& Webhooks::allow() const {
  return state_->options.allow;
}

}  // namespace keyferry::notify
