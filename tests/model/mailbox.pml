/*
 * A v1 mailbox between its creator and three callers who race for it: two who know the secret (honest: link shared by
 * mistake with two people) and a stranger who knows only the address. Two relay threads decide at once; a decision is
 * read -> decide -> compare-and-set, as in the code.
 *
 * -DPROOF: the creator asked for claimPolicy "proof" (A-55). Each -DDROP_x takes one guard out; spin must report an error.
 *   DROP_SWAP      the new mailbox is written whatever its version
 *   DROP_PROOF     (with PROOF) a Read without the proof binds too
 *   DROP_RESTORE   Relinquish leaves in the slot what the ex-recipient wrote (A-27)
 *   DROP_ADVANCED  Relinquish is granted although the creator has answered (A-27, exchange_advanced)
 *   DROP_FIRM      a provisional bind that has written can still be displaced (A-55)
 *   DROP_TOMBSTONE a late duplicate Create makes the mailbox again (A-50)
 */
#define NOBODY 0
#define ALICE 1      /* knows the secret */
#define BOB 2        /* knows the secret */
#define STRANGER 3   /* knows the address */
#define CREATOR 4

typedef Box {
  byte version;
  bool live;
  bool tombstone;
  byte bound;
  bool firm;
  byte slot;         /* who wrote what stands in the slot */
  bool answered;     /* the creator has written since the bind */
};
Box box;

/* Observations. */
byte firm_winner = NOBODY;     /* who was told that it is bound for good */
bool two_firm = false;
bool stranger_read = false;    /* got the ciphertext although the policy is proof */
bool foreign_message = false;  /* a new recipient read what an earlier one wrote to the creator */
bool lost_answer = false;      /* an answer of the creator to one recipient was dropped or read by another */
bool revived = false;

#define MOST 5   /* versions: bounds the state space */

#ifdef DROP_SWAP
#define SWAP(seen) true
#else
#define SWAP(seen) (box.version == seen)
#endif

#ifdef PROOF
#ifdef DROP_PROOF
#define MAY_BIND(who) true
#else
#define MAY_BIND(who) (who != STRANGER)
#endif
#else
#define MAY_BIND(who) true
#endif

#ifdef PROOF
#define POLICY true
#else
#define POLICY false
#endif
#ifdef DROP_FIRM
#define WRITING_MAKES_FIRM false
#else
#define WRITING_MAKES_FIRM true
#endif
#ifdef DROP_ADVANCED
#define MAY_LEAVE(answered) true
#else
#define MAY_LEAVE(answered) (!answered)
#endif
#ifdef DROP_RESTORE
#define RESTORES false
#else
#define RESTORES true
#endif
#ifdef DROP_TOMBSTONE
#define REMEMBERED false
#else
#define REMEMBERED box.tombstone
#endif

/* A bind is firm when the proof was shown, or (no policy, no proof) once the bound one wrote or was answered. */
#define PROVES(who) (who != STRANGER)

inline told_firm(who) {
  if
  :: firm_winner != NOBODY && firm_winner != who -> two_firm = true
  :: else -> firm_winner = who
  fi
}

proctype Caller(byte who) {
  byte seen; byte holder; byte message; bool held_firmly; bool was_answered; byte creators;
  byte rounds = 0;
  do
  :: break
  :: rounds < 3 && box.version < MOST ->
     rounds++;
     /* one consistent read of the cell */
     atomic { seen = box.version; holder = box.bound; held_firmly = box.firm; message = box.slot; was_answered = box.answered;
              if :: !box.live -> break :: else fi };
     if
     /* Read by a new claim on a free box, or displacing a provisional bind with the proof */
     :: MAY_BIND(who) && (holder == NOBODY || (holder != who && !held_firmly && PROVES(who))) ->
        atomic {
          if
          :: SWAP(seen) && box.live ->
             box.version++; box.bound = who; box.firm = PROVES(who); box.answered = false;
             if :: box.firm -> told_firm(who) :: else fi;
             if :: POLICY && who == STRANGER -> stranger_read = true :: else fi;
             if :: message != CREATOR && message != who -> foreign_message = true :: else fi
          :: else
          fi
        }
     /* Update by the bound one: makes a provisional bind firm */
     :: holder == who ->
        atomic {
          if
          :: SWAP(seen) && box.live && box.bound == who ->
             box.version++; box.slot = who;
             box.firm = box.firm || WRITING_MAKES_FIRM;
             told_firm(who)
          :: else
          fi
        }
     /* Relinquish by the bound one */
     :: holder == who && MAY_LEAVE(was_answered) ->
        atomic {
          if
          :: SWAP(seen) && box.live && box.bound == who ->
             if :: box.answered -> lost_answer = true :: else fi;
             box.version++; box.bound = NOBODY; box.firm = false; box.answered = false;
             box.slot = (RESTORES -> CREATOR : box.slot);
             if :: firm_winner == who -> firm_winner = NOBODY :: else fi
          :: else
          fi
        }
     :: else
     fi
  od
}

proctype Creator() {
  byte seen; bool bound;
  do
  :: box.version >= MOST -> break
  :: box.version < MOST ->
     atomic { seen = box.version; bound = box.bound != NOBODY };
     if
     :: bound ->
        atomic {
          if
          :: SWAP(seen) && box.live -> box.version++; box.slot = CREATOR; box.answered = true; box.firm = true;
             told_firm(box.bound)
          :: else
          fi
        }
     :: atomic { SWAP(seen) && box.live -> box.version++; box.live = false; box.tombstone = true }; break
     :: break
     fi
  od;
  /* the network delivers a late duplicate of the Create */
  if
  :: atomic { !box.live && !REMEMBERED -> box.live = true; revived = true }
  :: skip
  fi
}

init {
  box.version = 1; box.live = true; box.slot = CREATOR;
  atomic {
    run Caller(ALICE); run Caller(STRANGER); run Creator();
    if :: POLICY -> run Caller(BOB) :: else fi }
}

never {
  do
  :: two_firm || stranger_read || foreign_message || lost_answer || revived -> break
  :: else
  od
}
