// The calls of the v1 API, one file each, and of the Draft R dropbox. Each checks headers and body
// before it looks at any state, and answers its call exactly once.
#pragma once

#include "keyferry/relay/call.h"

namespace keyferry::relay {

void create_mailbox(CallPtr call);                           // POST /v1/m
void read_mailbox(CallPtr call, const MailboxId& id);        // POST /v1/m/{id}
void update_mailbox(CallPtr call, const MailboxId& id);      // PUT /v1/m/{id}
void delete_mailbox(CallPtr call, const MailboxId& id);      // DELETE /v1/m/{id}
void relinquish_mailbox(CallPtr call, const MailboxId& id);  // PATCH /v1/m/{id}
void preview_mailbox(CallPtr call, const MailboxId& id);     // GET, HEAD /v1/m/{id}
void preview_missing(CallPtr call, const Error& error);      // the same of no mailbox's path

// GET, HEAD / of a browser: a page; everything else is refused with `error`.
void preview_home(CallPtr call, const Error& error);

void put_drop(CallPtr call, const dropbox::Location& location);     // PUT /t/{location}
void get_drop(CallPtr call, const dropbox::Location& location);     // GET, HEAD /t/{location}
void delete_drop(CallPtr call, const dropbox::Location& location);  // DELETE /t/{location}
void preview_dropbox(CallPtr call);                                 // GET, HEAD /t/

}  // namespace keyferry::relay
