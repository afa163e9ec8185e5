// What a person reads; secrets (offer, PIN) on standard output alone, words on standard error.
#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace keyferry::cmd {

// print_json: the answer itself, on one line.
void print_json(const boost::json::object& answer);
// print_offer: the offer on line 1, the PIN (if any) on line 2.
void print_offer(const boost::json::object& answer);
// offer_summary is print_offer for machines: {"offer", "pin", "share", "link_until",
// "valid_until"}.
boost::json::object offer_summary(const boost::json::object& answer);
// The lists: hosts and verifiers one a line, shares as the tree that they are; print_revoked adds
// what it means for logins (revocation_words.h).
void print_hosts(const boost::json::object& answer);
void print_shares(const boost::json::object& answer);
void print_revoked(const boost::json::object& answer);
void print_verifiers(const boost::json::object& answer);
// print_sshd writes the files that the sshd of one host needs, each under its name. For an answer
// with `logins` these are the keys and sshd_drop_in, the lines of an sshd_config that admits these
// logins alone; otherwise the keys, lines that name principals files, and these files.
void print_sshd(const boost::json::object& answer);
std::string sshd_drop_in(const boost::json::object& answer);

}  // namespace keyferry::cmd
