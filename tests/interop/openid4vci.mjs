// A wallet that knows nothing of keyferry but OpenID4VCI: npm @openid4vc/openid4vci redeems an offer.
//
//   openid4vci.mjs OFFER_URI PIN ALG [dpop]    {"credential":…, "thumbprint":…} or {"error":…}
// The certificate authority to trust comes in NODE_EXTRA_CA_CERTS.
import { createHash, randomBytes } from "node:crypto";
import { clientAuthenticationAnonymous } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import * as jose from "jose";

const [, , offer, txCode, alg, dpop] = process.argv;

async function makeSigner() {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { crv: "Ed25519", extractable: true });
  return { privateKey, signer: { method: "jwk", alg, publicJwk: await jose.exportJWK(publicKey) } };
}

const holder = await makeSigner();
const caller = await makeSigner();

async function signJwt(signer, { header, payload }) {
  const { privateKey } = signer.publicJwk.x === caller.signer.publicJwk.x ? caller : holder;
  const jwt = await new jose.SignJWT(payload).setProtectedHeader(header).sign(privateKey);
  return { jwt, signerJwk: signer.publicJwk };
}

async function redeem() {
  const client = new Openid4vciClient({
    callbacks: {
      signJwt,
      hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
      generateRandom: (size) => randomBytes(size),
      clientAuthentication: clientAuthenticationAnonymous(),
    },
  });
  const credentialOffer = await client.resolveCredentialOffer(offer);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const token = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    txCode: txCode || undefined,
    dpop: dpop ? { signer: caller.signer } : undefined,
  });
  const nonce = (await client.requestNonce({ issuerMetadata })).c_nonce;
  const credentialConfigurationId = credentialOffer.credential_configuration_ids[0];
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId,
    nonce,
    signer: holder.signer,
  });
  const answer = await client.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    proofs: { jwt: [jwt] },
    accessToken: token.accessTokenResponse.access_token,
    dpop: token.dpop,
  });
  return {
    credential: answer.credentialResponse.credentials[0].credential,
    thumbprint: await jose.calculateJwkThumbprint(holder.signer.publicJwk),
    tokenType: token.accessTokenResponse.token_type,
  };
}

try {
  console.log(JSON.stringify(await redeem()));
} catch (error) {
  console.log(JSON.stringify({ error: error.message, answer: error.errorResponse ?? error.response?.credentialErrorResponseResult?.data }));
}
