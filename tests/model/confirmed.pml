/*
 * The confirmed exchange (transfer.md sections 3 and 4) against an intruder who holds the link and runs the relay:
 * it reads every message, drops, replays and rewrites them, and takes part with keys and nonces of its own.
 *
 * What is symbolic: a nonce or key is a name; a hash is the list of its inputs; two words are equal when their inputs
 * are, or when the intruder SOLVED for them: it chose some field of theirs at an instant at which it knew every other
 * input of both values (a 24-bit function of a field that one may still choose is no obstacle: 50 seconds of
 * grinding). A choice made any earlier is blind and hits with 2^-24, which is not modelled.
 *
 * Each -DDROP_x takes one guard out; spin must then report an error.
 *   DROP_COMMIT        the invite carries the sender's nonce instead of its hash
 *   DROP_COMMIT_CHECK  the receiver does not check the opened nonce against the commitment
 *   DROP_FROZEN        the sender takes another request after it opened its nonce (as two processes of its wallet
 *                      without a compare-and-set on their record would)
 *   DROP_REVEAL_RULE   the words hash the whole reveal, free members included
 *   DROP_WORDS         the sender grants without comparing words
 *   DROP_FIRST_GRANT   the authority lets a later grant call name another key
 *   DROP_REFUSED       the authority grants a share that the sender refused
 */

mtype = { nobody, receiver, intruder, guest };   /* whose key a field holds */
#define N_NONE   0
#define N_SENDER 1
#define N_RECV   2
#define N_INTR   3

/* What each side has seen; written once unless a guard is dropped. */
mtype invite_key_at_receiver = nobody;    /* nobody: no invite yet; receiver stands for "the sender's own key" */
byte  commit_at_receiver = N_NONE;        /* the nonce that the invite to the receiver commits to */
mtype request_key_at_sender = nobody;     /* whose ephemeral and credential key the frozen request holds */
byte  request_nonce_at_sender = N_NONE;
byte  opened_at_receiver = N_NONE;
bool  sender_opened = false;
bool  receiver_requested = false;
bool  receiver_waits = false;

/* The intruder solved the equation words(sender) = words(receiver) with its last free choice. */
bool solved = false;

bool share_refused = false;
mtype granted_key = nobody;
bool receiver_holds = false;
bool intruder_holds = false;
bool guest_holds = false;
bool granted_after_no = false;

/* The intruder can compute a side's words only if one of the two ephemeral keys there is its own. */
#define COMPUTES_SENDER   (request_key_at_sender == intruder)
#define COMPUTES_RECEIVER (invite_key_at_receiver == intruder)
#ifdef DROP_COMMIT
#define KNOWS_NS true
#else
#define KNOWS_NS sender_opened
#endif
#define KNOWS_NR receiver_requested

#ifdef DROP_FIRST_GRANT
#define MAY_GRANT true
#else
#define MAY_GRANT (granted_key == nobody)
#endif
#ifdef DROP_REFUSED
#define REFUSED false
#else
#define REFUSED share_refused
#endif

#define PASSED_ON (request_key_at_sender == receiver && invite_key_at_receiver == receiver \
                   && opened_at_receiver == N_SENDER && request_nonce_at_sender == N_RECV)
#define WORDS_EQUAL (PASSED_ON || solved)

proctype Intruder() {
  do
  /* the invite to the receiver: as it is, or with the intruder's own key and commitment */
  :: atomic { invite_key_at_receiver == nobody ->
       if
       :: invite_key_at_receiver = receiver; commit_at_receiver = N_SENDER
       :: invite_key_at_receiver = intruder; commit_at_receiver = N_INTR;
          /* its nonce is fixed here: too early to solve, Nr is not drawn yet */
       fi }
  /* a request to the sender: the receiver's, or its own with every field free */
  :: atomic { request_key_at_sender == nobody && receiver_requested ->
       request_key_at_sender = receiver; request_nonce_at_sender = N_RECV }
  :: atomic { request_key_at_sender == nobody ->
       request_key_at_sender = intruder; request_nonce_at_sender = N_INTR;
       if
       :: KNOWS_NS && KNOWS_NR && COMPUTES_RECEIVER -> solved = true
       :: else
       fi }
#ifdef DROP_FROZEN
  :: atomic { sender_opened && request_key_at_sender != nobody && granted_key == nobody ->
       request_key_at_sender = intruder; request_nonce_at_sender = N_INTR;
       if
       :: KNOWS_NR && COMPUTES_RECEIVER -> solved = true
       :: else
       fi }
#endif
  /* the reveal to the receiver: it can open only what the invite committed to */
  :: atomic { receiver_requested && opened_at_receiver == N_NONE && sender_opened && commit_at_receiver == N_SENDER ->
       opened_at_receiver = N_SENDER
#ifdef DROP_REVEAL_RULE
       ; if :: COMPUTES_SENDER && COMPUTES_RECEIVER -> solved = true :: else fi
#endif
     }
  :: atomic { receiver_requested && opened_at_receiver == N_NONE && commit_at_receiver == N_INTR ->
       opened_at_receiver = N_INTR
#ifdef DROP_REVEAL_RULE
       /* a free member beside the nonce is chosen last, with everything known */
       ; if :: sender_opened && COMPUTES_SENDER && COMPUTES_RECEIVER -> solved = true :: else fi
#endif
#ifdef DROP_COMMIT_CHECK
       /* the nonce itself is chosen last */
       ; if :: sender_opened && COMPUTES_SENDER && COMPUTES_RECEIVER -> solved = true :: else fi
#endif
     }
  :: break
  od
}

proctype Receiver() {
  invite_key_at_receiver != nobody;
  receiver_requested = true;              /* draws Nr and its keys only now: one request a link, ever */
  opened_at_receiver != N_NONE;
  receiver_waits = true                   /* reads its words to the sender over a channel that authenticates it */
}

/* Redemption: the code is bound to the granted key, whoever brings it. */
proctype Redeem() {
  do
  :: atomic { granted_key == receiver && !receiver_holds -> receiver_holds = true }
  :: atomic { granted_key == guest && !guest_holds -> guest_holds = true }
  :: atomic { granted_key == intruder && !intruder_holds -> intruder_holds = true }
  :: break
  od
}

/* One grant call. The authority fixes the thumbprint at the first one and refuses a share that is refused. */
inline grant(key) {
  atomic {
    if
    :: !REFUSED && MAY_GRANT ->
       granted_key = key;
       if :: share_refused -> granted_after_no = true :: else fi
    :: else
    fi
  }
}

/*
 * The sender's wallet. Two processes of it (a crash and a restart, two terminals) work on one stored record; every step
 * of the record is a compare-and-set, so the person is asked once.
 */
#define R_OPEN 0
#define R_YES 1
#define R_NO 2
byte record = R_OPEN;
mtype shown_key[2] = nobody;

#define STILL_OPEN (record == R_OPEN)

proctype Sender(byte me) {
  request_key_at_sender != nobody;
  sender_opened = true;                   /* stores H(request) as FROZEN, then opens Ns */
  shown_key[me] = request_key_at_sender;  /* what this process will grant, if the person says so */
  if
#ifdef DROP_WORDS
  :: atomic { STILL_OPEN -> record = R_YES }; grant(shown_key[me])
#endif
  :: atomic { receiver_waits && STILL_OPEN && WORDS_EQUAL -> record = R_YES }; grant(request_key_at_sender)
  :: atomic { receiver_waits && STILL_OPEN && !WORDS_EQUAL -> record = R_NO };
     share_refused = true
  :: atomic { STILL_OPEN -> record = R_NO };      /* nobody called, or the person says no */
     share_refused = true
  :: record != R_OPEN                     /* the other process has decided */
  fi
}

/*
 * The same holder on another device, with a record of its own: it invited another person (the guest) for the same share
 * and confirmed that one, or it refuses the share. Only the authority stands between the two devices.
 */
proctype OtherDevice() {
  if
  :: grant(guest)
  :: share_refused = true
  :: skip
  fi
}

init {
  atomic { run OtherDevice(); run Intruder(); run Receiver(); run Redeem(); run Sender(0); run Sender(1) }
}

/* Never two receivers, never a thief, never a grant of a share that was refused. */
never {
  do
  :: intruder_holds || granted_after_no || (receiver_holds && guest_holds) -> break
  :: else
  od
}
