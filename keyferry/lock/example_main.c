/* A whole lock, for makers to start from: libkeyferry-lock with mbed TLS, one door, its records in
 * files and its reader on standard input and output (each piece behind its length, one octet). In a
 * product the callbacks below are a flash driver, a clock and a motor. docs/lock.md says what each
 * must promise. What is missing here is pairing: `example_main FOLDER OWNER` takes the first
 * owner's key, x || y in hex, from whoever starts it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "example_mbedtls.h"

struct example {
  struct example_crypto crypto; /* first: the callbacks of example_mbedtls.c expect it here */
  const char *folder;
};

static void name_of(const struct example *self, unsigned record, const char *end, char out[256]) {
  snprintf(out, 256, "%s/%u%s", self->folder, record, end);
}

static int read_record(void *context, unsigned record, size_t offset, uint8_t *out, size_t size) {
  char name[256];
  size_t got;
  FILE *file;
  name_of(context, record, "", name);
  file = fopen(name, "rb");
  if (file == NULL) return 0;
  got = fseek(file, (long)offset, SEEK_SET) == 0 ? fread(out, 1, size, file) : 0;
  return fclose(file) == 0 ? (int)got : -1;
}

/* Written beside, made durable, renamed, and the folder made durable: the old record or the new one,
 * whole. */
static int write_record(void *context, unsigned record, const uint8_t *data, size_t size) {
  char name[256], next[256];
  const struct example *self = context;
  FILE *file;
  int good, folder;
  name_of(self, record, "", name);
  name_of(self, record, ".new", next);
  file = fopen(next, "wb");
  if (file == NULL) return 0;
  good = fwrite(data, 1, size, file) == size && fflush(file) == 0 && fsync(fileno(file)) == 0;
  if (fclose(file) != 0 || !good || rename(next, name) != 0) return 0;
  folder = open(self->folder, O_RDONLY);
  good = folder >= 0 && fsync(folder) == 0;
  return close(folder) == 0 && good;
}

static int clock_now(void *context, struct kfl_time *out) {
  (void)context;
  out->seconds = (uint32_t)time(NULL);
  out->offset = 0;
  return 1;
}

static uint32_t ticks(void *context) {
  struct timespec now;
  (void)context;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
}

static void decided(void *context, const struct kfl_event *event) {
  (void)context;
  if (event->reason == KFL_OPENED) fprintf(stderr, "the motor turns\n");
  fprintf(stderr, "%s\n", kfl_reason_name((int)event->reason));
}

/* Each start uses the key of the first one. */
static int start_crypto(struct example *self) {
  char name[256];
  uint8_t scalar[32];
  FILE *file;
  snprintf(name, sizeof name, "%s/key", self->folder);
  file = fopen(name, "rb");
  if (file != NULL) {
    const int whole = fread(scalar, 1, sizeof scalar, file) == sizeof scalar;
    fclose(file);
    return whole && example_start(&self->crypto, scalar);
  }
  file = fopen(name, "wb");
  return file != NULL && example_start(&self->crypto, NULL) && example_key(&self->crypto, scalar) &&
         fwrite(scalar, 1, sizeof scalar, file) == sizeof scalar && fclose(file) == 0;
}

static int read_piece(uint8_t *piece) {
  const int size = getchar();
  return size == EOF || fread(piece, 1, (size_t)size, stdin) != (size_t)size ? -1 : size;
}

static void serve(struct kfl_session *session) {
  uint8_t piece[256];
  int size;
  while ((size = read_piece(piece)) >= 0) {
    const enum kfl_progress progress = kfl_receive(session, piece, (size_t)size);
    size_t next;
    if (progress == KFL_MORE) continue;
    if (progress != KFL_ANSWERS) break;
    while ((next = kfl_send(session, piece, KFL_PIECE_MOST)) > 0) {
      putchar((int)next);
      fwrite(piece, 1, next, stdout);
    }
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  static struct kfl_session session;
  static struct kfl_platform platform;
  static struct example self;
  struct kfl_lock lock = {&platform, &self, {0}};
  uint8_t owner[KFL_KEY];
  size_t i;
  if (argc != 3 || strlen(argv[2]) != 2 * sizeof owner) return 2;
  for (i = 0; i < sizeof owner; ++i) {
    unsigned octet;
    if (sscanf(argv[2] + 2 * i, "%2x", &octet) != 1) return 2;
    owner[i] = (uint8_t)octet;
  }
  self.folder = argv[1];
  example_callbacks(&platform);
  platform.clock = clock_now;
  platform.ticks = ticks;
  platform.read = read_record;
  platform.write = write_record;
  platform.decided = decided;
  if (!start_crypto(&self) || !example_point(&self.crypto, lock.key)) return 1;
  if (kfl_add_owner(&lock, owner) != KFL_DONE) return 1;
  if (!kfl_start(&session, &lock, (const uint8_t *)"front", 5)) return 1;
  serve(&session);
  kfl_end(&session);
  example_stop(&self.crypto);
  return 0;
}
