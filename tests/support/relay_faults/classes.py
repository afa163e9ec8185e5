"""The classes of faults: what a relay can get wrong, each with the faults that play it. docs/conformance.md shows them with their checks."""

from .registry import DROPBOX_FAULTS, FAULTS

CLASSES = {
    "a call answers another status than the drafts say": "answers_a_new_create_with_201 answers_repeats_with_200 redirects_create redirects_the_preview",
    "a call or a part of a request is not known": "knows_no_patch reads_nothing wants_a_body_in_every_read needs_a_configuration refuses_what_it_does_not_know",
    "an answer has another form or lacks a member": "calls_json_text calls_the_page_text reads_without_display tells_nothing_of_push tells_push_in_words answers_head_as_text has_no_open_graph adds_a_vertical_to_the_link",
    "the request id is not echoed, or another is": "drops_the_echo drops_the_echo_of_errors echoes_another_id echoes_the_id_of_the_last_call",
    "a repeated Create makes a second mailbox": "repeats_a_create names_another_link_in_a_repeat",
    "a repeated Update writes again": "writes_a_repeated_update remembers_one_id_a_mailbox writes_again_for_who_gave_up",
    "a repeated Relinquish acts, or is not known": "relinquishes_again knows_no_relinquish",
    "what a repeat brings is taken": "takes_the_body_of_a_repeated_create takes_the_texts_of_a_repeated_create",
    "equal requests at once are all carried out": "repeats_creates_at_once repeats_updates_at_once",
    "a late repeat revives what was deleted": "revives_what_was_deleted",
    "request ids of two devices are mixed up": "mixes_up_ids_of_two_claims",
    "request ids of two mailboxes are mixed up": "knows_ids_of_all_mailboxes",
    "request ids of two calls are mixed up": "knows_ids_of_all_calls knows_ids_of_all_calls_of_a_mailbox",
    "request ids are compared without case or in part": "knows_ids_without_case knows_eight_characters_of_an_id",
    "the id of a refused request counts as used": "uses_up_ids_of_refused_updates",
    "a second reader gets in": "lets_every_reader_in",
    "second readers get in when they come at once": "lets_all_racers_in lets_all_racers_with_proof_in checks_then_binds",
    "something else than a Read binds": "binds_on_get binds_on_put binds_the_creator_as_recipient",
    "a refused Read binds": "binds_malformed_claims_and_says_401 binds_nobody_and_says_401 binds_two_claims_and_says_401",
    "a claim that is none is taken": "accepts_a_short_claim needs_no_claim deletes_without_a_claim",
    "a third device may write or delete": "lets_anybody_write lets_anybody_delete",
    "a third device is refused and acts all the same": "writes_for_a_third_claim_and_says_401 deletes_for_a_third_claim_and_says_401 "
                                                      "writes_without_a_claim_and_says_401 empties_the_slot_for_a_second_reader",
    "the two cannot read and write as they must": "needs_a_read_before_a_write reads_once_only wants_strict_turns carries_ten_messages",
    "a claim in another case is another device": "refuses_claims_in_upper_case takes_upper_case_for_another_device repeats_an_update_in_upper_case "
                                                "makes_another_mailbox_for_upper_case binds_the_case_of_a_claim",
    "a mailbox id in another case is another mailbox": "knows_mailbox_ids_in_lower_case_only",
    "who gave up stays, or still acts": "keeps_who_gave_up writes_for_who_gave_up_and_says_401",
    "others give the mailbox up": "lets_the_creator_relinquish gives_up_for_others_and_says_401",
    "a refused Relinquish changes the slot": "empties_the_slot_and_says_409",
    "access rights are not kept": "gives_all_rights gives_all_rights_by_default lets_only_the_creator_delete binds_the_creator_to_d",
    "a right is missing, and the call acts all the same": "writes_without_w_and_says_401 deletes_without_d_and_says_401 "
                                                         "writes_for_the_creator_without_w_and_says_401",
    "a body that is wrong is taken": "needs_no_payload needs_no_title takes_any_type takes_any_octets breaks_on_malformed_bodies",
    "a refused Update writes": "writes_for_malformed_updates_and_says_400 writes_for_updates_without_payload_and_says_400 writes_for_bad_payloads_and_says_400 "
                               "writes_for_large_updates_and_says_413 writes_for_other_types_and_says_415 writes_for_broken_utf8_and_says_400 "
                               "writes_without_a_request_id_and_says_400",
    "a refused Create makes a mailbox": "makes_a_mailbox_and_says_400",
    "another version of the API is served": "accepts_v2",
    "a call of another version is refused and acts": "writes_under_v2_and_says_404 deletes_under_v2_and_says_404",
    "an Update is lost": "loses_an_update",
    "a payload comes back altered": "damages_a_payload names_every_cipher_256 takes_plus_for_a_blank",
    "a large payload comes back cut": "cuts_large_payloads cuts_large_updates",
    "display texts come back altered": "trims_texts tidies_the_address_of_the_picture escapes_texts_in_reads cuts_texts loses_what_is_beyond_the_first_plane",
    "the two sides read different things": "shows_the_recipient_no_description",
    "a write changes the display information": "forgets_the_texts_when_written takes_texts_with_an_update",
    "a write changes rights": "takes_rights_with_an_update",
    "a write moves the expiration": "lives_longer_when_written",
    "a Read moves the expiration": "lives_longer_when_read",
    "a claim changes the slot": "empties_the_slot_once_claimed",
    "a Relinquish changes what is in the clear": "forgets_the_texts_when_given_up",
    "a call acts on other mailboxes too": "deletes_all_of_a_claim writes_into_all_of_a_claim gives_up_all_of_a_claim lets_a_recipient_write_everywhere",
    "mailboxes are lost when there are many": "keeps_thirty_mailboxes",
    "a mailbox ends too late, or what is no deadline is taken": "never_expires writes_another_time takes_any_expiration takes_a_past_expiration",
    "a mailbox ends too early": "ends_two_seconds_early",
    "ids can be guessed": "counts_mailboxes makes_short_ids makes_ids_of_version_1",
    "a Delete deletes nothing": "deletes_nothing",
    "deleted is told from unknown by the status": "tells_deleted_from_unknown",
    "deleted is told from unknown by a header or a word": "tells_deleted_by_a_header tells_deleted_by_a_word tells_deleted_by_how_long_it_is_kept",
    "HEAD or page of a deleted mailbox shows something": "tells_deleted_by_a_header_of_head shows_a_page_after_the_end answers_head_after_the_end",
    "those who used it are told more than strangers": "tells_its_users_of_the_end tells_the_creator_of_the_end_by_a_header",
    "expired is told from unknown": "tells_expired_by_a_header",
    "strangers' refusals show that it is claimed": "tells_strangers_that_it_is_claimed",
    "the page shows that it is claimed or written": "shows_on_the_page_by_a_header_that_it_is_claimed shows_on_the_page_that_it_is_claimed "
                                                  "shows_on_the_page_that_it_was_written",
    "the page shows or runs what it must not": "shows_the_payload shows_texts_as_html has_no_policy runs_foreign_scripts",
    "cookies, or answers that caches keep": "sets_cookies lets_caches_keep_a_read",
    "tokens, claims or payloads leak": "leaks_a_token leaks_a_claim shows_the_old_payload_to_who_writes names_the_holder_in_a_refusal",
    "a call breaks the relay": "breaks_on_a_strangers_relinquish",
    "versions never change, or are not compared (extension)": "gives_a_stale_etag shows_the_recipient_one_version answers_an_update_with_the_old_version "
                                                            "overlooks_if_match looks_at_the_version_of_a_repeat counts_no_message "
                                                            "forbids_an_update_with_the_version_before_a_claim "
                                                            "gives_the_present_version_to_a_repeat numbers_the_restored_message_like_the_reply shows_the_next_recipient_the_old_version",
    "a stale Update gets 412 and writes (extension)": "writes_a_stale_update_and_says_412",
    "the creator is told wrong things of the other side (extension)": "always_says_claimed remembers_that_it_was_claimed moves_no_version_when_claimed "
                                                                     "says_that_the_claim_is_new_when_written says_that_all_is_from_the_other "
                                                                     "tells_who_made_the_mailbox_as_writer",
    "a queue loses, repeats or mixes messages (extension)": "knows_no_queue_but_says_so queues_a_repeat gives_the_newest_first gives_each_message_once "
                                                           "keeps_what_the_former_recipient_wrote",
    "a wait is not ended by news, or brings old ones (extension)": "wakes_with_old_content wakes_for_writes_only keeps_old_readers_in_the_dark "
                                                                  "hears_of_messages_only_with_after",
    "strangers may wait (extension)": "lets_everybody_wait binds_who_gave_up_while_waiting",
    "the claim rule is not kept (extension)": "echoes_another_hash looks_at_no_proof takes_any_claim_rule forgets_the_policy lets_the_displaced_write",
    "a Read without proof binds (extension)": "binds_without_proof_and_says_401",
    "a refusal without proof shows that it is claimed (extension)": "tells_free_from_claimed words_each_refusal_anew tells_claimed_by_a_header_of_the_refusal "
                                                                  "tells_a_wrong_proof_from_none",
    "dropbox: a second PUT takes the place of the first": "puts_over_what_is_there says_yes_and_keeps_the_first puts_over_and_says_412 looks_then_puts",
    "dropbox: another status or type": "answers_a_new_drop_with_204 calls_octets_text",
    "dropbox: octets come back altered": "damages_a_drop cuts_large_drops loses_carriage_returns doubles_a_message_that_comes_again",
    "dropbox: a refused PUT puts down": "puts_another_type_and_says_415",
    "dropbox: reading consumes": "gives_a_drop_once gives_a_drop_away_to_head",
    "dropbox: a DELETE leaves something": "deletes_no_drop gives_the_first_message_of_an_address_for_ever tells_a_deleted_drop_by_a_header "
                                         "tells_a_deleted_drop_to_head",
    "dropbox: addresses are mixed up, listed or lost": "knows_addresses_without_case lists_its_drops keeps_twenty_drops",
    "dropbox: waiting and cookies": "wakes_with_nothing sets_cookies_on_drops",
}


def rows():
    """The table: class, and the checks that find it."""
    faults = {**FAULTS, **DROPBOX_FAULTS}
    return [(text, sorted({faults[name][0] for name in names.split()})) for text, names in CLASSES.items()]


def table():
    lines = ["| a relay in which | is failed by |", "|---|---|"]
    return lines + [f"| {text} | {', '.join(f'`{check}`' for check in checks)} |" for text, checks in rows()]
