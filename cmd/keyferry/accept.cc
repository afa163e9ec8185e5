// keyferry accept: receive a share by its link, or an offer.
#include "command.h"
#include "ssh_config_option.h"
#include "standard_streams.h"

#include "keyferry/carrier/direct_stream.h"
#include "keyferry/carrier/picture.h"
#include "keyferry/carrier/picture_apart.h"
#include "keyferry/codec/plain_text.h"
#include "keyferry/codec/text.h"
#include "keyferry/wallet/delegation_list.h"
#include "keyferry/wallet/show_list.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/ssh_files.h"

namespace keyferry::cli {
namespace {

struct AcceptOptions {
  std::string what;
  std::string pin, pin_file;
  std::string code, code_file, file, picture;
  std::string secret, secret_file;
  std::string name;
  bool force = false, agent = false, ssh_config = false, cancel = false;
};

bool is_pin_line(std::string_view line) {
  const auto digits = codec::digits_of(line);
  return digits && digits->size() >= 4 && digits->size() <= 10 &&
         digits->size() == codec::count_code_points(line);
}

// `keyferry share` prints below the link the PIN, the code and the split secret, as far as asked
// for: a pipe may carry all of them. The numbers are taken out; the link reads itself together.
Result<Done> split_off_numbers(SecretBytes& text, wallet::ReceiverOptions& receiver) {
  auto plain = codec::plain_text(text_of(text.expose()), "standard input");
  if (!plain) return plain.error();
  Bytes rest;
  rest.reserve(plain->size() + 1);
  std::vector<SecretBytes> numbers;
  bool below = false;
  std::string_view view = *plain;
  for (std::size_t end = 0; !view.empty(); view.remove_prefix(std::min(view.size(), end + 1))) {
    end = std::min(view.find('\n'), view.size());
    const std::string_view line = codec::trimmed(view.substr(0, end));
    if (below && is_pin_line(line)) {
      numbers.push_back(SecretBytes::copy(bytes_of(line)));
    } else {
      append(rest, bytes_of(view.substr(0, std::min(view.size(), end + 1))));
      // On streams the link is the secret part alone.
      below = below || line.find("://") != line.npos || line.starts_with('#');
    }
  }
  wipe(*plain);
  text = SecretBytes(std::move(rest));
  if (numbers.size() == 1) receiver.number = std::move(numbers[0]);
  if (numbers.size() != 2) return Done{};
  if (!receiver.pin) receiver.pin = std::move(numbers[0]);
  if (!receiver.code) receiver.code = std::move(numbers[1]);
  return Done{};
}

Result<SecretBytes> read_picture(const std::string& path) {
  KF_TRY(const Bytes picture, file::read_plain(path, carrier::kMostPicture));
  KF_TRY(std::string text, carrier::read_qr_apart(picture));
  SecretBytes secret = SecretBytes::copy(bytes_of(text));
  wipe(text);
  return secret;
}

// On streams the secret is a line of them, unless it came another way.
Result<SecretBytes> read_secret_of_stream(Session& session, wallet::ReceiverOptions& receiver) {
  if (receiver.secret) return std::move(*receiver.secret);
  return session.wallet().stream->secret();
}

Result<SecretBytes> read_what(Session& session, AcceptOptions& options,
                              wallet::ReceiverOptions& receiver) {
  if (!options.picture.empty()) return read_picture(options.picture);
  const bool given = !options.what.empty() && options.what != "-";
  if (session.wallet().stream && !given) return read_secret_of_stream(session, receiver);
  if (options.what.empty()) return session.terminal().ask_line("link or offer", "LINK or -", {});
  if (options.what == "-") {
    KF_TRY(SecretBytes text, read_standard_input());
    KF_TRY(split_off_numbers(text, receiver));
    return text;
  }
  session.terminal().say(
      "note: other users of this machine may have seen the link among the arguments; `keyferry "
      "accept -` reads it from standard input");
  hide_argument(options.what);
  SecretBytes text = SecretBytes::copy(bytes_of(options.what));
  wipe(options.what);
  return text;
}

void print_credential(const keystore::Home& home, const keystore::CredentialRecord& record) {
  boost::json::array lines;
  for (const wallet::SshLine& line : wallet::ssh_lines(home, record)) {
    lines.push_back(
        boost::json::object{{"login", line.login}, {"host", line.host}, {"command", line.command}});
  }
  const file::Path folder = home.credential_folder(record.name);
  boost::json::object object = wallet::credential_json(record);
  object["key"] = (folder / record.key_file).string();
  object["certificate"] = (folder / (record.key_file + "-cert.pub")).string();
  object["known_hosts"] = (folder / "known_hosts").string();
  object["ssh"] = std::move(lines);
  print_json(object);
}

void report(Program& program, Session& session, const keystore::CredentialRecord& record) {
  const keystore::Home& home = session.wallet().home;
  if (program.json) return print_credential(home, record);
  const bool later = record.window.from > session.wallet().web.now();
  session.terminal().say("taken: it is your credential \"" + record.name + "\", good " +
                         (later ? "from " + wallet::show_time(record.window.from) + " " : "") +
                         "until " + wallet::show_time(record.window.until) + ". Use it with:");
  for (const wallet::SshLine& line : wallet::ssh_lines(home, record)) print(line.command);
}

// What opens the first of its doors.
void report(Program& program, Session& session, const keystore::DelegationRecord& record) {
  if (program.json) return print_json(wallet::delegation_json(record));
  session.terminal().say("taken: it is your delegation \"" + record.name + "\", good " +
                         wallet::delegation_window(record, session.wallet().web.now()) +
                         ". Open with:");
  for (const std::string& line : wallet::open_commands(record)) print(line);
}

// finish says what was taken, and notes that the person has seen it.
Result<Done> finish(Session& session, const wallet::Received& taken, const std::string& what) {
  if (const auto seen = cmd::check_output(); !seen) {
    Error error = seen.error();
    error.detail += "; " + what + " was taken: `keyferry list --json` says how to use it";
    return error;
  }
  return wallet::mark_reported(session.wallet().home, taken);
}

// What ssh is told beyond the files: not worth losing the credential over.
Result<Done> offer_to_ssh(Session& session, const Program& program, const AcceptOptions& options,
                          const keystore::CredentialRecord& record) {
  const NameChoice choice{record.name, !options.name.empty()};
  const auto taken = options.ssh_config ? take_ssh_names(session, program, record, choice)
                                        : offer_ssh_names(session, program, record, choice);
  if (!taken) return taken;
  return options.agent ? add_to_agent(session, record) : Result<Done>(Done{});
}

Result<Done> accept(Program& program, AcceptOptions& options) {
  KF_TRY(const std::unique_ptr<Session> session, Session::open(program));
  wallet::ReceiverOptions receiver;
  receiver.name = options.name;
  receiver.force = options.force;
  KF_TRY(receiver.pin, read_secret_option("--pin", options.pin, options.pin_file));
  KF_TRY(receiver.secret,
         read_secret_option("--secret", options.secret, options.secret_file, true));
  KF_TRY(receiver.code, read_secret_option("--code", options.code, options.code_file));
  if (!options.file.empty()) receiver.direct = direct_place(*session, options.file);
  KF_TRY(const SecretBytes what, read_what(*session, options, receiver));
  if (options.cancel) {
    KF_TRY(const std::string text,
           wallet::cancel_accept(session->wallet(), text_of(what.expose()), receiver));
    session->terminal().say(text);
    return Done{};
  }
  KF_TRY(const wallet::Received taken,
         wallet::accept_share(session->wallet(), text_of(what.expose()), std::move(receiver)));
  if (const auto* held = std::get_if<keystore::DelegationRecord>(&taken)) {
    report(program, *session, *held);
    return finish(*session, taken, "the delegation \"" + held->name + "\"");
  }
  const auto& record = std::get<keystore::CredentialRecord>(taken);
  const auto offered = offer_to_ssh(*session, program, options, record);
  report(program, *session, record);
  KF_TRY(finish(*session, taken, "the credential \"" + record.name + "\""));
  if (offered) return Done{};
  Error error = offered.error();
  error.detail += "; the credential was taken and works without that";
  return error;
}

}  // namespace

void add_accept(Program& program) {
  auto options = std::make_shared<AcceptOptions>();
  CLI::App* command = add_command(
      program, "accept", "take a share: a link that somebody sent, or an authority's offer",
      {"keyferry accept                  # asks for the link",
       "keyferry accept - --pin-file pin < link.txt"});
  CLI::Option* what =
      command->add_option("what", options->what, "the link or offer; - reads standard input")
          ->type_name("LINK|OFFER|-");
  command->add_option("--pin", options->pin,
                      "the PIN that the sender told you (stays in the "
                      "shell's history: rather type it when asked)");
  command->add_option("--pin-file", options->pin_file, "read the PIN from a file")
      ->type_name("FILE");
  command->add_option("--code", options->code, "the code that the sender told you, likewise");
  command->add_option("--code-file", options->code_file, "read the code from a file")
      ->type_name("FILE");
  command->add_option("--secret", options->secret,
                      "the secret part of a link that was sent in two parts");
  command->add_option("--secret-file", options->secret_file, "read that part from a file")
      ->type_name("FILE");
  command->add_option("--name", options->name, "what to call the credential here");
  command->add_flag("--agent", options->agent, "add it to the SSH agent, while it is good");
  command->add_flag(
      "--ssh-config", options->ssh_config,
      "let `ssh NAME` work, NAME being that of the credential: one Include line in ~/.ssh/config");
  command
      ->add_option("--file", options->file,
                   "the share lies in this file (.png, .jpg: a QR picture; -: standard input and "
                   "output); give its secret in place of a link")
      ->type_name("FILE");
  command
      ->add_option("--picture", options->picture,
                   "read the link from a QR picture (PNG or JPEG) instead")
      ->type_name("FILE")
      ->excludes(what);
  command->add_flag("--cancel", options->cancel,
                    "give up a share whose sender has not confirmed it yet");
  command->add_flag("--force", options->force, "go on with a link that looks damaged");
  command->add_flag("--allow-local", program.allow_local,
                    "let the relay and authority be at a loopback or private address");
  command->callback([&program, options] {
    program.action = [options](Program& p) { return accept(p, *options); };
  });
}

}  // namespace keyferry::cli
