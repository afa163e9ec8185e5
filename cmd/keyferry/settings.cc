// keyferry persona and keyferry relay: who the wallet is, and which relays it uses.
#include "keyferry/keystore/settings.h"

#include "command.h"

#include "keyferry/codec/text.h"
#include "keyferry/transfer/share_link.h"

namespace keyferry::cli {
namespace {

using keystore::Settings;

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Result<Done> change(Program& program, const std::function<Result<Done>(Settings&)>& edit) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  KF_TRY(const Settings settings, keystore::change_settings(session->wallet().home, edit));
  if (program.json) print_json(keystore::encode_settings(settings));
  return Done{};
}

Result<std::string> clean_name(const std::string& name) {
  KF_TRY(std::string clean, codec::label(name, 64));
  if (clean.empty() || clean != name) {
    return fail(Errc::invalid,
                "a persona's name has 1 to 64 characters, without control or invisible ones",
                "usage");
  }
  return clean;
}

Result<Done> add_persona(Program& program, const std::string& name) {
  KF_TRY(const std::string clean, clean_name(name));
  return change(program, [&](Settings& settings) -> Result<Done> {
    if (contains(settings.personas, clean)) {
      return fail(Errc::conflict, "there is a persona of that name already", "name_taken");
    }
    // The one that every wallet begins with gives way to the first that a person names.
    const bool first =
        settings.personas.size() == 1 && settings.personas.front() == keystore::kFirstPersona;
    settings.personas.push_back(clean);
    if (first) settings.persona = clean;
    return Done{};
  });
}

Result<Done> use_persona(Program& program, const std::string& name) {
  return change(program, [&](Settings& settings) -> Result<Done> {
    if (!contains(settings.personas, name)) {
      return fail(Errc::not_found,
                  "no persona is called \"" + name + "\": see `keyferry persona list`",
                  "unknown_name");
    }
    settings.persona = name;
    return Done{};
  });
}

Result<Done> list_personas(Program& program) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  const Settings& settings = session->wallet().settings;
  if (program.json) {
    boost::json::array names(settings.personas.begin(), settings.personas.end());
    print_json(boost::json::object{{"personas", std::move(names)}, {"in_use", settings.persona}});
    return Done{};
  }
  for (const std::string& name : settings.personas) {
    print((name == settings.persona ? "* " : "  ") + name);
  }
  return Done{};
}

Result<std::string> relay_base(const std::string& url) {
  auto base = transfer::base_of_relay(url);
  if (base) return base;
  Error error = base.error();
  error.reason = "usage";
  return error;
}

Result<Done> trust_relay(Program& program, const std::string& url, bool as_default) {
  KF_TRY(const std::string base, relay_base(url));
  const bool local = program.allow_local;
  return change(program, [&](Settings& settings) -> Result<Done> {
    std::erase_if(settings.relays, [&](const auto& relay) { return relay.base == base; });
    settings.relays.push_back({base, local});
    if (as_default) settings.relay = base;
    return Done{};
  });
}

Result<Done> distrust_relay(Program& program, const std::string& url) {
  KF_TRY(const std::string base, relay_base(url));
  return change(program, [&](Settings& settings) -> Result<Done> {
    if (settings.trusted_relay(base) == nullptr) {
      return fail(Errc::not_found, "this relay is not on the list: see `keyferry relay list`",
                  "unknown_name");
    }
    std::erase_if(settings.relays, [&](const auto& relay) { return relay.base == base; });
    if (settings.relay == base) settings.relay.reset();
    return Done{};
  });
}

Result<Done> list_relays(Program& program) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  const Settings& settings = session->wallet().settings;
  boost::json::array array;
  for (const keystore::TrustedRelay& relay : settings.relays) {
    const bool is_default = settings.relay == relay.base;
    array.push_back(
        boost::json::object{{"url", relay.base}, {"local", relay.local}, {"default", is_default}});
    if (!program.json) {
      print((is_default ? "* " : "  ") + relay.base + (relay.local ? "  (may be local)" : ""));
    }
  }
  if (program.json) print_json(boost::json::object{{"relays", std::move(array)}});
  return Done{};
}

CLI::App* add_under(Program& program, CLI::App* parent, const std::string& name,
                    const std::string& summary) {
  CLI::App* command = parent->add_subcommand(name, summary);
  command->add_flag("--json", program.json, "print the result as JSON");
  return command;
}

CLI::App* add_group(Program& program, const std::string& name, const std::string& summary,
                    const std::string& examples) {
  CLI::App* group = program.app.add_subcommand(name, summary);
  group->require_subcommand(1);
  group->footer(examples);
  return group;
}

}  // namespace

void add_persona(Program& program) {
  auto name = std::make_shared<std::string>();
  CLI::App* group = add_group(program, "persona", "who this wallet is to others",
                              "Examples:\n  keyferry persona add \"Ada's laptop\"\n"
                              "  keyferry persona use work");
  CLI::App* add = add_under(program, group, "add", "add a persona; its name is what others see");
  add->add_option("name", *name, "what the wallet calls itself")->required();
  add->callback(
      [&program, name] { program.action = [name](Program& p) { return add_persona(p, *name); }; });
  CLI::App* use = add_under(program, group, "use", "act as this persona from now on");
  use->add_option("name", *name, "which")->required();
  use->callback(
      [&program, name] { program.action = [name](Program& p) { return use_persona(p, *name); }; });
  add_under(program, group, "list", "list them; * is the one in use")->callback([&program] {
    program.action = [](Program& p) { return list_personas(p); };
  });
}

void add_relay(Program& program) {
  auto url = std::make_shared<std::string>();
  auto as_default = std::make_shared<bool>(false);
  CLI::App* group = add_group(program, "relay", "which relays are used without a question",
                              "Examples:\n  keyferry relay trust https://relay.example --default\n"
                              "  keyferry relay list");
  CLI::App* trust = add_under(program, group, "trust", "put a relay on the list");
  trust->add_option("url", *url, "its address")->type_name("URL")->required();
  trust->add_flag("--default", *as_default, "use it for new shares");
  trust->add_flag("--allow-local", program.allow_local,
                  "it may be at a loopback or private address");
  trust->callback([&program, url, as_default] {
    program.action = [url, as_default](Program& p) { return trust_relay(p, *url, *as_default); };
  });
  CLI::App* distrust = add_under(program, group, "distrust", "take a relay off the list");
  distrust->add_option("url", *url, "its address")->type_name("URL")->required();
  distrust->callback(
      [&program, url] { program.action = [url](Program& p) { return distrust_relay(p, *url); }; });
  add_under(program, group, "list", "list them; * is the default")->callback([&program] {
    program.action = [](Program& p) { return list_relays(p); };
  });
}

}  // namespace keyferry::cli
