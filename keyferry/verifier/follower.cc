// The decisions of one round and their effects. The thread and its pauses are in follow.cc.
#include "keyferry/verifier/follower.h"

#include "keyferry/base/hex.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/process/log.h"
#include "keyferry/verifier/ack.h"
#include "keyferry/verifier/krl_file.h"

namespace keyferry::verifier {
namespace {

using namespace std::chrono_literals;
using process::log_event;
using process::LogLevel;
using SteadyClock = std::chrono::steady_clock;

constexpr Duration kClockTolerance = 120s;
constexpr Duration kAlarmRepeat = 1h;

// when_made is the instant at which the authority made a list: its number is Unix milliseconds,
// unless the authority's clock stood still; `issued` has only whole seconds.
Time when_made(const Statement& said) {
  const Time by_number = from_unix_ms(static_cast<std::int64_t>(said.position.number));
  const Duration apart = by_number - said.issued;
  return apart > -2s && apart < 2s ? by_number : said.issued;
}

std::string describe(std::optional<Duration> age) {
  if (!age) return "unknown";
  return std::to_string(std::chrono::floor<std::chrono::seconds>(*age).count()) + "s";
}

// with_clock adds what TLS errors of a wrong clock do not say.
std::string with_clock(const Error& error, Time now) {
  const bool about_time = error.detail.find("not yet valid") != std::string::npos ||
                          error.detail.find("expired") != std::string::npos;
  if (error.code != Errc::network || !about_time) return error.detail;
  return error.detail + "; this machine's clock says " + codec::encode_rfc3339(now) +
         ": if that is wrong, set the clock";
}

}  // namespace

Follower::Follower(ListSettings settings, Trust trust, ListState state, const Clock& clock,
                   prometheus::Registry& registry)
    : settings_(std::move(settings)),
      clock_(clock),
      metrics_(registry, settings_.name, settings_.file.string()),
      receiver_(settings_.client, std::move(state), clock),
      file_(settings_.file, settings_.mode, [this](const auto& noticed) { note_file(noticed); }),
      wait_(settings_.client.wait),
      trust_(std::move(trust)) {
  shown_.contact = receiver_.state().contact();
  metrics_.set_position(receiver_.state().have());
}

Result<std::unique_ptr<Follower>> Follower::make(ListSettings settings, Trust trust,
                                                 const Clock& clock,
                                                 prometheus::Registry& registry) {
  KF_TRY(auto state, ListState::open(settings.state_folder, settings.name, clock.now()));
  std::unique_ptr<Follower> made(
      new Follower(std::move(settings), std::move(trust), std::move(state), clock, registry));
  KF_TRY(made->choose_first_list());
  const ListSettings& own = made->settings_;
  if (!own.hook.empty()) {
    made->hook_ = std::make_unique<HookRunner>(
        HookCall{own.hook, {}, own.hook_timeout}, own.state_folder / "hook",
        [&metrics = made->metrics_, name = own.name](const Result<Done>& ended) {
          metrics.count_hook(ended.has_value());
          if (ended) {
            log_event(LogLevel::info, "hook_done", {{"list", name}});
          } else {
            log_event(LogLevel::error, "hook_failed",
                      {{"list", name}, {"detail", ended.error().detail}});
          }
        });
  }
  KF_TRY(made->put_into_force());
  return made;
}

// choose_first_list says what the last list is while no copy of a signed one is at hand.
Result<Done> Follower::choose_first_list() {
  const ListState& state = receiver_.state();
  if (state.copy()) return Done{};
  auto present = file_.read();
  if (!present && present.error().code != Errc::not_found) return present.error();
  if (state.have().position != Position{}) {
    // The copy is lost. What is in place serves if it is the one; otherwise nothing is known to be
    // safe until the list is fetched again.
    const bool same = present && check_list(*present, state.have());
    first_list_ = same ? *std::move(present) : closed_list({}, trust_, state.contact().at);
    return Done{};
  }
  if (!present || present->empty() || is_closed_list(*present)) {
    first_list_ = empty_list(state.contact().at);
    return Done{};
  }
  if (!credential::parse_ssh_krl(*present))
    return fail(Errc::conflict, settings_.file.string() +
                                    " is there already and is no key revocation list: move it "
                                    "away, or give another file");
  first_list_ = *std::move(present);
  return Done{};
}

const Bytes& Follower::last_list() const {
  const auto& copy = receiver_.state().copy();
  return copy ? *copy : first_list_;
}

// closed_list_now makes the closed list once: its octets must not change from round to round.
const Bytes& Follower::closed_list_now() {
  const std::lock_guard lock(mutex_);
  if (!closed_ || trust_is_new_) closed_ = closed_list(last_list(), trust_, shown_.contact.at);
  trust_is_new_ = false;
  return *closed_;
}

Result<Done> Follower::put_into_force() {
  const auto age_now = age(shown());
  // After a broken wait it is asked once more, without one.
  const Mode mode = mode_in_force(settings_.on_unreachable, {failing_, age_now},
                                  settings_.client.wait + 2 * kAnswerMargin);
  auto installed = file_.install(mode == Mode::closed ? closed_list_now() : last_list());
  {
    const std::lock_guard lock(mutex_);
    shown_.installed = installed.has_value();
    shown_.heard = receiver_.state().contact().ever;
  }
  const ListState& state = receiver_.state();
  in_force_.reset();
  if (installed && mode != Mode::closed && state.copy()) in_force_ = state.have().position;
  if (!installed) {
    metrics_.count_failure("install");
    log_event(LogLevel::error, "install_failed",
              {{"list", settings_.name}, {"detail", installed.error().detail}});
    return installed.error();
  }
  note_mode(mode, age_now);
  if (*installed) {
    metrics_.count_install();
    log_event(LogLevel::info, "installed",
              {{"list", settings_.name},
               {"position", encode_position(receiver_.state().have().position)},
               {"mode", name_of(mode)}});
  }
  request_hook();
  return Done{};
}

std::string Follower::ack() {
  const std::lock_guard lock(mutex_);
  if (!key_ || !in_force_) return {};
  return make_ack(*key_, trust_.authority, settings_.name, *in_force_, clock_.now());
}

// hear asks. A wait that broke says little: something on the way may have less patience. So it is
// asked once more without one; only if that fails, too, is the authority out of reach.
//
//= spec:authority#6-impatient
Result<Receiver::Heard> Follower::hear(Question question) {
  Trust trust;
  {
    const std::lock_guard lock(mutex_);
    trust = trust_;
  }
  question.ack = ack();
  const auto began = SteadyClock::now();
  auto heard = receiver_.hear(trust, question);
  const auto took = std::chrono::floor<Duration>(SteadyClock::now() - began);
  if (question.wait == 0ms) return heard;
  if (heard) {
    if (*heard == Receiver::Heard::unchanged && took >= question.wait / 2) wait_.lasted();
    return heard;
  }
  const Errc why = heard.error().code;
  if (why != Errc::network && why != Errc::unavailable) return heard;
  heard = receiver_.hear(trust, Question{0ms, kAnswerMargin, ack()});
  if (heard) wait_.broke(took);
  return heard;
}

Result<Done> Follower::round(Question question) {
  auto heard = hear(std::move(question));
  // A poll that was cancelled says nothing of the authority: the file stays as it is.
  if (!heard && is_stopping()) return heard.error();
  failing_ = !heard;
  note_clock();
  note_ack();
  if (heard) {
    note_contact();
  } else {
    note_failure(heard.error());
  }
  KF_TRY(put_into_force());
  if (!heard) return heard.error();
  if (*heard == Receiver::Heard::newer)
    metrics_.observe_delay(clock_.now() - when_made(receiver_.state().have()));
  return Done{};
}

void Follower::note_contact() {
  const ListState& state = receiver_.state();
  closed_.reset();
  metrics_.set_position(state.have());
  if (!logged_failure_.empty())
    log_event(LogLevel::info, "contact_again", {{"list", settings_.name}});
  logged_failure_.clear();
  const std::lock_guard lock(mutex_);
  shown_.contact = state.contact();
  shown_.contact_steady = SteadyClock::now();
}

bool Follower::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Follower::note_failure(const Error& error) {
  metrics_.count_failure(reason_of(error));
  const std::string detail = with_clock(error, clock_.now());
  if (detail == logged_failure_) return;
  logged_failure_ = detail;
  log_event(LogLevel::warning, "no_contact",
            {{"list", settings_.name},
             {"reason", reason_of(error)},
             {"detail", detail},
             {"age", describe(age(shown()))}});
}

void Follower::note_clock() {
  const auto& offset = receiver_.clock_offset();
  if (!offset) return;
  metrics_.set_clock_offset(*offset);
  const bool wrong = *offset > kClockTolerance || *offset < -kClockTolerance;
  if (wrong && !clock_wrong_) {
    const auto apart = std::chrono::abs(std::chrono::round<std::chrono::seconds>(*offset));
    log_event(LogLevel::error, "clock_off",
              {{"list", settings_.name},
               {"detail", "this machine's clock is " + std::to_string(apart.count()) + " s " +
                              (*offset > 0ms ? "ahead of" : "behind") +
                              " the authority's: set it, or valid credentials are refused and "
                              "expired ones accepted"}});
  }
  clock_wrong_ = wrong;
}

// note_ack says what an administrator should know about acknowledgements, once.
void Follower::note_ack() {
  const std::string& verdict = receiver_.ack_verdict();
  if (verdict.empty()) return;
  metrics_.set_acknowledged(verdict == "accepted");
  if (verdict == std::exchange(logged_ack_, verdict) || verdict == "accepted") return;
  log_event(LogLevel::warning, "not_acknowledged",
            {{"list", settings_.name},
             {"detail", verdict == "unknown"
                            ? "the authority does not know this verifier's key, so a revoke does "
                              "not tell that it took the list: keyferry-authority verifier add "
                              "(the key: keyferry-verifier init)"
                            : "the authority refuses this verifier's acknowledgement: is this "
                              "machine's clock right, and the trust file of that authority?"}});
}

// note_file is called by the guard, on its thread.
void Follower::note_file(const Result<bool>& put_back) {
  {
    const std::lock_guard lock(mutex_);
    shown_.installed = put_back.has_value();
  }
  if (!put_back) {
    metrics_.count_failure("install");
    log_event(LogLevel::error, "install_failed",
              {{"list", settings_.name}, {"detail", put_back.error().detail}});
  } else if (*put_back) {
    metrics_.count_install();
    log_event(LogLevel::warning, "put_back",
              {{"list", settings_.name},
               {"detail", settings_.file.string() + " was changed, moved or removed by somebody "
                                                    "else; it is back"}});
  }
}

void Follower::note_mode(Mode mode, const std::optional<Duration>& age_now) {
  const bool alarm = failing_ && (!age_now || *age_now > settings_.alarm_after);
  metrics_.set_mode(mode, alarm);
  Mode before = mode;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(shown_.mode, mode);
    shown_.alarm = alarm;
  }
  if (before != mode)
    log_event(mode == Mode::following ? LogLevel::info : LogLevel::warning, "mode",
              {{"list", settings_.name}, {"mode", name_of(mode)}, {"age", describe(age_now)}});
  if (!alarm) {
    alarm_logged_.reset();
  } else if (!alarm_logged_ || SteadyClock::now() - *alarm_logged_ >= kAlarmRepeat) {
    alarm_logged_ = SteadyClock::now();
    log_event(LogLevel::error, "alarm",
              {{"list", settings_.name},
               {"mode", name_of(mode)},
               {"age", describe(age_now)},
               {"detail", "the authority has not confirmed the list for too long"}});
  }
}

void Follower::request_hook() {
  if (!hook_) return;
  const ListState& state = receiver_.state();
  std::string mode;
  {
    const std::lock_guard lock(mutex_);
    mode = name_of(shown_.mode);
  }
  hook_->request(
      encode_hex(file_.sha256()),
      {"KEYFERRY_LIST=" + settings_.name, "KEYFERRY_FILE=" + settings_.file.string(),
       "KEYFERRY_MODE=" + mode, "KEYFERRY_EPOCH=" + std::to_string(state.have().position.epoch),
       "KEYFERRY_NUMBER=" + std::to_string(state.have().position.number)});
}

}  // namespace keyferry::verifier
