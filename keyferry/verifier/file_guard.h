// Looks after the file that sshd reads while the agent waits for news: what somebody removes,
// empties, changes or moves away is back at once.
#pragma once

#include <functional>
#include <memory>

#include "keyferry/base/clock.h"
#include "keyferry/verifier/installed_file.h"

namespace keyferry::verifier {

// FileGuard watches the file's folder (inotify) and looks at the file once a second besides: a
// folder above may be moved, a file system mounted over it, the kernel's watches used up. Safe from
// any thread.
//
//= spec:authority#6-kept
class FileGuard {
 public:
  // Noticed is told, on the guard's thread, when the file was put back (true), could not be (the
  // error, once as long as it stays the same), or is right again after that (false).
  using Noticed = std::function<void(const Result<bool>&)>;

  FileGuard(file::Path path, unsigned mode, Noticed noticed);
  // Stops.
  ~FileGuard();

  // install is InstalledFile::install; from now on the guard keeps that content in place.
  Result<bool> install(ByteView content);
  Result<Bytes> read() const;
  // sha256 is the hash of what install was given last.
  digest::Sha256 sha256() const;

  // start begins to watch, on a thread of its own. `every`: how often to look besides.
  void start(Duration every = std::chrono::seconds(1));
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyferry::verifier
