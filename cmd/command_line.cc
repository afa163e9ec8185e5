// CLI11 parses. Words behind `--` wear a mark, or it would read them as options, and a validator
// cleans each value before it is stored.
#include "command_line.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "standard_streams.h"

#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/text.h"
#include "keyferry/config/nearest.h"

namespace keyferry::cmd {
namespace {

constexpr std::size_t kLongestWord = 32;  // longer than any command or option

constexpr std::array kNobodyRefused{"exists",  "in_use",       "name_taken", "no_agent",
                                    "no_file", "unknown_name", "unsafe_file"};

// What a command reads by itself.
constexpr std::array kReadLater{"--pin", "--code", "--secret", "--command", "what"};

// CLI11 forgets at a command's last argument that `--` was there, and reads what follows as options
// or commands. So each word behind the first `--` wears this mark, which begins neither, until it
// is stored or shown.
constexpr std::string_view kArgument = "\x01\x01argument ";

std::string without_mark(std::string text) {
  for (std::size_t at = 0; (at = text.find(kArgument)) != std::string::npos;)
    text.erase(at, kArgument.size());
  return text;
}

const CLI::App& chosen_command(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// With those of the commands above: they may be given behind the command too.
std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// A link, a PIN or a whole sentence is not repeated.
std::string shown(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  const bool repeat = word.size() <= kLongestWord && std::all_of(word.begin(), word.end(), plain);
  return repeat ? " \"" + word + "\"" : std::string();
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

std::string nearest_of(const std::string& word, const std::vector<std::string>& known) {
  const auto nearest = config::nearest(word, known);
  return nearest ? "; the nearest is \"" + *nearest + "\"" : std::string();
}

std::string unknown_option(const std::string& argument, const CLI::App& command) {
  const std::string word = argument.substr(0, argument.find('='));
  const std::string fault = "there is no option" + shown(word);
  return word.starts_with("--") ? fault + nearest_of(word, options_of(command)) : fault;
}

std::string unknown_command(const std::string& word, const CLI::App& command) {
  if (shown(word).empty()) return "what was given is no command";
  return "there is no command" + shown(word) + nearest_of(word, commands_of(command));
}

std::string lower_first(std::string text) {
  const bool sentence = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z';
  if (sentence && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

std::string fault_of(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error) {
  std::vector<std::string> unread = app.remaining(true);
  std::erase(unread, "--");
  const auto word = std::find_if_not(unread.begin(), unread.end(), is_option);
  if (word != unread.end() && !commands_of(command).empty()) {
    if (word->starts_with(kArgument)) return "a command is missing before --";
    return unknown_command(*word, command);
  }
  const auto option = std::find_if(unread.begin(), unread.end(), is_option);
  if (option != unread.end()) return unknown_option(*option, command);
  if (word != unread.end())
    return "there is an argument" + shown(without_mark(*word)) + " too many";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
      command.get_require_subcommand_min() > 0) {
    return "a command is missing";
  }
  return lower_first(without_mark(error.what()));
}

// An error is what CLI11 puts behind the option's name.
std::string to_plain_line(std::string& value) {
  auto line = codec::plain_line(value, "");
  if (line) line = codec::nfc(*line);
  if (!line) {
    const std::string& detail = line.error().detail;
    return detail.substr(detail.find(' ') + 1);
  }
  value = *std::move(line);
  return {};
}

// `--for "$UNSET"` would be the longest time, and `--command "$UNSET"` every command.
std::string be_given(std::string& value) {
  return value.empty() ? "the value is empty: leave the option out, or give it one" : "";
}

std::string be_text(std::string& value) {
  return codec::is_utf8(value) ? std::string() : std::string("this is not UTF-8 text");
}

void read_values_as_text(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const bool takes_value = option->get_items_expected_max() > 0;
    const auto* const later = std::find(kReadLater.begin(), kReadLater.end(), option->get_name());
    if (option->get_name() == "--command") option->transform(CLI::Validator(be_text, ""));
    const bool is_plain = later == kReadLater.end() && !option->get_type_name().starts_with("FILE");
    if (takes_value && option->nonpositional()) option->transform(CLI::Validator(be_given, ""));
    if (takes_value && is_plain) option->transform(CLI::Validator(to_plain_line, ""));
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    read_values_as_text(*command);
  }
}

std::string unmark(std::string& value) {
  value = without_mark(std::move(value));
  return {};
}

// The validator added last is asked first.
void read_marked_arguments(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_positional()) option->transform(CLI::Validator(unmark, ""));
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    read_marked_arguments(*command);
  }
}

// CLI11 wants the words without the program's name, the last one first.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words;
  bool ended = false;
  for (int at = 1; at < argc; ++at) {
    words.push_back((ended ? std::string(kArgument) : std::string()) + argv[at]);
    ended = ended || std::string_view(argv[at]) == "--";
  }
  std::reverse(words.begin(), words.end());
  return words;
}

std::string name_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return (parent == nullptr ? "" : name_of(*parent) + " ") + command.get_name();
}

}  // namespace

ExitCode exit_code_of(const Error& error) {
  const auto* const local = std::find(kNobodyRefused.begin(), kNobodyRefused.end(), error.reason);
  if (local != kNobodyRefused.end()) return kFailed;
  switch (error.code) {
    case Errc::network:
    case Errc::unavailable:
      return kNetwork;
    case Errc::unauthorized:
    case Errc::forbidden:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::too_many:
      return kRefused;
    default:
      return error.reason == "usage" ? kUsage : kFailed;
  }
}

std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
  read_values_as_text(app);
  read_marked_arguments(app);
  try {
    app.parse(words_of(argc, argv));
    return std::nullopt;
  } catch (const CLI::Success& success) {
    return exit_status(app.get_name(), app.exit(success));
  } catch (const CLI::ParseError& error) {
    const CLI::App& command = chosen_command(app);
    std::fprintf(stderr, "%s: %s; see `%s --help`\n", app.get_name().c_str(),
                 fault_of(app, command, error).c_str(), name_of(command).c_str());
    return kUsage;
  }
}

}  // namespace keyferry::cmd
