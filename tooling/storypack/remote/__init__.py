"""Searches and tests on a real instance: the same events, the same search, and the embedded engine's answer beside it.

    narrow.py   the search's text, limited to the events of one part and to lookups of our own
    hec.py      events sent to the HTTP Event Collector
    sending.py  a part: the events of some files, sent and waited for
    jobs.py     a search run on the instance, results in pages
    compare.py  the instance's rows against the engine's
    cleanup.py  what was brought there is taken away again

Nothing needs to be installed there: macros are put into the text, lookups are brought along. Every event carries two
indexed fields: `storypack_run`, the same for a whole run, and `storypack_part`, one for each test and attempt.
"""
