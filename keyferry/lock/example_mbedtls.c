#include "example_mbedtls.h"

#include <string.h>

#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/gcm.h>
#include <mbedtls/sha256.h>

static int hash(void *context, const struct kfl_part *parts, size_t count, uint8_t out[32]) {
  mbedtls_sha256_context sha;
  size_t i;
  int bad;
  (void)context;
  mbedtls_sha256_init(&sha);
  bad = mbedtls_sha256_starts_ret(&sha, 0);
  for (i = 0; i < count && bad == 0; ++i) {
    bad = mbedtls_sha256_update_ret(&sha, parts[i].data, parts[i].size);
  }
  if (bad == 0) bad = mbedtls_sha256_finish_ret(&sha, out);
  mbedtls_sha256_free(&sha);
  return bad == 0;
}

/* A point from outside, checked to be on the curve. */
static int read_point(struct example_crypto *crypto, mbedtls_ecp_point *out,
                      const uint8_t key[KFL_KEY]) {
  uint8_t octets[1 + KFL_KEY];
  octets[0] = 4;
  memcpy(octets + 1, key, KFL_KEY);
  return mbedtls_ecp_point_read_binary(&crypto->group, out, octets, sizeof octets) == 0 &&
         mbedtls_ecp_check_pubkey(&crypto->group, out) == 0;
}

static int verify(void *context, const uint8_t key[KFL_KEY], const uint8_t digest[32],
                  const uint8_t signature[64]) {
  struct example_crypto *crypto = context;
  mbedtls_ecp_point point;
  mbedtls_mpi r, s;
  int result = -1;
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi_init(&r);
  mbedtls_mpi_init(&s);
  if (read_point(crypto, &point, key)) {
    result = mbedtls_mpi_read_binary(&r, signature, 32) == 0 &&
             mbedtls_mpi_read_binary(&s, signature + 32, 32) == 0 &&
             mbedtls_ecdsa_verify(&crypto->group, digest, 32, &point, &r, &s) == 0;
  }
  mbedtls_ecp_point_free(&point);
  mbedtls_mpi_free(&r);
  mbedtls_mpi_free(&s);
  return result;
}

static int agree(void *context, const uint8_t other[KFL_KEY], uint8_t shared[32]) {
  struct example_crypto *crypto = context;
  mbedtls_ecp_point point;
  mbedtls_mpi x;
  int good;
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi_init(&x);
  good = read_point(crypto, &point, other) &&
         mbedtls_ecdh_compute_shared(&crypto->group, &x, &point, &crypto->key,
                                     mbedtls_ctr_drbg_random, &crypto->drbg) == 0 &&
         mbedtls_mpi_write_binary(&x, shared, 32) == 0;
  mbedtls_ecp_point_free(&point);
  mbedtls_mpi_free(&x);
  return good;
}

static int gcm(const uint8_t key[32], const uint8_t nonce[12], uint8_t *data, size_t size,
               int sealing) {
  mbedtls_gcm_context context;
  const size_t text = size - 16;
  int bad;
  mbedtls_gcm_init(&context);
  bad = mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, key, 256);
  if (bad == 0 && sealing) {
    bad = mbedtls_gcm_crypt_and_tag(&context, MBEDTLS_GCM_ENCRYPT, text, nonce, 12, NULL, 0, data,
                                    data, 16, data + text);
  } else if (bad == 0) {
    bad = mbedtls_gcm_auth_decrypt(&context, text, nonce, 12, NULL, 0, data + text, 16, data, data);
  }
  mbedtls_gcm_free(&context);
  return bad == 0;
}

static int open(void *context, const uint8_t key[32], const uint8_t nonce[12], uint8_t *data,
                size_t size) {
  (void)context;
  return gcm(key, nonce, data, size, 0);
}

static int seal(void *context, const uint8_t key[32], const uint8_t nonce[12], uint8_t *data,
                size_t size) {
  (void)context;
  return gcm(key, nonce, data, size, 1);
}

static int random_octets(void *context, uint8_t *out, size_t size) {
  struct example_crypto *crypto = context;
  return mbedtls_ctr_drbg_random(&crypto->drbg, out, size) == 0;
}

int example_start(struct example_crypto *crypto, const uint8_t *scalar) {
  mbedtls_ecp_group_init(&crypto->group);
  mbedtls_mpi_init(&crypto->key);
  mbedtls_entropy_init(&crypto->entropy);
  mbedtls_ctr_drbg_init(&crypto->drbg);
  if (mbedtls_ecp_group_load(&crypto->group, MBEDTLS_ECP_DP_SECP256R1) != 0 ||
      mbedtls_ctr_drbg_seed(&crypto->drbg, mbedtls_entropy_func, &crypto->entropy, NULL, 0) != 0) {
    return 0;
  }
  if (scalar == NULL) {
    return mbedtls_ecp_gen_privkey(&crypto->group, &crypto->key, mbedtls_ctr_drbg_random,
                                   &crypto->drbg) == 0;
  }
  return mbedtls_mpi_read_binary(&crypto->key, scalar, 32) == 0 &&
         mbedtls_ecp_check_privkey(&crypto->group, &crypto->key) == 0;
}

void example_stop(struct example_crypto *crypto) {
  mbedtls_ctr_drbg_free(&crypto->drbg);
  mbedtls_entropy_free(&crypto->entropy);
  mbedtls_mpi_free(&crypto->key);
  mbedtls_ecp_group_free(&crypto->group);
}

int example_key(struct example_crypto *crypto, uint8_t scalar[32]) {
  return mbedtls_mpi_write_binary(&crypto->key, scalar, 32) == 0;
}

int example_point(struct example_crypto *crypto, uint8_t key[KFL_KEY]) {
  mbedtls_ecp_point point;
  uint8_t octets[1 + KFL_KEY];
  size_t size;
  int good;
  mbedtls_ecp_point_init(&point);
  good = mbedtls_ecp_mul(&crypto->group, &point, &crypto->key, &crypto->group.G,
                         mbedtls_ctr_drbg_random, &crypto->drbg) == 0 &&
         mbedtls_ecp_point_write_binary(&crypto->group, &point, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                        octets, sizeof octets) == 0 &&
         size == sizeof octets;
  mbedtls_ecp_point_free(&point);
  if (good) memcpy(key, octets + 1, KFL_KEY);
  return good;
}

void example_callbacks(struct kfl_platform *platform) {
  platform->hash = hash;
  platform->verify = verify;
  platform->agree = agree;
  platform->open = open;
  platform->seal = seal;
  platform->random = random_octets;
}
