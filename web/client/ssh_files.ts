// What ssh needs of a credential, as files and as the command to use them (keyferry/wallet/ssh_files.cc).

import {bytesOf, type Bytes} from "../base/bytes.ts";
import {type JsonObject} from "../codec/json.ts";
import {textsMember} from "../codec/json_members.ts";
import {encodeOpensshPrivateKey} from "../credential/ssh_key.ts";
import {type CredentialRecord} from "./credential_record.ts";
import {type SshHost} from "./issued.ts";

export interface SshFile {
  name: string;
  content: Bytes;
}

// One way to log in: the words that a person pastes, for each system.
export interface SshLine {
  login: string;
  host: string; // as the administrator calls it
}

const kSshPort = 22;

export function keyFileName(record: CredentialRecord): string {
  return record.key.type === "ed25519" ? "id_ed25519" : "id_ecdsa";
}

function hostPattern(host: SshHost): string {
  return host.port === kSshPort ? host.address : `[${host.address}]:${host.port}`;
}

export function knownHostsText(hosts: readonly SshHost[]): string {
  return hosts
    .flatMap((host) => [
      ...host.hostKeys.map((key) => `${hostPattern(host)} ${key}\n`),
      ...host.hostCas.map((key) => `@cert-authority ${hostPattern(host)} ${key}\n`),
    ])
    .join("");
}

function loginsOf(rights: JsonObject): string[] {
  return [...textsMember(rights, "logins")].sort();
}

function sortedHosts(record: CredentialRecord): SshHost[] {
  return [...record.hosts].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function sshLines(record: CredentialRecord): SshLine[] {
  return sortedHosts(record).flatMap((host) => loginsOf(record.rights).map((login) => ({login, host: host.name})));
}

// The folder that holds the files once they are unpacked, below the person's home.
function folderOf(record: CredentialRecord): string {
  return `.ssh/keyferry/${record.name}`;
}

// What a way to log in is called in the configuration file.
function hostAlias(record: CredentialRecord, line: SshLine): string {
  return loginsOf(record.rights).length === 1 ? line.host : `${line.login}.${line.host}`;
}

// configText is a snippet for ~/.ssh/config, or for ssh -F: one Host for each way to log in.
export function configText(record: CredentialRecord): string {
  const folder = `~/${folderOf(record)}`;
  const logins = loginsOf(record.rights);
  const entries = sortedHosts(record).flatMap((host) =>
    logins.map((login) =>
      [
        `Host ${hostAlias(record, {login, host: host.name})}`,
        `  HostName ${host.address}`,
        `  Port ${host.port}`,
        `  User ${login}`,
        `  IdentityFile ${folder}/${keyFileName(record)}`,
        "  IdentitiesOnly yes",
        `  UserKnownHostsFile ${folder}/known_hosts`,
        "  StrictHostKeyChecking yes",
        "",
      ].join("\n"),
    ),
  );
  return entries.join("\n");
}

// sshFiles are the files of one download; the private key leaves the browser with them.
export async function sshFiles(record: CredentialRecord): Promise<SshFile[]> {
  const key = keyFileName(record);
  return [
    {name: key, content: await encodeOpensshPrivateKey(record.key, `keyferry ${record.name}`)},
    {name: `${key}-cert.pub`, content: bytesOf(`${record.credential}\n`)},
    {name: "known_hosts", content: bytesOf(knownHostsText(record.hosts))},
    {name: "config", content: bytesOf(configText(record))},
  ];
}

export function archiveName(record: CredentialRecord): string {
  return `keyferry-${record.name}.tar`;
}

export type System = "linux" | "macos" | "windows";

// pasteCommand unpacks the download and logs in. Names were checked when they came: they hold nothing
// that a shell would read. ssh reads paths with blanks from the configuration file as they are.
export function pasteCommand(record: CredentialRecord, line: SshLine, system: System): string {
  const archive = archiveName(record);
  const config = `.ssh/keyferry/${record.name}/config`;
  if (system === "windows") {
    return [
      "mkdir -Force $HOME/.ssh/keyferry | Out-Null",
      `tar -xf "$HOME/Downloads/${archive}" -C "$HOME/.ssh/keyferry"`,
      `ssh -F "$HOME/${config}" ${hostAlias(record, line)}`,
    ].join("; ");
  }
  return [
    "mkdir -p ~/.ssh/keyferry",
    `tar -xf ~/Downloads/${archive} -C ~/.ssh/keyferry`,
    `ssh -F ~/${config} ${hostAlias(record, line)}`,
  ].join(" && ");
}
