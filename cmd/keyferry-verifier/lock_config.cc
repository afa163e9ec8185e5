#include "lock_config.h"

#include <set>

#include "log_config.h"

#include "keyferry/config/toml.h"
#include "keyferry/net/listener.h"

namespace keyferry::cmd {
namespace {

using namespace std::chrono_literals;

bool is_door_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= 16 &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

verifier::LockDoorSettings read_door(config::Toml& table) {
  verifier::LockDoorSettings door;
  door.name = table.text("name");
  if (!door.name.empty() && !is_door_name(door.name)) {
    table.note_fault("name", "must have 1 to 16 of the letters a to z, digits, - and _");
  }
  door.listen = table.text("listen");
  if (const auto address = net::parse_listen_address(door.listen);
      !address && !door.listen.empty()) {
    table.note_fault("listen", address.error().detail);
  }
  const std::string mode = table.choice("mode", "0666", {"0600", "0660", "0666"});
  door.mode = mode == "0600" ? 0600 : mode == "0660" ? 0660 : 0666;
  door.open = table.texts("open");
  if (door.open.empty() || door.open.front().empty()) {
    table.note_fault("open", "must be a command and its arguments: what opens the door");
  }
  door.open_timeout = table.duration("open_timeout", 5s);
  if (door.open_timeout < 1s || door.open_timeout > 60s) {
    table.note_fault("open_timeout", "must be from 1s to 60s");
  }
  return door;
}

void read_doors(config::Toml& file, verifier::LockSettings& lock) {
  std::set<std::string> names, addresses;
  for (config::Toml& table : file.tables("door")) {
    lock.doors.push_back(read_door(table));
    if (!names.insert(lock.doors.back().name).second) {
      table.note_fault("name", "must be another one for each door");
    }
    if (!addresses.insert(lock.doors.back().listen).second) {
      table.note_fault("listen", "must be another one for each door");
    }
  }
  if (lock.doors.empty()) file.note_fault("door", "at least one [[door]] is needed");
  if (lock.doors.size() > 8) file.note_fault("door", "a lock has 8 doors at most");
}

}  // namespace

Result<LockConfig> load_lock_config(const std::filesystem::path& path) {
  KF_TRY(config::Toml file, config::Toml::load(path));
  LockConfig config;
  config.listen_admin = file.text("listen.admin", "");
  config.lock.state = file.path("state.path", "/var/lib/keyferry-lock");
  config.lock.zone = file.text("clock.zone", "UTC");
  const std::string source = file.choice("clock.source", "system", {"system", "owner"});
  config.lock.time = source == "system" ? verifier::LockTime::system : verifier::LockTime::owner;
  read_log_config(file, config.log_format, config.log_level);
  read_doors(file, config.lock);
  KF_TRY(file.finish());
  return config;
}

}  // namespace keyferry::cmd
