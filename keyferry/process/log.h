// Logs of a server: one line an event, JSON (default) or text, on standard error.
//
// Never pass a secret, claim, PIN, token, proof, whole id, fragment or client address.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace keyferry::process {

enum class LogFormat { json, text };
enum class LogLevel { debug, info, warning, error };

// configure_log may be called once at start-up, before other threads log.
void configure_log(LogFormat format, LogLevel least, std::string program);

using LogFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// log_event writes {"time","level","program","event", fields…}; safe from any thread. Values are
// escaped.
void log_event(LogLevel level, std::string_view event, LogFields fields = {});

}  // namespace keyferry::process
