// A folder, watched for changes of one file in it (inotify).
#pragma once

#include <string>

#include "keyferry/base/clock.h"
#include "keyferry/base/result.h"
#include "keyferry/file/file.h"

namespace keyferry::verifier {

// FolderWatch belongs to one thread; wake() comes from any.
class FolderWatch {
 public:
  explicit FolderWatch(const file::Path& file);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // attach watches the folder that has the path now, unless it does already. Call it before looking
  // at the file: what changes after it wakes wait(). Errors: io (no such folder, the limit of
  // watches; the detail says what to raise).
  Result<Done> attach();

  // wait returns when the file or its folder may have changed, when wake() was called, or after
  // `most`.
  void wait(Duration most);
  void wake();

 private:
  void detach();
  bool drain();

  file::Path folder_;
  std::string name_;
  int inotify_ = -1;
  int waker_ = -1;
  int watch_ = -1;
  std::uint64_t device_ = 0, inode_ = 0;  // of the watched folder
};

}  // namespace keyferry::verifier
