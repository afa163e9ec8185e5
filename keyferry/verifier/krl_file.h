// The lists for sshd that the agent makes itself. Pure.
#pragma once

#include "keyferry/credential/ssh_krl.h"
#include "keyferry/verifier/trust.h"

namespace keyferry::verifier {

// empty_list is a valid KRL that revokes nothing: what sshd reads before the first contact. (sshd
// refuses every key, the administrator's too, while its RevokedKeys file is missing.)
Bytes empty_list(Time now);

// closed_list revokes what `last` revokes and the authority's CA keys, those of `trust` and those
// that `last` names: sshd then refuses every certificate of the authority and goes on with other
// keys. `last` has been parsed before; if it is not readable, the CA keys alone.
//
//= spec:authority#6-closed
Bytes closed_list(ByteView last, const Trust& trust, Time now);

// is_closed_list says whether closed_list made this.
bool is_closed_list(ByteView list);

}  // namespace keyferry::verifier
