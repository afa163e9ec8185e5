// The kind `ssh`: OpenSSH user certificates, checked by sshd.
#pragma once

#include "keyferry/credential/kind.h"

namespace keyferry::credential {

// ssh_kind lives for ever. Its certificates are of kind user, with the share's id as key id,
// LOGIN@HOST principals (never a bare login), force-command and source-address where the rights say
// so, and the rights' extensions; its list is a KRL with a section for each issuer.
const Kind& ssh_kind();

}  // namespace keyferry::credential
