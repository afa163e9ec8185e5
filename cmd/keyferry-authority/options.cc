#include "options.h"

namespace keyferry::cmd {
namespace {

CLI::App* command(CLI::App& parent, Options& options, const std::string& words,
                  const std::string& name, const std::string& about, const std::string& examples) {
  CLI::App* sub = parent.add_subcommand(name, about);
  sub->fallthrough();
  sub->footer("Examples:\n" + examples);
  sub->callback([&options, words] { options.subcommand = words; });
  return sub;
}

void add_json(CLI::App* sub, Options& options) {
  sub->add_flag("--json", options.json, "print JSON, times in UTC");
}

void add_host(CLI::App& app, Options& options) {
  CLI::App* host = app.add_subcommand("host", "the hosts that shares may name");
  host->require_subcommand(1);
  host->fallthrough();
  host->footer(
      "Examples:\n"
      "  keyferry-authority host list --config authority.toml\n"
      "  keyferry-authority host add web 10.0.0.5 --key ssh_host_ed25519_key.pub --config "
      "authority.toml");
  CLI::App* add = command(*host, options, "host add", "add", "name a host and say what its key is",
                          "  keyferry-authority host add web 10.0.0.5:22 --key "
                          "ssh_host_ed25519_key.pub --config authority.toml\n"
                          "  keyferry-authority host add db db.example --ca host_ca.pub --config "
                          "authority.toml");
  add->add_option("NAME", options.host_name, "short name, as in LOGIN@NAME")->required();
  add->add_option("ADDRESS", options.host_address, "address or DNS name, with :PORT if not 22")
      ->required();
  add->add_option("--key", options.host_key_files, "file with the host's public keys, one a line")
      ->type_name("FILE");
  add->add_option("--ca", options.host_ca_files, "file with the keys of a host CA, one a line")
      ->type_name("FILE");
  add->add_flag("--replace", options.replace, "change a host that exists");
  add_json(add, options);
  CLI::App* list = command(*host, options, "host list", "list", "show the hosts",
                           "  keyferry-authority host list --config authority.toml\n"
                           "  keyferry-authority host list --json --config authority.toml");
  add_json(list, options);
}

void add_verifier(CLI::App& app, Options& options) {
  CLI::App* verifier = app.add_subcommand(
      "verifier", "whose word counts when it says that it has taken a revocation list");
  verifier->require_subcommand(1);
  verifier->fallthrough();
  verifier->footer(
      "Examples:\n"
      "  keyferry-authority verifier list --config authority.toml\n"
      "  keyferry-authority verifier add web --key web.jwks --config authority.toml");
  CLI::App* add =
      command(*verifier, options, "verifier add", "add", "record the verifier of a host by its key",
              "  keyferry-authority verifier add web --key web.jwks --config authority.toml\n"
              "  ssh web keyferry-verifier init --config /etc/keyferry/verifier.toml |\n"
              "    keyferry-authority verifier add web --key - --config authority.toml");
  add->add_option("NAME", options.verifier, "the host's name, as host add was given it")
      ->required();
  add->add_option("--key", options.verifier_key_file,
                  "what keyferry-verifier init printed there; - reads standard input")
      ->required();
  add->add_flag("--replace", options.replace, "the verifier has made a new key");
  add_json(add, options);
  add_json(command(*verifier, options, "verifier list", "list",
                   "show the verifiers, what each has taken and when it was heard",
                   "  keyferry-authority verifier list --config authority.toml\n"
                   "  keyferry-authority verifier list --json --config authority.toml"),
           options);
  CLI::App* remove =
      command(*verifier, options, "verifier remove", "remove", "forget the verifier of a host",
              "  keyferry-authority verifier remove web --config authority.toml\n"
              "  keyferry-authority verifier remove web --json --config authority.toml");
  remove->add_option("NAME", options.verifier, "the host's name")->required();
  add_json(remove, options);
}

void add_share(CLI::App& app, Options& options) {
  CLI::App* share = command(
      app, options, "share", "share", "make a first share and print the offer for its receiver",
      "  keyferry-authority share --as deploy --host web --for 30d --pin --config authority.toml\n"
      "  keyferry-authority share --as ada --host web --host db --until 2027-01-01T00:00:00Z "
      "--depth 2 --config authority.toml");
  share->add_option("--kind", options.kind, "kind of credential")->capture_default_str();
  share->add_option("--as", options.logins, "login name (again for more)")->required();
  share->add_option("--host", options.hosts, "host (again for more)")->required();
  auto* period = share->add_option("--for", options.valid_for, "how long from now: 4h, 30d");
  share->add_option("--until", options.valid_until, "until when, UTC: 2027-01-01T00:00:00Z")
      ->excludes(period);
  share->add_option("--from", options.valid_from, "from when, UTC");
  share->add_option("--depth", options.depth, "how many levels may be shared on")
      ->capture_default_str();
  share->add_flag("--pin", options.pin, "ask for a PIN, which is printed on the second line");
  share->add_option("--command", options.command, "the only command that may be run");
  share->add_option("--source", options.sources, "network to log in from (again for more)");
  share->add_option("--extension", options.extensions,
                    "permit-pty, permit-port-forwarding, … (again for more; default permit-pty)");
  share->add_option("--link-for", options.link_for, "how long the offer can be taken");
  add_json(share, options);
}

void add_shares(CLI::App& app, Options& options) {
  add_json(command(app, options, "list", "list", "show every share, who took it and its state",
                   "  keyferry-authority list --config authority.toml\n"
                   "  keyferry-authority list --json --config authority.toml"),
           options);
  CLI::App* revoke =
      command(app, options, "revoke", "revoke", "revoke shares and everything below them",
              "  keyferry-authority revoke abcdefghijklmnopqrst --config authority.toml\n"
              "  keyferry-authority revoke abcdefghijklmnopqrst --json --config "
              "authority.toml");
  revoke->add_option("SHARE", options.shares, "ids, as list shows them")->required();
  add_json(revoke, options);
  CLI::App* rearm =
      command(app, options, "rearm", "rearm",
              "a new offer for a share that was not taken; a locked one gets a new PIN",
              "  keyferry-authority rearm abcdefghijklmnopqrst --config authority.toml\n"
              "  keyferry-authority rearm abcdefghijklmnopqrst --json --config authority.toml");
  rearm->add_option("SHARE", options.share, "id, as list shows it")->required();
  add_json(rearm, options);
}

void add_trust(CLI::App& app, Options& options) {
  CLI::App* trust =
      command(app, options, "export-trust", "export-trust",
              "print what a verifier trusts (trust.json), or with --host what its sshd needs",
              "  keyferry-authority export-trust --config authority.toml > trust.json\n"
              "  keyferry-authority export-trust --host web --login deploy --config "
              "authority.toml");
  CLI::Option* host =
      trust->add_option("--host", options.trust_host, "print the lines for this host's sshd");
  trust
      ->add_option("--login", options.trust_logins,
                   "a login that this host admits (again for more): sshd then needs no principals "
                   "files, and refuses every other login; root only when named")
      ->needs(host);
  add_json(trust, options);
  CLI::App* audit = command(
      app, options, "audit", "audit", "check that no row of the audit log was changed or cut off",
      "  keyferry-authority audit --config authority.toml\n"
      "  keyferry-authority audit --list ssh.krl.jws --config authority.toml");
  audit->add_option("--list", options.list_jws, "a list's JWS, as a verifier keeps it")
      ->type_name("FILE");
  add_json(audit, options);
}

void add_backup(CLI::App& app, Options& options) {
  CLI::App* backup = command(
      app, options, "backup", "backup", "copy the ledger, consistent, while the server runs",
      "  keyferry-authority backup /backup/ledger.db --config authority.toml\n"
      "  keyferry-authority backup ledger-$(date +%F).db --json --config authority.toml");
  backup->add_option("FILE", options.file, "a file that does not exist yet")
      ->type_name("FILE")
      ->required();
  add_json(backup, options);
  CLI::App* restore = command(
      app, options, "restore", "restore",
      "put a backup in place of the ledger, and merge what verifiers know was revoked since",
      "  keyferry-authority restore ledger.db --merge ssh.krl --config authority.toml\n"
      "  keyferry-authority restore ledger.db --accept-loss --config authority.toml");
  restore->add_option("FILE", options.file, "the backup; without it a restored ledger is merged")
      ->type_name("FILE");
  restore
      ->add_option("--merge", options.merge,
                   "a verifier's newest list with its JWS beside it as FILE.jws, or the list's "
                   "folder in the agent's state (again for more)")
      ->type_name("FILE");
  restore->add_flag("--accept-loss", options.accept_loss,
                    "serve although revocations since the backup are forgotten");
  add_json(restore, options);
}

}  // namespace

void add_options(CLI::App& app, Options& options) {
  app.add_option("--config", options.config, "configuration file (TOML)")
      ->type_name("FILE")
      ->required();
  app.add_flag("--check", options.check, "check the configuration and exit");
  app.require_subcommand(0, 1);
  command(app, options, "init", "init", "make the keys and an empty ledger",
          "  keyferry-authority init --config /etc/keyferry/authority.toml\n"
          "  keyferry-authority init --config authority.toml");
  add_host(app, options);
  add_verifier(app, options);
  add_share(app, options);
  add_shares(app, options);
  add_trust(app, options);
  add_backup(app, options);
  app.footer(
      "Without a subcommand it serves. Subcommands speak to the running server over admin.sock, "
      "or\n"
      "open the ledger themselves.\n"
      "Examples:\n"
      "  keyferry-authority --config /etc/keyferry/authority.toml\n"
      "  keyferry-authority --check --config authority.toml");
}

}  // namespace keyferry::cmd
