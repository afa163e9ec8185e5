// Reading a stranger's picture in a process of its own.
#pragma once

#include <chrono>
#include <string>

#include "keyferry/base/bytes.h"
#include "keyferry/base/result.h"

namespace keyferry::carrier {

// read_qr_apart is read_qr (picture.h) in a child process that has nothing but its answer's pipe:
// no other descriptor, none that it could open, and `most` seconds of CPU. A picture that ends the
// decoder, or keeps it busy for ever (a kilobyte can), ends the child alone. Errors: as read_qr;
// invalid with reason `picture` for such a picture; io where no child can be made. Call it while
// no other thread of this process holds a lock.
Result<std::string> read_qr_apart(ByteView picture,
                                  std::chrono::seconds most = std::chrono::seconds(5));

}  // namespace keyferry::carrier
