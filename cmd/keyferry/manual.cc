// keyferry completion and keyferry man: both are made from the command line's own description, so
// they say what --help says.
#include <sstream>

#include "command.h"

namespace keyferry::cli {
namespace {

std::vector<CLI::App*> commands_of(const CLI::App& app) {
  return const_cast<CLI::App&>(app).get_subcommands([](CLI::App*) { return true; });
}

std::vector<std::string> option_words(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  return names;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash_completion(const CLI::App& app) {
  std::ostringstream out;
  out << "# bash completion of keyferry\n_keyferry() {\n"
      << "  local word=${COMP_WORDS[COMP_CWORD]} words\n  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : commands_of(app)) {
    const auto inner = names_of(*command);
    out << "    " << command->get_name() << ") words="
        << quoted(joined(inner) + (inner.empty() ? "" : " ") + joined(option_words(*command)))
        << " ;;\n";
  }
  out << "    *) words=" << quoted(joined(names_of(app)) + " " + joined(option_words(app)))
      << " ;;\n  esac\n"
      << "  [[ $COMP_CWORD -eq 1 ]] && words=" << quoted(joined(names_of(app))) << "\n"
      << "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
      << "complete -o default -F _keyferry keyferry\n";
  return out.str();
}

std::string zsh_word(const std::string& name, const std::string& summary) {
  std::string safe;
  for (char c : summary) safe += c == ':' ? std::string("\\:") : std::string(1, c);
  return quoted(name + ":" + safe);
}

std::string zsh_completion(const CLI::App& app) {
  std::ostringstream out;
  out << "#compdef keyferry\n_keyferry() {\n  local -a words\n  if (( CURRENT == 2 )); then\n"
      << "    words=(";
  for (const CLI::App* command : commands_of(app)) {
    out << "\n      " << zsh_word(command->get_name(), command->get_description());
  }
  out << ")\n    _describe command words\n    return\n  fi\n"
      << "  case ${(Q)${(z)BUFFER}[2]} in\n";
  for (const CLI::App* command : commands_of(app)) {
    out << "    " << command->get_name() << ") words=(";
    for (const CLI::App* inner : commands_of(*command)) {
      out << " " << zsh_word(inner->get_name(), inner->get_description());
    }
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out << " " << zsh_word("--" + name, option->get_description());
      }
    }
    out << ") ;;\n";
  }
  out << "  esac\n  _describe option words\n  _files\n}\n_keyferry \"$@\"\n";
  return out.str();
}

std::string fish_completion(const CLI::App& app) {
  std::ostringstream out;
  out << "# fish completion of keyferry\n";
  for (const CLI::App* command : commands_of(app)) {
    out << "complete -c keyferry -n __fish_use_subcommand -f -a " << command->get_name() << " -d "
        << quoted(command->get_description()) << "\n";
    const std::string here = " -n '__fish_seen_subcommand_from " + command->get_name() + "'";
    for (const CLI::App* inner : commands_of(*command)) {
      out << "complete -c keyferry" << here << " -f -a " << inner->get_name() << " -d "
          << quoted(inner->get_description()) << "\n";
    }
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out << "complete -c keyferry" << here << " -l " << name
            << (option->get_expected_max() > 0 ? " -r" : "") << " -d "
            << quoted(option->get_description()) << "\n";
      }
    }
  }
  return out.str();
}

// roff: no line may begin with a dot or quote, and backslashes and hyphens are written out.
std::string roff(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (line_start && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string title_of(const CLI::App& command, const std::string& name) {
  return ".SH NAME\n" + roff(name) + " \\- " + roff(command.get_description()) + "\n";
}

std::string synopsis(const CLI::App& command, const std::string& words) {
  std::string line = ".SH SYNOPSIS\n.B " + roff(words) + "\n";
  if (!command.get_options().empty()) line += "[OPTIONS]\n";
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = roff(option->get_type_name());
    line += option->get_required() ? name + "\n" : "[" + name + "]\n";
  }
  return line;
}

std::string options_text(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options()) {
    std::string name = option->get_positional() ? option->get_type_name() : option->get_name();
    for (std::size_t at = 0; (at = name.find(',', at)) != name.npos; at += 2) {
      name.replace(at, 1, ", ");
    }
    if (!option->get_positional() && option->get_expected_max() > 0) {
      name += " " + option->get_type_name();
    }
    out += ".TP\n.B " + roff(name) + "\n" + roff(option->get_description()) + "\n";
  }
  return out.empty() ? out : ".SH OPTIONS\n" + out;
}

std::string examples_text(const CLI::App& command) {
  std::istringstream in(command.get_footer());
  std::string out = ".SH EXAMPLES\n.nf\n";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("  ")) out += roff(line.substr(2)) + "\n";
  }
  return out + ".fi\n";
}

constexpr std::string_view kExitStatus =
    ".SH EXIT STATUS\n0 done, 1 failed, 2 usage, 3 refused, 4 network.\n";
constexpr std::string_view kEnvironment =
    ".SH ENVIRONMENT\n.TP\n.B KEYFERRY_HOME\nThe wallet's folder; default "
    "~/.local/share/keyferry.\n"
    ".TP\n.B KEYFERRY_CA\nA PEM file of further trust anchors.\n"
    ".TP\n.B NO_COLOR\nNo colours, whatever its value.\n"
    ".TP\n.B TZ\nThe zone in which times are shown and read.\n";

std::string page_head(const std::string& name) {
  std::string upper = name;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return ".TH " + roff(upper) + " 1 \"\" \"keyferry " KEYFERRY_VERSION "\"\n";
}

std::string main_page(const CLI::App& app) {
  std::string out = page_head("keyferry") + title_of(app, "keyferry") + synopsis(app, "keyferry") +
                    ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    out += ".TP\n.BR keyferry\\-" + roff(command->get_name()) + " (1)\n" +
           roff(command->get_description()) + "\n";
  }
  return out + options_text(app) + std::string(kEnvironment) + std::string(kExitStatus);
}

// A server has the name of this page, in section 8.
bool shares_its_name(const std::string& name) {
  return name == "keyferry-relay";
}

std::string command_page(const CLI::App& command) {
  const std::string name = "keyferry-" + command.get_name();
  std::string out = page_head(name) + title_of(command, name) +
                    synopsis(command, "keyferry " + command.get_name());
  if (shares_its_name(name)) {
    out +=
        ".SH DESCRIPTION\nThis is a command of the wallet. The server of that name has its page in "
        "section 8:\n.B man 8 " +
        roff(name) + "\n";
  }
  const auto inner = commands_of(command);
  if (!inner.empty()) out += ".SH COMMANDS\n";
  for (const CLI::App* sub : inner) {
    out += ".TP\n.B " + roff(sub->get_name()) + "\n" + roff(sub->get_description()) + "\n";
  }
  return out + options_text(command) + examples_text(command) + std::string(kExitStatus) +
         ".SH SEE ALSO\n.BR keyferry (1)\n" +
         (shares_its_name(name) ? ".BR " + roff(name) + " (8)\n" : "");
}

Result<Done> write_manual(Program& program, const std::string& name) {
  if (name.empty() || name == "keyferry") {
    std::fputs(main_page(program.app).c_str(), stdout);
    return Done{};
  }
  for (const CLI::App* command : commands_of(program.app)) {
    if (command->get_name() != name) continue;
    std::fputs(command_page(*command).c_str(), stdout);
    return Done{};
  }
  return fail(Errc::invalid, "there is no command \"" + name + "\"", "usage");
}

Result<Done> write_completion(Program& program, const std::string& shell) {
  const std::string text = shell == "bash"  ? bash_completion(program.app)
                           : shell == "zsh" ? zsh_completion(program.app)
                                            : fish_completion(program.app);
  std::fputs(text.c_str(), stdout);
  return Done{};
}

}  // namespace

void add_manual(Program& program) {
  auto name = std::make_shared<std::string>();
  CLI::App* man = program.app.add_subcommand("man", "write a manual page (roff)");
  man->add_option("command", *name, "of which command; without: of keyferry itself")
      ->type_name("COMMAND");
  man->footer("Examples:\n  keyferry man share | man -l -\n  scripts/make_man build/man");
  man->callback(
      [&program, name] { program.action = [name](Program& p) { return write_manual(p, *name); }; });

  auto shell = std::make_shared<std::string>();
  CLI::App* completion = program.app.add_subcommand("completion", "write a shell's completion");
  completion->add_option("shell", *shell, "for which shell")
      ->type_name("bash|zsh|fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(
      "Examples:\n  source <(keyferry completion bash)\n"
      "  keyferry completion fish > ~/.config/fish/completions/keyferry.fish");
  completion->callback([&program, shell] {
    program.action = [shell](Program& p) { return write_completion(p, *shell); };
  });
}

}  // namespace keyferry::cli
