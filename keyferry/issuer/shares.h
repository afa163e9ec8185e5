// What the share calls have in common: who calls, then one piece of work in the same transaction.
#pragma once

#include "keyferry/http/problem.h"
#include "keyferry/issuer/answers.h"
#include "keyferry/issuer/requests.h"

namespace keyferry::issuer {

// as_holder_of runs `work(db, caller)`, which returns a Result<T>, for a caller whose access was
// read, and renders its value with `answer(T)` → Response. Errors become problem documents.
template <class T, class Work, class Answer>
http::Response as_holder_of(Service& service, const ledger::Access& access, Work work,
                            Answer answer) {
  auto done = ledger::as_holder<T>(service.ledger(), access, service.now(), std::move(work));
  if (!done) return with_nonce(service, http::problem(done.error()));
  if (const auto* no = authority::refused(*done)) {
    return with_nonce(service, problem_refusal(*no));
  }
  return with_nonce(service, answer(std::get<T>(*done)));
}

// as_holder reads the access of the request, counted as `call`, then does as as_holder_of.
template <class T, class Work, class Answer>
http::Response as_holder(Service& service, const http::Request& request, const HolderCall& call,
                         Work work, Answer answer) {
  auto access = read_access(service, request, call);
  if (const auto* no = authority::refused(access)) {
    return with_nonce(service, problem_refusal(*no));
  }
  return as_holder_of<T>(service, std::get<ledger::Access>(access), std::move(work),
                         std::move(answer));
}

// etag_of is a strong validator of an answer's body, with its quotes.
std::string etag_of(std::string_view body);

}  // namespace keyferry::issuer
