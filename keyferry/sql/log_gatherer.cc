// A VFS in front of the default one: every call that could show a log's content first sends what
// was gathered of it.
#include "keyferry/sql/log_gatherer.h"

#include <memory>
#include <new>

#include <sqlite3.h>

#include "keyferry/base/bytes.h"
#include "keyferry/base/error.h"

namespace keyferry::sql {
namespace {

// The default system takes less than 128 KB in one call: SQLite never gives it more than a page.
constexpr std::size_t kMostGathered = 96 << 10;
constexpr char kName[] = "keyferry-log-gatherer";

// One write-ahead log that is open. SQLite gives the memory, the file of the default system behind
// it.
struct Log {
  sqlite3_file head;
  sqlite3_int64 offset;
  Bytes* gathered;
};
// SQLite aligns both to that.
static_assert(alignof(Log) == 8 && sizeof(Log) % 8 == 0);

sqlite3_vfs* default_system = nullptr;

Log& log_of(sqlite3_file* file) {
  return *reinterpret_cast<Log*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(Log));
}

// send writes out what was gathered. What cannot be written is forgotten: the transaction fails.
int send(sqlite3_file* file) {
  Log& log = log_of(file);
  if (log.gathered->empty()) return SQLITE_OK;
  const int outcome = real(file)->pMethods->xWrite(
      real(file), log.gathered->data(), static_cast<int>(log.gathered->size()), log.offset);
  log.gathered->clear();
  return outcome;
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  Log& log = log_of(file);
  const auto octets = static_cast<std::size_t>(size);
  const auto end = log.offset + static_cast<sqlite3_int64>(log.gathered->size());
  if (offset != end || log.gathered->size() + octets > kMostGathered) {
    const int sent = send(file);
    if (sent != SQLITE_OK) return sent;
    log.offset = offset;
  }
  append(*log.gathered, {static_cast<const std::uint8_t*>(data), octets});
  return SQLITE_OK;
}

// after_sending<&sqlite3_io_methods::xSync> sends, then does what the default system does.
template <auto method, class... Arguments>
int after_sending(sqlite3_file* file, Arguments... arguments) {
  const int sent = send(file);
  if (sent != SQLITE_OK) return sent;
  return (real(file)->pMethods->*method)(real(file), arguments...);
}

int close(sqlite3_file* file) {
  const int sent = send(file);
  delete log_of(file).gathered;
  const int closed = real(file)->pMethods->xClose(real(file));
  return sent != SQLITE_OK ? sent : closed;
}

int sector_size(sqlite3_file* file) {
  return real(file)->pMethods->xSectorSize(real(file));
}

int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

// Version 1: SQLite maps only databases and shares memory only through them.
constexpr sqlite3_io_methods kLogMethods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = after_sending<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = after_sending<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = after_sending<&sqlite3_io_methods::xSync, int>,
    .xFileSize = after_sending<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = after_sending<&sqlite3_io_methods::xLock, int>,
    .xUnlock = after_sending<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = after_sending<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = after_sending<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & SQLITE_OPEN_WAL) == 0) {
    return default_system->xOpen(default_system, name, file, flags, out_flags);
  }
  auto gathered = std::unique_ptr<Bytes>(new (std::nothrow) Bytes);
  if (!gathered) return SQLITE_NOMEM;
  file->pMethods = nullptr;
  const int opened = default_system->xOpen(default_system, name, real(file), flags, out_flags);
  if (opened != SQLITE_OK) return opened;
  new (file) Log{{&kLogMethods}, 0, gathered.release()};
  return SQLITE_OK;
}

sqlite3_vfs* make_system() {
  default_system = sqlite3_vfs_find(nullptr);
  require(default_system != nullptr, "SQLite has a default file system");
  // All but opening files is the default system's own, which keeps its state in pAppData.
  static sqlite3_vfs system = *default_system;
  system.zName = kName;
  system.pNext = nullptr;
  system.szOsFile += static_cast<int>(sizeof(Log));
  system.xOpen = open;
  require(sqlite3_vfs_register(&system, 0) == SQLITE_OK, "SQLite takes a file system");
  return &system;
}

}  // namespace

const char* log_gatherer() {
  static const sqlite3_vfs* const system = make_system();
  return system->zName;
}

}  // namespace keyferry::sql
