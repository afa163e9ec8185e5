// A reload reads every trust file before it replaces one.
#include "agent.h"

#include "keyferry/file/file.h"
#include "keyferry/service/admin.h"
#include "keyferry/verifier/ack.h"

namespace keyferry::cmd {
namespace {

// read_key is no condition of anything: a verifier without a key follows the lists all the same.
verifier::SigningKey read_key(const file::Path& state) {
  auto key = verifier::load_signing_key(state);
  if (!key) {
    process::log_event(process::LogLevel::error, "no_signing_key",
                       {{"detail", key.error().detail}});
    return nullptr;
  }
  return *key ? std::make_shared<const crypto::PrivateKey>(**std::move(key)) : nullptr;
}

class RunningAgent final : public Agent {
 public:
  RunningAgent(file::Lock lock, const VerifierConfig& config)
      : lock_(std::move(lock)),
        listen_(config.listen_admin),
        state_(config.state_path),
        key_(read_key(state_)) {
    registry_->refresh = [this] {
      for (const auto& follower : followers_) follower->refresh_metrics();
    };
  }

  Result<Done> add(const verifier::ListSettings& list) {
    KF_TRY(auto trust, load_trust(list));
    auto follower = verifier::Follower::make(list, std::move(trust), clock_, *registry_);
    if (!follower) return in_context("list " + list.name, follower.error());
    (*follower)->replace_key(key_);
    followers_.push_back(*std::move(follower));
    return Done{};
  }

  Result<Done> once() override {
    Result<Done> first = Done{};
    for (const auto& follower : followers_) {
      auto result = follower->round();
      // Nobody polls after this, so the list is acknowledged now. That is no condition, either.
      if (result && key_) static_cast<void>(follower->round().has_value());
      if (!result && first) first = in_context("list " + follower->settings().name, result.error());
    }
    for (const auto& follower : followers_) follower->wait_for_hook();
    return first;
  }

  Result<Done> serve() override {
    if (!listen_.empty()) {
      KF_TRY(admin_, service::start_admin(listen_, registry_, [this] { return ready(); }));
    }
    for (const auto& follower : followers_) follower->start();
    return Done{};
  }

  std::string address() const override { return admin_ ? admin_->address() : ""; }

  Result<Done> reload() override {
    std::vector<verifier::Trust> all;
    for (const auto& follower : followers_) {
      KF_TRY(auto trust, load_trust(follower->settings()));
      all.push_back(std::move(trust));
    }
    key_ = read_key(state_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      followers_[i]->replace_trust(std::move(all[i]));
      followers_[i]->replace_key(key_);
    }
    return Done{};
  }

  void stop() override {
    for (const auto& follower : followers_) follower->stop();
    if (admin_) admin_->drain(std::chrono::seconds(2));
  }

 private:
  Result<Done> ready() const {
    for (const auto& follower : followers_) {
      KF_TRY(follower->ready());
    }
    return Done{};
  }

  file::Lock lock_;
  std::string listen_;
  file::Path state_;
  verifier::SigningKey key_;
  SystemClock clock_;
  std::shared_ptr<verifier::Registry> registry_ = std::make_shared<verifier::Registry>();
  std::vector<std::unique_ptr<verifier::Follower>> followers_;
  std::unique_ptr<http::HttpServer> admin_;
};

}  // namespace

Result<std::unique_ptr<Agent>> Agent::make(const VerifierConfig& config) {
  KF_TRY(file::make_directory(config.state_path, 0700));
  KF_TRY(auto lock, file::Lock::acquire(config.state_path / "lock"));
  file::sweep(config.state_path);
  auto agent = std::make_unique<RunningAgent>(std::move(lock), config);
  for (const auto& list : config.lists) {
    file::sweep_beside(list.file);
    KF_TRY(agent->add(list));
  }
  return std::unique_ptr<Agent>(std::move(agent));
}

}  // namespace keyferry::cmd
