// decided() runs under the library's lock and only hands over: to the door's queue, the log and the
// counters.
#include "keyferry/verifier/lock_service.h"

#include <map>

#include "keyferry/base/hex.h"
#include "keyferry/process/log.h"
#include "keyferry/verifier/lock_reader.h"

namespace keyferry::verifier {
namespace {

const char* name_of(kfl_subject subject) {
  return subject == KFL_LIST ? "list" : subject == KFL_STATEMENT ? "statement" : "opening";
}

const char* name_of_op(unsigned op) {
  constexpr const char* kNames[] = {"", "add_owner", "remove_owner", "set_clock", "lists_only"};
  return op < std::size(kNames) ? kNames[op] : "";
}

std::string hex(const std::uint8_t* octets, std::size_t size) {
  return octets == nullptr ? "" : encode_hex(ByteView(octets, size));
}

// What belongs into the log whatever was decided. A link's id is how its signer knows it; nobody
// opens anything with it.
void log_decision(const std::string& door, const kfl_event& event) {
  const bool good = event.reason == KFL_OPENED || event.reason == KFL_DONE;
  const bool changed = event.subject == KFL_STATEMENT && good;
  // A broken frame is noise; a lost record or a forked list is somebody's trouble.
  const auto level = event.reason == KFL_STATE || event.reason == KFL_FORKED
                         ? process::LogLevel::error
                     : good && !changed ? process::LogLevel::info
                                        : process::LogLevel::warning;
  const std::string label(
      event.label == nullptr ? "" : std::string(event.label, event.label + event.label_size));
  const std::string links = std::to_string(event.links), link = std::to_string(event.link);
  process::log_event(level, "decision",
                     {{"door", door},
                      {"subject", name_of(event.subject)},
                      {"reason", kfl_reason_name(event.reason)},
                      {"verified", event.verified == 1 ? "yes" : "no"},
                      {"op", name_of_op(event.op)},
                      {"owner", hex(event.owner, 32)},
                      {"root", hex(event.root, 16)},
                      {"holder", hex(event.holder, 16)},
                      {"label", label},
                      {"links", links},
                      {"link", event.link < event.links ? link : ""}});
}

class RunningLock final : public LockService {
 public:
  RunningLock(LockSettings settings, Registry& registry)
      : settings_(std::move(settings)), metrics_(registry) {
    for (const auto& door : settings_.doors) {
      doors_.emplace(door.name, std::make_unique<LockDoor>(
                                    door, [this, name = door.name](const Result<Done>& result) {
                                      opened(name, result);
                                    }));
    }
    registry.refresh = [this] { refresh(); };
  }
  ~RunningLock() override { stop(); }

  Result<Done> open_state() {
    auto clock = settings_.time == LockTime::system ? system_lock_clock() : owner_lock_clock();
    KF_TRY(core_, LockCore::open(settings_.state, std::move(clock),
                                 [this](const kfl_event& event) { decided(event); }));
    desk_ = std::make_unique<LockDesk>(*core_, act_);
    desk_->zone = settings_.zone;
    for (const auto& door : settings_.doors) desk_->doors.push_back(door.name);
    desk_->paired = [this](bool good) { metrics_.count_pairing(good); };
    desk_->ended = [this](const std::string& door, const std::string& end) {
      metrics_.count_session(door, end);
    };
    return Done{};
  }

  Result<Done> serve() override {
    for (const auto& door : settings_.doors) {
      KF_TRY(const auto address, net::parse_listen_address(door.listen));
      KF_TRY(auto listener, net::Listener::open(address, door.mode));
      readers_.push_back(std::make_unique<LockReader>(*desk_, door.name, std::move(listener)));
    }
    return Done{};
  }

  void stop() override {
    readers_.clear();
    doors_.clear();
  }

  Result<std::string> allow_pairing() override {
    KF_TRY(const auto owners, core_->owners());
    if (!owners.empty()) {
      return fail(
          Errc::conflict,
          "this lock has an owner, who adds others with `keyferry lock add-owner`; to begin "
          "anew, reset it");
    }
    act_.allow(PairingAct::Clock::now());
    process::log_event(process::LogLevel::warning, "pairing_allowed");
    return std::string(text_of(core_->code().expose()));
  }

  Result<Done> reset() override {
    act_.withdraw();
    KF_TRY(core_->reset());
    for (const auto& [name, door] : doors_) door->forget();
    process::log_event(process::LogLevel::warning, "reset",
                       {{"lock", encode_hex(core_->door_id(""))}});
    return Done{};
  }

  Result<LockStatus> status() const override {
    LockStatus out;
    out.id = core_->door_id("");
    KF_TRY(out.owners, core_->owners());
    out.roots = core_->roots();
    if (const auto now = core_->now()) out.time = now->seconds;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      out.doors.emplace_back(settings_.doors[i].name, readers_[i]->address());
    }
    out.pairing = act_.allowed(PairingAct::Clock::now());
    return out;
  }

 private:
  // Runs while the lock decides: nothing here waits.
  void decided(const kfl_event& event) {
    const std::string door(event.door + 16, event.door + event.door_size);
    if (event.reason == KFL_OPENED) {
      const auto found = doors_.find(door);
      require(found != doors_.end(), "a reader has its door");
      if (!found->second->open({"KEYFERRY_HOLDER=" + hex(event.holder, 16),
                                "KEYFERRY_OWNER=" + hex(event.owner, 32)})) {
        opened(door, fail(Errc::conflict, "sixteen openings wait for this door already"));
      }
    }
    log_decision(door, event);
    metrics_.count_decision(door, name_of(event.subject), kfl_reason_name(event.reason));
  }

  void opened(const std::string& door, const Result<Done>& result) {
    metrics_.count_opening(door, result.has_value());
    if (result) return;
    process::log_event(process::LogLevel::error, "open_failed",
                       {{"door", door}, {"detail", result.error().detail}});
  }

  void refresh() {
    const auto owners = core_->owners();
    metrics_.set_state(owners ? owners->size() : 0, core_->roots(), core_->writes(),
                       core_->now().has_value());
  }

  LockSettings settings_;
  LockMetrics metrics_;
  PairingAct act_;
  // In the order of their use: readers end first, then doors.
  std::map<std::string, std::unique_ptr<LockDoor>> doors_;
  std::unique_ptr<LockCore> core_;
  std::unique_ptr<LockDesk> desk_;
  std::vector<std::unique_ptr<LockReader>> readers_;
};

}  // namespace

Result<std::unique_ptr<LockService>> LockService::make(const LockSettings& settings,
                                                       Registry& registry) {
  auto service = std::make_unique<RunningLock>(settings, registry);
  KF_TRY(service->open_state());
  return std::unique_ptr<LockService>(std::move(service));
}

}  // namespace keyferry::verifier
