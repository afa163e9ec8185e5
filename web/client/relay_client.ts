// The v1 mailbox calls of a receiver (docs/protocol.md). The relay sees the mailbox's id, claims and
// sealed octets; never the secret.

import {encodeBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {encodeJson, newObject} from "../codec/json.ts";
import {objectMember, optionalText, textMember} from "../codec/json_members.ts";
import {parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {type SealedPayload} from "../transfer/sealed_payload.ts";
import {mailboxUrl, type ShareLink} from "../transfer/share_link.ts";
import {claimKeyOf} from "../transfer/share_secret.ts";
import {errorOf, fromBetween, jsonOf, type Web, type WebRequest, type WebResponse} from "./web.ts";

// Caller is who makes a call on an existing mailbox.
export interface Caller {
  deviceClaim: string;
  requestId: string;
}

// MailboxMessage is what lies in the slot. `version` is the relay's ETag, empty where it has none.
export interface MailboxMessage {
  payload: SealedPayload;
  version: string;
  expires?: Time;
}

const kWaitSeconds = 25;
const kRequestId = "Mailbox-Request-ID";

function isSuccess(response: WebResponse): boolean {
  return response.status === 200 || response.status === 201;
}

// A relay says that it does not know, or what it did, under the request's id. What says no more than
// "later" may be a proxy's.
function isDecision(response: WebResponse): boolean {
  return response.status < 500 && response.status !== 429 && response.status !== 304;
}

function parseMessage(response: WebResponse): MailboxMessage {
  const object = jsonOf(response);
  const payload = objectMember(object, "payload");
  const until = optionalText(object, "expiration");
  return {
    payload: {type: textMember(payload, "type"), data: textMember(payload, "data")},
    version: response.headers.get("ETag") ?? "",
    ...(until === undefined ? {} : {expires: parseRfc3339(until)}),
  };
}

export class RelayClient {
  constructor(private readonly web: Web) {}

  // read claims the mailbox of `link` if nobody holds it, and returns the sealed message. The proof of
  // the secret goes along. Repeating it with the same claim is safe. Throws: unauthorized, reason
  // `claim_proof` or `claimed`; not_found; forbidden, reason `echo`.
  async read(link: ShareLink, caller: Caller): Promise<MailboxMessage> {
    const response = await this.send(await this.readRequest(link), caller);
    if (!isSuccess(response)) throw errorOf(response);
    return parseMessage(response);
  }

  // await is a read of a mailbox that is ours already: nothing while it still holds `version`, for
  // which the relay may let us wait some 25 s. A relay without versions answers at once.
  async await(link: ShareLink, caller: Caller, version: string): Promise<MailboxMessage | undefined> {
    const request = await this.readRequest(link);
    if (version !== "") {
      request.headers = {...request.headers, "If-None-Match": version, Prefer: `wait=${kWaitSeconds}`};
      request.timeoutSeconds = kWaitSeconds + 20;
    }
    const response = await this.send(request, caller);
    if (response.status === 204 || response.status === 304) return undefined;
    if (!isSuccess(response)) throw errorOf(response);
    const message = parseMessage(response);
    return version !== "" && message.version === version ? undefined : message;
  }

  // write puts `payload` in the place of what is there, if that is still `version` (empty: whatever is
  // there), and returns the new version. The same request id again writes once. Throws:
  // precondition_failed (something else was written meanwhile); not_found.
  async write(link: ShareLink, caller: Caller, payload: SealedPayload, version: string): Promise<string> {
    const response = await this.send(
      {
        method: "PUT",
        url: mailboxUrl(link),
        headers: {"Content-Type": "application/json", ...(version === "" ? {} : {"If-Match": version})},
        body: encodeJson(newObject({payload: newObject({type: payload.type, data: payload.data})})),
      },
      caller,
    );
    if (!isSuccess(response)) throw errorOf(response);
    return response.headers.get("ETag") ?? "";
  }

  // relinquish gives a claimed mailbox back, so that another device can take it.
  async relinquish(link: ShareLink, caller: Caller): Promise<void> {
    const response = await this.send({method: "PATCH", url: mailboxUrl(link)}, caller);
    if (!isSuccess(response)) throw errorOf(response);
  }

  // remove deletes the mailbox; one that is gone already is no error.
  async remove(link: ShareLink, caller: Caller): Promise<void> {
    const response = await this.send({method: "DELETE", url: mailboxUrl(link)}, caller);
    if (!isSuccess(response) && response.status !== 404 && response.status !== 204) throw errorOf(response);
  }

  private async readRequest(link: ShareLink): Promise<WebRequest> {
    const key = encodeBase64url(await claimKeyOf(link.secret as Uint8Array));
    return {method: "POST", url: mailboxUrl(link), headers: {"Mailbox-Claim-Key": key}};
  }

  private async send(request: WebRequest, caller: Caller): Promise<WebResponse> {
    request.headers = {
      Accept: "application/json",
      "Mailbox-Device-Claim": caller.deviceClaim,
      [kRequestId]: caller.requestId,
      ...request.headers,
    };
    const response = await this.web.send(() => request);
    const echo = response.headers.get(kRequestId);
    if (echo === null && isDecision(response)) {
      throw fromBetween(`something on the way answers ${response.status} instead of the relay`);
    }
    if (echo !== null && echo !== caller.requestId) {
      throw fail("forbidden", "the relay answers to another request than ours", "echo");
    }
    return response;
  }
}
