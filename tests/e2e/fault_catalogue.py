"""Which test shows that a fault is held, and which one that it would be seen: the catalogue of faults as a table.

There is a row for each fault of the simulator's script, and one for each of the numbered faults 7 to 26 of the feeds,
the cache, the clock and the runners. A test is named `folder/module::function` below `tests`; `held` names what must
hold, `twins` the planted bugs: each removes a guard and sees the danger come through. `campaign` says of a row that
some of its tests run under `make campaign` alone, beside others that always run.
"""

from dataclasses import dataclass

LIVE = "e2e/test_live_faults"
TWINS = "e2e/test_live_fault_twins"
FETCH = "providers/test_fetch"
HOSTS = "providers/test_hosts"


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, how it is injected, the tests that show what must hold, and those that show the planted bug."""

    fault: int | str
    injected: str
    held: tuple[str, ...]
    twins: tuple[str, ...]
    campaign: bool = False


def row(fault: int | str, injected: str, held: str, twins: str, *, campaign: bool = False) -> Row:
    """Return a row whose tests are told as pairs of words: the module and the function."""
    return Row(fault, injected, _named(held), _named(twins), campaign)


def _named(told: str) -> tuple[str, ...]:
    words = told.split()
    return tuple(f"{module}::{name}" for module, name in zip(words[::2], words[1::2], strict=True))


SCRIPT = (
    *(row(
        fault, "401 with the vendor's code",
        f"{LIVE} test_a_refused_key_stops_the_polling_and_is_told_once",
        f"{TWINS} test_without_blocks_a_refused_key_is_shown_again_every_minute",
    ) for fault in ("missing_key", "invalid_key", "deactivated_key")),
    row(
        "out_of_usage_credits", "401 on all that costs something",
        f"{LIVE} test_without_credits_only_the_free_is_asked_until_there_are_some_again",
        f"{TWINS} test_without_blocks_spent_credits_are_asked_for_every_minute",
    ),
    row(
        "historical_unavailable", "401 on the past alone",
        f"{LIVE} test_what_the_plan_lacks_is_no_fault_of_the_key",
        f"{TWINS} test_without_the_vendors_codes_what_the_plan_lacks_looks_like_a_bad_key_and_stops_everything",
    ),
    row(
        "too_fast", "429 with and without Retry-After",
        f"{LIVE} test_429_is_tried_again_after_the_time_that_was_asked_for_or_our_own",
        f"{LIVE} test_429_twin_without_retries_the_poll_is_lost",
    ),
    row(
        "server_fault", "a burst of 502 pages",
        f"{LIVE} test_a_burst_of_server_faults_opens_the_circuit_and_spends_nothing",
        f"{LIVE} test_server_faults_twin_without_a_circuit_the_host_is_hammered",
    ),
    row(
        "redirect", "302 to an address inside",
        f"{LIVE} test_a_redirect_is_never_followed",
        f"""{FETCH} test_a_client_that_follows_redirects_is_led_inside
        {TWINS} test_whoever_takes_a_redirect_for_an_answer_takes_every_price_off""",
    ),
    row(
        "event_not_found", "404 of one event",
        f"""{LIVE} test_a_gone_event_costs_only_itself
        jobs/capturing/test_event_odds test_an_event_that_is_not_found_is_skipped_and_the_sweep_goes_on""",
        f"""{TWINS} test_a_gone_event_that_counted_as_a_fault_of_the_host_would_stop_everything
        jobs/capturing/test_event_odds test_the_twin_that_takes_not_found_for_silence_asks_it_again""",
    ),
    row(
        "credits_drain", "remaining runs to nothing over the window",
        f"{LIVE} test_as_credits_drain_publishing_falls_by_steps_and_rises_after_three_fresh_polls",
        f"{TWINS} test_who_does_not_look_at_the_credits_publishes_in_full_to_the_last_one",
    ),
    row(
        "credits_reset", "remaining goes up",
        f"{TWINS} test_credits_that_are_there_again_may_be_spent_again",
        f"{TWINS} test_who_never_believes_in_more_credits_stays_without_for_the_rest_of_the_month",
    ),
    row(
        "credits_disagree", "a cost that is told too high",
        f"""{LIVE} test_a_cost_that_is_told_too_high_is_counted_as_told
        {LIVE} test_credits_that_somebody_else_spends_are_told_and_the_lower_count_holds""",
        f"{TWINS} test_who_counts_by_his_own_price_list_believes_in_more_than_there_is",
    ),
    row(
        "credits_untold", "nonsense in place of the credits",
        f"{LIVE} test_nonsense_for_credits_is_not_believed",
        f"{TWINS} test_who_believes_any_number_of_credits_loses_the_answer",
    ),
    row(
        "slow", "a byte now and then",
        f"""{LIVE} test_bytes_that_drip_are_given_up_at_the_deadline_of_the_call
        {LIVE} test_a_broken_wire_ends_in_time_is_not_paid_twice_and_loses_nothing""",
        f"""{FETCH} test_without_the_deadline_a_byte_now_and_then_keeps_a_call_for_ever
        {TWINS} test_who_tries_again_what_may_have_been_served_pays_for_it_each_time""",
    ),
    *(row(
        fault, "the connection ends in the middle, or is reset",
        f"{LIVE} test_a_broken_wire_ends_in_time_is_not_paid_twice_and_loses_nothing",
        f"{TWINS} test_who_tries_again_what_may_have_been_served_pays_for_it_each_time",
    ) for fault in ("cut", "reset")),
    *(row(
        fault, "hostile bytes with status 200",
        f"{LIVE} test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it",
        f"{TWINS} test_who_takes_hostile_bytes_for_an_empty_answer_takes_every_price_off",
    ) for fault in ("page", "empty_body", "too_deep", "gzip_garbage", "long_number", "truncated")),
    row(
        "gzip_bomb", "16 MiB in a few bytes",
        f"{LIVE} test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it",
        f"""{FETCH} test_without_the_checks_a_bomb_goes_off
        {TWINS} test_who_takes_hostile_bytes_for_an_empty_answer_takes_every_price_off""",
    ),
    *(row(
        fault, "JSON that the usual reader takes",
        f"{LIVE} test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it",
        f"{LIVE} test_hostile_bytes_twin_a_plain_reader_takes_them_for_an_answer",
    ) for fault in ("key_twice", "not_a_number")),
    *(row(
        fault, "JSON that the usual reader takes",
        f"{LIVE} test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it",
        f"{TWINS} test_the_usual_reader_takes_for_an_answer_what_ours_refuses",
    ) for fault in ("infinite", "utf_16")),
    *(row(
        fault, "every price of another type",
        f"{LIVE} test_prices_of_another_type_are_set_aside_one_by_one",
        f"{TWINS} test_who_is_not_strict_about_types_stores_prices_that_nobody_quoted",
    ) for fault in ("text_price", "true_price")),
    row(
        "outcomes_reordered", "outcomes the other way round",
        f"{LIVE} test_reordered_outcomes_change_nothing",
        f"{TWINS} test_who_reads_outcomes_by_their_place_exchanges_the_sides",
    ),
    row(
        "one_sided", "one outcome of each market",
        f"{LIVE} test_of_a_one_sided_market_the_side_that_is_left_stands",
        f"{TWINS} test_who_does_not_know_what_was_asked_shows_prices_that_are_gone",
    ),
    row(
        "books_missing", "every second book left out",
        f"{LIVE} test_missing_books_are_absent_not_withdrawn_and_come_back",
        f"{TWINS} test_who_does_not_know_what_was_asked_shows_prices_that_are_gone",
    ),
    row(
        "no_events", "an empty board",
        f"{LIVE} test_an_empty_board_takes_every_price_off_and_forgets_nothing",
        f"{TWINS} test_who_does_not_know_what_was_asked_shows_prices_that_are_gone",
    ),
    row(
        "suspended", "outcomes without a price",
        f"{LIVE} test_suspended_lines_are_neither_prices_nor_gone",
        f"{TWINS} test_who_takes_suspended_for_left_out_says_that_books_withdrew",
    ),
    row(
        "sign_flipped", "both sides of a spread at one line",
        f"{LIVE} test_a_flipped_sign_is_caught_by_the_other_side",
        f"{TWINS} test_who_does_not_hold_one_side_against_the_other_stores_a_flipped_line",
    ),
    row(
        "teams_swapped", "home and away exchanged under one id",
        f"{LIVE} test_doubtful_names_and_ids_never_join_or_make_an_event",
        f"{TWINS} test_who_joins_by_id_alone_gives_each_team_the_others_price",
    ),
    row(
        "team_renamed", "a team that nobody knows",
        f"""{LIVE} test_doubtful_names_and_ids_never_join_or_make_an_event
        {TWINS} test_who_is_told_of_an_unknown_team_first_makes_no_game_of_it""",
        f"{TWINS} test_who_guesses_at_an_unknown_team_makes_a_game_that_nobody_plays",
    ),
    row(
        "event_twice", "one event twice under one id",
        f"{LIVE} test_an_event_that_is_listed_twice_is_one_event",
        f"{TWINS} test_who_reads_one_id_twice_counts_its_prices_twice",
    ),
    row(
        "two_ids", "one event under two ids",
        f"{LIVE} test_doubtful_names_and_ids_never_join_or_make_an_event",
        f"{TWINS} test_who_compares_no_pairs_makes_two_games_of_one",
    ),
    row(
        "start_moved", "45 minutes later",
        f"{LIVE} test_a_start_that_moves_and_moves_back_is_three_versions_of_one_event",
        f"{TWINS} test_who_keeps_the_first_start_takes_a_moved_game_for_begun",
    ),
    row(
        "postponed", "a day later",
        f"{LIVE} test_a_postponed_game_keeps_its_name_and_its_prices",
        f"{TWINS} test_who_keeps_the_first_start_takes_a_moved_game_for_begun",
    ),
    row(
        "stale", "the same body with 200 for half an hour",
        f"{LIVE} test_a_body_that_never_changes_is_stale_however_often_it_answers_200",
        f"{LIVE} test_staleness_twin_by_the_time_of_the_last_success_nothing_is_ever_stale",
    ),
)  # fmt: skip

NUMBERED = (
    row(
        7, "another process holds BEGIN IMMEDIATE; a long reader; an idle transaction; no connection free",
        """store/test_server test_a_writer_waits_its_turn_and_no_longer_than_its_patience
        store/test_server test_a_reader_does_not_wait_for_a_writer_that_only_thinks
        store/test_server test_a_statement_that_takes_too_long_is_ended_by_the_server
        store/test_server test_who_finds_every_connection_taken_is_told_so_in_time
        store/test_contention test_who_reads_first_and_writes_then_waits_its_turn""",
        "store/test_contention test_without_taking_the_pen_at_once_it_is_turned_away_with_all_its_patience_unused",
    ),
    row(
        8, "Redis stopped, deaf, DEBUG SLEEP, FLUSHALL, CLIENT KILL, maxmemory 1mb, evicted; on a server of its own",
        """providers/test_redis_faults test_a_redis_that_sleeps_costs_one_short_wait_and_is_given_what_it_missed
        providers/test_redis_faults test_everything_that_is_flushed_is_put_back
        providers/test_redis_faults test_clients_that_are_hung_up_on_come_back
        providers/test_redis_faults test_a_redis_that_is_full_loses_nobody_the_board
        providers/test_redis_faults test_a_board_that_is_evicted_is_put_back
        providers/test_boards test_when_redis_is_down_the_last_board_is_shown_and_said_to_be_that
        providers/test_boards test_bytes_that_are_no_board_are_counted_dropped_and_never_shown
        jobs/capturing/test_failing_cache test_every_answer_is_in_the_record_and_on_the_board_without_the_cache""",
        """providers/test_redis_faults test_without_its_guard_what_befalls_redis_befalls_whoever_puts_a_board
        providers/test_boards test_without_the_check_an_older_version_would_stand_there
        jobs/capturing/test_failing_cache test_the_twin_whose_shelf_is_not_guarded_loses_answers""",
    ),
    row(
        9, "a message delivered six times; out longer than its time; a worker killed with it",
        """jobs/test_run_celery test_a_call_that_is_delivered_again_and_again_goes_out_once
        jobs/test_run_celery test_a_message_that_is_out_longer_than_its_time_is_carried_twice_and_done_once
        e2e/test_crew test_two_workers_and_two_beats_run_each_slot_once_whoever_is_killed""",
        "jobs/test_run_celery test_without_the_claim_a_call_that_is_delivered_again_goes_out_again",
        campaign=True,
    ),
    row(
        10, "SIGSTOP of the leader past its lease, SIGCONT; two beats, two embedded processes",
        """e2e/test_crew test_a_leader_that_was_paused_past_its_lease_stands_by_when_it_wakes_up
        e2e/test_crew test_two_embedded_processes_on_one_file_run_each_slot_once_and_outlive_each_other
        jobs/test_duty test_a_leader_that_was_paused_past_its_lease_acts_no_more_before_it_looks""",
        "jobs/test_duty test_without_its_fence_the_late_act_of_a_paused_leader_would_be_done",
    ),
    row(
        11, "the clock jumps back and forward under receptions, leases, circuits and publication",
        f"""{TWINS} test_answers_of_a_clock_that_was_set_back_still_come_after_each_other
        jobs/test_duty test_a_clock_that_is_set_back_extends_no_lease
        jobs/test_duty test_a_leader_that_renews_keeps_its_lease_though_the_clock_is_set_back
        store/test_leases test_who_saw_no_renewal_for_its_whole_length_takes_it_whatever_the_clock_says
        {HOSTS} test_a_clock_that_was_set_back_does_not_keep_a_circuit_open
        flow/test_publish test_a_clock_that_was_set_back_does_not_bring_back_a_game_that_began""",
        f"""{TWINS} test_without_stamping_them_they_would_be_kept_in_the_wrong_order
        {HOSTS} test_without_looking_back_a_clock_that_was_set_back_keeps_a_circuit_open
        flow/test_publish test_the_twin_that_believes_the_clock_publishes_past_the_start""",
    ),
    row(
        12, "both changes of 2026 in New York and Europe, Lord Howe's half hour, Samoa's lost day, 01:30 twice",
        """domain/test_changing_clocks
            test_a_day_is_as_long_as_it_is_and_every_half_hour_of_it_is_a_moment_of_its_own
        domain/test_changing_clocks test_samoa_had_no_thirtieth_of_december
        domain/test_changing_clocks test_the_two_half_past_ones_of_a_night_are_an_hour_apart
        domain/test_changing_clocks test_a_game_belongs_to_its_day_in_new_york_whenever_the_clocks_change
        jobs/test_duty test_a_day_on_which_clocks_change_has_as_many_slots_as_any_other
        jobs/test_schedule test_the_hour_that_a_clock_shows_twice_is_two_hours_of_slots""",
        "domain/test_changing_clocks test_by_the_wall_clock_the_two_half_past_ones_are_one",
    ),
    row(
        13, "no bytes, a byte now and then, RST, a resolver that hangs, expired and unknown certificates",
        f"""{FETCH} test_a_byte_now_and_then_does_not_keep_a_call_beyond_its_deadline
        {FETCH} test_silence_ends_at_the_wait_for_a_piece
        {FETCH} test_a_resolver_that_hangs_is_left_behind
        {FETCH} test_what_the_vendor_may_have_served_is_not_paid_for_twice
        {HOSTS} test_a_certificate_that_nobody_vouches_for_ends_the_call
        providers/test_certificates test_a_certificate_that_has_expired_ends_the_call""",
        f"""{FETCH} test_without_the_deadline_a_byte_now_and_then_keeps_a_call_for_ever
        providers/test_certificates test_without_the_check_an_expired_certificate_is_as_good_as_any""",
    ),
    row(
        14, "401 kinds, 429 with and without Retry-After, 5xx burst, 302",
        f"""jobs/capturing/test_refusals test_a_bad_key_stops_the_poller_with_one_alert_and_costs_nothing
        {FETCH} test_too_fast_waits_as_long_as_the_vendor_says
        {FETCH} test_a_wait_longer_than_ours_is_left_to_whoever_plans
        {HOSTS} test_five_faults_in_a_row_open_a_circuit_and_a_minute_later_one_call_probes
        {LIVE} test_a_burst_of_server_faults_opens_the_circuit_and_spends_nothing
        {FETCH} test_no_redirect_is_followed""",
        f"""jobs/capturing/test_refusals test_the_twin_that_blocks_nothing_asks_every_minute
        {HOSTS} test_without_a_circuit_a_vendor_that_is_down_is_called_on_and_on
        {FETCH} test_a_client_that_follows_redirects_is_led_inside""",
    ),
    row(
        15, "remaining 500 to 0 in a day, up again, and another count than ours",
        f"""{LIVE} test_as_credits_drain_publishing_falls_by_steps_and_rises_after_three_fresh_polls
        jobs/capturing/test_refusals test_a_drained_quota_falls_step_by_step_alerts_once_each_and_a_reset_lifts_it
        jobs/capturing/test_refusals test_a_count_that_is_not_ours_is_met_once_and_the_lower_one_holds
        domain/feeds/test_quota test_what_a_vendor_charges_never_exceeds_the_plan_and_the_reserve_is_left_to_closes""",
        f"""domain/feeds/test_quota test_the_twin_that_reserves_nothing_overspends
        domain/feeds/test_quota test_the_twin_without_a_reserve_spends_what_closes_need
        {TWINS} test_who_does_not_look_at_the_credits_publishes_in_full_to_the_last_one
        store/test_polls test_the_twin_that_only_raises_alerts_makes_a_storm""",
    ),
    row(
        16, "a page with 200, cut JSON, UTF-16, BOM, gzip of garbage, duplicate keys, NaN, 1e999, 5,000 digits, depth",
        f"""{FETCH} test_hostile_json_is_fetched_and_refused_whole_by_its_reader
        {FETCH} test_what_cannot_be_read_is_told_as_such
        {FETCH} test_any_bytes_are_unpacked_or_refused
        {LIVE} test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it""",
        f"""{FETCH} test_the_usual_reader_of_json_takes_what_ours_refuses
        {LIVE} test_hostile_bytes_twin_a_plain_reader_takes_them_for_an_answer
        {TWINS} test_who_takes_hostile_bytes_for_an_empty_answer_takes_every_price_off""",
    ),
    row(
        17, "a sound answer mutated in up to four places by hypothesis, and a table of wrong shapes",
        """providers/test_odds_in_full test_a_damaged_answer_never_stops_the_reader_and_loses_no_price
        providers/test_price_boundaries test_a_wrong_shape_loses_no_price
        providers/test_conformance test_damaged_bytes_are_refused_or_read_with_every_loss_named""",
        """providers/test_price_boundaries test_without_its_rejections_prices_of_a_wrong_shape_are_missed_only_when_all_are_counted
        providers/test_price_boundaries test_where_true_is_a_number_one_price_spoils_all""",
    ),
    row(
        18, "every boundary of a price, beside American and beside decimal prices; 1.01 on both sides",
        f"""providers/test_price_boundaries test_every_boundary_of_a_price
        providers/test_price_boundaries test_what_is_no_number_of_json_spoils_the_answer
        domain/test_odds test_whole_american_odds_survive_the_way_to_decimal_and_back
        domain/test_odds test_no_way_of_making_a_price_escapes_the_bounds
        {TWINS} test_a_market_that_nobody_can_price_loses_only_itself""",
        f"""providers/test_price_boundaries test_without_bounds_a_price_that_pays_nothing_or_everything_is_stored
        {TWINS} test_without_pricing_them_one_by_one_such_a_market_takes_its_whole_answer_with_it""",
    ),
    row(
        19, "missing books, one side, a draw, suspended lines, home and away exchanged, a sign flipped",
        f"""{LIVE} test_missing_books_are_absent_not_withdrawn_and_come_back
        {LIVE} test_of_a_one_sided_market_the_side_that_is_left_stands
        {LIVE} test_suspended_lines_are_neither_prices_nor_gone
        {LIVE} test_a_flipped_sign_is_caught_by_the_other_side
        providers/test_price_boundaries test_a_draw_makes_another_market_of_a_moneyline
        flow/test_evaluate test_a_market_without_a_margin_or_with_an_absurd_one_is_flagged""",
        f"""{TWINS} test_who_does_not_hold_one_side_against_the_other_stores_a_flipped_line
        {TWINS} test_who_joins_by_id_alone_gives_each_team_the_others_price
        {TWINS} test_who_takes_suspended_for_left_out_says_that_books_withdrew
        providers/test_price_boundaries
            test_without_looking_for_the_draw_two_thirds_of_a_market_pass_for_a_whole_one""",
    ),
    row(
        20, "NFC and NFD, a Cyrillic letter, marks of direction, emoji, 300 letters, nothing; renamed and moved teams",
        """providers/test_hostile_names test_an_accent_in_one_piece_or_in_two_is_the_same_team
        providers/test_hostile_names test_what_only_looks_like_a_team_is_read_as_it_stands_and_is_no_team_of_ours
        providers/test_hostile_names test_a_name_that_cannot_be_shown_is_not_read_at_all
        providers/test_team_aliases test_a_franchise_keeps_its_slug_through_moves_and_spellings
        domain/test_identity_twins test_an_accent_in_one_piece_or_in_two_is_one_team
        domain/test_identity_twins test_what_only_looks_like_a_team_is_nobody
        domain/test_identity_twins test_a_spelling_without_end_is_compared_with_nothing""",
        """domain/test_identity_twins test_without_composing_letters_one_team_is_two
        domain/test_identity_twins test_whoever_takes_the_best_suggestion_takes_a_look_alike_for_the_team""",
    ),
    row(
        21, "an event twice, two ids of one game, one id of two games, an id used again next season",
        f"""{LIVE} test_an_event_that_is_listed_twice_is_one_event
        domain/test_naming test_two_ids_in_one_payload_for_one_game_are_one_and_a_refusal
        domain/test_naming test_one_id_for_both_games_of_a_day_names_two_games_once_the_first_is_over
        domain/test_naming test_the_games_of_a_double_header_are_two_where_they_are_marked_or_far_apart
        flow/test_capture_live test_an_id_used_again_for_the_same_teams_a_season_later_is_another_event""",
        """domain/test_identity_twins test_an_id_of_last_season_that_is_believed_joins_two_games
        domain/test_identity_twins test_two_ids_that_are_both_believed_are_two_games_of_one
        domain/test_identity_twins test_without_numbers_the_second_game_of_a_double_header_is_lost
        domain/test_identity_twins
            test_one_id_for_a_double_header_that_is_not_asked_about_joins_the_second_game_to_the_first""",
    ),
    row(
        22, "a start moved before a pick and after it, put off, suspended, cancelled, a neutral site",
        """flow/test_publish test_a_start_that_moved_forward_makes_the_pick_late
        flow/test_publish test_a_start_that_is_moved_before_a_published_pick_leaves_it_as_it_was_published
        flow/test_results test_an_earlier_start_that_a_feed_tells_is_the_start
        flow/test_results test_a_postponed_game_is_void_once_its_window_has_run_out_without_any_new_report
        flow/test_results test_a_game_suspended_and_finished_too_late_is_void_but_for_what_was_settled_already
        flow/test_settle test_a_cancelled_game_is_void_and_costs_nothing
        domain/settlement/test_settle test_a_forfeit_after_enough_play_stands_like_a_called_game
        flow/test_capture_live test_a_game_put_off_is_the_same_event_months_later
        flow/test_capture_live test_on_a_neutral_site_a_turned_game_is_joined_the_right_way_round""",
        f"""flow/test_publish test_the_twin_that_goes_by_the_first_start_publishes_a_game_that_has_begun
        {TWINS} test_who_keeps_the_first_start_takes_a_moved_game_for_begun
        domain/test_identity_twins
            test_without_the_word_for_neutral_a_game_on_neutral_ground_is_refused_or_taken_the_wrong_way_round
        """,
    ),
    row(
        23, "a score corrected, final and live and final again, overtime told later, feeds that quarrel",
        """domain/settlement/test_quorum_twins
            test_final_then_live_then_final_is_nothing_before_it_is_said_again
        flow/test_results test_feeds_that_contradict_each_other_hold_the_picks_and_alert_once
        flow/test_results test_a_correction_replaces_the_grade_and_both_dates_keep_their_figures
        flow/test_results test_a_correction_and_its_reversal_end_in_the_first_grades_numbers
        domain/settlement/test_quorum test_feeds_that_both_tell_of_overtime_must_tell_the_same""",
        """domain/settlement/test_quorum_twins test_without_the_quiet_period_the_first_word_is_graded
        domain/settlement/test_quorum_twins
            test_without_comparing_them_one_of_two_feeds_that_quarrel_is_graded""",
    ),
    row(
        24, "two lines at one moment, answers out of order, the same answer twice, one that comes late",
        """store/test_quotes test_two_lines_of_one_book_at_one_moment_accept_nothing_the_second_time
        store/test_quotes test_bytes_that_arrive_late_are_answered_at_their_own_time
        store/test_quotes test_the_same_quotes_a_second_time_accept_nothing
        store/test_availability test_polls_that_arrive_late_or_twice_are_answered_as_a_full_recording_too
        jobs/capturing/test_polling test_the_same_bytes_polled_again_are_a_snapshot_of_their_own_and_beat_the_heart
        domain/board/test_market test_whatever_the_order_in_which_answers_come_the_newest_word_of_each_series_stands""",
        "store/test_availability test_the_same_fails_where_late_answers_are_not_put_between",
    ),
    row(
        25, "the same body with 200 for half an hour",
        f"""{LIVE} test_a_body_that_never_changes_is_stale_however_often_it_answers_200
        domain/feeds/test_mode test_a_feed_that_repeats_itself_goes_stale_however_often_it_answers
        jobs/capturing/test_watching
            test_a_feed_that_repeats_itself_goes_stale_is_told_once_and_comes_back_after_three_fresh_polls
        flow/test_publish test_a_stale_feed_lets_nothing_be_published_whoever_asks""",
        f"""{LIVE} test_staleness_twin_by_the_time_of_the_last_success_nothing_is_ever_stale
        domain/feeds/test_mode test_the_twin_that_goes_by_the_last_success_does_not_see_it
        domain/feeds/test_mode test_the_twin_without_hysteresis_comes_back_with_the_first_poll
        flow/test_publish test_the_twin_that_does_not_read_the_mode_publishes_from_a_stale_feed""",
    ),
    row(
        26, "50 MB told and untold, 200 MB in 200 kB, 100 MB behind a stored kilobyte, workbooks, half a million prices",
        f"""{FETCH} test_a_bomb_is_left_alone_with_bounded_memory
        {FETCH} test_fifty_megabytes_are_too_many_whether_they_are_told_or_not
        store/test_bombs test_a_bomb_in_the_record_is_refused_with_bounded_memory
        providers/test_boards test_what_would_unpack_to_more_than_a_board_is_refused
        providers/test_bombs test_a_workbook_that_unpacks_to_too_much_is_refused_unread
        providers/test_bombs test_a_workbook_that_lies_about_its_size_is_refused_too
        providers/test_bombs test_the_largest_answer_that_is_fetched_is_read_in_half_a_gigabyte
        providers/test_odds_in_full test_many_prices_of_one_market_are_checked_in_time""",
        f"""{FETCH} test_without_the_checks_a_bomb_goes_off
        providers/test_bombs test_without_the_bound_a_workbook_is_unpacked_whatever_it_holds
        store/test_bombs test_without_the_bound_a_bomb_in_the_record_goes_off""",
        campaign=True,
    ),
)  # fmt: skip

CATALOGUE = (*SCRIPT, *NUMBERED)
