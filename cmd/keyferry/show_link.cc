// Whatever was printed is checked before the share counts as shown.
#include "show_link.h"

#include "standard_streams.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/wallet/qr.h"
#include "keyferry/wallet/sender.h"
#include "keyferry/wallet/show_time.h"
#include "keyferry/wallet/transport.h"

namespace keyferry::cli {
namespace {

void copy_to_clipboard(std::string_view text) {
  // OSC 52: the terminal itself puts it on the clipboard, over ssh too.
  std::string sequence = "\x1b]52;c;" + encode_base64(bytes_of(text)) + "\a";
  std::fwrite(sequence.data(), 1, sequence.size(), stderr);
  std::fflush(stderr);
  wipe(sequence);
}

void copy(Session& session, std::string_view link) {
  if (session.terminal().can_answer()) return copy_to_clipboard(link);
  session.terminal().say("note: there is no terminal here, so nothing was copied");
}

//= spec:transfer#1-split
Result<Done> print_link(Program& program, Session& session, const keystore::SenderRecord& record,
                        const Output& output) {
  const auto transport = wallet::transport_of(session.wallet(), record.place);
  std::string secret =
      transfer::encode_link_secret(*record.secret, keystore::suite_of(record.place));
  // The secret goes first on streams, and nowhere else; unless it goes another way.
  const bool in_stream = transport->leads_with_secret() && !output.split;
  if (in_stream) cmd::print_line("#" + secret);
  std::string shown = transport->printed(record, output.split);
  const std::string file = keystore::file_of(record.place);
  std::string pin = wallet::pin_of(record);
  std::string code = record.code;
  if (program.json) {
    boost::json::object object{{"link", shown},
                               {"pin", nullptr},
                               {"share", record.share},
                               {"link_until", codec::encode_rfc3339(record.link_until)},
                               {"valid_until", codec::encode_rfc3339(record.valid_until)}};
    if (in_stream) object.erase("link");
    if (!file.empty()) object["file"] = file;
    if (!record.notify.empty()) object["notify"] = record.notify;
    if (!pin.empty()) object["pin"] = pin;
    if (!code.empty()) object["code"] = code;
    if (output.split) object["secret"] = secret;
    print_json(object);
  } else {
    if (!in_stream) print(shown);
    if (!pin.empty()) print(pin);
    if (!code.empty()) print(code);
    if (output.split && file.empty()) print("#" + secret);
  }
  if (output.qr && !program.json && !in_stream) {
    KF_TRY(const std::vector<std::string> lines, wallet::qr_lines(shown));
    for (const std::string& line : lines) print(line);
  }
  if (output.copy && !in_stream) copy(session, shown);
  for (std::string* text : {&secret, &shown, &pin, &code}) wipe(*text);
  return cmd::check_output();
}

// A link that nobody has seen still opens for whoever guesses nothing at all: a log, a pipe's
// buffer.
Error unseen(const keystore::SenderRecord& record, Error why) {
  why.detail += "; nobody has seen the link of share " + record.share + ": `keyferry revoke " +
                record.share + "` takes it back, the same command once more prints the same link";
  return why;
}

void say_what_next(Session& session, const keystore::SenderRecord& record, const Output& output) {
  Terminal& terminal = session.terminal();
  if (output.split) terminal.say("send the part from the # on by another channel than the link");
  terminal.say("the link works until " + wallet::show_time(record.link_until) +
               ", the access ends " + wallet::show_time(record.valid_until));
  terminal.say(wallet::transport_of(session.wallet(), record.place)->advice());
  if (!record.notify.empty()) {
    terminal.say("the relay calls " + record.notify +
                 " when somebody takes it up; it knows the share by that address alone. Then run "
                 "`keyferry watch` with the address");
  }
  if (record.confirmed) {
    terminal.say("Ctrl-C leaves it open: `keyferry watch " + record.share +
                 "` goes on, `keyferry revoke " + record.share + "` ends it");
    return;
  }
  terminal.say("follow it with `keyferry watch " + record.share +
               "`, end it with `keyferry revoke " + record.share + "`");
}

}  // namespace

void add_output_options(CLI::App* command, Output& output) {
  command->add_flag("--qr", output.qr, "draw the link as a QR picture, below link and PIN");
  command->add_flag("--split", output.split,
                    "print the link without its secret part, and that part on a line of its own");
  command->add_flag("--copy", output.copy, "put the link on the terminal's clipboard");
}

Result<Done> show_link(Program& program, Session& session, keystore::SenderRecord& record,
                       const Output& output) {
  if (const auto seen = print_link(program, session, record, output); !seen) {
    return unseen(record, seen.error());
  }
  KF_TRY(wallet::say_again(session.wallet(), record));
  say_what_next(session, record, output);
  return wallet::mark_shown(session.wallet().home, record);
}

}  // namespace keyferry::cli
