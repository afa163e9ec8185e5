// Between rights and OpenSSH certificates: the receiver's half of keyferry/credential/ssh_kind.cc.

import {fail, inContext} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {samePublicKey, type PublicKey} from "../crypto/key.ts";
import {type Approval, type HeldCredential, type Kind} from "./kind.ts";
import {checkNarrower, parseRights, type Rights} from "./rights.ts";
import {parseCertificateLine, parseSshCertificate, type SshCertificate} from "./ssh_certificate.ts";
import {kSshRights, sshPrincipals} from "./ssh_rights.ts";
import {kWindowSkew, type Window} from "./window.ts";

const kShown = 3;

// rightsOf reads the rights that a certificate gives, as the object of the interface.
function rightsOf(certificate: SshCertificate): JsonObject {
  const logins = new Set<string>();
  const hosts = new Set<string>();
  for (const principal of certificate.principals) {
    const at = principal.indexOf("@");
    if (at < 0) throw fail("forbidden", "the certificate opens every host, not only the offered ones");
    logins.add(principal.slice(0, at));
    hosts.add(principal.slice(at + 1));
  }
  const rights = newObject({logins: [...logins], hosts: [...hosts], extensions: [...certificate.extensions.keys()]});
  const command = certificate.criticalOptions.get("force-command");
  const source = certificate.criticalOptions.get("source-address");
  if (command !== undefined) rights["command"] = command;
  if (source !== undefined) rights["source"] = source.split(",");
  return rights;
}

function checkRights(certificate: SshCertificate, approved: Rights): void {
  const rights = parseRights(kSshRights, rightsOf(certificate));
  try {
    checkNarrower(kSshRights, approved, rights);
  } catch (error) {
    throw inContext("more than was offered", error);
  }
}

function checkTimes(certificate: SshCertificate, approved: Window): Window {
  const from = Number(certificate.validAfter);
  const until = Number(certificate.validBefore);
  if (from < Math.max(0, Math.floor(approved.from - kWindowSkew)) || until > approved.until) {
    throw fail("forbidden", "the certificate is valid outside the offered time");
  }
  return {from, until};
}

export const kSshKind: Kind = {
  name: "ssh",
  format: "ssh-certificate",
  schema: kSshRights,
  exports: true,

  title(rights: Rights): string {
    const principals = sshPrincipals(rights);
    const more = principals.length - kShown;
    return principals.slice(0, kShown).join(", ") + (more > 0 ? ` +${more}` : "");
  },

  async checkIssued(
    credential: string, approval: Approval, issuers: readonly PublicKey[],
  ): Promise<HeldCredential> {
    const certificate = await parseSshCertificate(parseCertificateLine(credential));
    if (!issuers.some((issuer) => samePublicKey(issuer, certificate.ca))) {
      throw fail("cannot_open", "the certificate is not signed by a key of this authority");
    }
    if (certificate.kind !== 1 || !samePublicKey(certificate.key, approval.holder)) {
      throw fail("forbidden", "the certificate is not a user certificate for your key");
    }
    checkRights(certificate, approval.rights);
    const window = checkTimes(certificate, approval.window);
    return {share: certificate.keyId, serial: String(certificate.serial), window};
  },
};
