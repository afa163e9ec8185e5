// A credential kind is a plug-in of one interface, as in keyferry/credential/kind.h: rights and the
// check of what an authority issued. Adding one touches its own files and the table below; its words
// stand in the language files.

import {fail} from "../base/error.ts";
import {type PublicKey} from "../crypto/key.ts";
import {type Rights, type RightsSchema} from "./rights.ts";
import {kSshKind} from "./ssh_kind.ts";
import {type Window} from "./window.ts";

// HeldCredential is what a wallet learns from a credential that it checked.
export interface HeldCredential {
  share: string;
  serial: string;
  window: Window; // of the credential; may be shorter than the share's: then it is renewed
}

// Approval is what a person agreed to before taking a share.
export interface Approval {
  holder: PublicKey;
  rights: Rights;
  window: Window;
}

export interface Kind {
  name: string; // the OpenID4VCI configuration id
  format: string; // the credential format identifier
  schema: RightsSchema;
  exports: boolean; // the person needs the private key in a file, so it is made extractable
  title(rights: Rights): string; // the access in a few words, from the data only
  // checkIssued throws unless `credential` is well formed, signed by one of `issuers`, for the
  // holder's key, and nowhere more than approved.
  checkIssued(credential: string, approval: Approval, issuers: readonly PublicKey[]): Promise<HeldCredential>;
}

const kKinds: readonly Kind[] = [kSshKind];

// findKind returns nothing for a kind that this build does not know.
export function findKind(name: string): Kind | undefined {
  return kKinds.find((kind) => kind.name === name);
}

export function kindNamed(name: string): Kind {
  const kind = findKind(name);
  if (kind === undefined) throw fail("invalid", "a kind of credential that is not known here", "kind");
  return kind;
}
