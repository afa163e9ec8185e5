// One authority as a wallet speaks to it: OpenID4VCI 1.0 with the pre-authorized code, and the calls
// of holders (docs/authority.md).

import {fail, type KeyferryError} from "../base/error.ts";
import {encodeHex} from "../base/hex.ts";
import {encodeJson, isObject, newObject, type JsonObject} from "../codec/json.ts";
import {textMember} from "../codec/json_members.ts";
import {kPreAuthorizedGrant} from "../credential/offer.ts";
import {type PrivateKey} from "../crypto/key.ts";
import {randomBytes} from "../crypto/random.ts";
import {parseIssuerMetadata, wellKnownUrl, type IssuerMetadata} from "./issuer_metadata.ts";
import {makeDpop, makeHolderAssertion, makeKeyProof} from "./proofs.ts";
import {errorOf, fromBetween, isFromBetween, jsonOf, type Web, type WebRequest, type WebResponse} from "./web.ts";

// Access is an access token and how it is shown.
export interface Access {
  token: string;
  dpop: boolean;
}

const kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const kNonceRounds = 3;

function isSuccess(response: WebResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

// refusalOf is errorOf for the answers of an authority. A no without its own word is that of a proxy.
function refusalOf(response: WebResponse): KeyferryError {
  const error = errorOf(response);
  const later = response.status >= 500 || response.status === 429;
  return error.reason === "" && !later ? fromBetween(error.detail) : error;
}

// objectOf reads an answer of the 2xx kind. Throws: isFromBetween (no object: cut off, or not the
// authority's).
function objectOf(response: WebResponse): JsonObject {
  try {
    return jsonOf(response);
  } catch {
    throw fromBetween("the answer was cut off or is not the authority's");
  }
}

function formPost(url: string, fields: Record<string, string>): WebRequest {
  return {
    method: "POST",
    url,
    headers: {"Content-Type": "application/x-www-form-urlencoded", Accept: "application/json"},
    body: new URLSearchParams(fields).toString(),
  };
}

function jsonPost(url: string, body: JsonObject): WebRequest {
  const headers = {"Content-Type": "application/json", Accept: "application/json"};
  return {method: "POST", url, headers, body: encodeJson(body)};
}

function parseAccess(response: WebResponse): Access {
  const object = objectOf(response);
  const dpop = textMember(object, "token_type").toLowerCase() === "dpop";
  return {token: textMember(object, "access_token"), dpop};
}

// WrongPin is a PIN that cost a try; the authority says how many are left.
export class WrongPin extends Error {
  constructor(readonly triesLeft: number | undefined) {
    super("wrong PIN");
  }
}

function triesLeft(response: WebResponse): number | undefined {
  const ours = jsonOf(response)["keyferry"];
  const tries = isObject(ours) ? ours["tries_left"] : undefined;
  return typeof tries === "number" ? tries : undefined;
}

// What a refused code means to the person.
function tokenError(error: KeyferryError): KeyferryError {
  const {detail, reason} = error;
  if (reason === "locked" || reason === "revoked" || reason === "refused" || reason === "wrong_key") {
    return fail("forbidden", detail, reason);
  }
  if (reason === "pin_required" || reason === "pin_malformed") return fail("invalid", detail, "pin");
  if (reason === "unknown_code" || reason === "invalid_grant") return fail("not_found", detail, "unknown_code");
  return error;
}

export class AuthorityClient {
  private dpopNonce = "";
  private about: IssuerMetadata | undefined;

  constructor(private readonly web: Web, readonly issuer: string) {}

  // metadata fetches both documents once and checks them. Throws: as parseIssuerMetadata; network;
  // isFromBetween (also where no authority is at this address).
  async metadata(): Promise<IssuerMetadata> {
    if (this.about !== undefined) return this.about;
    const [issuerDocument, serverDocument] = await Promise.all([
      this.fetch(wellKnownUrl(this.issuer, "openid-credential-issuer")),
      this.fetch(wellKnownUrl(this.issuer, "oauth-authorization-server")),
    ]);
    this.about = await parseIssuerMetadata(this.issuer, issuerDocument, serverDocument);
    if (this.about.now !== undefined) this.web.noteServerTime(this.about.now);
    return this.about;
  }

  // redeemCode exchanges the code (and PIN) for an access token. Safe to repeat with the same key after
  // a lost answer; within a call a wrong PIN costs one try, however often it has to be sent. Throws: WrongPin; forbidden `locked`, `revoked`, `refused`; invalid `pin`; not_found
  // `unknown_code` (used, revoked, ran out, never was).
  async redeemCode(code: string, pin: string | undefined, key: PrivateKey): Promise<Access> {
    const about = await this.metadata();
    const fields = {grant_type: kPreAuthorizedGrant, "pre-authorized_code": code};
    const request = formPost(about.tokenEndpoint, pin === undefined ? fields : {...fields, tx_code: pin});
    if (pin !== undefined) request.headers = {...request.headers, "Idempotency-Key": encodeHex(randomBytes(16))};
    const response = about.dpop ? await this.sendWithProof(request, undefined, key) : await this.web.send(() => request);
    if (isSuccess(response)) return parseAccess(response);
    const error = refusalOf(response);
    if (error.reason === "wrong_pin") throw new WrongPin(triesLeft(response));
    throw tokenError(error);
  }

  // requestCredential asks for one credential of `configuration`, with a fresh nonce and a key proof
  // that carries `label`. Returns the answer's object.
  async requestCredential(
    access: Access, configuration: string, label: string, key: PrivateKey,
  ): Promise<JsonObject> {
    const about = await this.metadata();
    const proof = await makeKeyProof(key, this.issuer, await this.credentialNonce(), label, this.web.now());
    const body = newObject({credential_configuration_id: configuration, proofs: newObject({jwt: [proof]})});
    const response = await this.sendWithProof(jsonPost(about.credentialEndpoint, body), access, key);
    if (!isSuccess(response)) throw refusalOf(response);
    return objectOf(response);
  }

  // renew asks for a new credential for the same key.
  async renew(access: Access, key: PrivateKey): Promise<JsonObject> {
    const proof = await makeKeyProof(key, this.issuer, await this.credentialNonce(), "", this.web.now());
    const request = jsonPost(this.url("/v1/credentials/renew"), newObject({proofs: newObject({jwt: [proof]})}));
    const response = await this.sendWithProof(request, access, key);
    if (!isSuccess(response)) throw refusalOf(response);
    return objectOf(response);
  }

  // drop ends the holder's own share.
  async drop(access: Access, share: string, key: PrivateKey): Promise<void> {
    const response = await this.sendWithProof({method: "DELETE", url: this.url(`/v1/shares/${share}`)}, access, key);
    if (!isSuccess(response)) throw refusalOf(response);
  }

  // notify tells the authority how it ended; errors are of no consequence.
  async notify(access: Access, notificationId: string, event: string, key: PrivateKey): Promise<void> {
    const endpoint = this.about?.notificationEndpoint ?? "";
    if (endpoint === "" || notificationId === "") return;
    const body = newObject({notification_id: notificationId, event});
    await this.sendWithProof(jsonPost(endpoint, body), access, key).catch(() => undefined);
  }

  // holderAccess gets a token for the calls of a holder by its assertion.
  async holderAccess(credentialId: string, key: PrivateKey): Promise<Access> {
    const about = await this.metadata();
    if (this.dpopNonce === "") await this.credentialNonce();
    for (let round = 0; ; ++round) {
      const used = this.dpopNonce;
      const assertion = await makeHolderAssertion(key, credentialId, this.issuer, used, this.web.now());
      const request = formPost(about.tokenEndpoint, {grant_type: kJwtBearer, assertion});
      const response = await this.sendWithProof(request, undefined, key);
      if (isSuccess(response)) return parseAccess(response);
      // A lost answer has used the assertion up: one more round with a new one.
      if (round === kNonceRounds - 1 || (this.dpopNonce === used && round > 0)) throw refusalOf(response);
    }
  }

  private url(path: string): string {
    return this.issuer.replace(/\/+$/, "") + path;
  }

  private async fetch(url: string): Promise<JsonObject> {
    const response = await this.web.send(() => ({method: "GET", url, headers: {Accept: "application/json"}}));
    if (isSuccess(response)) return objectOf(response);
    const error = refusalOf(response);
    throw response.status === 404 && isFromBetween(error) ? fromBetween("there is no credential authority at this address") : error;
  }

  private async credentialNonce(): Promise<string> {
    const about = await this.metadata();
    const response = await this.web.send(() => ({method: "POST", url: about.nonceEndpoint}));
    this.noteNonce(response);
    if (!isSuccess(response)) throw refusalOf(response);
    return textMember(objectOf(response), "c_nonce");
  }

  private noteNonce(response: WebResponse): void {
    this.dpopNonce = response.headers.get("DPoP-Nonce") ?? this.dpopNonce;
  }

  private async sendWithProof(request: WebRequest, access: Access | undefined, key: PrivateKey): Promise<WebResponse> {
    const proves = access === undefined || access.dpop;
    for (let round = 1; ; ++round) {
      const response = await this.web.send(async () => {
        const headers = {...request.headers};
        if (access !== undefined) headers["Authorization"] = `${access.dpop ? "DPoP" : "Bearer"} ${access.token}`;
        const url = request.url.replace(/\?.*$/, "");
        const claims = {method: request.method, url, nonce: this.dpopNonce, token: access?.token ?? ""};
        if (proves) headers["DPoP"] = await makeDpop(key, claims, this.web.now());
        return {...request, headers};
      });
      this.noteNonce(response);
      const asks = (response.status === 400 || response.status === 401) && ["use_dpop_nonce", "invalid_dpop_proof"].includes(errorOf(response).reason);
      if (!asks || round === kNonceRounds) return response;
    }
  }
}
