// What an offer leads to, once the authority has said what it issues.

import {fail} from "../base/error.ts";
import {findKind, type Kind} from "../credential/kind.ts";
import {type OfferTerms} from "../credential/offer.ts";
import {parseRights, type Rights} from "../credential/rights.ts";
import {type Window} from "../credential/window.ts";
import {type IssuerMetadata} from "./issuer_metadata.ts";

// Offered is what a person can be shown before anybody is asked: from the data, by the kind's code.
export interface Offered {
  kind: Kind;
  configuration: string;
  authority: string; // issuer identifier
  rights?: Rights; // none: the authority says so only when it is taken
  window?: Window; // `from` is 0 where the begin was not said
}

// readOffered picks the first of `configurations` that this wallet knows and reads `terms`. Throws:
// invalid, reason `kind` (nothing fits); invalid or forbidden for rights that the kind does not know.
export function readOffered(
  configurations: readonly string[], terms: OfferTerms | undefined, authority: string,
): Offered {
  for (const configuration of configurations) {
    const kind = findKind(configuration);
    if (kind === undefined) continue;
    const offered: Offered = {kind, configuration, authority};
    if (terms === undefined) return offered;
    return {...offered, rights: parseRights(kind.schema, terms.rights), window: terms.window};
  }
  throw fail("invalid", "this share is for a kind of credential that this wallet does not know", "kind");
}

// checkIssues throws invalid, reason `kind`, unless the authority issues what was offered.
export function checkIssues(offered: Offered, about: IssuerMetadata): void {
  if (about.formats.get(offered.configuration) !== offered.kind.format) {
    throw fail("invalid", "the authority does not issue what was offered", "kind");
  }
  if (about.sshCaKeys.length === 0) {
    throw fail("invalid", "the authority does not say which key signs its certificates", "no_authority");
  }
}
