#include "keyferry/authority/issue.h"

#include <gtest/gtest.h>

#include "keyferry/authority/samples_test.h"

namespace keyferry::authority {
namespace {

const crypto::PrivateKey kKey = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
const crypto::PrivateKey kOther = crypto::PrivateKey::generate(crypto::KeyType::ed25519);

KeyProof proof_of(const crypto::PrivateKey& key) {
  return {key.public_key(), crypto::jwk_thumbprint(key.public_key()), std::nullopt};
}

Path claimed(std::size_t length = 2) {
  Path path = live_path(length);
  path.back().state = State::claimed;
  return path;
}

AccessToken token_of(const Path& path, std::optional<std::string> thumbprint = "dpop") {
  return {path.back().id, TokenUse::redeem, std::move(thumbprint), false,
          kNow + std::chrono::minutes(5)};
}

Credential credential_of(const Path& path, std::optional<std::string> dpop = "dpop") {
  return {CredentialId::make(Bytes(kIdRandomSize, 3)), path.back().id, kKey.public_key(),
          crypto::jwk_thumbprint(kKey.public_key()), std::move(dpop)};
}

std::string error_of(const Verdict<IssueStep>& verdict) {
  if (const Refusal* no = refused(verdict)) return no->error;
  return std::get<IssueStep>(verdict) == IssueStep::issue ? "issue" : "again";
}

TEST(Issue, ClaimedShareIsIssuedOnce) {
  Path path = claimed();
  EXPECT_EQ(error_of(decide_issue(path, token_of(path), std::nullopt, proof_of(kKey), kNow)),
            "issue");
  path.back().state = State::redeemed;
  EXPECT_EQ(
      error_of(decide_issue(path, token_of(path), credential_of(path), proof_of(kOther), kNow)),
      "invalid_credential_request");
}

//= spec:authority#3-renewal test
TEST(Renew, ACertificateStandsUntilAQuarterOfItsLifeIsOver) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const Share share = claimed().back();
  Certificate last;
  last.ca = "ca";
  last.rights = share.rights;
  last.issued = kNow;
  last.window = {kNow - credential::kWindowSkew, kNow + hours(24)};
  const auto stands = [&](Duration after, std::string_view ca = "ca") {
    const credential::Window next{kNow + after - credential::kWindowSkew, kNow + after + hours(24)};
    return certificate_stands(share, last, ca, next, kNow + after);
  };
  EXPECT_TRUE(stands(Duration(1)));
  EXPECT_TRUE(stands(hours(6) - Duration(1)));
  EXPECT_FALSE(stands(hours(6)));
  EXPECT_FALSE(stands(minutes(1), "another"));
  // A share that ends with its certificate, and one whose window was shortened since.
  EXPECT_TRUE(certificate_stands(share, last, "ca", last.window, kNow + hours(23)));
  const credential::Window shorter{last.window.from, last.window.until - minutes(1)};
  EXPECT_FALSE(certificate_stands(share, last, "ca", shorter, kNow + minutes(1)));
  Share narrowed = share;
  narrowed.rights = credential::Rights();
  EXPECT_FALSE(certificate_stands(narrowed, last, "ca", last.window, kNow + minutes(1)));
  // A minute's life: its skew at the start is no life that is over.
  last.window.until = kNow + minutes(1);
  const credential::Window next{last.window.from, kNow + minutes(2)};
  EXPECT_TRUE(certificate_stands(share, last, "ca", next, kNow + std::chrono::seconds(14)));
  EXPECT_FALSE(certificate_stands(share, last, "ca", next, kNow + std::chrono::seconds(15)));
}

TEST(Issue, SameKeysGetTheSameAnswerAgainUntilTheLinkEnds) {
  Path path = claimed();
  path.back().state = State::redeemed;
  const auto credential = credential_of(path);
  EXPECT_EQ(error_of(decide_issue(path, token_of(path), credential, proof_of(kKey), kNow)),
            "again");
  EXPECT_EQ(error_of(decide_issue(path, token_of(path, "other"), credential, proof_of(kKey), kNow)),
            "invalid_credential_request");
  EXPECT_EQ(error_of(decide_issue(path, token_of(path, std::nullopt),
                                  credential_of(path, std::nullopt), proof_of(kKey), kNow)),
            "invalid_credential_request");
  EXPECT_EQ(error_of(decide_issue(path, token_of(path), credential, proof_of(kKey),
                                  path.back().link_until)),
            "invalid_credential_request");
}

//= spec:authority#2-bound test
TEST(Issue, ConfirmedShareIsIssuedToTheGrantedKeyOnly) {
  Path path = claimed();
  const std::string bound = proof_of(kKey).thumbprint;
  path.back().mode = Mode::confirmed;
  path.back().holder = Holder{"Bo", bound, {}};
  const auto issued = [&](const std::optional<std::string>& token, const crypto::PrivateKey& key) {
    return error_of(decide_issue(path, token_of(path, token), std::nullopt, proof_of(key), kNow));
  };
  EXPECT_EQ(issued(bound, kKey), "issue");
  EXPECT_EQ(issued(bound, kOther), "invalid_grant");
  EXPECT_EQ(issued(proof_of(kOther).thumbprint, kKey), "invalid_grant");
  EXPECT_EQ(issued(std::nullopt, kKey), "invalid_grant");
}

TEST(Issue, SpentBearerTokenIsRefused) {
  const Path path = claimed();
  auto token = token_of(path, std::nullopt);
  token.spent = true;
  EXPECT_EQ(error_of(decide_issue(path, token, std::nullopt, proof_of(kKey), kNow)),
            "invalid_token");
}

TEST(Issue, OtherStatesAndDeadAncestorsIssueNothing) {
  for (State state :
       {State::open, State::ended, State::expired, State::refused, State::locked, State::revoked}) {
    Path path = claimed();
    path.back().state = state;
    EXPECT_EQ(error_of(decide_issue(path, token_of(path), std::nullopt, proof_of(kKey), kNow)),
              "credential_request_denied")
        << encode_state(state);
  }
  for (std::size_t dead = 0; dead < 3; ++dead) {
    Path path = claimed(4);
    path[dead].state = State::revoked;
    EXPECT_EQ(error_of(decide_issue(path, token_of(path), std::nullopt, proof_of(kKey), kNow)),
              "credential_request_denied");
  }
  const Path path = claimed();
  EXPECT_EQ(error_of(decide_issue(path, token_of(path), std::nullopt, proof_of(kKey),
                                  path.back().link_until)),
            "credential_request_denied");
}

TEST(AccessToken, UseKeyAndTimeMustFit) {
  const Path path = claimed();
  const auto token = token_of(path);
  EXPECT_FALSE(check_token(token, TokenUse::redeem, "dpop", kNow));
  EXPECT_TRUE(check_token(token, TokenUse::holder, "dpop", kNow));
  EXPECT_TRUE(check_token(token, TokenUse::redeem, "other", kNow));
  EXPECT_TRUE(check_token(token, TokenUse::redeem, std::nullopt, kNow));
  EXPECT_TRUE(check_token(token, TokenUse::redeem, "dpop", token.expires));
  EXPECT_TRUE(check_token(std::nullopt, TokenUse::redeem, "dpop", kNow));
  EXPECT_TRUE(check_token(token_of(path, std::nullopt), TokenUse::redeem, "dpop", kNow));
}

std::string reason(const Result<Done>& done) {
  return done ? "good" : std::string(reason_of(done.error()));
}

//= spec:authority#3-renewal test
TEST(Renew, SameKeyOnALivePathWithinSevenDays) {
  Path path = live_path(3);
  path.back().state = State::redeemed;
  const auto credential = credential_of(path);
  Certificate last;
  last.window = {kNow - std::chrono::hours(24), kNow};
  EXPECT_EQ(reason(decide_renew(path, credential, last, proof_of(kKey), kNow)), "good");
  EXPECT_EQ(reason(decide_renew(path, credential, last, proof_of(kOther), kNow)), "wrong_key");
  last.window.until = kNow - kRenewGrace;
  EXPECT_EQ(reason(decide_renew(path, credential, last, proof_of(kKey), kNow)), "too_late");
  last.window.until = kNow - kRenewGrace + Duration(1);
  EXPECT_EQ(reason(decide_renew(path, credential, last, proof_of(kKey), kNow)), "good");
  for (std::size_t dead = 0; dead < 3; ++dead) {
    Path bent = path;
    bent[dead].state = State::revoked;
    EXPECT_EQ(reason(decide_renew(bent, credential, last, proof_of(kKey), kNow)), "revoked");
    bent[dead].state = State::redeemed;
    bent[dead].window.until = kNow;
    EXPECT_EQ(reason(decide_renew(bent, credential, last, proof_of(kKey), kNow)), "ended");
  }
}

//= spec:authority#6-life test
TEST(Certificate, LivesAtMostAsLongAsAllowedAndAsEveryAncestor) {
  Path path = live_path(3);
  path[0].window.until = kNow + std::chrono::hours(3);
  const auto window = certificate_window(path, std::chrono::hours(24), kNow);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->until, kNow + std::chrono::hours(3));
  EXPECT_EQ(window->from, kNow - credential::kWindowSkew);
  EXPECT_EQ(certificate_window(path, std::chrono::hours(1), kNow)->until,
            kNow + std::chrono::hours(1));
}

TEST(Certificate, KeyTextIsReadBack) {
  EXPECT_EQ(*parse_key(encode_key(kKey.public_key())), kKey.public_key());
  EXPECT_FALSE(parse_key("{}"));
}

}  // namespace
}  // namespace keyferry::authority
