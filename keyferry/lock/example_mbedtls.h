/* The cryptography of libkeyferry-lock with mbed TLS 2.28: for makers to take as it is, and what the
 * tests build the library with a second time. */
#ifndef KEYFERRY_LOCK_EXAMPLE_MBEDTLS_H
#define KEYFERRY_LOCK_EXAMPLE_MBEDTLS_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>

#include "keyferry_lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* It must be the first member of what the platform's `context` points to. */
struct example_crypto {
  mbedtls_ecp_group group;
  mbedtls_mpi key; /* the lock's private key */
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context drbg;
};

/* Makes it ready with the private key, 32 octets, or draws a new one if `scalar` is null; then
 * example_key gives it for keeping. 0: no such key, or no entropy. example_point is x || y. */
int example_start(struct example_crypto *crypto, const uint8_t *scalar);
void example_stop(struct example_crypto *crypto);
int example_key(struct example_crypto *crypto, uint8_t scalar[32]);
int example_point(struct example_crypto *crypto, uint8_t key[KFL_KEY]);

/* Fills in hash, verify, agree, open, seal and random. */
void example_callbacks(struct kfl_platform *platform);

#ifdef __cplusplus
}
#endif

#endif
