// spdlog only writes finished lines; level, time and escaping are ours, so that no value can break
// out of its line.
#include "keyferry/process/log.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "keyferry/codec/text.h"

namespace keyferry::process {
namespace {

struct Settings {
  LogFormat format = LogFormat::json;
  LogLevel least = LogLevel::info;
  std::string program = "keyferry";
  std::shared_ptr<spdlog::logger> logger;
};

Settings make_settings() {
  Settings made;
  made.logger = std::make_shared<spdlog::logger>("keyferry",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  made.logger->set_pattern("%v");
  made.logger->set_level(spdlog::level::trace);
  made.logger->flush_on(spdlog::level::trace);
  return made;
}

Settings& settings() {
  static Settings the = make_settings();
  return the;
}

constexpr std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::string now_text() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[96];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>((now - seconds).count()));
  return text;
}

// in_quotes writes a JSON string. What is not UTF-8 shows as U+FFFD, so that a line is always JSON.
std::string in_quotes(std::string_view text) {
  if (codec::is_utf8(text)) return boost::json::serialize(boost::json::string(text));
  std::string shown;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      shown += c;
    } else {
      shown += "\xef\xbf\xbd";
    }
  }
  return boost::json::serialize(boost::json::string(shown));
}

}  // namespace

void configure_log(LogFormat format, LogLevel least, std::string program) {
  settings().format = format;
  settings().least = least;
  settings().program = std::move(program);
}

void log_event(LogLevel level, std::string_view event, LogFields fields) {
  Settings& set = settings();
  if (level < set.least) return;
  std::string line;
  if (set.format == LogFormat::json) {
    line = "{\"time\":\"" + now_text() + "\",\"level\":\"" + std::string(name_of(level)) +
           "\",\"program\":" + in_quotes(set.program) + ",\"event\":" + in_quotes(event);
    for (const auto& [name, value] : fields) line += "," + in_quotes(name) + ":" + in_quotes(value);
    line += "}";
  } else {
    line = now_text() + " " + std::string(name_of(level)) + " " + std::string(event);
    for (const auto& [name, value] : fields)
      line += " " + std::string(name) + "=" + in_quotes(value);
  }
  set.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace keyferry::process
