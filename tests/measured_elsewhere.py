"""Test files that are not measured: others go through all their lines but a few, and with coverage
they take twice as long.

Found by `pytest --cov --cov-context=test`: the longest first, as long as all together were the only
ones on fewer than 230 of 52,000 lines.
"""

from __future__ import annotations

MEASURED_ELSEWHERE = frozenset(
    (
        "bot/alerts/routing/test_route.py",
        "bot/alerts/test_any_order.py",
        "bot/alerts/test_pipeline_crash.py",
        "bot/asking/test_reader.py",
        "bot/delivery/test_catchup.py",
        "bot/delivery/test_clock.py",
        "bot/delivery/test_faults.py",
        "bot/delivery/test_mute.py",
        "bot/delivery/test_pacing.py",
        "bot/delivery/test_retry.py",
        "bot/polling/test_large.py",
        "bot/telegram/commands/operators/test_operators_as_typed.py",
        "bot/telegram/commands/settings/test_mute.py",
        "bot/telegram/commands/settings/test_places.py",
        "bot/telegram/commands/settings/test_settings_as_typed.py",
        "bot/web/api/test_description.py",
        "rules/language/test_morphology.py",
        "rules/language/test_spelling.py",
        "rules/loading/test_rule_form.py",
        "rules/loading/test_stored_forms.py",
        "rules/matching/scope/denials/test_denials.py",
        "rules/matching/scope/denials/test_if_denied.py",
        "rules/matching/scope/test_scope.py",
        "rules/matching/test_clauses.py",
        "rules/matching/test_word_signs.py",
        "rules/places/test_kept.py",
        "rules/places/test_spellings.py",
        "rules/shipped/test_reliefs.py",
        "rules/trying/test_guide.py",
        "storage/file/test_salvage.py",
        "storage/news/test_place_reports.py",
        "storage/sending/test_digest_turns.py",
    )
)
