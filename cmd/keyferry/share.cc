// keyferry share: from a credential to a link on standard output.
#include "command.h"
#include "show_link.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/text.h"
#include "keyferry/keystore/notify_url.h"
#include "keyferry/wallet/delegation_words.h"
#include "keyferry/wallet/deny.h"
#include "keyferry/wallet/keep.h"
#include "keyferry/wallet/qr.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/sender_delegation.h"
#include "keyferry/wallet/show_list.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"
#include "keyferry/wallet/when.h"

namespace keyferry::cli {
namespace {

struct ShareOptions {
  std::string credential;
  std::vector<std::string> logins, hosts, sources, extensions;
  std::string command, valid_for, from, until, link_for, note, relay;
  std::int64_t depth = 0;
  std::string words, file, notify, hours;
  std::optional<unsigned> uses, fresh;
  bool pin = false, now = false, confirm = false, qr = false, split = false, copy = false;
  bool plain = false, code = false, dropbox = false;
  bool no_extensions = false;
};

Result<std::optional<Duration>> duration_of(const std::string& text, std::string_view option) {
  if (text.empty()) return std::optional<Duration>();
  const auto duration = codec::parse_duration(text);
  if (!duration) {
    Error error = in_context(option, duration.error());
    error.reason = "usage";
    return error;
  }
  return std::optional(*duration);
}

Result<Done> read_window(const ShareOptions& options, Time now, wallet::SenderOptions& sender,
                         std::vector<std::string>& notes) {
  KF_TRY(sender.valid_for, duration_of(options.valid_for, "--for"));
  KF_TRY(sender.link_for, duration_of(options.link_for, "--link-for"));
  boost::json::object wall;
  const auto read = [&](const std::string& text, std::string_view option, const char* name,
                        std::optional<Time>& place) -> Result<Done> {
    if (text.empty()) return Done{};
    const auto when = wallet::parse_when(text, now);
    if (!when) return in_context(option, when.error());
    if (!when->note.empty()) notes.push_back(std::string(option) + ": " + when->note);
    place = when->time;
    if (when->wall) wall[name] = text;
    return Done{};
  };
  KF_TRY(read(options.from, "--from", "from", sender.valid_from));
  KF_TRY(read(options.until, "--until", "until", sender.valid_until));
  if (wall.empty()) return Done{};
  KF_TRY(const std::string zone, wallet::local_zone());
  if (zone.empty()) return Done{};
  wall["zone"] = zone;
  sender.wall_time = std::move(wall);
  return Done{};
}

wallet::Comparison comparison_of(const ShareOptions& options) {
  using enum wallet::Comparison;
  if (options.now) return none;
  if (!options.code) return words;
  return options.words.empty() ? code : code_and_words;
}

Result<wallet::SenderOptions> sender_options(const ShareOptions& options, Time now,
                                             std::vector<std::string>& notes) {
  wallet::SenderOptions sender;
  sender.logins = options.logins;
  sender.hosts = options.hosts;
  sender.sources = options.sources;
  if (options.no_extensions) sender.extensions.emplace();
  if (!options.extensions.empty()) sender.extensions = options.extensions;
  if (!options.command.empty()) sender.command = options.command;
  if (!options.note.empty()) sender.note = options.note;
  sender.depth = options.depth;
  sender.pin = options.pin;
  sender.plain = options.plain;
  sender.comparison = comparison_of(options);
  if (!options.notify.empty()) {
    KF_TRY(sender.notify, keystore::check_notify_url(options.notify));
  }
  KF_TRY(read_window(options, now, sender, notes));
  return sender;
}

// Said once the share is made: what a thief could do with what is printed below.
//= spec:tigress#SYS-02
void announce(Session& session, const std::string& what, const ShareOptions& options) {
  Terminal& terminal = session.terminal();
  if (options.pin && !options.now) {
    terminal.say(std::string("the PIN is printed below the link") +
                 (options.code ? ", and the code below it" : "") +
                 ": send it another way than the link, best by voice");
  }
  if (options.code) {
    terminal.say("nobody gets " + what +
                 " without the code: send it another way than the link, best by voice");
  } else if (!options.now) {
    terminal.say("nobody gets " + what +
                 " before you have compared three words with the person (--now: whoever opens the "
                 "link first)");
  } else if (options.pin) {
    terminal.say("whoever has both the link and the PIN gets " + what +
                 ": send the PIN another way than the link, best by voice");
  } else {
    terminal.say("whoever opens this link first gets " + what);
  }
}

Result<Done> agree_to_open(Session& session, const std::string& what, const ShareOptions& options) {
  Terminal& terminal = session.terminal();
  if (!options.now || options.pin || !terminal.can_answer()) return Done{};
  KF_TRY(const bool yes, terminal.agree("whoever opens the link first will get " + what +
                                        ": make it, without a PIN?"));
  if (!yes) return fail(Errc::forbidden, "you said no: nothing was shared", "declined");
  return Done{};
}

// finish_and_wait prints the link and, in confirmed mode, waits for the other side. `making` is let
// go once the link was seen.
Result<Done> finish_and_wait(Program& program, Session& session, wallet::MadeShare given,
                             const ShareOptions& options) {
  keystore::SenderRecord& record = given.record;
  KF_TRY(show_link(program, session, record, {options.qr, options.split, options.copy}));
  {
    const file::Lock shown = std::move(given.making);
  }
  if (!record.confirmed) return Done{};
  return carry_out(program, session, record, options.words);
}

// A door's right is signed by this wallet itself.
Result<Done> share_doors(Program& program, Session& session, const wallet::Holding& holding,
                         const ShareOptions& options, const wallet::SenderOptions& sender) {
  wallet::Wallet& wallet = session.wallet();
  wallet::DelegationWish wish{options.uses, {}, options.fresh};
  if (!options.hours.empty()) {
    KF_TRY(wish.hours, wallet::parse_hours(options.hours));
  }
  KF_TRY(const auto planned, wallet::plan_delegation(holding, sender, wish, wallet.web.now()));
  const std::string title = wallet::doors_title(planned.rights.doors);
  KF_TRY(agree_to_open(session, title, options));
  KF_TRY(wallet::MadeShare given, wallet::make_delegated_share(wallet, holding, sender, planned));
  announce(session, title, options);
  if (options.now) {
    session.terminal().say("this wallet signs it then, without asking: keep it running until then");
  }
  for (const std::string& line : wallet::limits_of(planned.rights)) session.terminal().say(line);
  return finish_and_wait(program, session, std::move(given), options);
}

keystore::Place place_of(Session& session, const ShareOptions& options) {
  if (!options.file.empty()) return direct_place(session, options.file);
  if (options.dropbox) return keystore::AtDropbox{options.relay};
  return keystore::AtMailbox{options.relay};
}

Result<Done> share(Program& program, const ShareOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::Wallet& wallet = session->wallet();
  const bool by_streams = options.file == keystore::kStandardStreams;
  if (by_streams && options.words == "-") {
    return fail(Errc::invalid,
                "standard input carries the share with --file -: give the words with --words "
                "'first second third', or type them when asked",
                "usage");
  }
  if (by_streams && !options.split && (options.qr || options.copy)) {
    return fail(Errc::invalid,
                "the stream of --file - carries the secret: --qr and --copy show it only with "
                "--split, which keeps it out of the stream",
                "usage");
  }
  std::vector<std::string> notes;
  KF_TRY(wallet::SenderOptions sender, sender_options(options, wallet.web.now(), notes));
  for (const std::string& note : notes) session->terminal().say(note);
  sender.place = place_of(*session, options);
  KF_TRY(const auto holding, wallet::find_holding(wallet, options.credential));
  if (holding) return share_doors(program, *session, *holding, options, sender);
  if (options.uses || options.fresh || !options.hours.empty()) {
    return fail(Errc::invalid, "--uses, --hours and --fresh are for the doors of a lock", "usage");
  }
  KF_TRY(const keystore::CredentialRecord credential,
         keystore::load_credential(wallet.home, options.credential));
  KF_TRY(const std::string title, wallet::check_wish(credential, sender, wallet.web.now()));
  KF_TRY(agree_to_open(*session, title, options));
  wallet::renew_due(wallet);
  KF_TRY(wallet::MadeShare given, wallet::make_share(wallet, credential, sender));
  announce(*session, title, options);
  return finish_and_wait(program, *session, std::move(given), options);
}

void add_rights_options(CLI::App* command, ShareOptions& options) {
  command->add_option("--as", options.logins, "login names; without: all that you have")
      ->type_name("LOGIN")
      ->delimiter(',');
  command->add_option("--host", options.hosts, "hosts; without: all that you have")
      ->type_name("HOST")
      ->delimiter(',');
  command->add_option("--command", options.command, "the only command that may be run");
  command->add_option("--source", options.sources, "networks that logins may come from")
      ->type_name("CIDR")
      ->delimiter(',');
  CLI::Option* extensions =
      command
          ->add_option("--extension", options.extensions, "what the session may do (permit-pty …)")
          ->type_name("NAME")
          ->delimiter(',');
  command->add_flag("--no-extensions", options.no_extensions, "no terminal, nothing but commands")
      ->excludes(extensions);
}

void add_door_options(CLI::App* command, ShareOptions& options) {
  command->add_option("--uses", options.uses, "of a door: how many openings, of all who have it")
      ->check(CLI::Range(1, 65535));
  command
      ->add_option("--hours", options.hours,
                   "of a door: hours of the week (Mon-Fri 08:00-18:00, Sat 09:00-12:00)")
      ->type_name("HOURS");
  command
      ->add_option("--fresh", options.fresh,
                   "of a door: how old, in hours, the lock's deny list may be")
      ->check(CLI::Range(1, 8760));
}

void add_time_options(CLI::App* command, ShareOptions& options) {
  CLI::Option* valid_for =
      command->add_option("--for", options.valid_for, "how long, from now on (4h, 30m, 2d)")
          ->type_name("TIME");
  command->add_option("--from", options.from, "begin (14:00, 2026-11-25 14:00, …T14:00:00Z)")
      ->type_name("WHEN")
      ->excludes(valid_for);
  command->add_option("--until", options.until, "end; without --for and --until: as yours")
      ->type_name("WHEN")
      ->excludes(valid_for);
  command->add_option("--link-for", options.link_for, "how long the link works, at most 48h")
      ->type_name("TIME");
  command
      ->add_option("--depth", options.depth, "how often it may be passed on from one to the next")
      ->check(CLI::Range(0, 16));
}

}  // namespace

void add_share(Program& program) {
  auto options = std::make_shared<ShareOptions>();
  auto output = std::make_shared<Output>();
  CLI::App* command =
      add_command(program, "share", "share a credential, or less than it, by a link",
                  {"keyferry share web --as deploy --for 4h",
                   "keyferry share web --now --pin --until 18:00 --command 'uptime' --json"});
  command
      ->add_option("credential", options->credential,
                   "the credential to share from, or the lock or delegation and its door (keyferry "
                   "list)")
      ->type_name("CREDENTIAL|NAME[/DOOR]")
      ->required();
  add_rights_options(command, *options);
  add_door_options(command, *options);
  add_time_options(command, *options);
  command->add_flag("--pin", options->pin, "ask the receiver for a PIN, which is printed here");
  CLI::Option* now = command->add_flag(
      "--now", options->now, "whoever has the link (and PIN) takes it at once, without you");
  command
      ->add_flag("--confirm", options->confirm,
                 "wait here and compare three words with the person first (the default)")
      ->excludes(now);
  command
      ->add_flag("--code", options->code,
                 "a code of six digits, told by voice, in place of the words (--words: both)")
      ->excludes(now);
  command
      ->add_option("--words", options->words,
                   "the words that the person read out; - reads a line of standard input")
      ->type_name("WORDS")
      ->excludes(now);
  command->add_option("--note", options->note, "a line for the receiver");
  CLI::Option* relay =
      command->add_option("--relay", options->relay, "where the link waits")->type_name("URL");
  CLI::Option* file =
      command
          ->add_option("--file", options->file,
                       "no relay: a file that both sides can reach (.png: a QR picture; -: "
                       "standard input and output); what is printed is its secret")
          ->type_name("FILE")
          ->excludes(relay);
  CLI::Option* dropbox = command->add_flag(
      "--dropbox", options->dropbox,
      "leave it in the relay's dropbox (Draft R): one place for each message, which "
      "only the two sides can work out");
  file->excludes(dropbox);
  command
      ->add_option("--notify-url", options->notify,
                   "a webhook that the relay calls when something happens to the share; each share "
                   "gets an address of its own below it")
      ->type_name("URL")
      ->excludes(file);
  add_output_options(command, *output);
  command
      ->add_flag("--plain-v1", options->plain,
                 "a link that any v1 wallet takes: AES-128, no proof of the secret")
      ->needs(now)
      ->excludes(dropbox);
  command->add_flag("--allow-local", program.allow_local,
                    "let the relay and authority be at a loopback or private address");
  command->callback([&program, options, output] {
    options->qr = output->qr;
    options->split = output->split;
    options->copy = output->copy;
    program.action = [options](Program& p) { return share(p, *options); };
  });
}

}  // namespace keyferry::cli
